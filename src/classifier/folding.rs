//! Folding what is written to what is read: letters of another alphabet, digits for letters, accents and marks that nobody
//! sees hide no word. Pure.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters of a word; of a longer one, the beginning counts.
pub(super) const LONGEST_WORD: usize = 40;

/// In small letters, every letter in its plainest form (NFKC, UAX #15), without what nobody sees and without accents that
/// no letter of its own is written with.
pub(super) fn folded(text: &str) -> String {
    text.nfkc()
        .filter(|c| !is_unseen(*c) && !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            // The apostrophes that Ukrainian is written with.
            '\u{2019}' | '\u{02BC}' | '\u{2018}' | '`' => '\'',
            c => c,
        })
        .collect()
}

/// Whether a character is not seen.
fn is_unseen(c: char) -> bool {
    hides(c)
        || matches!(c, '\u{200C}'..='\u{200F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E01EF}')
}

/// Whether a character is not seen, and nothing that people write needs it. Joiners, marks of direction and variation
/// selectors belong to some scripts and to emoji; the byte order mark is put by programs.
pub(super) fn hides(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{180B}'..='\u{180F}' | '\u{200B}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}')
}

/// A word as it is read.
pub(super) struct Word {
    /// What it says, folded.
    pub(super) read: String,
    /// It had letters of two alphabets that look the same.
    pub(super) mixes: bool,
}

impl Word {
    fn of(written: &str) -> Self {
        let beginning: String = drawn_together(written).chars().take(LONGEST_WORD).collect();
        let unmixed = unmixed(&beginning);
        Self {
            mixes: unmixed.is_some(),
            read: unmixed.unwrap_or(beginning),
        }
    }

    /// Whether it is a single letter.
    pub(super) fn is_letter(&self) -> bool {
        let mut letters = self.read.chars();
        letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
    }
}

/// The words of a folded line. Between words of scripts that put no space there, each character is one (as UAX #29 has it).
pub(super) fn words_of(line: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for run in line.split(|c: char| !(c.is_alphanumeric() || c == '\'')) {
        let run = run.trim_matches('\'');
        let mut from = 0;
        for (at, c) in run.char_indices().filter(|(_, c)| stands_alone(*c)) {
            if from < at {
                words.push(Word::of(&run[from..at]));
            }
            from = at + c.len_utf8();
            words.push(Word::of(&run[at..from]));
        }
        if from < run.len() {
            words.push(Word::of(&run[from..]));
        }
    }
    words
}

fn stands_alone(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0E7F}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// `sooooo` as `soo`: no more than two of the same letter beside each other.
fn drawn_together(word: &str) -> String {
    let mut drawn = String::with_capacity(word.len());
    let mut last = ['\0'; 2];
    for c in word.chars() {
        if last != [c, c] || c.is_numeric() {
            drawn.push(c);
        }
        last = [last[1], c];
    }
    drawn
}

/// A word of letters from two alphabets in one of them, if each letter of the other looks like one of it.
fn unmixed(word: &str) -> Option<String> {
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
    turned(latin_like, |c| !c.is_ascii())
        .or_else(|| turned(cyrillic_like, |c| c.is_ascii_lowercase()))
}

/// Letters that look the same: Cyrillic or Greek, then Latin.
const ALIKE: [(char, char); 29] = [
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

fn latin_like(c: char) -> Option<char> {
    let mut pairs = ALIKE.iter();
    pairs
        .find(|(other, _)| *other == c)
        .map(|(_, latin)| *latin)
}

fn cyrillic_like(c: char) -> Option<char> {
    let mut pairs = ALIKE.iter();
    pairs
        .find(|(_, latin)| *latin == c)
        .map(|(other, _)| *other)
}

/// `fr33` as `free`: a word in which digits stand for letters.
pub(super) fn without_digits(word: &str) -> Option<String> {
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
