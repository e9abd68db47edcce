//! All SQL of commenters, with a module for each topic.

pub mod blocks;
pub mod browsers;
pub mod commenters;
pub mod notes;
pub mod policies;
pub mod rotation;
pub mod subscriptions;
pub mod verification;
