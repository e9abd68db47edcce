//! Marks search matches in sanitized HTML.

use std::ops::Range;

/// Longest character reference in sanitized HTML, without its `&`: `#x10FFFF;`.
const MAX_REFERENCE_BYTES: usize = 10;

/// Puts `<mark>` around matches in HTML. `find` is called with each run of text and returns the byte ranges to mark.
pub fn highlight(html: &str, find: impl Fn(&str) -> Vec<Range<usize>>) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while !rest.is_empty() {
        let text = rest.find('<').unwrap_or(rest.len());
        highlight_text(&rest[..text], &find, &mut out);
        rest = &rest[text..];
        // Attribute values may contain an unescaped `>`.
        let tag = find_tag_end(rest);
        out.push_str(&rest[..tag]);
        rest = &rest[tag..];
    }
    out
}

/// Returns the length of the tag at the start of `html`.
fn find_tag_end(html: &str) -> usize {
    let mut quote = None;
    for (at, c) in html.char_indices() {
        match (quote, c) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    html.len()
}

fn highlight_text(source: &str, find: &impl Fn(&str) -> Vec<Range<usize>>, out: &mut String) {
    let (text, positions) = decode_text(source);
    let mut done = 0;
    for range in merge_ranges(find(&text), text.len()) {
        let (start, end) = (positions[range.start], positions[range.end]);
        out.push_str(&source[done..start]);
        out.push_str("<mark>");
        out.push_str(&source[start..end]);
        out.push_str("</mark>");
        done = end;
    }
    out.push_str(&source[done..]);
}

/// Sorts the ranges and merges those that overlap or touch. Empty ranges and ranges outside of the text are dropped.
fn merge_ranges(mut ranges: Vec<Range<usize>>, length: usize) -> Vec<Range<usize>> {
    ranges.retain(|range| range.start < range.end && range.end <= length);
    ranges.sort_unstable_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            // Two marks that cross would not be valid HTML.
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// Decodes the character references in HTML text. For each byte of the result and for its end, also returns the position
/// in `source`.
fn decode_text(source: &str) -> (String, Vec<usize>) {
    let mut text = String::with_capacity(source.len());
    let mut positions = Vec::with_capacity(source.len() + 1);
    let mut at = 0;
    while let Some(c) = source[at..].chars().next() {
        let (c, length) = decode_reference(&source[at..]).unwrap_or((c, c.len_utf8()));
        text.push(c);
        // All bytes of a decoded character lead back to the start of its reference.
        positions.resize(text.len(), at);
        at += length;
    }
    positions.push(source.len());
    (text, positions)
}

/// Decodes the character reference at the start of `html`. Returns the character and the length of the reference in
/// bytes.
pub(super) fn decode_reference(html: &str) -> Option<(char, usize)> {
    let name = html.strip_prefix('&')?;
    let end = name
        .bytes()
        .take(MAX_REFERENCE_BYTES)
        .position(|byte| byte == b';')?;
    let c = match &name[..end] {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "nbsp" => '\u{A0}',
        name => {
            let number = name.strip_prefix('#')?;
            let number = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(number.ok()?)?
        }
    };
    Some((c, end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn highlight_word(html: &str, word: &str) -> String {
        let find = |text: &str| {
            let found = text.match_indices(word);
            found.map(|(at, found)| at..at + found.len()).collect()
        };
        highlight(html, find)
    }

    #[test]
    fn matches_are_marked_and_the_rest_is_unchanged() {
        for (html, word, expected) in [
            ("<p>Free tea</p>", "tea", "<p>Free <mark>tea</mark></p>"),
            (
                "<p>AT&amp;T &lt;b&gt;</p>",
                "T&T",
                "<p>A<mark>T&amp;T</mark> &lt;b&gt;</p>",
            ),
            ("<p>&lt;b&gt;</p>", "<b>", "<p><mark>&lt;b&gt;</mark></p>"),
            ("<p>it&#39;s</p>", "'", "<p>it<mark>&#39;</mark>s</p>"),
            ("a & b; c", "b;", "a & <mark>b;</mark> c"),
            (
                "<a href=\"/tea?a>b\">tea</a>",
                "tea",
                "<a href=\"/tea?a>b\"><mark>tea</mark></a>",
            ),
            (
                "<p>чай і чай</p>",
                "чай",
                "<p><mark>чай</mark> і <mark>чай</mark></p>",
            ),
            ("<p>te<b>a</b></p>", "tea", "<p>te<b>a</b></p>"),
            ("", "tea", ""),
        ] {
            assert_eq!(highlight_word(html, word), expected);
        }
    }

    #[test]
    fn ranges_that_touch_each_other_are_merged() {
        let find = |_: &str| vec![3..5, 0..2, 1..3, 2..2];
        assert_eq!(
            highlight("<p>abcdef</p>", find),
            "<p><mark>abcde</mark>f</p>"
        );
    }
}
