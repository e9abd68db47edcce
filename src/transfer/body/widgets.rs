//! What a shortcode shows, in plain HTML: pictures with captions, players, links to films, code.

use std::borrow::Cow;
use std::fmt::Write;

use crate::text::tokenizer::{HtmlToken, tokenize};

use super::Attachment;
use super::attributes::quoted;
use super::shortcodes::Shortcode;

/// The HTML of a shortcode; `None` when nothing can be made of it, and it had better stay as it is.
pub fn html(shortcode: &Shortcode<'_>, attachments: &[Attachment]) -> Option<String> {
    match shortcode.name {
        "caption" | "wp_caption" => Some(captioned(shortcode)),
        "gallery" => Some(gallery(shortcode, attachments)),
        "playlist" => Some(playlist(shortcode, attachments)),
        "code" | "sourcecode" => Some(code(shortcode.content?)),
        "video" => player(
            shortcode,
            "video",
            &["src", "mp4", "m4v", "webm", "ogv", "flv"],
        ),
        "audio" => player(
            shortcode,
            "audio",
            &["src", "mp3", "m4a", "ogg", "wav", "wma"],
        ),
        "youtube" => film(shortcode, "https://www.youtube.com/watch?v="),
        "vimeo" => film(shortcode, "https://vimeo.com/"),
        _ => film(shortcode, ""),
    }
}

/// A paragraph with nothing but a link to an address.
pub fn link(address: &str) -> String {
    format!("<p>{}</p>", bare_link(address))
}

/// A link that shows its address.
pub fn bare_link(address: &str) -> String {
    let address = quoted(address);
    format!("<a href=\"{address}\">{address}</a>")
}

/// The words that name an address alone, as people put it on a line to show what is there.
pub fn address(words: &str) -> Option<&str> {
    let words = words.trim();
    let is_web = ["http://", "https://"]
        .iter()
        .any(|scheme| words.starts_with(scheme) && words.len() > scheme.len());
    let odd = |c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '[' | ']');
    (is_web && !words.contains(odd)).then_some(words)
}

fn captioned(shortcode: &Shortcode<'_>) -> String {
    let content = shortcode.content.unwrap_or_default().trim();
    let (shown, after) = content.split_at(end_of_picture(content));
    let caption = match shortcode.attributes.get("caption") {
        Some(caption) if after.trim().is_empty() => caption,
        _ => after,
    };
    figure(shown, caption)
}

/// Where the picture ends, with the link around it; without a picture, everything is shown.
fn end_of_picture(content: &str) -> usize {
    let (mut at, mut in_link, mut picture) = (0, false, None);
    for piece in tokenize(content) {
        at += piece.source().len();
        match piece {
            HtmlToken::Tag(tag) if tag.is_named("img") && picture.is_none() => {
                picture = Some(at);
                if !in_link {
                    break;
                }
            }
            HtmlToken::Tag(tag) if tag.is_named("a") => {
                if tag.is_end && picture.is_some() {
                    return at;
                }
                in_link = !tag.is_end;
            }
            _ => {}
        }
    }
    picture.unwrap_or(content.len())
}

/// What is shown, and what is said about it.
fn figure(shown: &str, caption: &str) -> String {
    let caption = caption.trim();
    if caption.is_empty() {
        return format!("<figure>{shown}</figure>");
    }
    let caption = caption.replace('\n', "<br>\n");
    format!("<figure>{shown}<figcaption>{caption}</figcaption></figure>")
}

/// The attachments that a gallery or a playlist asks for: those it names in its order, else all of the article's.
fn chosen<'a>(
    shortcode: &Shortcode<'_>,
    attachments: &'a [Attachment],
    suits: fn(&str) -> bool,
) -> Vec<&'a Attachment> {
    let named = super::named(&shortcode.attributes);
    let mut chosen: Vec<_> = if named.is_empty() {
        let attached = |attachment: &&Attachment| attachment.attached && suits(&attachment.address);
        attachments.iter().filter(attached).collect()
    } else {
        let of_number = |number| attachments.iter().find(|found| found.number == number);
        named.into_iter().filter_map(of_number).collect()
    };
    let excluded = shortcode.attributes.numbers("exclude");
    chosen.retain(|attachment| !excluded.contains(&attachment.number));
    chosen
}

