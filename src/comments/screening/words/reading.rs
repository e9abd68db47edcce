//! How word lists read a text: what hides a word from them is taken away, and letter case does not count.

use std::ops::Range;

/// The text without what hides words from lists though people hardly see it, or nothing if there is none of it.
pub fn unmasked(text: &str) -> Option<String> {
    let is_masked = text.chars().any(|c| plain(c) != Some(c));
    is_masked.then(|| text.chars().filter_map(plain).collect())
}

/// The character that this one looks like, if it is seen at all.
fn plain(c: char) -> Option<char> {
    match c {
        // The soft hyphen, joiners, fillers, marks that turn the direction, variation selectors and tags.
        '\u{00AD}'
        | '\u{034F}'
        | '\u{061C}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{E0000}'..='\u{E01EF}' => None,
        // The apostrophes that Ukrainian is written with.
        '\u{2019}' | '\u{02BC}' => Some('\''),
        // The full-width forms stand in the order of ASCII.
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0),
        _ => Some(c),
    }
}

/// A text in small letters, every run of white space one space.
pub struct Folded {
    /// The text.
    pub text: String,
    /// For each of its bytes, and for its end, where that stood before.
    stood_at: Vec<usize>,
}

impl Folded {
    /// Folds a text.
    pub fn of(text: &str) -> Self {
        let mut folded = String::with_capacity(text.len());
        let mut stood_at = Vec::with_capacity(text.len() + 1);
        for (at, c) in text.char_indices() {
            if !c.is_whitespace() {
                folded.extend(c.to_lowercase());
            } else if !folded.ends_with(' ') {
                folded.push(' ');
            }
            stood_at.resize(folded.len(), at);
        }
        stood_at.push(text.len());
        Self {
            text: folded,
            stood_at,
        }
    }

    /// What stands in the text that was folded where `start..end` is in this one.
    pub fn unfolded<'a>(&self, start: usize, end: usize, text: &'a str) -> &'a str {
        &text[self.place(start, end)]
    }

    /// Where in the text that was folded `start..end` of this one stood.
    pub fn place(&self, start: usize, end: usize) -> Range<usize> {
        self.stood_at[start]..self.stood_at[end]
    }
}

/// Whether words are made of such characters. A combining accent belongs to the letter before it.
pub fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '\u{0300}'..='\u{036F}')
}
