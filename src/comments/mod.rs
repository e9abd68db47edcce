//! Readers' replies: what a stranger may say, what we believe of it, how it is judged at first, kept, and shown.

pub mod feed;
pub mod held;
mod model;
pub mod reply;
mod reply_form;
pub mod reseal;
pub mod screening;
pub mod store;
mod thread;

/// What the network that a comment came from is sealed for.
pub const NETWORK_ROW: &[u8] = b"comments.network_sealed";

pub use model::{Comment, Discussion, LinkbackKind, NewComment, Status, Under};
pub use reply_form::ReplyForm;
pub use thread::Thread;
