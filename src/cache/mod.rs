//! Cache of finished public pages as compressed bytes, invalidated by the database.
//!
//! [`PageCacheService`] stands in front of the router. A handler marks a response as cacheable with a [`CachePolicy`].
//! The page is then rendered and compressed once per content encoding and served from memory. Triggers `NOTIFY` the
//! [`CacheTag`]s of the content that a transaction changed, and every server drops exactly the pages that carry them.

// Four guarantees hold together:
//
// - A page is cached only while a database listener is connected, and only if none of its tags was
//   invalidated since its render began.
// - A reader never gets a page whose render began before a change that the reader may know of.
// - The response to a write goes out after this server has applied the invalidations of that write.
// - A lost listener drops every page, unless the database itself is away: then nothing changes, and the last known pages
//   are served until the listener is back.

mod cacheable;
mod encoding;
mod invalidation_log;
mod key;
mod last_modified;
mod listener;
mod metrics;
mod page;
mod page_cache;
mod policy;
mod render;
mod service;
mod store;
mod tag_index;

pub use encoding::simplify_accept_encoding;
pub use policy::{CachePolicy, CacheTag, NoInvalidation};
pub use service::{CacheContents, PageCacheService};
pub use store::find_next_scheduled_time;
