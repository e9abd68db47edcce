//! Deciding on comments: the queue, the verdicts, the log of who decided what, the rules for what comes in, and what is
//! blocked.

pub mod blocks;
pub mod bulk;
pub mod cards;
pub mod edit;
pub mod filter;
pub mod live;
pub mod log;
mod model;
pub mod person;
pub mod queue;
pub mod reply;
pub mod rules;
mod rules_form;
pub mod store;
mod trial;
pub mod verdict;

pub use filter::Filter;
pub use log::EntryKind;
pub use model::{Outcome, Ruling};
