//! Deciding on comments: the queue, the verdicts, the log of who decided what, the rules for what comes in, what is
//! blocked, digests of what waits, emptying spam and trash, and what readers are shown of all that.

pub mod blocks;
pub mod bulk;
pub mod cards;
pub mod digest;
pub mod digest_page;
pub mod digest_stop;
mod digest_store;
pub mod edit;
pub mod emptying;
pub mod filter;
pub mod learning;
pub mod live;
pub mod log;
pub mod log_check;
pub mod log_page;
mod model;
pub mod person;
pub mod queue;
pub mod reading;
pub mod reply;
pub mod rules;
mod rules_form;
pub mod store;
pub mod transparency;
mod trial;
pub mod verdict;

pub use filter::Filter;
pub use log::EntryKind;
pub use model::{Outcome, Ruling};
