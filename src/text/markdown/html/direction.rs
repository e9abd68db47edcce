//! Sets the direction of each block of sanitized HTML, so that an English paragraph between Arabic ones begins on the left.
//!
//! `dir="auto"` on each block cannot do this: browsers leave out elements with a `dir` when they determine the direction of
//! an element around them, so that a quotation or a list of Arabic paragraphs would count as having no text.

use std::borrow::Cow;

use unicode_bidi::{BidiClass, bidi_class};

use super::characters::decode_chars;
use super::element_kinds::{is_inline, is_void};
use crate::text::tokenizer::{HtmlToken, tokenize};

#[derive(Clone, Copy, PartialEq, Eq)]
enum TextDirection {
    LeftToRight,
    RightToLeft,
}

/// Adds a `dir` attribute to each block whose direction differs from what surrounds it. The first letter of a block decides
/// (rules P2 and P3 of UAX #9); a block without letters has the direction of what surrounds it. HTML without letters of a
/// right-to-left script stays unchanged, and so do blocks in an element for which an author has set the direction.
pub(in super::super) fn add_directions(safe_html: &str) -> Cow<'_, str> {
    if !safe_html.chars().any(is_right_to_left) {
        return Cow::Borrowed(safe_html);
    }
    let overall = find_overall_direction(safe_html);
    let mut directions = find_directions(safe_html).into_iter();
    let mut html = String::with_capacity(safe_html.len() + safe_html.len() / 8);
    let mut open: Vec<(Option<TextDirection>, bool)> = Vec::new();
    for token in tokenize(safe_html) {
        let HtmlToken::Tag(tag) = token else {
            html.push_str(token.source());
            continue;
        };
        if tag.is_end {
            open.pop();
        }
        if tag.is_end || is_void(tag.name) {
            html.push_str(tag.source);
            continue;
        }
        let (inherited, is_set) = open.last().copied().unwrap_or_default();
        let is_set = is_set || tag.find_attribute("dir").is_some();
        let direction = if is_block(tag.name) {
            let own = directions.next().flatten();
            own.or(inherited).or(overall)
        } else {
            inherited
        };
        let value = match direction {
            _ if is_set || direction == inherited && tag.name != "pre" => None,
            // Then browsers determine the direction of each line, which code needs.
            _ if tag.name == "pre" => Some("auto"),
            direction => direction.map(TextDirection::as_str),
        };
        let (name, rest) = tag.source.split_at(1 + tag.name.len());
        html.push_str(name);
        if let Some(value) = value {
            html.push_str(" dir=\"");
            html.push_str(value);
            html.push('"');
        }
        html.push_str(rest);
        open.push((direction, is_set));
    }
    Cow::Owned(html)
}

/// Returns the value of the `dir` attribute for an element with this HTML.
pub(in super::super) fn direction(safe_html: &str) -> &'static str {
    find_overall_direction(safe_html).map_or("auto", TextDirection::as_str)
}

impl TextDirection {
    const fn as_str(self) -> &'static str {
        match self {
            Self::LeftToRight => "ltr",
            Self::RightToLeft => "rtl",
        }
    }
}

/// Returns the direction of each block, in the order of their start tags. `None` stands for a block without letters.
fn find_directions(safe_html: &str) -> Vec<Option<TextDirection>> {
    let mut directions: Vec<Option<TextDirection>> = Vec::new();
    // For each open element: the index of the block, and whether its text counts for the elements around it.
    let mut open: Vec<(Option<usize>, bool)> = Vec::new();
    for token in tokenize(safe_html) {
        match token {
            HtmlToken::Text(source) => {
                let Some(direction) = find_direction(source) else {
                    continue;
                };
                for (block, counts_outside) in open.iter().rev() {
                    if let Some(block) = block {
                        directions[*block] = directions[*block].or(Some(direction));
                    }
                    if !counts_outside {
                        break;
                    }
                }
            }
            HtmlToken::Tag(tag) if tag.is_end => drop(open.pop()),
            HtmlToken::Tag(tag) if !is_void(tag.name) => {
                let counts_outside = tag.name != "bdi" && tag.find_attribute("dir").is_none();
                let block = is_block(tag.name).then(|| {
                    directions.push(None);
                    directions.len() - 1
                });
                open.push((block, counts_outside));
            }
            _ => {}
        }
    }
    directions
}

