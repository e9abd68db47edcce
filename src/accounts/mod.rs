//! Staff: who they are, how they prove it, what holding a role allows, and where they are written to.

pub mod address;
pub mod address_store;
pub mod claim;
mod model;
pub mod passphrase;
pub mod rotation_store;
pub mod session;
pub mod sign_in;
pub mod slow_down;
pub mod store;
mod viewer;

pub use address::{Rhythm, StaffMail};
pub use model::{Account, Handle, Role};
pub use viewer::{Admin, Editor, Moderator, Viewer};
