//! The publication's own settings: title, language, time zone, how addresses look, the appeal, how discussions are kept.

mod discussion;
mod latest;
mod model;
pub mod store;

pub use discussion::{CheckerSettings, DiscussionSettings};
pub use latest::LatestPublication;
pub use model::{Edition, Permalink, Publication, WrongPermalink, is_answered, is_reserved};
