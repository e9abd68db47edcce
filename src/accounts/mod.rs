//! Staff: who they are, how they prove it, and what holding a role allows.

pub mod claim;
mod model;
pub mod passphrase;
pub mod session;
pub mod sign_in;
pub mod slow_down;
pub mod store;
mod viewer;

pub use model::{Account, Handle, Role};
pub use viewer::{Admin, Editor, Moderator, Viewer};
