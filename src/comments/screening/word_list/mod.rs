//! Word lists that hold or refuse comments, with one entry on each line:
//!
//! - `free money`: these whole words, with any white space between them.
//! - `*press*`: an asterisk matches the rest of a word on its side. Scripts without spaces between words need both.
//! - `/fr[e3]+/`: a regular expression of the `regex` crate. It must search the longest comment within
//!   20 ms.
//!
//! Letter case does not matter, nor do invisible characters, stray accents such as stress marks, and letters of another
//! alphabet that look alike: entries and texts are folded alike. A regular expression is not folded; it searches the text as
//! it is and every folded form of it, in which letter case stays.

mod entry;
mod list;
mod normalize;
mod pattern_cost;
#[cfg(test)]
mod tests;

pub use entry::{InvalidLine, InvalidLineKind};
pub use list::{WordList, WordMatch};
