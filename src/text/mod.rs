//! Pure functions on words: what people typed, cleaned; addresses and dates; Markdown into HTML. Nothing here asks the
//! clock, the database or the network.

pub mod dates;
pub mod excerpt;
mod format;
mod json_ld;
pub mod language;
pub mod likeness;
pub mod links;
pub mod markdown;
pub mod slug;
pub mod tags;
pub mod typed;

pub use format::Format;
pub use json_ld::JsonLd;
pub use language::Language;
pub use links::Website;
pub use markdown::SafeHtml;
pub use slug::Slug;
