//! The audit log: who did what, when and why, as a chain of hashes that shows later changes. Entries are appended inside the
//! transaction of the action they record. Statuses are plain codes here; pages that show the log are in `moderation`.

pub mod chain;
mod model;
pub mod store;
pub mod verify;

pub use model::{DecisionRecord, EntryKind, NewEntry, find_status_code};
