//! Writes imported articles to the database, with one transaction per batch. New articles are inserted, and articles that
//! have changed in WordPress are updated. Articles that were edited on this site are not overwritten.

mod articles;
mod authors;
mod commenters;
mod comments;
mod ids;
mod paths;
mod topics;
mod writer;

pub use authors::AuthorRegistry;
pub use commenters::CommenterRegistry;
pub use topics::TopicRegistry;
pub use writer::BatchWriter;
