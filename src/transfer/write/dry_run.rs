//! Data that a dry run keeps in memory because it does not write to the database.

use std::collections::HashSet;

/// Paths and comment IDs that a dry run would have written. Later articles and comments of the dry run must not use them
/// again. This takes a few bytes for each article and comment.
#[derive(Default)]
pub struct DryRunState {
    /// Hashes of the paths that are taken.
    paths: HashSet<u64>,
    /// Site ID and WordPress ID of each comment.
    comments: HashSet<(i32, i64)>,
    last_id: i64,
}

impl DryRunState {
    /// Returns a new negative ID, which no row in the database has.
    pub fn next_id(&mut self) -> i64 {
        // Sequences are positive, so these IDs collide with none.
        self.last_id -= 1;
        self.last_id
    }

    /// Marks a path as taken. `hash` is the hash of the path. Returns `false` if it was already taken.
    pub fn claim_path(&mut self, hash: u64) -> bool {
        self.paths.insert(hash)
    }

    /// Marks the WordPress ID of a comment as taken. Returns `false` if it was already taken.
    pub fn claim_comment(&mut self, site_id: i32, wordpress_id: i64) -> bool {
        self.comments.insert((site_id, wordpress_id))
    }
}
