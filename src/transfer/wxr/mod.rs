//! Reads WordPress eXtended RSS exports (WXR 1.0 to 1.2), one entry at a time. Memory use does not grow with the size of
//! the file. The reader returns contents and errors. It does not interpret or store them.
//!
//! The layers from low to high: `source` checks bytes and enforces limits. `xml` makes tokens of the bytes, by the rules
//! in `markup`. `entries` parses entries from tokens. `reader` reads the whole file.

mod entries;
mod error;
mod limits;
mod markup;
mod model;
mod reader;
mod source;
mod stage;
#[cfg(test)]
mod tests;
mod xml;

pub use error::{WxrError, WxrErrorKind, WxrPosition};
pub use limits::BROADSHEET_NAMESPACE;
pub use model::{WxrAuthor, WxrComment, WxrEntry, WxrItem, WxrItemTerm, WxrSite, WxrTerm};
pub use reader::WxrReader;
