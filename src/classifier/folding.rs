//! Folds text so that words are recognised although they are disguised with letters of another alphabet, digits in place
//! of letters, accents or invisible characters. Needs no database.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::text::characters::{is_invisible, is_word_by_itself};

/// Longest word in characters. Further characters are cut off.
pub(super) const MAX_WORD_CHARS: usize = 40;

/// Returns the text in lower case and compatibility composition (NFKC, UAX #15). Removes invisible characters, and
/// combining accents that NFKC could not merge with a letter.
pub(super) fn fold(text: &str) -> String {
    text.nfkc()
        // NFKC has composed letters such as й and ї before, so only stray accents are removed.
        .filter(|c| !is_invisible(*c) && !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            // The apostrophes that Ukrainian is written with.
            '\u{2019}' | '\u{02BC}' | '\u{2018}' | '`' => '\'',
            c => c,
        })
        .collect()
}

pub(super) struct FoldedWord {
    pub(super) text: String,
    /// Whether the word mixed letters of two alphabets that look alike.
    pub(super) mixes_scripts: bool,
}

impl FoldedWord {
    fn of(written: &str) -> Self {
        let beginning: String = collapse_repeats(written)
            .chars()
            .take(MAX_WORD_CHARS)
            .collect();
        let unmixed = unify_script(&beginning);
        Self {
            mixes_scripts: unmixed.is_some(),
            text: unmixed.unwrap_or(beginning),
        }
    }

    pub(super) fn is_letter(&self) -> bool {
        let mut letters = self.text.chars();
        letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
    }
}

/// Splits a folded line into words. Scripts that are written without spaces get one word per character, as in UAX #29.
pub(super) fn split_words(line: &str) -> Vec<FoldedWord> {
    let mut words = Vec::new();
    for run in line.split(|c: char| !(c.is_alphanumeric() || c == '\'')) {
        let run = run.trim_matches('\'');
        let mut from = 0;
        for (at, c) in run.char_indices().filter(|(_, c)| is_word_by_itself(*c)) {
            if from < at {
                words.push(FoldedWord::of(&run[from..at]));
            }
            from = at + c.len_utf8();
            words.push(FoldedWord::of(&run[at..from]));
        }
        if from < run.len() {
            words.push(FoldedWord::of(&run[from..]));
        }
    }
    words
}

/// Reduces three or more of the same letter in a row to two: `sooooo` becomes `soo`.
fn collapse_repeats(word: &str) -> String {
    let mut drawn = String::with_capacity(word.len());
    let mut last = ['\0'; 2];
    for c in word.chars() {
        // A repeated digit is not emphasis: 1000 and 10000 are different numbers.
        if last != [c, c] || c.is_numeric() {
            drawn.push(c);
        }
        last = [last[1], c];
    }
    drawn
}

/// Rewrites a word that mixes Latin with Greek or Cyrillic letters in a single alphabet. Returns `None` if the word is
/// not mixed, or if a letter has no lookalike in the other alphabet.
fn unify_script(word: &str) -> Option<String> {
    let is_latin = |c: char| c.is_ascii_lowercase();
    let is_other = |c: char| matches!(c, '\u{0370}'..='\u{03FF}' | '\u{0400}'..='\u{052F}');
    if !(word.chars().any(is_latin) && word.chars().any(is_other)) {
        return None;
    }
    let turned = |to: fn(char) -> Option<char>, is_strange: fn(char) -> bool| {
        let letters = word.chars();
        letters
            .map(|c| if is_strange(c) { to(c) } else { Some(c) })
            .collect::<Option<String>>()
    };
    turned(to_latin, |c| !c.is_ascii()).or_else(|| turned(to_cyrillic, |c| c.is_ascii_lowercase()))
}

/// Pairs of letters that look alike: a Cyrillic or Greek letter, then the Latin letter.
const LOOKALIKE_LETTERS: [(char, char); 29] = [
    ('а', 'a'),
    ('е', 'e'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('у', 'y'),
    ('х', 'x'),
    ('і', 'i'),
    ('ї', 'i'),
    ('ј', 'j'),
    ('ѕ', 's'),
    ('ԁ', 'd'),
    ('һ', 'h'),
    ('к', 'k'),
    ('м', 'm'),
    ('т', 't'),
    ('в', 'b'),
    ('н', 'h'),
    ('ь', 'b'),
    ('г', 'r'),
    ('п', 'n'),
    ('ԛ', 'q'),
    ('ԝ', 'w'),
    ('α', 'a'),
    ('ε', 'e'),
    ('ο', 'o'),
    ('ρ', 'p'),
    ('ν', 'v'),
    ('ι', 'i'),
];

fn to_latin(c: char) -> Option<char> {
    let mut pairs = LOOKALIKE_LETTERS.iter();
    pairs
        .find(|(other, _)| *other == c)
        .map(|(_, latin)| *latin)
}

fn to_cyrillic(c: char) -> Option<char> {
    let mut pairs = LOOKALIKE_LETTERS.iter();
    pairs
        .find(|(_, latin)| *latin == c)
        .map(|(other, _)| *other)
}

/// Replaces digits that are used as letters: `fr33` becomes `free`. Returns `None` if the word has no such digits.
pub(super) fn replace_digits(word: &str) -> Option<String> {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let digits = word.chars().filter(char::is_ascii_digit).count();
    if digits == 0 || letters < 2 || digits > letters || !word.starts_with(char::is_alphabetic) {
        return None;
    }
    // Digits at the end only count something: `covid19`, `mp3`.
    let inside = word.trim_end_matches(|c: char| c.is_ascii_digit());
    if !inside.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let letter = |c| match c {
        '0' => Some('o'),
        '1' => Some('i'),
        '3' => Some('e'),
        '4' => Some('a'),
        '5' => Some('s'),
        '7' => Some('t'),
        '2' | '6' | '8' | '9' => None,
        c => Some(c),
    };
    word.chars().map(letter).collect()
}
