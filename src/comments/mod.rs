//! Readers' replies: what a stranger may say, what we believe of it, how it is judged at first, kept, and shown.

pub mod checker;
mod checker_store;
pub mod feed;
pub mod held;
mod model;
pub mod reply;
mod reply_form;
pub mod screening;
pub mod store;
mod thread;

pub use model::{Comment, Discussion, LinkbackKind, NewComment, Status, Under};
pub use reply_form::ReplyForm;
pub use thread::Thread;
