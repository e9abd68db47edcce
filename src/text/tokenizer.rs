//! An HTML tokenizer that finds the same tags, text and comments as browsers do. It works in one pass and does not build
//! a tree.

/// A token of HTML. All tokens of a text, joined together, are equal to the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HtmlToken<'a> {
    /// Text between tags. Character references are not decoded, and a `<` in it does not start a tag.
    Text(&'a str),
    Tag(HtmlTag<'a>),
    /// An element with raw content, such as a script, including its tags. If there is no end tag, it extends to the end
    /// of the text.
    RawElement(HtmlTag<'a>, &'a str),
    /// A comment, or other markup that browsers treat as a comment.
    Comment(&'a str),
}

impl<'a> HtmlToken<'a> {
    /// Returns the source text of the token.
    pub fn source(&self) -> &'a str {
        match self {
            Self::Text(source) | Self::RawElement(_, source) | Self::Comment(source) => source,
            Self::Tag(tag) => tag.source,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HtmlTag<'a> {
    pub source: &'a str,
    pub name: &'a str,
    pub is_end: bool,
}

impl<'a> HtmlTag<'a> {
    pub fn lowercase_name(&self) -> String {
        self.name.to_ascii_lowercase()
    }

    pub fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Iterates over the names and values of the tag's attributes. Values are without quotes, and their character
    /// references are not decoded.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let start = 1 + usize::from(self.is_end) + self.name.len();
        let (source, mut at) = (self.source, start);
        std::iter::from_fn(move || read_attribute(source, &mut at))
    }

    /// Finds an attribute by name, ignoring case. Returns its value, in which character references are not decoded.
    pub fn find_attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

pub fn tokenize(html: &str) -> impl Iterator<Item = HtmlToken<'_>> {
    let mut scanner = HtmlScanner::new(html);
    let mut at = 0;
    std::iter::from_fn(move || {
        let piece = scanner.token_at(at)?;
        at += piece.source().len();
        Some(piece)
    })
}

/// Tokenizer whose callers choose the positions at which to read. Each position must be higher than the one before.
pub struct HtmlScanner<'a> {
    html: &'a str,
    /// Position of the first tag that has no end. Everything from there on is text.
    text_from: usize,
}

impl<'a> HtmlScanner<'a> {
    pub fn new(html: &'a str) -> Self {
        Self {
            html,
            text_from: html.len(),
        }
    }

    /// Returns the token at this position, or `None` at the end of the text.
    pub fn token_at(&mut self, at: usize) -> Option<HtmlToken<'a>> {
        let mut text_end = at;
        while text_end < self.html.len() {
            let Some(open) = self.find_open(text_end) else {
                break;
            };
            match self.markup_at(open) {
                Some(piece) if open == at => return Some(piece),
                Some(_) => return Some(HtmlToken::Text(&self.html[at..open])),
                // A `<` that opens nothing is text.
                None => text_end = open + 1,
            }
        }
        (at < self.html.len()).then(|| HtmlToken::Text(&self.html[at..]))
    }

    fn find_open(&self, at: usize) -> Option<usize> {
        let found = at + self.html[at..].find('<')?;
        (found < self.text_from).then_some(found)
    }

    /// Returns the tag or comment that begins with the `<` at position `open`. Returns `None` if that `<` is text.
    pub fn markup_at(&mut self, open: usize) -> Option<HtmlToken<'a>> {
        if open >= self.text_from {
            return None;
        }
        let rest = &self.html[open..];
        let bytes = rest.as_bytes();
        let length = match bytes.get(1)? {
            b'!' if rest.starts_with("<!--") => {
                return Some(HtmlToken::Comment(&rest[..measure_comment(rest)]));
            }
            b'!' | b'?' => {
                let end = rest.find('>');
                if end.is_none() {
                    self.text_from = open;
                }
                return end.map(|end| HtmlToken::Comment(&rest[..=end]));
            }
            b'/' if bytes.get(2).is_some_and(u8::is_ascii_alphabetic) => measure_tag(rest),
            first if first.is_ascii_alphabetic() => measure_tag(rest),
            _ => return None,
        };
        let Some(length) = length else {
            // Remembered, so that a text of many unterminated tags is not searched to its end for each.
            self.text_from = open;
            return None;
        };
        let tag = parse_tag(&rest[..length]);
        if tag.is_end || !is_raw_element(tag) {
            return Some(HtmlToken::Tag(tag));
        }
        let length = measure_raw_element(rest, length, tag.name);
        Some(HtmlToken::RawElement(tag, &rest[..length]))
    }
}

fn parse_tag(source: &str) -> HtmlTag<'_> {
    let closes = source.starts_with("</");
    let start = if closes { 2 } else { 1 };
    let length = source[start..]
        .find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'))
        .unwrap_or(source.len() - start);
    HtmlTag {
        source,
        name: &source[start..start + length],
        is_end: closes,
    }
}

/// Returns the length of the comment at the start of `rest`. A comment without an end extends to the end of the text.
fn measure_comment(rest: &str) -> usize {
    // From the second dash on: `<!-->` and `<!--->` are complete comments (HTML standard, section 13.2.5.43).
    let mut at = 2;
    while let Some(found) = rest[at..].find("--") {
        let after = &rest[at + found + 2..];
        if after.starts_with('>') {
            return at + found + 3;
        }
        // `--!>` ends a comment as well, but not right after its start.
        if after.starts_with("!>") && at + found > 2 {
            return at + found + 4;
        }
        at += found + 1;
    }
    rest.len()
}

