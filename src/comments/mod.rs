//! Readers' replies: what a stranger may say, what we believe of it, how it is judged at first, kept, and shown; and what
//! its author may do with it afterwards.

pub mod checker;
mod checker_store;
pub mod feed;
mod judge;
mod letters;
pub mod mine;
mod model;
pub mod notices;
mod notices_store;
pub mod own;
pub mod paging;
pub mod permalink;
pub mod reply;
mod reply_form;
pub mod rotation_store;
pub mod rules;
pub mod screening;
mod sent;
pub mod staff;
pub mod store;
mod thread;
pub mod thread_page;
pub mod unsubscribe;

/// What the network that a comment came from is sealed for.
pub const NETWORK_ROW: &[u8] = b"comments.network_sealed";

pub use model::{Comment, Discussion, LinkbackKind, NewComment, Staff, Status, Under};
pub use reply_form::{ReplyForm, check_name, read_website, read_words};
pub use thread::Thread;