/// Returns the direction of the first letter of the HTML.
fn find_overall_direction(safe_html: &str) -> Option<TextDirection> {
    tokenize(safe_html).find_map(|token| match token {
        HtmlToken::Text(source) => find_direction(source),
        _ => None,
    })
}

/// Returns the direction of the first letter of HTML text.
fn find_direction(source: &str) -> Option<TextDirection> {
    decode_chars(source).find_map(|(c, _)| letter_direction(c))
}

fn letter_direction(c: char) -> Option<TextDirection> {
    match bidi_class(c) {
        BidiClass::L => Some(TextDirection::LeftToRight),
        BidiClass::R | BidiClass::AL => Some(TextDirection::RightToLeft),
        _ => None,
    }
}

fn is_right_to_left(c: char) -> bool {
    // The ranges that Unicode reserves for such scripts, and the right-to-left mark. Most texts have none of them.
    let is_reserved = matches!(c,
        '\u{590}'..='\u{8FF}' | '\u{200F}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}'
        | '\u{10800}'..='\u{10FFF}' | '\u{1E800}'..='\u{1EFFF}');
    is_reserved && letter_direction(c) == Some(TextDirection::RightToLeft)
}

fn is_block(name: &str) -> bool {
    name != "a" && !is_inline(name) && !matches!(name, "tbody" | "tfoot" | "thead" | "tr")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_block_has_the_direction_of_its_first_letter() {
        for (html, expected) in [
            ("<p>Tea</p>", "<p>Tea</p>"),
            ("<p>שלום!</p>", "<p dir=\"rtl\">שלום!</p>"),
            (
                "<p>مرحبا</p>\n<p>Hello!</p>\n<p>1986</p>",
                "<p dir=\"rtl\">مرحبا</p>\n<p dir=\"ltr\">Hello!</p>\n<p dir=\"rtl\">1986</p>",
            ),
            // The quotation has a direction of its own, for the side of its rule.
            (
                "<blockquote><p>«1» مرحبا</p><p>Hi</p></blockquote>",
                "<blockquote dir=\"rtl\"><p>«1» مرحبا</p><p dir=\"ltr\">Hi</p></blockquote>",
            ),
            (
                "<ul><li><p>مرحبا</p></li><li>Hi<ol><li>שלום</li></ol></li></ul>",
                "<ul dir=\"rtl\"><li><p>مرحبا</p></li><li dir=\"ltr\">Hi<ol dir=\"rtl\"><li>שלום</li></ol></li></ul>",
            ),
            (
                "<table><tbody><tr><td>مرحبا</td><td>&amp; Hi</td></tr></tbody></table>",
                "<table dir=\"rtl\"><tbody><tr><td>مرحبا</td><td dir=\"ltr\">&amp; Hi</td></tr></tbody></table>",
            ),
            // A character reference has letters that nobody sees.
            (
                "<p>&lt;مرحبا&gt;<br>x</p>",
                "<p dir=\"rtl\">&lt;مرحبا&gt;<br>x</p>",
            ),
            (
                "<p>مرحبا</p><pre><code>a\nب</code></pre>",
                "<p dir=\"rtl\">مرحبا</p><pre dir=\"auto\"><code>a\nب</code></pre>",
            ),
            // Isolated names do not count.
            (
                "<p><bdi>مرحبا</bdi> wrote</p><p><span dir=\"rtl\">ש</span> a</p>",
                "<p dir=\"ltr\"><bdi>مرحبا</bdi> wrote</p><p dir=\"ltr\"><span dir=\"rtl\">ש</span> a</p>",
            ),
            // What an author has set is not changed.
            (
                "<p dir=\"rtl\" lang=\"ar\">iPhone مرحبا</p><div dir=\"rtl\"><p>Hi</p></div>",
                "<p dir=\"rtl\" lang=\"ar\">iPhone مرحبا</p><div dir=\"rtl\"><p>Hi</p></div>",
            ),
        ] {
            assert_eq!(add_directions(html), expected);
        }
    }
}
