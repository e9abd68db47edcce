//! Analyses texts and queries for the search of articles, so that a query finds other forms and spellings of a word.
//!
//! A text becomes a Postgres `tsvector` and a query a `tsquery`. Both are made here, because managed servers do not take
//! dictionary files. Words are folded (`folding`) and stemmed. Chinese, Japanese, Korean and other text without spaces
//! becomes overlapping pairs of characters. Texts analysed by different versions do not fit together: change
//! [`ANALYZER_VERSION`] with the rules, and all articles are indexed again in the background.

mod arabic;
mod folding;
mod query;
mod snippet;
mod tokens;
mod ukrainian;
mod vector;

pub use query::SearchQuery;
pub use snippet::{MarkedText, TextPiece};
pub use vector::build_vector;

/// Version of the rules by which texts are analysed.
pub const ANALYZER_VERSION: i16 = 2;
