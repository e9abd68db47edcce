//! Staff accounts: sign-in, sessions, roles, and the email address for digests. A value of type [`Moderator`], [`Editor`]
//! or [`Admin`] proves that the visitor has that role.

pub mod author_slugs;
pub mod device;
pub mod login_throttle;
mod model;
pub mod passphrase;
pub mod refusal_log;
pub mod session;
pub mod setup;
pub mod sign_in;
pub mod staff_email;
pub mod store;
pub mod strength;
mod viewer;

pub use model::{Account, Role, Username};
pub use staff_email::{DigestFrequency, StaffEmail};
pub use viewer::{Admin, Editor, Moderator, Viewer};
