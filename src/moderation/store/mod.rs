//! All SQL of moderation, one file per topic.

pub mod action_summary;
pub mod audit_log_page;
pub mod bulk;
pub mod cards;
pub mod classifier_page;
pub mod commenters;
pub mod counts;
pub mod decisions;
pub mod edit;
pub mod events;
pub mod found_page;
pub mod indexing;
pub mod queue;
mod queue_filter;
mod queue_scan;
pub mod transparency;
pub mod word_list_preview;
