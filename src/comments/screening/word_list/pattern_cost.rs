//! Measurement of the time that a regular expression takes at worst. A pattern that the `regex` crate searches in linear
//! time can still take a second for one long comment.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use regex::Regex;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind};

/// Longest time that one regular expression may take to search the longest comment. Those that people write take up to 8 ms,
/// with word boundaries in a text that is not ASCII; those with which a stranger could keep a processor busy, 60 ms and more.
const MAX_PATTERN_TIME: Duration = Duration::from_millis(20);
/// Size in bytes of the texts that are searched, that of the longest comment.
const TEXT_BYTES: usize = 64 * 1024;
/// Number of tries. The shortest counts: a longer one may have waited for the processor, or built the automaton.
const TRIES: usize = 5;
/// Largest number of characters of the pattern from which the texts are made.
const MAX_CHARS: usize = 12;
/// Number of the first characters of which each two are alternated.
const PAIRED_CHARS: usize = 4;

/// Returns whether searching any long text takes longer than [`MAX_PATTERN_TIME`]. The texts are made of the characters of
/// the pattern. `max_matches` is the number of matches that a search looks for.
pub fn is_slow(pattern: &str, regex: &Regex, max_matches: usize) -> bool {
    let texts = build_texts(pattern);
    texts.iter().any(|text| {
        (0..TRIES).all(|_| {
            let start = Instant::now();
            regex.find_iter(text).take(max_matches).count();
            start.elapsed() > MAX_PATTERN_TIME
        })
    })
}

/// Builds texts that nearly match the pattern again and again.
fn build_texts(pattern: &str) -> Vec<String> {
    let mut chars = BTreeSet::from(['a', ' ']);
    let mut sample = String::new();
    let parsed = ParserBuilder::new()
        .case_insensitive(true)
        .build()
        .parse(pattern);
    if let Ok(hir) = parsed {
        collect_chars(&hir, &mut chars);
        write_sample(&hir, &mut sample);
    }
    let chars: Vec<char> = chars.into_iter().take(MAX_CHARS).collect();
    let mut pieces: Vec<String> = chars.iter().map(char::to_string).collect();
    for first in chars.iter().take(PAIRED_CHARS) {
        let pairs = chars.iter().take(PAIRED_CHARS);
        pieces.extend(
            pairs
                .filter(|second| first != *second)
                .map(|second| format!("{first}{second}")),
        );
    }
    pieces.push(chars.iter().collect());
    let before_last = sample
        .char_indices()
        .next_back()
        .map_or(0, |(index, _)| index);
    pieces.push(sample[..before_last].to_owned());
    pieces.push(sample);
    let pieces = pieces.iter().filter(|piece| !piece.is_empty());
    let mut texts: Vec<String> = pieces
        .map(|piece| piece.repeat(TEXT_BYTES / piece.len() + 1))
        .collect();
    texts.push(mix(&chars));
    // A text without the character that would end a match is searched to its end.
    texts.extend((0..chars.len()).map(|left_out| {
        let others = chars.iter().enumerate();
        let others = others.filter(|(index, _)| *index != left_out);
        mix(&others.map(|(_, c)| *c).collect::<Vec<char>>())
    }));
    texts
}

/// Collects the characters of literals, and the first and last characters of classes.
fn collect_chars(hir: &Hir, chars: &mut BTreeSet<char>) {
    match hir.kind() {
        HirKind::Literal(literal) => chars.extend(String::from_utf8_lossy(&literal.0).chars()),
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = class.ranges();
            let outer = ranges.first().into_iter().chain(ranges.last());
            chars.extend(outer.flat_map(|range| [range.start(), range.end()]));
        }
        HirKind::Repetition(repetition) => collect_chars(&repetition.sub, chars),
        HirKind::Capture(capture) => collect_chars(&capture.sub, chars),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().for_each(|part| collect_chars(part, chars));
        }
        HirKind::Class(Class::Bytes(_)) | HirKind::Empty | HirKind::Look(_) => {}
    }
}

/// Writes a text that the pattern matches, as far as assertions allow it.
fn write_sample(hir: &Hir, sample: &mut String) {
    if sample.len() > TEXT_BYTES {
        return;
    }
    match hir.kind() {
        HirKind::Literal(literal) => sample.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(Class::Unicode(class)) => {
            sample.extend(class.ranges().last().map(ClassUnicodeRange::end));
        }
        HirKind::Repetition(repetition) => {
            for _ in 0..repetition.min.max(1) {
                write_sample(&repetition.sub, sample);
            }
        }
        HirKind::Capture(capture) => write_sample(&capture.sub, sample),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write_sample(part, sample)),
        HirKind::Alternation(parts) => {
            parts
                .last()
                .into_iter()
                .for_each(|part| write_sample(part, sample));
        }
        HirKind::Class(Class::Bytes(_)) | HirKind::Empty | HirKind::Look(_) => {}
    }
}

/// Returns a text of these characters in an order that looks random and is always the same.
fn mix(chars: &[char]) -> String {
    let mut state = 1_u32;
    let mut text = String::with_capacity(TEXT_BYTES + 4);
    while text.len() < TEXT_BYTES && !chars.is_empty() {
        // The linear congruential generator of Numerical Recipes, whose upper bits are the better ones.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.push(chars[(state >> 16) as usize % chars.len()]);
    }
    text
}

#[cfg(test)]
mod tests {
    use regex::RegexBuilder;

    use super::*;

    fn is_slow_pattern(pattern: &str) -> bool {
        let regex = RegexBuilder::new(pattern)
            .case_insensitive(true)
            .build()
            .expect("a valid pattern");
        is_slow(pattern, &regex, 500)
    }

    #[test]
    fn patterns_that_search_a_long_comment_slowly_are_found() {
        for pattern in [
            "(?:a ?){1,400}(?:a ?){1,400}b",
            "(?:[ab ]{0,60}){0,20}c",
            r"(?:a.*b|a)",
        ] {
            assert!(is_slow_pattern(pattern), "{pattern}");
        }
    }

    #[test]
    fn patterns_that_people_write_are_fast_enough() {
        for pattern in [
            "fr[e3]+",
            r"\b(buy|cheap|order)\b",
            r"https?://\S+\.(ru|cn|top)\b",
            r"\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}",
            r"(buy|cheap|order)\s+(viagra|cialis|watches)",
            r"куп(и|ити|ую)\s+\w+",
            r"^[^a-zа-яіїєґ]+$",
            r"[\u{4e00}-\u{9fff}]{5,}",
            r"(.)@(gmail|ukr)\.(com|net)",
        ] {
            assert!(!is_slow_pattern(pattern), "{pattern}");
        }
    }
}
