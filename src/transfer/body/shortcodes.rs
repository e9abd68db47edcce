//! Finds WordPress shortcodes, `[name …]` and `[name …]…[/name]`, in a text. The module `shortcode_html` renders them.

use std::collections::HashMap;

use crate::text::tokenizer::{HtmlScanner, HtmlToken};

use super::attributes::ShortcodeAttributes;

/// Names of the shortcodes that the import converts to HTML.
const KNOWN_SHORTCODES: [&str; 11] = [
    "audio",
    "caption",
    "code",
    "embed",
    "gallery",
    "playlist",
    "sourcecode",
    "video",
    "vimeo",
    "wp_caption",
    "youtube",
];

/// Text, a shortcode, or the name of an unknown shortcode.
#[derive(Debug, PartialEq, Eq)]
pub enum ShortcodePart<'a> {
    Text(&'a str),
    Known(ParsedShortcode<'a>),
    /// Name of a shortcode that the import cannot convert. The shortcode itself is part of the surrounding text.
    Unknown(&'a str),
}

/// A shortcode with its attributes, and its content if it has any.
#[derive(Debug, PartialEq, Eq)]
pub struct ParsedShortcode<'a> {
    /// The whole shortcode as the author wrote it.
    pub source: &'a str,
    pub name: &'a str,
    pub attributes: ShortcodeAttributes<'a>,
    /// Text between the opening and the closing tag. `None` if there is no closing tag.
    pub content: Option<&'a str>,
}

/// Splits a text at the shortcodes that the import can convert.
pub fn split(text: &str) -> Vec<ShortcodePart<'_>> {
    let mut finder = ShortcodeFinder {
        text,
        scanner: HtmlScanner::new(text),
        closings: find_closings(text),
        parts: Vec::new(),
        split_end: 0,
    };
    finder.find_all();
    finder.parts
}

struct ShortcodeFinder<'a> {
    text: &'a str,
    scanner: HtmlScanner<'a>,
    closings: HashMap<&'a str, Vec<usize>>,
    parts: Vec<ShortcodePart<'a>>,
    /// Offset up to which the text is already in `parts`.
    split_end: usize,
}

/// The opening tag of a shortcode, or other text in brackets that looks like one.
struct OpeningTag<'a> {
    name: &'a str,
    attributes: &'a str,
    is_self_closing: bool,
    end: usize,
}

impl<'a> ShortcodeFinder<'a> {
    fn find_all(&mut self) {
        let text = self.text;
        let mut at = 0;
        // Shortcodes within code are examples, not instructions.
        let mut in_code: Option<&str> = None;
        // A `<pre>` without an end tag must not hide all shortcodes after it.
        let code = ["pre", "code"].map(|name| (name, text.rfind(&format!("</{name}"))));
        while let Some(found) = text[at..].find(['<', '[']) {
            at += found;
            if text.as_bytes()[at] == b'[' {
                at = if in_code.is_some() {
                    self.skip_in_code(at)
                } else {
                    self.read_bracket(at)
                };
                continue;
            }
            let Some(markup) = self.scanner.markup_at(at) else {
                at += 1;
                continue;
            };
            if let HtmlToken::Tag(tag) = markup {
                match in_code {
                    None if !tag.is_end => {
                        let opens = |&(name, end): &(&str, _)| tag.is_named(name) && end > Some(at);
                        in_code = code.into_iter().find(opens).map(|(name, _)| name);
                    }
                    Some(name) if tag.is_end && tag.is_named(name) => in_code = None,
                    _ => {}
                }
            }
            at += markup.source().len();
        }
        self.push_text_until(text.len());
    }

    /// Reads the shortcode or other text that starts with the `[` at offset `at`. Returns the offset at which to
    /// continue.
    fn read_bracket(&mut self, at: usize) -> usize {
        if self.text[at..].starts_with("[[") {
            return self.read_escaped(at).unwrap_or(at + 1);
        }
        let Some(opening) = parse_opening(self.text, at) else {
            return at + 1;
        };
        let is_known = KNOWN_SHORTCODES.contains(&opening.name);
        let closing = if opening.is_self_closing {
            None
        } else {
            self.find_closing(&opening)
        };
        if !is_known {
            if looks_intended(&opening, closing) {
                self.parts.push(ShortcodePart::Unknown(opening.name));
            }
            // The content of an unknown shortcode is ordinary text, in which known ones may follow.
            return opening.end;
        }
        self.push_text_until(at);
        let (content, end) = match closing {
            Some(closing) => (
                Some(&self.text[opening.end..closing]),
                // A closing tag has three characters besides its name.
                closing + opening.name.len() + 3,
            ),
            None => (None, opening.end),
        };
        self.parts.push(ShortcodePart::Known(ParsedShortcode {
            source: &self.text[at..end],
            name: opening.name,
            attributes: ShortcodeAttributes::parse(opening.attributes),
            content,
        }));
        self.split_end = end;
        // Continuing after the content: it belongs to the shortcode, whatever markup it contains.
        end
    }

