//! Writes planned articles, one batch per transaction: new articles are inserted, articles that changed in WordPress are
//! updated, and articles that were edited on this site are left alone.

mod articles;
mod authors;
mod change;
mod commenters;
mod comments;
mod dry_run;
mod ids;
mod paths;
mod topics;
mod writer;

pub use authors::AuthorRegistry;
pub use commenters::CommenterRegistry;
pub use topics::TopicRegistry;
pub use writer::BatchWriter;
