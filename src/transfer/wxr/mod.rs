//! Reader of WordPress eXtended RSS exports (WXR 1.0 to 1.2): one entry at a time, in memory that does not grow with the
//! file. It reports contents and errors; it neither judges nor stores.
//!
//! Layers, low to high: `source` checks bytes and enforces limits; `xml`, with the rules in `markup`, makes tokens of
//! them; `entries` parses entries; `reader` walks the whole file.

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
pub use model::{
    TermKind, WxrAuthor, WxrComment, WxrEntry, WxrItem, WxrItemTerm, WxrSite, WxrTerm,
};
pub use reader::WxrReader;
