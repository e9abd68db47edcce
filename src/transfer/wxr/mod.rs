//! Reads WordPress eXtended RSS exports (WXR 1.0 to 1.2), one entry at a time, in little memory however large the file.
//! It says what a file holds and where it is broken; it neither judges nor stores.
//!
//! `source` lets through nothing but proper text and stops at a limit; `xml`, with the rules in `markup`, makes named
//! elements of it; `entries` makes entries of those; `reader` leads through the whole.

mod entries;
mod error;
mod markup;
mod model;
mod reader;
mod source;
#[cfg(test)]
mod tests;
mod xml;

pub use error::{Error, ErrorKind, Position};
pub use model::{Author, Comment, Entry, Item, ItemTerm, Site, Term, TermKind};
pub use reader::Reader;

/// The namespace of what only our own exports have.
pub const OUR_NAMESPACE: &str = "urn:broadsheet:export:1";
/// The longest text of one element, as written; WordPress itself breaks on articles far shorter.
pub const ELEMENT_BYTES: u64 = 8 << 20;
/// The longest item with its comments, as written, or in memory where that is more.
pub const ITEM_BYTES: u64 = 64 << 20;
/// The longest tag with its attributes; the longest in real exports have some hundred bytes.
pub const TAG_BYTES: u64 = 64 << 10;
/// How deep elements may stand in each other; exports go four deep.
pub const DEPTH: usize = 64;
