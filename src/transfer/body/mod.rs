//! Converts an article or comment as WordPress stores it into the HTML that WordPress would show. The result is not safe
//! to show before `text::markdown` has sanitized it.

mod attachments;
mod attributes;
mod blocks;
mod footnotes;
mod links;
mod paragraphs;
mod part;
mod shortcode_html;
mod shortcodes;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use part::TextPart;

pub use attachments::{Attachment, NeededAttachments, find_needed_attachments};
pub use footnotes::render_footnotes;

/// The HTML made from an article's text, and what could not be converted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConvertedText {
    /// HTML that must still be sanitized.
    pub html: String,
    /// Names of the WordPress shortcodes that could not be converted and stay in the text. A name is repeated for each
    /// occurrence.
    pub unknown_shortcodes: Vec<String>,
    /// Names of the WordPress blocks that were removed, because only a running WordPress could render them. A name is
    /// repeated for each occurrence.
    pub removed_blocks: Vec<String>,
}

/// Converts the text of a WordPress article to HTML. A gallery that lists no IDs shows all files uploaded to the article,
/// in the order of `attachments`.
pub fn convert_article(raw: &str, attachments: &[Attachment]) -> ConvertedText {
    let mut text = normalize_line_ends(raw);
    let mut converted = ConvertedText::default();
    // Checked before the comments are removed: the block editor writes its own paragraphs.
    let has_blocks = blocks::has_blocks(&text);
    if has_blocks {
        let (html, removed) = blocks::strip_blocks(&text);
        converted.removed_blocks = removed;
        text = Cow::Owned(html);
    }
    let mut parts = Vec::new();
    for part in shortcodes::split(&text) {
        match part {
            shortcodes::ShortcodePart::Unknown(name) => {
                converted.unknown_shortcodes.push(name.to_owned());
            }
            shortcodes::ShortcodePart::Text(text) => links::push_with_lone_urls(text, &mut parts),
            shortcodes::ShortcodePart::Known(known) => {
                match shortcode_html::render(&known, attachments) {
                    Some(html) => parts.push(TextPart::Block(html)),
                    // Nothing to show is no reason to lose what the author wrote.
                    None => {
                        converted.unknown_shortcodes.push(known.name.to_owned());
                        parts.push(TextPart::Text(known.source.into()));
                    }
                }
            }
        }
    }
    converted.html = if has_blocks {
        join_parts(&parts)
    } else {
        paragraphs::render_parts(&parts)
    };
    // A block comment that is left stands in an attribute or a script; escaped, it cannot become a comment later.
    if blocks::has_blocks(&converted.html) {
        converted.html = converted.html.replace("<!-- wp:", "&lt;!-- wp:");
    }
    converted
}

/// Converts the text of a WordPress comment to HTML, and turns plain URLs into links.
pub fn convert_comment(raw: &str) -> String {
    paragraphs::render(&links::linkify(&normalize_line_ends(raw)))
}

fn normalize_line_ends(raw: &str) -> Cow<'_, str> {
    if raw.contains('\r') {
        return Cow::Owned(raw.replace("\r\n", "\n").replace('\r', "\n"));
    }
    Cow::Borrowed(raw)
}

/// Joins the parts of a text that already has paragraphs. A block element that is alone in a `<p>` replaces the `<p>`.
fn join_parts(parts: &[TextPart<'_>]) -> String {
    let mut html = String::new();
    let mut replaced_paragraph = false;
    for part in parts {
        match part {
            TextPart::Text(text) => {
                let text = match text.trim_start().strip_prefix("</p>") {
                    Some(after) if replaced_paragraph => after,
                    _ => text,
                };
                html.push_str(text);
                replaced_paragraph = false;
            }
            TextPart::Block(block) => {
                // HTML does not allow a block inside of a paragraph.
                let before = html.trim_end();
                let is_paragraph = |tag: &str| tag == "<p>" || tag.starts_with("<p ");
                let opening = before
                    .rfind('<')
                    .filter(|&open| before.ends_with('>') && is_paragraph(&before[open..]));
                if let Some(opening) = opening {
                    html.truncate(opening);
                    replaced_paragraph = true;
                }
                html.push_str(block);
            }
        }
    }
    html
}
