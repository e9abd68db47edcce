//! Addresses that an author wrote without making links of them.

use linkify::{LinkFinder, LinkKind};

use crate::text::tokenizer::{HtmlTag, HtmlToken, tokenize};

use super::Part;
use super::widgets::{address, bare_link, link};

/// Where in a text we are: within links and code, addresses stay as they are.
#[derive(Default)]
struct Place {
    links: usize,
    code: usize,
}

impl Place {
    fn pass(&mut self, tag: HtmlTag<'_>) {
        let count = if tag.is_named("a") {
            &mut self.links
        } else if tag.is_named("pre") || tag.is_named("code") {
            &mut self.code
        } else {
            return;
        };
        *count = if tag.is_end {
            count.saturating_sub(1)
        } else {
            *count + 1
        };
    }

    fn takes_links(&self) -> bool {
        self.links == 0 && self.code == 0
    }
}

/// The text with links in place of the web addresses in it. E-mail addresses stay words: nobody asked to be written to.
pub fn with_links(text: &str) -> String {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]).url_must_have_scheme(true);
    let mut html = String::with_capacity(text.len());
    let mut place = Place::default();
    for piece in tokenize(text) {
        match piece {
            HtmlToken::Text(words) if place.takes_links() && words.contains("://") => {
                for span in finder.spans(words) {
                    match span.kind() {
                        Some(_) => push_link(&mut html, span.as_str()),
                        None => html.push_str(span.as_str()),
                    }
                }
            }
            HtmlToken::Tag(tag) => {
                place.pass(tag);
                html.push_str(tag.source);
            }
            _ => html.push_str(piece.source()),
        }
    }
    html
}

fn push_link(html: &mut String, found: &str) {
    let end = found
        .match_indices('&')
        .find(|&(at, _)| ends_address(&found[at..]));
    let (found, after) = found.split_at(end.map_or(found.len(), |(at, _)| at));
    match address(found) {
        Some(address) => html.push_str(&bare_link(address)),
        None => html.push_str(found),
    }
    html.push_str(after);
}

/// Whether an entity for a character that ends an address stands here.
fn ends_address(rest: &str) -> bool {
    const ENDS: [&str; 8] = ["lt", "gt", "quot", "nbsp", "#039", "#39", "#8220", "#8221"];
    let name = rest[1..].strip_prefix('#').map_or(1, |_| 2);
    let length = rest[name..]
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(rest.len() - name);
    ENDS.contains(&&rest[1..name + length])
}

/// Adds the text; an address alone on a line becomes a paragraph with a link, where WordPress showed what is there.
pub fn push_with_lone_addresses<'a>(text: &'a str, parts: &mut Vec<Part<'a>>) {
    if !text.contains("://") {
        parts.push(Part::Text(text.into()));
        return;
    }
    let mut place = Place::default();
    let mut written = 0;
    let mut at = 0;
    // At the beginning and after a `<p>` a line begins too.
    let mut begins = true;
    for piece in tokenize(text) {
        match piece {
            HtmlToken::Text(words) => {
                if place.takes_links() {
                    let mut start = at;
                    for line in words.split_inclusive('\n') {
                        let whole = (begins || start > at)
                            && (line.ends_with('\n') || ends(&text[start + line.len()..]));
                        if whole && let Some(address) = address(line) {
                            parts.push(Part::Text(text[written..start].into()));
                            parts.push(Part::Block(link(address)));
                            written = start + line.len();
                        }
                        start += line.len();
                    }
                }
                begins = words.ends_with('\n');
            }
            HtmlToken::Tag(tag) => {
                place.pass(tag);
                begins = tag.is_named("p") && !tag.is_end;
            }
            HtmlToken::RawElement(..) => begins = false,
            HtmlToken::Comment(_) => {}
        }
        at += piece.source().len();
    }
    parts.push(Part::Text(text[written..].into()));
}

/// Whether a line ends here although no line end stands here.
fn ends(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with("</p>")
}
