//! One entry of a word list, read.

use regex::{Regex, RegexBuilder};

use super::WrongLineKind;
use super::reading::{Folded, is_of_word, unmasked};

/// Bytes.
const LONGEST_LINE: usize = 500;
/// Bytes of a compiled regular expression. The slowest of that size that we found takes 65 kB in a quarter of a second.
const LARGEST_PATTERN: usize = 256 * 1024;
/// Bytes that a regular expression may remember while it searches.
const LARGEST_CACHE: usize = 1024 * 1024;

/// What an entry looks for.
pub enum Entry {
    /// Certain words.
    Words(Words),
    /// What a regular expression says.
    Pattern(Regex),
}

/// Words, folded as texts are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Words {
    /// Them.
    pub folded: String,
    /// A longer word may start before them.
    open_start: bool,
    /// A longer word may go on after them.
    open_end: bool,
}

impl Entry {
    /// Reads an entry that is not blank.
    pub fn parse(written: &str) -> Result<Self, WrongLineKind> {
        if written.len() > LONGEST_LINE {
            return Err(WrongLineKind::TooLong);
        }
        let pattern = written
            .strip_prefix('/')
            .and_then(|rest| rest.strip_suffix('/'));
        match pattern {
            Some(pattern) => parse_pattern(pattern).map(Self::Pattern),
            None => Words::parse(written)
                .map(Self::Words)
                .ok_or(WrongLineKind::TooBroad),
        }
    }
}

fn parse_pattern(pattern: &str) -> Result<Regex, WrongLineKind> {
    let regex = RegexBuilder::new(pattern)
        .case_insensitive(true)
        .size_limit(LARGEST_PATTERN)
        .dfa_size_limit(LARGEST_CACHE)
        .build()
        .map_err(|_| WrongLineKind::BadRegex)?;
    let finds_nothing_in = |text| regex.find(text).is_some_and(|found| found.is_empty());
    // The letter is for `\b`, which needs one but still finds nothing that could be shown.
    if finds_nothing_in("") || finds_nothing_in("a") {
        return Err(WrongLineKind::TooBroad);
    }
    Ok(regex)
}

impl Words {
    /// Only one asterisk an end is taken off: `f***` is a word with asterisks, which goes on.
    fn parse(written: &str) -> Option<Self> {
        let unmasked = unmasked(written);
        let written = unmasked.as_deref().unwrap_or(written);
        let after_start = written.strip_prefix('*');
        let written = after_start.unwrap_or(written);
        let before_end = written.strip_suffix('*');
        let folded = Folded::of(before_end.unwrap_or(written).trim()).text;
        let first = folded.chars().next()?;
        let last = folded.chars().next_back()?;
        Some(Self {
            open_start: after_start.is_some() || !is_of_word(first),
            open_end: before_end.is_some() || !is_of_word(last),
            folded,
        })
    }

    /// Whether they may stand at `start..end` of a text, which is where they were found.
    pub fn may_stand_at(&self, start: usize, end: usize, text: &str) -> bool {
        let starts_word = || !text[..start].chars().next_back().is_some_and(is_of_word);
        let ends_word = || !text[end..].chars().next().is_some_and(is_of_word);
        (self.open_start || starts_word()) && (self.open_end || ends_word())
    }
}