fn gallery(shortcode: &Shortcode<'_>, attachments: &[Attachment]) -> String {
    let mut html = String::new();
    for picture in chosen(shortcode, attachments, is_picture) {
        let (address, alt) = (quoted(&picture.address), quoted(&picture.alt));
        let shown = format!("<img src=\"{address}\" alt=\"{alt}\">");
        let _ = writeln!(html, "{}", figure(&shown, &picture.caption));
    }
    html
}

fn playlist(shortcode: &Shortcode<'_>, attachments: &[Attachment]) -> String {
    let (kind, suits): (_, fn(&str) -> bool) = match shortcode.attributes.get("type") {
        Some("video") => ("video", is_film),
        _ => ("audio", is_sound),
    };
    let mut html = String::new();
    for track in chosen(shortcode, attachments, suits) {
        let address = quoted(&track.address);
        let shown = format!("<{kind} controls src=\"{address}\"></{kind}>");
        let _ = writeln!(html, "{}", figure(&shown, &track.caption));
    }
    html
}

fn is_picture(address: &str) -> bool {
    ends_in(
        address,
        &[
            "jpg", "jpeg", "png", "gif", "webp", "avif", "bmp", "svg", "heic", "tiff",
        ],
    )
}

fn is_film(address: &str) -> bool {
    ends_in(
        address,
        &[
            "mp4", "m4v", "webm", "ogv", "flv", "mov", "wmv", "avi", "mpg",
        ],
    )
}

fn is_sound(address: &str) -> bool {
    ends_in(address, &["mp3", "m4a", "ogg", "oga", "wav", "wma", "flac"])
}

fn ends_in(address: &str, endings: &[&str]) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    path.rsplit_once('.')
        .is_some_and(|(_, ending)| endings.iter().any(|e| e.eq_ignore_ascii_case(ending)))
}

/// A player for the first address among the attributes.
fn player(shortcode: &Shortcode<'_>, kind: &str, sources: &[&str]) -> Option<String> {
    let attributes = &shortcode.attributes;
    let named = sources.iter().find_map(|name| attributes.get(name));
    // Titles follow the address after a bar, in the oldest form.
    let bare = || attributes.bare().and_then(|bare| bare.split('|').next());
    let source = named
        .or_else(bare)
        .or_else(|| address(shortcode.content?))
        .filter(|source| !source.is_empty())?;
    let mut html = format!("<{kind} controls src=\"{}\"", quoted(source));
    if kind == "video" {
        for name in ["poster", "width", "height"] {
            if let Some(value) = attributes.get(name) {
                let _ = write!(html, " {name}=\"{}\"", quoted(value));
            }
        }
    }
    Some(format!("<figure>{html}></{kind}></figure>"))
}

/// A link to a film that is told by its address or by its number at `site`.
fn film(shortcode: &Shortcode<'_>, site: &str) -> Option<String> {
    let attributes = &shortcode.attributes;
    let told = shortcode
        .content
        .map(str::trim)
        .filter(|content| !content.is_empty())
        .or_else(|| attributes.bare())
        .or_else(|| {
            ["src", "url", "id"]
                .iter()
                .find_map(|name| attributes.get(name))
        })?;
    if let Some(address) = address(told) {
        return Some(link(address));
    }
    let is_number = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let may_be_one = !site.is_empty() && !told.is_empty() && told.chars().all(is_number);
    may_be_one.then(|| link(&format!("{site}{told}")))
}

fn code(content: &str) -> String {
    let content = content.strip_prefix('\n').unwrap_or(content).trim_end();
    format!("<pre><code>{}</code></pre>", escaped_once(content))
}

/// Code as text. Editors have escaped some of it, plug-ins have not: what is an entity already stays one.
fn escaped_once(code: &str) -> Cow<'_, str> {
    if !code.contains(['<', '>', '&']) {
        return Cow::Borrowed(code);
    }
    let mut escaped = String::with_capacity(code.len() + 64);
    for (at, c) in code.char_indices() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' if !begins_entity(&code[at..]) => escaped.push_str("&amp;"),
            _ => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

fn begins_entity(code: &str) -> bool {
    const NAMED: [&str; 6] = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&nbsp;"];
    if NAMED.iter().any(|entity| code.starts_with(entity)) {
        return true;
    }
    code.strip_prefix("&#").is_some_and(|number| {
        let digits = number.trim_start_matches(|c: char| c.is_ascii_digit());
        digits.len() < number.len() && digits.starts_with(';')
    })
}
