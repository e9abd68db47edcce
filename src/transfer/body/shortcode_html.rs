//! Renders the WordPress shortcodes for pictures with captions, galleries, players, links to videos, and code.

use std::borrow::Cow;
use std::fmt::Write;

use crate::text::tokenizer::{HtmlToken, tokenize};

use super::attachments::{Attachment, parse_attachment_ids};
use super::attributes::escape_attribute;
use super::shortcodes::ParsedShortcode;

/// Renders a shortcode as HTML. Returns `None` if an attribute or content that it needs is missing. The caller then
/// leaves the shortcode in the text.
pub fn render(shortcode: &ParsedShortcode<'_>, attachments: &[Attachment]) -> Option<String> {
    match shortcode.name {
        "caption" | "wp_caption" => Some(render_caption(shortcode)),
        "gallery" => Some(render_gallery(shortcode, attachments)),
        "playlist" => Some(render_playlist(shortcode, attachments)),
        "code" | "sourcecode" => Some(render_code(shortcode.content?)),
        "video" => render_player(
            shortcode,
            "video",
            &["src", "mp4", "m4v", "webm", "ogv", "flv"],
        ),
        "audio" => render_player(
            shortcode,
            "audio",
            &["src", "mp3", "m4a", "ogg", "wav", "wma"],
        ),
        "youtube" => render_video_link(shortcode, "https://www.youtube.com/watch?v="),
        "vimeo" => render_video_link(shortcode, "https://vimeo.com/"),
        // Only `embed` is left, which names no site, so it needs a whole URL.
        _ => render_video_link(shortcode, ""),
    }
}

/// Renders a paragraph that contains only a link to this URL.
pub fn link_paragraph(url: &str) -> String {
    format!("<p>{}</p>", url_link(url))
}

/// Renders a link to a URL that also shows the URL as its text.
pub fn url_link(url: &str) -> String {
    let url = escape_attribute(url);
    format!("<a href=\"{url}\">{url}</a>")
}

/// Returns the web URL if the text consists of nothing else. Authors put a URL on a line of its own to embed a page.
pub fn parse_lone_url(words: &str) -> Option<&str> {
    let words = words.trim();
    let is_web = ["http://", "https://"]
        .iter()
        .any(|scheme| words.starts_with(scheme) && words.len() > scheme.len());
    // These characters end a URL in HTML and in shortcodes.
    let odd = |c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '[' | ']');
    (is_web && !words.contains(odd)).then_some(words)
}

fn render_caption(shortcode: &ParsedShortcode<'_>) -> String {
    let content = shortcode.content.unwrap_or_default().trim();
    let (shown, after) = content.split_at(find_picture_end(content));
    let caption = match shortcode.attributes.find("caption") {
        // Before WordPress 3.4 the caption was an attribute; since then it follows the picture.
        Some(caption) if after.trim().is_empty() => caption,
        _ => after,
    };
    render_figure(shown, caption)
}

/// Returns the offset after the first picture and a link around it. If there is no picture, returns the length of the
/// content.
fn find_picture_end(content: &str) -> usize {
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

/// Renders a `<figure>` that contains the HTML `shown`. An empty caption is omitted.
fn render_figure(shown: &str, caption: &str) -> String {
    let caption = caption.trim();
    if caption.is_empty() {
        return format!("<figure>{shown}</figure>");
    }
    // A finished block gets no line breaks later.
    let caption = caption.replace('\n', "<br>\n");
    format!("<figure>{shown}<figcaption>{caption}</figcaption></figure>")
}

/// Selects the attachments that a gallery or playlist shows: those that it lists, in its order. If it lists none, selects
/// the files uploaded to the article for which `has_kind` is true.
fn select_attachments<'a>(
    shortcode: &ParsedShortcode<'_>,
    attachments: &'a [Attachment],
    has_kind: fn(&str) -> bool,
) -> Vec<&'a Attachment> {
    let named_ids = parse_attachment_ids(&shortcode.attributes);
    let mut selected: Vec<_> = if named_ids.is_empty() {
        let attached =
            |attachment: &&Attachment| attachment.is_attached && has_kind(&attachment.url);
        attachments.iter().filter(attached).collect()
    } else {
        let find_by_id = |id| attachments.iter().find(|found| found.id == id);
        named_ids.into_iter().filter_map(find_by_id).collect()
    };
    let excluded = shortcode.attributes.ids("exclude");
    selected.retain(|attachment| !excluded.contains(&attachment.id));
    selected
}

fn render_gallery(shortcode: &ParsedShortcode<'_>, attachments: &[Attachment]) -> String {
    let mut html = String::new();
    for picture in select_attachments(shortcode, attachments, is_image) {
        let (url, alt) = (
            escape_attribute(&picture.url),
            escape_attribute(&picture.alt),
        );
        let shown = format!("<img src=\"{url}\" alt=\"{alt}\">");
        // Writing to a string cannot fail.
        let _ = writeln!(html, "{}", render_figure(&shown, &picture.caption));
    }
    html
}

