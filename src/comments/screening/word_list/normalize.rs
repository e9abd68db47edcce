//! Normalises a text before it is searched for word list entries: invisible characters, look-alikes, letter case and
//! white space.

use std::ops::Range;

/// Returns the text without invisible characters and with look-alike characters replaced. Returns `None` if it has no
/// such characters.
pub fn strip_invisible(text: &str) -> Option<String> {
    let is_changed = text.chars().any(|c| normalize_char(c) != Some(c));
    is_changed.then(|| text.chars().filter_map(normalize_char).collect())
}

/// Returns the character that `c` looks like, or `None` if `c` is invisible.
fn normalize_char(c: char) -> Option<char> {
    match c {
        // Soft hyphen, joiners, fillers, direction marks, variation selectors and tags.
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
        // Apostrophes that Ukrainian is written with.
        '\u{2019}' | '\u{02BC}' => Some('\''),
        // Full-width forms are in the order of ASCII.
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0),
        _ => Some(c),
    }
}

/// A text in lower case, with every run of white space as one space.
pub struct FoldedText {
    pub text: String,
    /// For each byte of `text`, its offset in the original text. The last element is the end of the original text.
    offsets: Vec<usize>,
}

impl FoldedText {
    pub fn fold(text: &str) -> Self {
        let mut folded = String::with_capacity(text.len());
        let mut offsets = Vec::with_capacity(text.len() + 1);
        for (at, c) in text.char_indices() {
            if !c.is_whitespace() {
                folded.extend(c.to_lowercase());
            } else if !folded.ends_with(' ') {
                folded.push(' ');
            }
            // A character may have more bytes in lower case.
            offsets.resize(folded.len(), at);
        }
        offsets.push(text.len());
        Self {
            text: folded,
            offsets,
        }
    }

    /// Returns the range of the original text that was folded to `start..end`.
    pub fn original_range(&self, start: usize, end: usize) -> Range<usize> {
        self.offsets[start]..self.offsets[end]
    }
}

/// Returns whether a character is part of a word. A combining accent belongs to the letter before it.
pub fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '\u{0300}'..='\u{036F}')
}
