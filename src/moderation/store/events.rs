//! SQL that finds the changes of which open queue pages are notified.

use sqlx::PgConnection;

use crate::comments::Status;
use crate::ids::{AccountId, ActionId, CommentId, LogEntryId};

/// Largest number of comments that [`list_held_after`] returns.
pub const MAX_HELD_AFTER: i64 = 1_000;

/// An audit log entry, with the data that open queue pages receive about it.
pub struct EntryEvent {
    pub by: Option<AccountId>,
    /// Name of the member of staff who acted; `None` if the site acted by itself.
    pub name: Option<String>,
    pub action_id: ActionId,
    /// Comments that the entry has decisions on, each with its new status.
    pub changed: Vec<(CommentId, Status)>,
}

pub async fn find_entry_event(
    db: &mut PgConnection,
    id: LogEntryId,
) -> sqlx::Result<Option<EntryEvent>> {
    let entry = sqlx::query!(
        r#"select account_id, name as "name?", action_id
           from audit_log left join accounts on accounts.id = account_id where audit_log.id = $1"#,
        id.0,
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(entry) = entry else {
        return Ok(None);
    };
    let changed = sqlx::query!(
        "select comment_id, to_status from decisions where entry_id = $1 order by id",
        id.0,
    )
    .map(|row| (row.comment_id, row.to_status))
    .fetch_all(db)
    .await?;
    Ok(Some(EntryEvent {
        by: entry.account_id,
        name: entry.name,
        action_id: entry.action_id,
        changed,
    }))
}

/// Returns the highest comment id, or 0 if there are no comments.
pub async fn find_newest_id(db: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select coalesce(max(id), 0) as "id!: i64" from comments"#)
        .fetch_one(db)
        .await
}

/// Lists the held comments with ids greater than `after`, each with its version, ordered by id. Returns at most
/// [`MAX_HELD_AFTER`] comments.
pub async fn list_held_after(
    db: &mut PgConnection,
    after: i64,
) -> sqlx::Result<Vec<(CommentId, i32)>> {
    sqlx::query!(
        "select id, version from comments where id > $1 and status = 'held' and erased_at is null order by id limit $2",
        after,
        MAX_HELD_AFTER,
    )
    .map(|row| (row.id, row.version))
    .fetch_all(db)
    .await
}

/// Lists the newest held comments, each with its version, at most `limit`.
pub async fn list_newest_held(
    db: &mut PgConnection,
    limit: i64,
) -> sqlx::Result<Vec<(CommentId, i32)>> {
    sqlx::query!(
        "select id, version from comments where status = 'held' and erased_at is null order by created_at desc, id desc limit $1",
        limit,
    )
    .map(|row| (row.id, row.version))
    .fetch_all(db)
    .await
}

/// Lists those of the given held comments that were changed or removed from the queue without an audit log entry. This
/// happens when the author edits or deletes a comment, or when a spam check decides on it.
pub async fn list_silently_removed(
    db: &mut PgConnection,
    seen: &[(CommentId, i32)],
) -> sqlx::Result<Vec<CommentId>> {
    let ids: Vec<i64> = seen.iter().map(|(id, _)| id.0).collect();
    let versions: Vec<i32> = seen.iter().map(|(_, version)| *version).collect();
    sqlx::query_scalar!(
        // A status that equals the last decision came from that decision, whose entry has been published.
        r#"select seen.id as "id!: CommentId"
           from unnest($1::bigint[], $2::integer[]) as seen (id, version)
           left join comments on comments.id = seen.id
           where comments.id is null or erased_at is not null or comments.version <> seen.version
              or (status <> 'held' and status is distinct from
                  (select to_status from decisions where comment_id = seen.id order by decisions.id desc limit 1))
           order by seen.id"#,
        &ids,
        &versions,
    )
    .fetch_all(db)
    .await
}
