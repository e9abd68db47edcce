//! Splits folded text into words, and folds disguises within a word: repeated letters, mixed alphabets, and digits in place
//! of letters. Needs no database.

use crate::text::characters::is_word_by_itself;
use crate::text::folding::unify_script;

/// Longest word in characters. Further characters are cut off.
pub(super) const MAX_WORD_CHARS: usize = 40;

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
