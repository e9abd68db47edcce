//! Locking the comment that a moderator replies to.

use sqlx::PgConnection;

use crate::comments::Status;
use crate::moderation::Ruling;

/// Locks a comment until the transaction ends, if it still has the status and version that the moderator saw. Returns whether
/// it has.
pub async fn lock_if_unchanged(db: &mut PgConnection, seen: &Ruling) -> sqlx::Result<bool> {
    let locked = sqlx::query!(
        "select id from comments where id = $1 and status = $2 and version = $3 and erased_at is null for update",
        seen.id.0,
        seen.seen as Status,
        seen.version,
    )
    .fetch_optional(db)
    .await?;
    Ok(locked.is_some())
}
