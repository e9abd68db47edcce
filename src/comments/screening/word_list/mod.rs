//! Word lists that hold or refuse comments, with one entry on each line:
//!
//! - `free money`: these whole words, with any white space between them.
//! - `*press*`: an asterisk matches the rest of a word on its side. Scripts without spaces between words need both.
//! - `/fr[e3]+/`: a regular expression of the `regex` crate, which runs in linear time.
//!
//! Letter case does not matter. Every text is searched unchanged, and again without invisible characters.

mod entry;
mod list;
mod normalize;
#[cfg(test)]
mod tests;

pub use entry::{InvalidLine, InvalidLineKind};
pub use list::{WordList, WordMatch};
