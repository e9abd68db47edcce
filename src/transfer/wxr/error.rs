//! Errors in an export file: what is wrong and where, in one sentence.

use std::fmt;

use super::limits::{MAX_DEPTH, MAX_ELEMENT_BYTES, MAX_ITEM_BYTES, MAX_TAG_BYTES};

/// A place in an export, after decompression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WxrPosition {
    /// Offset from the start, from 0.
    pub byte: u64,
    /// Line number, from 1.
    pub line: u64,
}

impl WxrPosition {
    /// Start of a file.
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

/// An error that ends the reading of an export.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{position}: {kind}")]
pub struct WxrError {
    /// Place of the error; for something too long, the place where it starts.
    pub position: WxrPosition,
    pub kind: WxrErrorKind,
}

/// The kinds of errors in an export.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WxrErrorKind {
    #[error("the file is empty")]
    Empty,
    /// The file does not start like XML.
    #[error("this is not XML, so it is not a WordPress export")]
    NotXml,
    /// XML of another format, which the string names.
    #[error("this is not a WordPress export (WXR) but {0}")]
    NotAnExport(String),
    #[error("WXR version \"{0}\" is not supported; supported are 1.0, 1.1 and 1.2")]
    UnknownVersion(String),
    #[error("the file ends too early; download or export it again")]
    Truncated,
    /// Any other violation of XML's rules, which the string describes.
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
    /// A forbidden character, as itself or as a reference.
    #[error("a control character U+{0:04X}, which XML does not allow")]
    ControlCharacter(u32),
    /// Refused because its entities could expand without end.
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
    /// `wp:post_id` is present, but not a positive integer.
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

/// Makes an error of a sentence, for what needs no kind of its own.
pub(super) fn malformed(sentence: impl Into<String>) -> WxrErrorKind {
    WxrErrorKind::Malformed(sentence.into())
}

/// Prepares a word from the file for an error message: at most 40 characters, and no control characters, which a
/// terminal would obey.
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
