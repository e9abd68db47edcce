//! All SQL of moderation, one file per topic.

pub mod action_summary;
pub mod bulk;
pub mod cards;
mod chain;
pub mod classifier_page;
pub mod counts;
pub mod decisions;
pub mod edit;
mod entries;
pub mod found_page;
pub mod indexing;
mod log;
mod people;
pub mod queue;
mod queue_filter;
mod queue_scan;
mod transparency;
pub mod word_list_preview;

pub use chain::*;
pub use entries::*;
pub use log::*;
pub use people::*;
pub use transparency::*;
