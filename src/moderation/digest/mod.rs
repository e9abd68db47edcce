//! Digests: emails to moderators about held comments, the signed page that such an email links to, and the link that
//! unsubscribes from digests.

mod email;
mod model;
pub mod page;
mod send;
mod store;
pub mod unsubscribe;

pub use send::enqueue_due;
pub use store::delete_expired;
