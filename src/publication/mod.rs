//! The publication's settings: title, language, time zone, permalink pattern, appeal, and rules of discussion.

mod discussion;
mod latest;
mod model;
pub mod store;

pub use discussion::{CheckerSettings, DiscussionSettings};
pub use latest::LatestPublication;
pub use model::{
    Permalink, PermalinkError, Publication, PublicationVersion, is_reserved, is_served,
};
