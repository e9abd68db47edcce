//! The frame of the pages behind the door, one's own account, and the publication's settings.

pub mod account;
mod frame;
pub mod settings;

pub use frame::{Desk, Section, SignedOutPage};
