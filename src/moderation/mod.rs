//! Deciding on comments: the queue, the verdicts, the log of who decided what, the rules for what comes in, what is
//! blocked, emptying spam and trash, and what readers are shown of all that.

pub mod blocks;
pub mod bulk;
pub mod emptying;
pub mod filter;
pub mod log;
pub mod log_check;
pub mod log_page;
mod model;
pub mod queue;
pub mod rules;
mod rules_form;
pub mod store;
pub mod transparency;
mod trial;
pub mod verdict;

pub use filter::Filter;
pub use log::EntryKind;
pub use model::{Outcome, Ruling};
