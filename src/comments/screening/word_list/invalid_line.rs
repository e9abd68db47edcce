//! Errors in a word list.

/// A line that cannot be searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidLine {
    /// Line number, from 1.
    pub line: usize,
    pub kind: InvalidLineKind,
}

/// Error of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidLineKind {
    /// The regular expression is malformed or compiles to too much.
    BadRegex,
    TooLong,
    /// It would match every text, even an empty one.
    TooBroad,
    /// The list has too many entries, or too many regular expressions, from this line on.
    TooMany,
}
