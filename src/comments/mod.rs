//! Readers' replies: what a stranger may say, what we believe of it, how it is judged at first, kept, and shown.

pub mod feed;
pub mod held;
mod model;
pub mod paging;
pub mod permalink;
pub mod reply;
mod reply_form;
pub mod screening;
pub mod store;
mod thread;
pub mod thread_page;

pub use model::{Comment, Discussion, LinkbackKind, NewComment, Staff, Status, Under};
pub use reply_form::ReplyForm;
pub use thread::Thread;
