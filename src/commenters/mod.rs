//! The people who reply: one row an address. The address is sealed at rest and never shown to anyone.

mod email;
pub mod store;

pub use email::{Email, EmailError, open_for_export};
