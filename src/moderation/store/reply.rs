//! SQL that locks the comment a moderator replies to.

use sqlx::PgConnection;

use crate::comments::Status;
use crate::moderation::DecisionRequest;

/// Locks a comment until the transaction ends, provided that it still has the status and version that the moderator saw.
/// Returns whether it was locked.
pub async fn lock_if_unchanged(
    db: &mut PgConnection,
    seen: &DecisionRequest,
) -> sqlx::Result<bool> {
    let locked = sqlx::query!(
        "select id from comments where id = $1 and status = $2 and version = $3 and erased_at is null for update",
        seen.id.0,
        seen.expected_status as Status,
        seen.expected_version,
    )
    .fetch_optional(db)
    .await?;
    Ok(locked.is_some())
}
