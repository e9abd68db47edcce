//! State of a dry run.

use std::collections::HashSet;

/// Rows that a dry run would have written, as far as later rows could collide with them: a few bytes per article and
/// comment.
#[derive(Default)]
pub struct DryRunState {
    /// Hashes of the paths.
    paths: HashSet<u64>,
    /// Site and WordPress ID of the comments.
    comments: HashSet<(i32, i64)>,
    last_id: i64,
}

impl DryRunState {
    /// Returns an ID that no row has, below zero.
    pub fn next_id(&mut self) -> i64 {
        // Sequences are positive, so these IDs collide with none.
        self.last_id -= 1;
        self.last_id
    }

    /// Claims a path by its hash. Returns whether it was free.
    pub fn claim_path(&mut self, hash: u64) -> bool {
        self.paths.insert(hash)
    }

    /// Claims a WordPress comment ID. Returns whether it was free.
    pub fn claim_comment(&mut self, site_id: i32, wordpress_id: i64) -> bool {
        self.comments.insert((site_id, wordpress_id))
    }
}
