//! A page of comments that a queue filter matches.

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
    /// Returns a request to decide on the comment in its present status and version.
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
    /// Comment after which the next page begins; `None` if no comments are left.
    pub next: Option<CommentId>,
}

impl FoundPage {
    /// Returns the page for the result of a query with the limit `limit`. There is a next page only if the query reached
    /// the limit.
    pub(super) fn from_query(found: Vec<FoundComment>, limit: i64) -> Self {
        let is_full = i64::try_from(found.len()) == Ok(limit);
        let next = found.last().map(|last| last.id).filter(|_| is_full);
        Self { found, next }
    }
}

/// A position in the queue. The queue is ordered by creation time and then id, newest first. The next page begins after
/// this position.
pub(super) struct QueueCursor {
    pub(super) created_at: Ts,
    pub(super) id: CommentId,
}
