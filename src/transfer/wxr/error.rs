//! Errors in a WordPress export file. Each says in one sentence what is wrong and where.

use std::fmt;

use super::limits::{MAX_DEPTH, MAX_ELEMENT_BYTES, MAX_ITEM_BYTES, MAX_TAG_BYTES};

/// A position in an export file, counted after decompression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WxrPosition {
    /// Number of bytes before the position.
    pub byte: u64,
    /// Line number. The first line is 1.
    pub line: u64,
}

impl WxrPosition {
    /// Position of the first byte of a file.
    pub const START: Self = Self { byte: 0, line: 1 };
}

impl Default for WxrPosition {
    fn default() -> Self {
        Self::START
    }
}

impl fmt::Display for WxrPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, byte {}", self.line, self.byte)
    }
}

/// An error because of which the rest of an export cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{position}: {kind}")]
pub struct WxrError {
    /// Position of the error. If an element is too long, this is the position at which it starts.
    pub position: WxrPosition,
    pub kind: WxrErrorKind,
}

/// Kind of an error in an export file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WxrErrorKind {
    #[error("the file is empty")]
    Empty,
    /// The file does not start with XML.
    #[error("this is not XML, so it is not a WordPress export")]
    NotXml,
    /// The file is in another XML format. The string is the name of that format.
    #[error("this is not a WordPress export (WXR) but {0}")]
    NotAnExport(String),
    #[error("WXR version \"{0}\" is not supported; supported are 1.0, 1.1 and 1.2")]
    UnknownVersion(String),
    #[error("the file ends too early; download or export it again")]
    Truncated,
    /// The file violates the rules of XML in a way that the other variants do not cover. The string is the error message.
    #[error("{0}")]
    Malformed(String),
    #[error("the byte 0x{0:02X} is not valid UTF-8")]
    InvalidUtf8(u8),
    /// The XML declaration names an encoding other than UTF-8.
    #[error(
        "the file declares the encoding {0}, and only UTF-8 is supported: convert it with `iconv -f {0} -t UTF-8` and write UTF-8 in its first line"
    )]
    Encoding(String),
    #[error(
        "the file is encoded in UTF-16, and only UTF-8 is supported: convert it with `iconv -f UTF-16 -t UTF-8` and write UTF-8 in its first line"
    )]
    Utf16,
    /// XML does not allow this character, even as a character reference.
    #[error("a control character U+{0:04X}, which XML does not allow")]
    ControlCharacter(u32),
    /// The file has a DOCTYPE. It is rejected because entities declared in it could expand to any size.
    #[error("a DOCTYPE is not accepted; WordPress exports have none")]
    Doctype,
    #[error("the entity &{0}; is not defined in XML")]
    UnknownEntity(String),
    #[error(
        "the element that starts here has more than {} MiB, the limit",
        MAX_ELEMENT_BYTES >> 20
    )]
    ElementTooLong,
    #[error(
        "the item that starts here has more than {} MiB, the limit",
        MAX_ITEM_BYTES >> 20
    )]
    ItemTooLong,
    #[error("the tag that starts here has more than {} KiB, the limit", MAX_TAG_BYTES >> 10)]
    TagTooLong,
    #[error("elements are nested more than {MAX_DEPTH} levels deep here, the limit")]
    TooDeep,
    #[error("there is more text after the end of the export")]
    Trailing,
    /// The item has a `wp:post_id` that is not a positive integer.
    #[error("the wp:post_id of the item that starts here is not a positive number")]
    InvalidItemId,
    #[error("the file cannot be read any further: {0}")]
    Read(String),
}

impl WxrErrorKind {
    pub(super) fn at(self, position: WxrPosition) -> WxrError {
        WxrError {
            position,
            kind: self,
        }
    }
}

/// Makes an error with this message, for errors that have no variant of their own.
pub(super) fn malformed(sentence: impl Into<String>) -> WxrErrorKind {
    WxrErrorKind::Malformed(sentence.into())
}

/// Prepares a word from the file for an error message. Shortens it to 40 characters, and replaces control characters
/// because a terminal would obey them.
pub(super) fn shorten(word: &str) -> String {
    const MAX_CHARS: usize = 40;
    let mut short: String = word
        .chars()
        .take(MAX_CHARS)
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect();
    if word.chars().nth(MAX_CHARS).is_some() {
        short.push('…');
    }
    short
}
