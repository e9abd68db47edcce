//! Errors in a word list.

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
    /// The list has too many entries or too many regular expressions. This line is the first beyond the limit.
    TooMany,
}
