//! Deciding on comments: the queue, the verdicts, and the log of who decided what.

mod model;
pub mod queue;
pub mod store;
pub mod verdict;

pub use model::{Outcome, Ruling};
