//! Parsing one entry of a word list.

use regex::{Regex, RegexBuilder};

use unicode_normalization::UnicodeNormalization;

use super::normalize::{FoldedText, is_word_char};
use crate::text::input;

/// Longest entry of a word list in bytes.
const MAX_LINE_BYTES: usize = 500;
/// Largest compiled regular expression in bytes.
const MAX_PATTERN_BYTES: usize = 256 * 1024;
/// Largest cache of a regular expression search in bytes.
const MAX_CACHE_BYTES: usize = 1024 * 1024;

/// A line of a word list that is not a valid entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidLine {
    /// Line number, from 1.
    pub line: usize,
    pub kind: InvalidLineKind,
}

/// Error in a line of a word list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidLineKind {
    /// The regular expression is malformed, or too large when compiled.
    BadRegex,
    TooLong,
    /// The entry would match every text, even an empty one.
    TooBroad,
    /// The regular expression takes too long to search a long comment.
    TooSlow,
    /// The list has too many entries or too many regular expressions. This line is the first beyond the limit.
    TooMany,
}

pub enum WordListEntry {
    Phrase(EntryPhrase),
    Pattern(Regex),
}

/// One or more words of an entry, in lower case like the texts that are searched.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EntryPhrase {
    pub folded: String,
    /// Whether the first word may also match the end of a longer word.
    open_start: bool,
    /// Whether the last word may also match the beginning of a longer word.
    open_end: bool,
}

impl WordListEntry {
    /// Parses an entry of a word list. The entry must not be blank.
    pub fn parse(written: &str) -> Result<Self, InvalidLineKind> {
        if written.len() > MAX_LINE_BYTES {
            return Err(InvalidLineKind::TooLong);
        }
        let pattern = written
            .strip_prefix('/')
            .and_then(|rest| rest.strip_suffix('/'));
        match pattern {
            Some(pattern) => parse_pattern(pattern).map(Self::Pattern),
            None => EntryPhrase::parse(written)
                .map(Self::Phrase)
                .ok_or(InvalidLineKind::TooBroad),
        }
    }
}

fn parse_pattern(pattern: &str) -> Result<Regex, InvalidLineKind> {
    // Texts are searched composed, too. Nothing else is changed: a pattern decides about its characters itself.
    let pattern: String = pattern.nfc().collect();
    let regex = RegexBuilder::new(&pattern)
        .case_insensitive(true)
        .size_limit(MAX_PATTERN_BYTES)
        .dfa_size_limit(MAX_CACHE_BYTES)
        .build()
        .map_err(|_| InvalidLineKind::BadRegex)?;
    let matches_empty_in = |text| regex.find(text).is_some_and(|found| found.is_empty());
    // The letter is for `\b`, which needs one but still matches the empty string.
    if matches_empty_in("") || matches_empty_in("a") {
        return Err(InvalidLineKind::TooBroad);
    }
    Ok(regex)
}

impl EntryPhrase {
    fn parse(written: &str) -> Option<Self> {
        let visible: String = written
            .chars()
            .filter(|c| !input::is_invisible(*c))
            .collect();
        // A full-width asterisk is one, too.
        let written = visible.replace('\u{FF0A}', "*");
        // Only one asterisk is removed from each end: `f***` means a word that begins with `f**`.
        let after_start = written.strip_prefix('*');
        let written = after_start.unwrap_or(&written);
        let before_end = written.strip_suffix('*');
        let folded = FoldedText::fold_entry(before_end.unwrap_or(written).trim()).text;
        let first = folded.chars().next()?;
        let last = folded.chars().next_back()?;
        Some(Self {
            open_start: after_start.is_some() || !is_word_char(first),
            open_end: before_end.is_some() || !is_word_char(last),
            folded,
        })
    }

    /// Returns whether a match at `start..end` of a folded text begins and ends at word boundaries, as far as the entry
    /// requires that.
    pub fn has_boundaries(&self, start: usize, end: usize, text: &str) -> bool {
        let starts_word = || !text[..start].chars().next_back().is_some_and(is_word_char);
        let ends_word = || !text[end..].chars().next().is_some_and(is_word_char);
        (self.open_start || starts_word()) && (self.open_end || ends_word())
    }
}
