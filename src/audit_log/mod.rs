//! The audit log: who did what, when and why. The entries form a chain of hashes, so that later changes can be detected.
//! An entry is appended in the transaction of the action it records. The log has comment statuses as plain text codes;
//! the pages that show the log are in `moderation`.

pub mod chain;
mod model;
pub mod store;
pub mod verify;

pub use model::{DecisionRecord, EntryKind, NewEntry, find_status_code};
