//! Converts fields of an export item to plain text: names, titles, excerpts and slugs.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::text::{excerpt, input, markdown};
use crate::transfer::report::ImportReport;
use crate::transfer::wxr::WxrItem;

/// Longest name of a site, a topic or an author, in characters.
const MAX_NAME_CHARS: usize = 200;

/// Converts the name of a site, a topic or an author to one line of plain text, and shortens it if it is too long.
pub fn parse_name(text: &str) -> String {
    excerpt::excerpt(&text_line(text), MAX_NAME_CHARS)
}

/// Converts a name that a stranger entered and that may contain HTML to one line of plain text.
pub fn single_line(text: &str) -> String {
    input::single_line(&plain_text(text))
}

/// Converts a field that an editor entered and that may contain HTML to one line of plain text.
pub fn text_line(text: &str) -> String {
    input::text_line(&plain_text(text))
}

/// Converts a field that may contain HTML to plain text.
pub fn plain_text(text: &str) -> String {
    // Most fields hold no HTML, and parsing is slow.
    let text = if text.contains(['<', '&']) {
        markdown::untrusted_html_to_text(text)
    } else {
        text.to_owned()
    };
    remove_unreadable(text)
}

/// Removes control characters and similar characters. Texts of old sites contain them, but no form of this site accepts
/// them.
pub fn remove_unreadable(text: String) -> String {
    if input::has_invalid_chars(&text) {
        input::strip_invalid_chars(&text)
    } else {
        text
    }
}

/// Reverses the HTML escaping that Broadsheet's exports apply to plain-text fields.
pub fn unescape(text: &str) -> String {
    // A text that is not validly escaped was changed since by WordPress or by hand, and stays as it is.
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), Cow::into_owned)
}

/// Decodes a slug, which WordPress exports percent-encoded.
pub fn decode_slug(slug: &str) -> String {
    let decoded = percent_decode_str(slug).decode_utf8_lossy();
    input::strip_invalid_chars(&decoded)
}

/// Shortens a field to its limit, with "…" at the end, and adds it to the report if it was too long.
pub fn shorten(
    text: String,
    max_chars: usize,
    field: &str,
    item: &WxrItem,
    report: &mut ImportReport,
) -> String {
    if text.chars().count() <= max_chars {
        return text;
    }
    report.shortened.push(|| {
        format!(
            "{} (item {}): the {field}, to {max_chars} characters",
            item.title, item.id
        )
    });
    excerpt::excerpt(&text, max_chars)
}
