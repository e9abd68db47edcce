//! Moderation: the queue and decisions on its comments, the settings for new comments, blocks, email digests of held
//! comments, the retention of spam and trash, and the transparency page for readers.

pub mod audit_log_page;
pub mod blocks;
pub mod bulk;
pub mod cards;
pub mod classifier_page;
pub mod commenter_page;
mod commenter_policy;
pub mod decisions;
pub mod digest;
pub mod edit;
pub mod events;
pub mod filter;
pub mod indexing;
mod model;
pub mod queue;
pub mod reply;
pub mod retention;
pub mod rules;
pub mod store;
pub mod transparency;
mod word_list_preview;

pub use filter::QueueFilter;
pub use model::{DecisionOutcome, DecisionRequest};
