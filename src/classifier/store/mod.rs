//! SQL on the classifier's model, training examples and spam scores.

pub mod examples;
pub mod log;
pub mod scores;
pub mod state;
