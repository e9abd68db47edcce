//! SQL on the classifier's model, training examples and spam scores.

pub mod examples;
pub mod log;
pub mod scores;
pub mod state;

use crate::ids::CommentId;

fn raw_ids(ids: &[CommentId]) -> Vec<i64> {
    ids.iter().map(|id| id.0).collect()
}