/// Returns the length of the tag at the start of `rest`. Returns `None` if the tag has no end.
fn measure_tag(rest: &str) -> Option<usize> {
    let mut at = 1 + rest[1..].find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'))?;
    // A quote has a meaning only after an equals sign, so the `>` is found by reading attributes.
    while read_attribute(rest, &mut at).is_some() {}
    (rest.as_bytes().get(at) == Some(&b'>')).then_some(at + 1)
}

/// Reads the next attribute of a tag and moves `at` behind it. If there is no more attribute, returns `None` and moves
/// `at` to the `>` or to the end.
fn read_attribute<'a>(tag: &'a str, at: &mut usize) -> Option<(&'a str, &'a str)> {
    let bytes = tag.as_bytes();
    let skip = |at: &mut usize, skips: fn(u8) -> bool| {
        while bytes.get(*at).is_some_and(|&b| skips(b)) {
            *at += 1;
        }
    };
    skip(at, |b| b.is_ascii_whitespace() || b == b'/');
    if matches!(bytes.get(*at), None | Some(b'>')) {
        return None;
    }
    let start = *at;
    // The first character belongs to the name even if it is `=`, as in browsers.
    *at += 1;
    skip(at, |b| {
        !b.is_ascii_whitespace() && !matches!(b, b'/' | b'>' | b'=')
    });
    let name = &tag[start..*at];
    let end = *at;
    skip(at, |b| b.is_ascii_whitespace());
    if bytes.get(*at) != Some(&b'=') {
        *at = end;
        return Some((name, ""));
    }
    *at += 1;
    skip(at, |b| b.is_ascii_whitespace());
    let start = *at;
    let value = match bytes.get(*at) {
        Some(&quote @ (b'"' | b'\'')) => {
            let value = &tag[start + 1..];
            let Some(length) = value.find(char::from(quote)) else {
                // A value without a closing quote extends to the end, so the tag is unterminated.
                *at = tag.len();
                return None;
            };
            *at = start + length + 2;
            &value[..length]
        }
        _ => {
            skip(at, |b| !b.is_ascii_whitespace() && b != b'>');
            &tag[start..*at]
        }
    };
    Some((name, value))
}

/// Returns whether the content of the element is raw, so that only the element's own end tag ends it.
fn is_raw_element(tag: HtmlTag<'_>) -> bool {
    const VERBATIM: [&str; 9] = [
        "iframe",
        "noembed",
        "noframes",
        "script",
        "style",
        "textarea",
        "title",
        "xmp",
        "plaintext",
    ];
    VERBATIM.iter().any(|name| tag.is_named(name))
}

fn measure_raw_element(rest: &str, start: usize, name: &str) -> usize {
    let mut at = start;
    while let Some(found) = rest[at..].find("</") {
        at += found;
        let after = &rest.as_bytes()[at + 2..];
        let (same, next) = (after.get(..name.len()), after.get(name.len()));
        // `</scripted>` does not end a script.
        let ends = next.is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'>'));
        if ends && same.is_some_and(|same| same.eq_ignore_ascii_case(name.as_bytes())) {
            return measure_tag(&rest[at..]).map_or(rest.len(), |length| at + length);
        }
        at += 2;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn describe_tokens(html: &str) -> Vec<String> {
        tokenize(html)
            .map(|piece| match piece {
                HtmlToken::Text(text) => format!("text {text}"),
                HtmlToken::Tag(tag) => format!("tag {} {:?}", tag.is_end, tag.name),
                HtmlToken::RawElement(tag, all) => format!("verbatim {} {}", tag.name, all.len()),
                HtmlToken::Comment(comment) => format!("comment {comment}"),
            })
            .collect()
    }

    #[test]
    fn html_is_tokenized_as_in_browsers() {
        for (html, parts) in [
            ("a<b>c", vec!["text a", "tag false \"b\"", "text c"]),
            ("1 < 2 </3 <3", vec!["text 1 < 2 </3 <3"]),
            ("<a b='>'>c", vec!["tag false \"a\"", "text c"]),
            ("<a b=c'>'", vec!["tag false \"a\"", "text '"]),
            ("a <b c=\"", vec!["text a <b c=\""]),
            ("<!--a-->b", vec!["comment <!--a-->", "text b"]),
            ("<!-->b", vec!["comment <!-->", "text b"]),
            ("<!-- <p>", vec!["comment <!-- <p>"]),
            ("<?php a ?>b", vec!["comment <?php a ?>", "text b"]),
            (
                "<script>if (a<b) \"</a>\"</SCRIPT >c",
                vec!["verbatim script 33", "text c"],
            ),
        ] {
            assert_eq!(describe_tokens(html), parts, "{html}");
        }
    }

    #[test]
    fn attributes_are_found_with_any_quotes() {
        let tag = parse_tag("<a b=\"c d\" E='f' g=h i j = k/>");
        let attributes: Vec<_> = tag.attributes().collect();
        assert_eq!(
            attributes,
            [("b", "c d"), ("E", "f"), ("g", "h"), ("i", ""), ("j", "k/")]
        );
        assert_eq!(tag.find_attribute("e"), Some("f"));
    }

    proptest! {
        #[test]
        fn the_concatenated_tokens_are_the_text(html in "[<>a-c/!'\"= \\-]{0,60}|\\PC{0,40}") {
            let together: String = tokenize(&html).map(|piece| piece.source().to_owned()).collect();
            prop_assert_eq!(together, html);
        }
    }
}
