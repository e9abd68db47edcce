//! Articles: writing, publishing, reading.

pub mod author;
pub mod editor;
pub mod feed;
pub mod front;
pub mod list;
mod listing;
mod missing;
mod model;
pub mod page;
pub mod search;
pub mod sitemap;
pub mod store;
pub mod topic;
pub mod welcome;
pub mod wordpress;

pub use model::{
    Article, BODY_BYTES, Draft, DraftReason, Kind, SOURCES_BYTES, STANDFIRST_BYTES, State,
    TITLE_BYTES, Topic, TopicKind,
};
