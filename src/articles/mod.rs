//! Articles: writing, publishing, reading.

pub mod editor;
pub mod feed;
pub mod front;
pub mod list;
mod missing;
mod model;
pub mod page;
pub mod sitemap;
pub mod store;
pub mod welcome;

pub use model::{Article, Draft, State};