fn render_playlist(shortcode: &ParsedShortcode<'_>, attachments: &[Attachment]) -> String {
    let (kind, has_kind): (_, fn(&str) -> bool) = match shortcode.attributes.find("type") {
        Some("video") => ("video", is_video),
        _ => ("audio", is_audio),
    };
    let mut html = String::new();
    for track in select_attachments(shortcode, attachments, has_kind) {
        let url = escape_attribute(&track.url);
        let shown = format!("<{kind} controls src=\"{url}\"></{kind}>");
        // Writing to a string cannot fail.
        let _ = writeln!(html, "{}", render_figure(&shown, &track.caption));
    }
    html
}

fn is_image(url: &str) -> bool {
    has_extension(
        url,
        &[
            "jpg", "jpeg", "png", "gif", "webp", "avif", "bmp", "svg", "heic", "tiff",
        ],
    )
}

fn is_video(url: &str) -> bool {
    has_extension(
        url,
        &[
            "mp4", "m4v", "webm", "ogv", "flv", "mov", "wmv", "avi", "mpg",
        ],
    )
}

fn is_audio(url: &str) -> bool {
    has_extension(url, &["mp3", "m4a", "ogg", "oga", "wav", "wma", "flac"])
}

fn has_extension(url: &str, endings: &[&str]) -> bool {
    // Plug-ins add a version to URLs, as in `tea.jpg?v=2`.
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.rsplit_once('.')
        .is_some_and(|(_, ending)| endings.iter().any(|e| e.eq_ignore_ascii_case(ending)))
}

/// Renders a `<video>` or `<audio>` element for the file of a shortcode. `sources` are the names of the attributes that
/// may contain its URL.
fn render_player(shortcode: &ParsedShortcode<'_>, kind: &str, sources: &[&str]) -> Option<String> {
    let attributes = &shortcode.attributes;
    let named_ids = sources.iter().find_map(|name| attributes.find(name));
    // The oldest form has titles after the URL, separated by a bar.
    let bare = || attributes.unnamed().and_then(|bare| bare.split('|').next());
    let source = named_ids
        .or_else(bare)
        .or_else(|| parse_lone_url(shortcode.content?))
        .filter(|source| !source.is_empty())?;
    let mut html = format!("<{kind} controls src=\"{}\"", escape_attribute(source));
    if kind == "video" {
        for name in ["poster", "width", "height"] {
            if let Some(value) = attributes.find(name) {
                // Writing to a string cannot fail.
                let _ = write!(html, " {name}=\"{}\"", escape_attribute(value));
            }
        }
    }
    Some(format!("<figure>{html}></{kind}></figure>"))
}

/// Renders a link to a video. The shortcode contains the URL, or a video ID to append to `site`.
fn render_video_link(shortcode: &ParsedShortcode<'_>, site: &str) -> Option<String> {
    let attributes = &shortcode.attributes;
    let given = shortcode
        .content
        .map(str::trim)
        .filter(|content| !content.is_empty())
        .or_else(|| attributes.unnamed())
        .or_else(|| {
            ["src", "url", "id"]
                .iter()
                .find_map(|name| attributes.find(name))
        })?;
    if let Some(url) = parse_lone_url(given) {
        return Some(link_paragraph(url));
    }
    // The ID goes into a URL as it is, so it must not contain a slash or a query.
    let is_id_char = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let is_video_id = !site.is_empty() && !given.is_empty() && given.chars().all(is_id_char);
    is_video_id.then(|| link_paragraph(&format!("{site}{given}")))
}

fn render_code(content: &str) -> String {
    // Authors put the code on lines of its own, between those of the tags.
    let content = content.strip_prefix('\n').unwrap_or(content).trim_end();
    format!("<pre><code>{}</code></pre>", escape_unescaped(content))
}

/// Escapes code for display as HTML text. Existing entities such as `&lt;` stay unchanged.
fn escape_unescaped(code: &str) -> Cow<'_, str> {
    if !code.contains(['<', '>', '&']) {
        return Cow::Borrowed(code);
    }
    let mut escaped = String::with_capacity(code.len() + 64);
    for (at, c) in code.char_indices() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // Editors escaped some code and plug-ins did not, so existing entities stay.
            '&' if !starts_with_entity(&code[at..]) => escaped.push_str("&amp;"),
            _ => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

fn starts_with_entity(code: &str) -> bool {
    const NAMED: [&str; 6] = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&nbsp;"];
    if NAMED.iter().any(|entity| code.starts_with(entity)) {
        return true;
    }
    code.strip_prefix("&#").is_some_and(|number| {
        let digits = number.trim_start_matches(|c: char| c.is_ascii_digit());
        digits.len() < number.len() && digits.starts_with(';')
    })
}
