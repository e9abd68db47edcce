//! Finds WordPress's shortcodes, `[name …]` and `[name …]…[/name]`, in a text. What they become is `widgets`' business.

use std::collections::HashMap;

use crate::text::tokenizer::{HtmlScanner, HtmlToken};

use super::attributes::Attributes;

/// The shortcodes that we can do without WordPress.
const KNOWN: [&str; 11] = [
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

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// Text as written.
    Text(&'a str),
    /// A shortcode that we know.
    Known(Shortcode<'a>),
    /// The opening of one that we do not know; it stands in the text too.
    Unknown(&'a str),
}

/// A shortcode as it stands in the text.
#[derive(Debug, PartialEq, Eq)]
pub struct Shortcode<'a> {
    /// The whole of it.
    pub source: &'a str,
    pub name: &'a str,
    pub attributes: Attributes<'a>,
    /// What stands before its closing tag, if there is one.
    pub content: Option<&'a str>,
}

/// The parts of a text, in their order.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut finder = Finder {
        text,
        scanner: HtmlScanner::new(text),
        closings: closings(text),
        parts: Vec::new(),
        written: 0,
    };
    finder.find_all();
    finder.parts
}

struct Finder<'a> {
    text: &'a str,
    scanner: HtmlScanner<'a>,
    closings: HashMap<&'a str, Vec<usize>>,
    parts: Vec<Part<'a>>,
    /// How much of the text stands in `parts`.
    written: usize,
}

/// What opens a shortcode, or looks like it.
struct Opening<'a> {
    name: &'a str,
    attributes: &'a str,
    closes_itself: bool,
    /// Where it ends.
    end: usize,
}

impl<'a> Finder<'a> {
    fn find_all(&mut self) {
        let text = self.text;
        let mut at = 0;
        // Code about shortcodes shows them.
        let mut in_code: Option<&str> = None;
        let code = ["pre", "code"].map(|name| (name, text.rfind(&format!("</{name}"))));
        while let Some(found) = text[at..].find(['<', '[']) {
            at += found;
            if text.as_bytes()[at] == b'[' {
                at = if in_code.is_some() {
                    self.pass_over_code(at)
                } else {
                    self.bracket(at)
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
        self.write_up_to(text.len());
    }

    /// Looks at the `[` at this place; says where to look on.
    fn bracket(&mut self, at: usize) -> usize {
        if self.text[at..].starts_with("[[") {
            return self.escaped(at).unwrap_or(at + 1);
        }
        let Some(opening) = opening(self.text, at) else {
            return at + 1;
        };
        let is_known = KNOWN.contains(&opening.name);
        let closing = if opening.closes_itself {
            None
        } else {
            self.closing(&opening)
        };
        if !is_known {
            if is_meant_as_one(&opening, closing) {
                self.parts.push(Part::Unknown(opening.name));
            }
            return opening.end;
        }
        self.write_up_to(at);
        let (content, end) = match closing {
            Some(closing) => (
                Some(&self.text[opening.end..closing]),
                closing + opening.name.len() + 3,
            ),
            None => (None, opening.end),
        };
        self.parts.push(Part::Known(Shortcode {
            source: &self.text[at..end],
            name: opening.name,
            attributes: Attributes::parse(opening.attributes),
            content,
        }));
        self.written = end;
        // The scanner must not be asked about what the shortcode held.
        end
    }

    /// `[[name]]` and `[[name]…[/name]]` say `[name]` and `[name]…[/name]`.
    fn escaped(&mut self, at: usize) -> Option<usize> {
        let opening = opening(self.text, at + 1)?;
        let closing = self.closing(&opening);
        if !KNOWN.contains(&opening.name) && !is_meant_as_one(&opening, closing) {
            return None;
        }
        let ends_here = |end: usize| self.text[end..].starts_with(']').then_some(end);
        let end = ends_here(opening.end).or_else(|| {
            let closing = closing?;
            ends_here(closing + opening.name.len() + 3)
        })?;
        self.write_up_to(at);
        self.parts.push(Part::Text(&self.text[at + 1..end]));
        self.written = end + 1;
        Some(end + 1)
    }

    /// In code only the escape is read, as WordPress does there too.
    fn pass_over_code(&mut self, at: usize) -> usize {
        if self.text[at..].starts_with("[[")
            && let Some(end) = self.escaped(at)
        {
            return end;
        }
        at + 1
    }

    /// Where the next closing tag of this opening begins.
    fn closing(&self, opening: &Opening<'_>) -> Option<usize> {
        let places = self.closings.get(opening.name)?;
        let next = places.partition_point(|&place| place < opening.end);
        places.get(next).copied()
    }

    fn write_up_to(&mut self, end: usize) {
        if self.written < end {
            self.parts.push(Part::Text(&self.text[self.written..end]));
            self.written = end;
        }
    }
}

/// Where each `[/name]` stands.
fn closings(text: &str) -> HashMap<&str, Vec<usize>> {
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

/// What the `[` at this place opens, if it looks like a shortcode.
fn opening(text: &str, at: usize) -> Option<Opening<'_>> {
    let rest = &text[at + 1..];
    let name = &rest[..name_length(rest)];
    let after = &rest[name.len()..];
    let follows = after.starts_with(|c: char| c.is_whitespace() || matches!(c, ']' | '='))
        || after.starts_with("/]");
    if name.is_empty() || !follows {
        return None;
    }
    let length = after.find(['[', ']'])?;
    if after.as_bytes()[length] == b'[' {
        return None;
    }
    let inside = &after[..length];
    let attributes = inside.strip_suffix('/').unwrap_or(inside);
    Some(Opening {
        name,
        attributes,
        closes_itself: inside.ends_with('/'),
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

/// Whether a plug-in of the old site may have stood behind it: words in brackets are words.
fn is_meant_as_one(opening: &Opening<'_>, closing: Option<usize>) -> bool {
    let mut before = None;
    let has_attribute = opening.attributes.chars().any(|c| {
        let after_name = before.is_none_or(|b: char| b.is_ascii_alphanumeric() || b == '_');
        before = Some(c);
        c == '=' && after_name
    });
    has_attribute || closing.is_some() || opening.name.contains(['_', '-']) || opening.closes_itself
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Vec<String> {
        parts(text)
            .into_iter()
            .map(|part| match part {
                Part::Text(text) => text.to_owned(),
                Part::Known(known) => format!("{}:{}", known.name, known.content.unwrap_or("-")),
                Part::Unknown(name) => format!("?{name}"),
            })
            .collect()
    }

    #[test]
    fn shortcodes_are_found_between_words() {
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
            assert_eq!(seen(text), parts, "{text}");
        }
    }

    #[test]
    fn only_what_is_meant_as_one_is_unknown() {
        for text in [
            "[contact-form-7]",
            "[form id=\"3\"]",
            "[url=http://a.b]",
            "[box]a[/box]",
            "[tweet/]",
            "[my_form]",
        ] {
            assert_eq!(seen(text).len(), 2, "{text}");
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
            assert_eq!(seen(text), [text]);
        }
    }
}
