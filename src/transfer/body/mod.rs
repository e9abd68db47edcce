//! What WordPress keeps of an article or a comment, made into the HTML that it would show. Pure, and the result is not
//! safe yet: `text::markdown` has the last word on that.

mod attributes;
mod blocks;
mod footnotes;
mod links;
mod paragraphs;
mod shortcodes;
mod widgets;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use attributes::Attributes;

pub use footnotes::footnotes;

/// What an article's text became.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Converted {
    /// The text, not yet safe to show.
    pub html: String,
    /// The names of shortcodes that stay as they were written, one for each time.
    pub unknown_shortcodes: Vec<String>,
    /// The names of blocks that only a running WordPress could fill.
    pub left_out_blocks: Vec<String>,
}

/// A file of the old site that a gallery or a playlist shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attachment {
    /// Its number at the old site.
    pub number: i64,
    /// Where the file is.
    pub address: String,
    /// What stands for it where it cannot be seen, as plain text.
    pub alt: String,
    /// What is said below it; may hold HTML.
    pub caption: String,
    /// Whether it hangs on this article, rather than only being named in it.
    pub attached: bool,
}

/// The attachments that a text needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those that it names.
    pub numbers: Vec<i64>,
    /// Whether it wants all that hang on the article.
    pub attached: bool,
}

/// A part of an article on its way to paragraphs.
enum Part<'a> {
    /// The author's text.
    Text(Cow<'a, str>),
    /// HTML that is ready.
    Block(String),
}

/// The attachments that [`article`] needs to know for this text.
pub fn wanted(raw: &str) -> Wanted {
    let mut wanted = Wanted::default();
    for part in shortcodes::parts(raw) {
        let shortcodes::Part::Known(shortcode) = part else {
            continue;
        };
        if !matches!(shortcode.name, "gallery" | "playlist") {
            continue;
        }
        let numbers = named(&shortcode.attributes);
        wanted.attached |= numbers.is_empty();
        wanted.numbers.extend(numbers);
    }
    wanted.numbers.sort_unstable();
    wanted.numbers.dedup();
    wanted
}

/// The numbers that a gallery or a playlist names; without any it shows what hangs on the article.
fn named(attributes: &Attributes<'_>) -> Vec<i64> {
    ["ids", "include"]
        .into_iter()
        .map(|name| attributes.numbers(name))
        .find(|numbers| !numbers.is_empty())
        .unwrap_or_default()
}

/// An article's text. The attachments come in the order in which a gallery of all shows them.
pub fn article(raw: &str, attachments: &[Attachment]) -> Converted {
    let mut text = with_line_ends(raw);
    let mut converted = Converted::default();
    let has_blocks = blocks::has_blocks(&text);
    if has_blocks {
        let (html, left_out) = blocks::unwrapped(&text);
        converted.left_out_blocks = left_out;
        text = Cow::Owned(html);
    }
    let mut parts = Vec::new();
    for part in shortcodes::parts(&text) {
        match part {
            shortcodes::Part::Unknown(name) => converted.unknown_shortcodes.push(name.to_owned()),
            shortcodes::Part::Text(text) => links::push_with_lone_addresses(text, &mut parts),
            shortcodes::Part::Known(known) => match widgets::html(&known, attachments) {
                Some(html) => parts.push(Part::Block(html)),
                None => {
                    converted.unknown_shortcodes.push(known.name.to_owned());
                    parts.push(Part::Text(known.source.into()));
                }
            },
        }
    }
    converted.html = if has_blocks {
        put_together(&parts)
    } else {
        paragraphs::made_of(&parts)
    };
    // What is left of a mark stood in an attribute or a script.
    if blocks::has_blocks(&converted.html) {
        converted.html = converted.html.replace("<!-- wp:", "&lt;!-- wp:");
    }
    converted
}

/// A comment's text, in which bare addresses become links.
pub fn comment(raw: &str) -> String {
    paragraphs::made(&links::with_links(&with_line_ends(raw)))
}

fn with_line_ends(raw: &str) -> Cow<'_, str> {
    if raw.contains('\r') {
        return Cow::Owned(raw.replace("\r\n", "\n").replace('\r', "\n"));
    }
    Cow::Borrowed(raw)
}

/// The parts as they are; a block that would stand in a paragraph of its own takes its place.
fn put_together(parts: &[Part<'_>]) -> String {
    let mut html = String::new();
    let mut took_paragraph = false;
    for part in parts {
        match part {
            Part::Text(text) => {
                let text = match text.trim_start().strip_prefix("</p>") {
                    Some(after) if took_paragraph => after,
                    _ => text,
                };
                html.push_str(text);
                took_paragraph = false;
            }
            Part::Block(block) => {
                let before = html.trim_end();
                let is_paragraph = |tag: &str| tag == "<p>" || tag.starts_with("<p ");
                let opening = before
                    .rfind('<')
                    .filter(|&open| before.ends_with('>') && is_paragraph(&before[open..]));
                if let Some(opening) = opening {
                    html.truncate(opening);
                    took_paragraph = true;
                }
                html.push_str(block);
            }
        }
    }
    html
}
