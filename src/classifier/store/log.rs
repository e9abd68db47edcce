//! SQL that reads the audit log for training.

use sqlx::PgConnection;

use crate::ids::{CommentId, LogEntryId};

/// The fields of an audit log entry that training needs.
pub struct LogEntryRef {
    pub position: i64,
    pub id: LogEntryId,
    /// Number of decisions under the entry.
    pub decisions: i32,
}

/// Lists at most `limit` audit log entries after a position.
pub async fn list_log_entries_after(
    db: &mut PgConnection,
    position: i64,
    limit: i64,
) -> sqlx::Result<Vec<LogEntryRef>> {
    sqlx::query_as!(
        LogEntryRef,
        "select position, id, decisions from audit_log where position > $1 order by position limit $2",
        position,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Lists the comments whose status was changed by a decision or an undo under these audit log entries.
pub async fn list_decided_comments(
    db: &mut PgConnection,
    entries: &[LogEntryId],
) -> sqlx::Result<Vec<CommentId>> {
    sqlx::query_scalar!(
        r#"select distinct comment_id as "id: CommentId" from decisions join audit_log on audit_log.id = entry_id
         where entry_id = any($1) and kind in ('decided', 'undone')"#,
        entries as &[LogEntryId],
    )
    .fetch_all(db)
    .await
}

pub async fn update_log_position(db: &mut PgConnection, position: i64) -> sqlx::Result<()> {
    sqlx::query!("update classifier_state set log_position = $1", position)
        .execute(db)
        .await?;
    Ok(())
}
