//! Characters of the text in sanitized HTML.

use super::super::highlight::decode_reference;

/// Iterates over the characters of HTML text, in which character references are decoded. Also returns the position in the
/// HTML at which each character ends.
pub(super) fn decode_chars(source: &str) -> impl Iterator<Item = (char, usize)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &source[at..];
        let (c, length) = match rest.chars().next()? {
            '&' => decode_reference(rest).unwrap_or(('&', 1)),
            c => (c, c.len_utf8()),
        };
        at += length;
        Some((c, at))
    })
}

/// Turns each run of spaces into one, and removes them at both ends of a line and empty lines at both ends of the text.
/// No-break spaces stay.
pub(super) fn collapse_spaces(text: &str) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| {
            let words = line
                .split([' ', '\t', '\r'])
                .filter(|word| !word.is_empty());
            words.collect::<Vec<_>>().join(" ")
        })
        .collect();
    lines.join("\n").trim_matches('\n').to_owned()
}
