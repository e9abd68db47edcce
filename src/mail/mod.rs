//! Mail that leaves the site: letters, the outbox in which they wait, and the way to the mail server. Who is written to
//! and why is for the features that write; `commenters::post` takes the letters away.

pub mod bounce;
mod mailer;
pub mod message;
pub mod outbox;
pub mod reseal;
pub mod store;

pub use mailer::{Mailer, SendError, check_server};
pub use message::{EmailBlock, EmailLink, EmailMessage, EnvelopeInfo};
pub use outbox::Recipient;
