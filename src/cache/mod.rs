//! Finished public pages as compressed bytes, invalidated by the database.
//!
//! [`PageCacheService`] stands in front of the router. A handler marks a response as cacheable with a [`Keep`] policy; the page
//! is then rendered and compressed once per content encoding and served from memory. Triggers `NOTIFY` the [`Tag`]s that a
//! transaction touched, and every node drops exactly the pages that carry them. `docs/ARCHITECTURE.md` lists the guarantees.

mod cacheable;
mod encoding;
mod invalidation_log;
mod key;
mod listener;
mod metrics;
mod page;
mod page_cache;
mod policy;
mod render;
mod service;
mod store;
mod tag_index;

pub use policy::{Keep, NoInvalidation, Tag};
pub use service::PageCacheService;
pub use store::next_article;
