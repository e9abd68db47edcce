//! Digests: mails to moderators about comments that wait for a decision, the signed page that a mail leads to, and the link
//! that ends the mails.

mod email;
mod model;
pub mod page;
mod send;
mod store;
pub mod unsubscribe;

pub use send::enqueue_due;
pub use store::delete_expired;
