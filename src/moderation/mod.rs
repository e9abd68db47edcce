//! Moderation: the queue and its decisions, the rules for new comments, blocks, email digests of held comments, the retention of
//! spam and trash, and the transparency page for readers.

pub mod blocks;
pub mod bulk;
pub mod cards;
pub mod classifier_page;
pub mod decisions;
pub mod digest;
pub mod digest_page;
pub mod digest_stop;
mod digest_store;
pub mod edit;
pub mod events;
pub mod filter;
pub mod indexing;
pub mod log;
pub mod log_check;
pub mod log_page;
mod model;
pub mod person;
pub mod queue;
pub mod reply;
pub mod retention;
pub mod rules;
mod rules_form;
pub mod store;
pub mod transparency;
mod word_list_preview;

pub use filter::QueueFilter;
pub use log::EntryKind;
pub use model::{DecisionOutcome, DecisionRequest};
