//! Deciding on comments: the queue, the verdicts, the pages of the audit log, the rules for what comes in, what is
//! blocked, digests of what waits, emptying spam and trash, and what readers are shown of all that.

pub mod audit_log_page;
pub mod blocks;
pub mod bulk;
pub mod cards;
pub mod commenter_page;
mod commenter_policy;
pub mod digest;
pub mod edit;
pub mod emptying;
pub mod filter;
pub mod learning;
pub mod live;
mod model;
pub mod queue;
pub mod reading;
pub mod reply;
pub mod rules;
pub mod store;
pub mod transparency;
mod trial;
pub mod verdict;

pub use filter::Filter;
pub use model::{Outcome, Ruling};
