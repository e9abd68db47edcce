//! Email: messages, the outbox and the connection to the mail server. Other modules decide who gets which email.
//! [`commenters::delivery`](crate::commenters::delivery) sends the emails in the outbox.

pub mod bounce;
mod mailer;
pub mod message;
mod model;
pub mod outbox;
pub mod store;

pub use mailer::{Mailer, SendError, check_server};
pub use message::{EmailBlock, EmailLink, EmailMessage, EnvelopeInfo};
pub use model::{Recipient, RelatedComments};
