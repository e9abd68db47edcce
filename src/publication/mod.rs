//! The publication's own settings: title, language, time zone, how addresses look, the appeal, how discussions are kept.

mod discussion;
mod model;
pub mod rotation_store;
pub mod store;

pub use discussion::{CheckerSettings, DiscussionSettings};
pub use model::{Edition, Permalink, Publication, WrongPermalink, is_answered, is_reserved};
