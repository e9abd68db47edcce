//! The people who reply: one row an address. The address is sealed at rest and never shown to anyone.

pub mod blocks;
mod email;
mod model;
pub mod store;

pub use email::{Email, EmailError, open_for_export};
pub use model::Scope;
