//! Mail that leaves the site: letters, the outbox in which they wait, and the way to the mail server. Who is written to
//! and why is for the features that write; `commenters::post` takes the letters away.

pub mod bounce;
pub mod letter;
mod mailer;
pub mod outbox;
pub mod rotation_store;
pub mod store;

pub use letter::{Letter, Link, Piece, Stamp};
pub use mailer::{Failure, Mailer, check};
pub use outbox::Recipient;
