//! SQL that reads the whole audit log for verification. The types accept values that the database constraints forbid: an
//! attacker who changed the log could also have removed the constraints.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::ids::{AccountId, ActionId, CommentId, LogEntryId};

/// A row of the table `audit_log`. The kind is plain text, so that unknown kinds can be read.
pub struct StoredEntry {
    pub position: i64,
    pub id: LogEntryId,
    pub action_id: ActionId,
    pub kind: String,
    pub account_id: Option<AccountId>,
    pub subject: String,
    pub note: String,
    /// Time of the entry; `None` if its year is outside the range of [`Ts`].
    pub at: Option<Ts>,
    /// Number of decisions under the entry, according to its row.
    pub decisions: i32,
    pub previous: Vec<u8>,
    pub hash: Vec<u8>,
}

/// A row of the table `decisions`. The statuses are plain text, so that unknown statuses can be read.
pub struct StoredDecision {
    pub entry_id: LogEntryId,
    pub id: i64,
    pub action_id: ActionId,
    pub comment_id: CommentId,
    pub account_id: AccountId,
    pub from: String,
    pub to: String,
    pub undoes: Option<i64>,
    /// Time of the decision; `None` if its year is outside the range of [`Ts`].
    pub at: Option<Ts>,
}

/// Makes the transaction that has just begun read-only, gives it one snapshot for all statements, and removes the time
/// limit of statements.
pub async fn begin_snapshot(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("set transaction isolation level repeatable read, read only")
        .execute(&mut *db)
        .await?;
    // A long log takes longer than the 20 seconds that a connection of the pool allows.
    sqlx::query!("set local statement_timeout = 0")
        .execute(db)
        .await?;
    Ok(())
}

/// Lists the entries after a position, ordered by position.
pub async fn list_entries(
    db: &mut PgConnection,
    position: i64,
    limit: i64,
) -> sqlx::Result<Vec<StoredEntry>> {
    // Postgres has times that `Ts` cannot hold, `infinity` among them, and whoever changed the log may have used one.
    sqlx::query_as!(
        StoredEntry,
        r#"select position, id, action_id, kind::text as "kind!", account_id, subject, note,
               case when isfinite(at) and at < '9999-12-31' then at end as "at: Ts", decisions, previous, hash
           from audit_log where position > $1 order by position limit $2"#,
        position,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Lists the decisions under these entries, ordered by decision id.
pub async fn list_decisions(
    db: &mut PgConnection,
    entries: &[LogEntryId],
) -> sqlx::Result<Vec<StoredDecision>> {
    sqlx::query_as!(
        StoredDecision,
        r#"select entry_id, id, action_id, comment_id, account_id, from_status::text as "from!", to_status::text as "to!", undoes,
               case when isfinite(decided_at) and decided_at < '9999-12-31' then decided_at end as "at: Ts"
           from decisions where entry_id = any($1) order by id"#,
        entries as &[LogEntryId],
    )
    .fetch_all(db)
    .await
}

/// Counts all entries of the audit log, including those with wrong positions.
pub async fn count_entries(db: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from audit_log"#)
        .fetch_one(db)
        .await
}

/// A decision without an audit log entry, or one that claims to undo a decision that does not match it.
pub struct OrphanDecision {
    pub id: i64,
    pub comment_id: CommentId,
    pub undoes: Option<i64>,
    /// Number of all such decisions in the database, including those that were not listed because of the limit.
    pub total: i64,
}

/// Lists at most `limit` decisions whose audit log entry does not exist.
pub async fn list_orphan_decisions(
    db: &mut PgConnection,
    limit: i64,
) -> sqlx::Result<Vec<OrphanDecision>> {
    // The window function counts all rows, also those beyond the limit.
    sqlx::query_as!(
        OrphanDecision,
        r#"select id, comment_id, undoes, count(*) over () as "total!" from decisions
           where not exists (select 1 from audit_log where audit_log.id = decisions.entry_id) order by id limit $1"#,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Lists at most `limit` undo decisions that are wrong. A correct one refers to an earlier decision on the same comment,
/// with the opposite change of status.
pub async fn list_wrong_undos(
    db: &mut PgConnection,
    limit: i64,
) -> sqlx::Result<Vec<OrphanDecision>> {
    sqlx::query_as!(
        OrphanDecision,
        r#"select undo.id, undo.comment_id, undo.undoes, count(*) over () as "total!"
           from decisions undo left join decisions undone on undone.id = undo.undoes
           where undo.undoes is not null
             and (undone.id is null or undone.id >= undo.id or undone.comment_id <> undo.comment_id
                  or undone.from_status <> undo.to_status or undone.to_status <> undo.from_status)
           order by undo.id limit $1"#,
        limit,
    )
    .fetch_all(db)
    .await
}

/// A comment whose status differs from the status that its last decision gave.
pub struct StatusMismatch {
    pub id: CommentId,
    /// Code of the comment's current status; `None` if the comment does not exist.
    pub status: Option<String>,
    /// Id of the last decision on the comment.
    pub decision: i64,
    /// Status code that the last decision on the comment gave.
    pub to: String,
    /// Number of all such comments in the database, including those that were not listed because of the limit.
    pub total: i64,
}

/// Lists at most `limit` comments whose status differs from the status that their last decision gave. Leaves out comments
/// that their authors changed after that decision, and comments whose text was deleted.
pub async fn list_status_mismatches(
    db: &mut PgConnection,
    limit: i64,
) -> sqlx::Result<Vec<StatusMismatch>> {
    sqlx::query_as!(
        StatusMismatch,
        r#"with last as (
             select distinct on (comment_id) comment_id, id, to_status, decided_at from decisions order by comment_id, id desc
         )
         select last.comment_id as id, comments.status::text as status, last.id as decision, last.to_status::text as "to!",
             count(*) over () as "total!"
         from last left join comments on comments.id = last.comment_id
         where comments.id is null
            or (comments.status <> last.to_status and erased_at is null and not (
                 -- A change by its author is screened again, and has a reason if it is refused. A change by the staff keeps
                 -- the status, but overwrites the time of the author's change: more versions than staff changes show that
                 -- there was one.
                 edited_at is not null and edited_at >= decided_at
                 and (comments.status in ('held', 'approved') or reasons <> '{}')
                 and version > (select count(*) from comment_versions where comment_versions.comment_id = comments.id)
               ))
         order by last.comment_id limit $1"#,
        limit,
    )
    .fetch_all(db)
    .await
}
