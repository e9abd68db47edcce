//! A page of the comments that a filter matches.

use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::CommentId;
use crate::moderation::model::DecisionRequest;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundComment {
    pub id: CommentId,
    pub status: Status,
    pub version: i32,
}

impl FoundComment {
    /// Returns the request to decide on the comment as it is now.
    pub fn request(&self) -> DecisionRequest {
        DecisionRequest {
            id: self.id,
            expected_status: self.status,
            expected_version: self.version,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct FoundPage {
    pub found: Vec<FoundComment>,
    /// The comment after which more may follow.
    pub next: Option<CommentId>,
}

impl FoundPage {
    /// Returns the page for a query that ends only at its limit or after the last match.
    pub(super) fn from_query(found: Vec<FoundComment>, limit: i64) -> Self {
        let is_full = i64::try_from(found.len()) == Ok(limit);
        let next = found.last().map(|last| last.id).filter(|_| is_full);
        Self { found, next }
    }
}

/// A position in the queue, which is ordered by creation time and id, newest first. A page begins after it.
pub(super) struct QueueCursor {
    pub(super) created_at: Ts,
    pub(super) id: CommentId,
}