    /// Reads an escaped shortcode: `[[name]]` shows the text `[name]`. Returns the offset after it, or `None` if there is
    /// none at `at`.
    fn read_escaped(&mut self, at: usize) -> Option<usize> {
        let opening = parse_opening(self.text, at + 1)?;
        let closing = self.find_closing(&opening);
        if !KNOWN_SHORTCODES.contains(&opening.name) && !looks_intended(&opening, closing) {
            return None;
        }
        let ends_here = |end: usize| self.text[end..].starts_with(']').then_some(end);
        let end = ends_here(opening.end).or_else(|| {
            let closing = closing?;
            ends_here(closing + opening.name.len() + 3)
        })?;
        self.push_text_until(at);
        self.parts
            .push(ShortcodePart::Text(&self.text[at + 1..end]));
        self.split_end = end + 1;
        Some(end + 1)
    }

    /// Skips a `[` inside a code element, where shortcodes are plain text. Only `[[name]]` is still replaced by `[name]`.
    /// Returns the offset at which to continue.
    fn skip_in_code(&mut self, at: usize) -> usize {
        if self.text[at..].starts_with("[[")
            && let Some(end) = self.read_escaped(at)
        {
            return end;
        }
        at + 1
    }

    /// Finds the offset of the closing tag that follows this opening tag.
    fn find_closing(&self, opening: &OpeningTag<'_>) -> Option<usize> {
        let places = self.closings.get(opening.name)?;
        // A linear search would make a text with many shortcodes quadratic.
        let next = places.partition_point(|&place| place < opening.end);
        places.get(next).copied()
    }

    fn push_text_until(&mut self, end: usize) {
        if self.split_end < end {
            self.parts
                .push(ShortcodePart::Text(&self.text[self.split_end..end]));
            self.split_end = end;
        }
    }
}

/// Returns the offsets of all closing tags, by shortcode name. Collecting them once keeps the search for each closing tag
/// fast in a text with many shortcodes.
fn find_closings(text: &str) -> HashMap<&str, Vec<usize>> {
    let mut closings: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, _) in text.match_indices("[/") {
        let rest = &text[place + 2..];
        let name = &rest[..name_length(rest)];
        if !name.is_empty() && rest[name.len()..].starts_with(']') {
            closings.entry(name).or_default().push(place);
        }
    }
    closings
}

/// Parses the opening tag of a shortcode at offset `at`. Returns `None` if the text there does not look like one.
fn parse_opening(text: &str, at: usize) -> Option<OpeningTag<'_>> {
    let rest = &text[at + 1..];
    let name = &rest[..name_length(rest)];
    let after = &rest[name.len()..];
    let follows = after.starts_with(|c: char| c.is_whitespace() || matches!(c, ']' | '='))
        || after.starts_with("/]");
    if name.is_empty() || !follows {
        return None;
    }
    let length = after.find(['[', ']'])?;
    // WordPress does not allow brackets inside of a tag.
    if after.as_bytes()[length] == b'[' {
        return None;
    }
    let inside = &after[..length];
    let attributes = inside.strip_suffix('/').unwrap_or(inside);
    Some(OpeningTag {
        name,
        attributes,
        is_self_closing: inside.ends_with('/'),
        end: at + 1 + name.len() + length + 1,
    })
}

fn name_length(rest: &str) -> usize {
    if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return 0;
    }
    rest.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-'))
        .unwrap_or(rest.len())
}

/// Returns whether this is probably a plug-in's shortcode, rather than ordinary words in brackets.
fn looks_intended(opening: &OpeningTag<'_>, closing: Option<usize>) -> bool {
    let mut before = None;
    let has_attribute = opening.attributes.chars().any(|c| {
        let after_name = before.is_none_or(|b: char| b.is_ascii_alphanumeric() || b == '_');
        before = Some(c);
        c == '=' && after_name
    });
    has_attribute
        || closing.is_some()
        || opening.name.contains(['_', '-'])
        || opening.is_self_closing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn describe_parts(text: &str) -> Vec<String> {
        split(text)
            .into_iter()
            .map(|part| match part {
                ShortcodePart::Text(text) => text.to_owned(),
                ShortcodePart::Known(known) => {
                    format!("{}:{}", known.name, known.content.unwrap_or("-"))
                }
                ShortcodePart::Unknown(name) => format!("?{name}"),
            })
            .collect()
    }

    #[test]
    fn shortcodes_are_found_within_text() {
        for (text, parts) in [
            ("a [gallery] b", vec!["a ", "gallery:-", " b"]),
            ("[audio src=\"a\" /]b", vec!["audio:-", "b"]),
            ("[caption]a[/caption]b", vec!["caption:a", "b"]),
            ("[video]a", vec!["video:-", "a"]),
            ("[[gallery]]", vec!["[gallery]"]),
            ("[[caption]a[/caption]]b", vec!["[caption]a[/caption]", "b"]),
            ("<a title='[gallery]'>", vec!["<a title='[gallery]'>"]),
            ("<code>[gallery]</code>", vec!["<code>[gallery]</code>"]),
        ] {
            assert_eq!(describe_parts(text), parts, "{text}");
        }
    }

    #[test]
    fn words_in_brackets_are_not_reported_as_unknown_shortcodes() {
        for text in [
            "[contact-form-7]",
            "[form id=\"3\"]",
            "[url=http://a.b]",
            "[box]a[/box]",
            "[tweet/]",
            "[my_form]",
        ] {
            assert_eq!(describe_parts(text).len(), 2, "{text}");
        }
        for text in [
            "[sic]",
            "[1]",
            "[Editor's note: a=b]",
            "[note that a = b]",
            "[...]",
            "[[Page]]",
            "[a",
            "[]",
            "[a [b]",
        ] {
            assert_eq!(describe_parts(text), [text]);
        }
    }
}
