//! Turns URLs that an author wrote as plain text into links.

use linkify::{LinkFinder, LinkKind};

use crate::text::tokenizer::{HtmlTag, HtmlToken, tokenize};

use super::part::TextPart;
use super::shortcode_html::{link_paragraph, parse_lone_url, url_link};

/// Counts the open `<a>`, `<pre>` and `<code>` elements. URLs inside them do not become links.
#[derive(Default)]
struct LinkContext {
    links: usize,
    code: usize,
}

impl LinkContext {
    fn enter(&mut self, tag: HtmlTag<'_>) {
        let count = if tag.is_named("a") {
            &mut self.links
        } else if tag.is_named("pre") || tag.is_named("code") {
            &mut self.code
        } else {
            return;
        };
        *count = if tag.is_end {
            // An end tag may come without a start tag.
            count.saturating_sub(1)
        } else {
            *count + 1
        };
    }

    fn allows_links(&self) -> bool {
        self.links == 0 && self.code == 0
    }
}

/// Turns the web URLs in a text into links. Email addresses stay plain text.
pub fn linkify(text: &str) -> String {
    let mut finder = LinkFinder::new();
    // Without the scheme file names such as `notes.md` would count as URLs.
    finder.kinds(&[LinkKind::Url]).url_must_have_scheme(true);
    let mut html = String::with_capacity(text.len());
    let mut context = LinkContext::default();
    for piece in tokenize(text) {
        match piece {
            HtmlToken::Text(words) if context.allows_links() && words.contains("://") => {
                for span in finder.spans(words) {
                    match span.kind() {
                        Some(_) => push_link(&mut html, span.as_str()),
                        None => html.push_str(span.as_str()),
                    }
                }
            }
            HtmlToken::Tag(tag) => {
                context.enter(tag);
                html.push_str(tag.source);
            }
            _ => html.push_str(piece.source()),
        }
    }
    html
}

fn push_link(html: &mut String, found: &str) {
    // The finder knows no HTML entities and would take `&quot;` for a part of the URL.
    let end = found
        .match_indices('&')
        .find(|&(at, _)| ends_url(&found[at..]));
    let (found, after) = found.split_at(end.map_or(found.len(), |(at, _)| at));
    match parse_lone_url(found) {
        Some(url) => html.push_str(&url_link(url)),
        None => html.push_str(found),
    }
    html.push_str(after);
}

/// Returns whether `rest` starts with an HTML entity for a character that cannot be part of a URL, such as `&quot;`.
fn ends_url(rest: &str) -> bool {
    const ENDS: [&str; 8] = ["lt", "gt", "quot", "nbsp", "#039", "#39", "#8220", "#8221"];
    // A numeric entity has `#` before its alphanumeric characters.
    let name = rest[1..].strip_prefix('#').map_or(1, |_| 2);
    let length = rest[name..]
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(rest.len() - name);
    ENDS.contains(&&rest[1..name + length])
}

/// Appends `text` to `parts`. A URL alone on a line becomes a paragraph with a link, since WordPress would embed the page
/// there.
pub fn push_with_lone_urls<'a>(text: &'a str, parts: &mut Vec<TextPart<'a>>) {
    if !text.contains("://") {
        parts.push(TextPart::Text(text.into()));
        return;
    }
    let mut context = LinkContext::default();
    let mut pushed_end = 0;
    let mut at = 0;
    // A line also starts at the beginning and after a `<p>`.
    let mut is_line_start = true;
    for piece in tokenize(text) {
        match piece {
            HtmlToken::Text(words) => {
                if context.allows_links() {
                    let mut start = at;
                    for line in words.split_inclusive('\n') {
                        let whole = (is_line_start || start > at)
                            && (line.ends_with('\n') || is_line_end(&text[start + line.len()..]));
                        if whole && let Some(url) = parse_lone_url(line) {
                            parts.push(TextPart::Text(text[pushed_end..start].into()));
                            parts.push(TextPart::Block(link_paragraph(url)));
                            pushed_end = start + line.len();
                        }
                        start += line.len();
                    }
                }
                is_line_start = words.ends_with('\n');
            }
            HtmlToken::Tag(tag) => {
                context.enter(tag);
                is_line_start = tag.is_named("p") && !tag.is_end;
            }
            HtmlToken::RawElement(..) => is_line_start = false,
            // A comment is invisible, so the line goes on after it.
            HtmlToken::Comment(_) => {}
        }
        at += piece.source().len();
    }
    parts.push(TextPart::Text(text[pushed_end..].into()));
}

/// Returns whether a line of text ends before `rest` because the text or the paragraph ends.
fn is_line_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with("</p>")
}
