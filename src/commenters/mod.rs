//! The people who reply: one row an address. The address is sealed at rest and never shown to anyone. Who can read its
//! mail can prove that it is theirs, once for each browser, and is in charge of what was written under it.

pub mod blocks;
pub mod browser;
mod email;
mod model;
pub mod post;
pub mod rotation_store;
pub mod store;
pub mod treatment;

pub use browser::Browser;
pub use email::{Email, EmailError, open_for_export};
pub use model::{Person, Scope, Subscription, Treatment};
