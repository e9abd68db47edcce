//! The people who reply: one row an address. The address is sealed at rest and never shown to anyone.

mod email;
mod model;
pub mod reseal;
pub mod store;

pub use email::{Email, EmailError, open_for_export};
pub use model::Scope;
