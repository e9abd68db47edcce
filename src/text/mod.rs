//! Pure functions on text: form input, dates, slugs, Markdown and HTML. Nothing here reads the clock, the database or the
//! network.

pub mod characters;
pub mod date_style;
pub mod dates;
pub mod excerpt;
pub mod folding;
mod format;
pub mod input;
mod json_ld;
pub mod language;
pub mod line_diff;
pub mod local_time;
pub mod markdown;
pub mod search;
pub mod similarity;
pub mod slug;
pub mod tokenizer;
pub mod website;
pub mod wrap;
pub mod zones;

pub use format::BodyFormat;
pub use json_ld::JsonLd;
pub use language::Language;
pub use markdown::SafeHtml;
pub use slug::Slug;
pub use website::Website;
