//! What can be wrong with an export, and where: one plain sentence each.

use std::fmt;

use super::{DEPTH, ELEMENT_BYTES, ITEM_BYTES, TAG_BYTES};

/// A place in an export, after decompression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Bytes before it.
    pub byte: u64,
    /// Its line, from 1.
    pub line: u64,
}

impl Position {
    /// Where every file begins.
    pub const START: Self = Self { byte: 0, line: 1 };
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, byte {}", self.line, self.byte)
    }
}

/// Why an export cannot be read any further, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {kind}")]
pub struct Error {
    /// The place of the mistake itself or, of something too long, its beginning.
    pub at: Position,
    /// What is wrong there.
    pub kind: ErrorKind,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Nothing but white space.
    #[error("the file is empty")]
    Empty,
    /// It does not begin as XML does.
    #[error("this is not XML, and so no WordPress export")]
    NotXml,
    /// XML of another sort.
    #[error("this is no WordPress export (WXR) but {0}")]
    NotAnExport(String),
    /// A version of WXR that nobody has published yet, or that is none.
    #[error("the export is of WXR version \"{0}\", and only versions 1.0, 1.1 and 1.2 can be read")]
    UnknownVersion(String),
    /// The end came too early.
    #[error("the file ends too early: it was cut off in transfer or never written to its end")]
    Truncated,
    /// It is not well-formed in some other way.
    #[error("{0}")]
    Malformed(String),
    /// A byte that is not UTF-8.
    #[error("the byte 0x{0:02X} is not part of any letter in UTF-8")]
    InvalidUtf8(u8),
    /// The XML declaration names another encoding.
    #[error(
        "the file says that it is written in {0}, and only UTF-8 can be read: run `iconv -f {0} -t UTF-8` on it and write UTF-8 in its first line"
    )]
    Encoding(String),
    /// UTF-16, by its first bytes.
    #[error(
        "the file is written in UTF-16, and only UTF-8 can be read: run `iconv -f UTF-16 -t UTF-8` on it and write UTF-8 in its first line"
    )]
    Utf16,
    /// A character that XML forbids, as itself or as a reference.
    #[error("a control character U+{0:04X}, which XML does not allow")]
    ControlCharacter(u32),
    /// A DOCTYPE; what it declares could grow without end.
    #[error("a DOCTYPE, which WordPress exports do not have, is not accepted")]
    Doctype,
    /// An entity that XML does not know by itself.
    #[error("the entity &{0}; is unknown in XML")]
    UnknownEntity(String),
    /// More text than an element may have.
    #[error(
        "an element of more than {} MiB begins here, which is more than can be read",
        ELEMENT_BYTES >> 20
    )]
    ElementTooLong,
    /// More than an item may have.
    #[error(
        "an item of more than {} MiB begins here, which is more than can be read",
        ITEM_BYTES >> 20
    )]
    ItemTooLong,
    /// A tag with too many or too long attributes.
    #[error(
        "a tag of more than {} KiB begins here, which is more than can be read",
        TAG_BYTES >> 10
    )]
    TagTooLong,
    /// Too many elements in each other.
    #[error("more than {DEPTH} elements stand in each other here")]
    TooDeep,
    /// Something follows the end of the export.
    #[error("something stands after the end of the export")]
    Trailing,
    /// An item whose `wp:post_id` cannot be one.
    #[error("an item begins here whose wp:post_id is no positive number")]
    ItemNumber,
    /// The bytes could not be had.
    #[error("the file cannot be read any further: {0}")]
    Read(String),
}

impl ErrorKind {
    pub(super) fn at(self, at: Position) -> Error {
        Error { at, kind: self }
    }
}

/// A mistake that needs no kind of its own.
pub(super) fn malformed(sentence: impl Into<String>) -> ErrorKind {
    ErrorKind::Malformed(sentence.into())
}

/// A word from the file as a sentence may show it: short, on one line, without what a terminal would obey.
pub(super) fn shown(word: &str) -> String {
    const LONGEST: usize = 40;
    let mut shown: String = word
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect();
    if word.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}
