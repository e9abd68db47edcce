//! Bulk actions: their rows record what to do, how far it is done, and which node is doing it.

use sqlx::PgConnection;

use crate::accounts::Moderator;
use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{AccountId, ActionId};

pub struct BulkAction {
    pub action_id: ActionId,
    /// The moderator who started it.
    pub account_id: AccountId,
    /// The status to give to matching comments; `None` for an undo.
    pub to_status: Option<Status>,
    /// The action to undo.
    pub undoes: Option<ActionId>,
    /// The filter, as the query of a URL.
    pub filter: String,
    pub note: String,
    pub started_at: Ts,
    /// Comments written or changed later are left alone.
    pub as_of: Ts,
    /// Number of comments or decisions at the start; a lower bound if counting stopped early.
    pub expected: i64,
    pub decided: i64,
    /// Id after which the next batch begins: of a comment, or of a decision for an undo.
    pub cursor_id: Option<i64>,
    pub finished_at: Option<Ts>,
}

pub enum BulkTask<'a> {
    /// Gives `to` to every comment that matches the filter.
    Decide {
        to: Status,
        filter: &'a str,
        as_of: Ts,
    },
    /// Undoes every decision of this action that is still the last on its comment.
    Undo(ActionId),
}

/// Inserts a bulk action that no node has leased.
pub async fn insert(
    db: &mut PgConnection,
    moderator: &Moderator,
    action_id: ActionId,
    task: &BulkTask<'_>,
    note: &str,
    expected: i64,
    now: Ts,
) -> sqlx::Result<()> {
    let (to, undoes, filter, as_of) = match task {
        BulkTask::Decide { to, filter, as_of } => (Some(*to), None, *filter, *as_of),
        BulkTask::Undo(undone) => (None, Some(undone.0), "", now),
    };
    sqlx::query!(
        "insert into bulk_actions (action_id, account_id, to_status, undoes, filter, note, started_at, expected, as_of)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        action_id.0,
        moderator.id.0,
        to as Option<Status>,
        undoes,
        filter,
        note,
        now as Ts,
        expected,
        as_of as Ts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Leases the oldest unfinished action that no node has leased, until `lease_until`.
pub async fn lease_next(
    db: &mut PgConnection,
    now: Ts,
    lease_until: Ts,
) -> sqlx::Result<Option<BulkAction>> {
    sqlx::query_as!(
        BulkAction,
        "update bulk_actions set lease_until = $2
         where action_id = (
             select action_id from bulk_actions where finished_at is null and (lease_until is null or lease_until <= $1)
             order by action_id limit 1 for update skip locked
         )
         returning action_id, account_id, to_status, undoes, filter, note, started_at, as_of, expected,
             decided, cursor_id, finished_at",
        now as Ts,
        lease_until as Ts,
    )
    .fetch_optional(db)
    .await
}

/// Records a batch in the transaction that decided it: moves the cursor to `next`, or finishes the action without one. Returns
/// `false` if the action was stopped or another node has moved its cursor; then the transaction must be rolled back.
pub async fn advance(
    db: &mut PgConnection,
    bulk: &BulkAction,
    decided: i64,
    next: Option<i64>,
    lease_until: Option<Ts>,
    now: Ts,
) -> sqlx::Result<bool> {
    // The old cursor is part of the condition: of two nodes that ran the same batch, only the first finds it unmoved.
    let updated = sqlx::query!(
        "update bulk_actions set decided = decided + $2, cursor_id = coalesce($3, cursor_id), lease_until = $4,
             finished_at = case when $3::bigint is null then $6::timestamptz end
         where action_id = $1 and finished_at is null and cursor_id is not distinct from $5",
        bulk.action_id.0,
        decided,
        next,
        lease_until as Option<Ts>,
        bulk.cursor_id,
        now as Ts,
    )
    .execute(&mut *db)
    .await?;
    if decided == 0 && next.is_none() {
        // Open pages learn of other batches by their entries in the audit log; this one has none.
        notify_open_pages(db, bulk.action_id).await?;
    }
    Ok(updated.rows_affected() == 1)
}

/// Finishes an action before its end, if it is unfinished.
pub async fn stop(db: &mut PgConnection, action_id: ActionId, now: Ts) -> sqlx::Result<()> {
    let stopped = sqlx::query!(
        "update bulk_actions set finished_at = $2 where action_id = $1 and finished_at is null",
        action_id.0,
        now as Ts,
    )
    .execute(&mut *db)
    .await?;
    // An action that had already finished was published then.
    if stopped.rows_affected() > 0 {
        notify_open_pages(db, action_id).await?;
    }
    Ok(())
}

async fn notify_open_pages(db: &mut PgConnection, action_id: ActionId) -> sqlx::Result<()> {
    sqlx::query!(
        "select pg_notify('admin_events', 'act ' || $1::bigint)",
        action_id.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Finds a bulk action, finished or not.
pub async fn find(db: &mut PgConnection, action_id: ActionId) -> sqlx::Result<Option<BulkAction>> {
    sqlx::query_as!(
        BulkAction,
        "select action_id, account_id, to_status, undoes, filter, note, started_at, as_of, expected,
             decided, cursor_id, finished_at
         from bulk_actions where action_id = $1",
        action_id.0,
    )
    .fetch_optional(db)
    .await
}

/// Finds the first action by which this moderator has undone decisions of `undone`.
pub async fn find_undo(
    db: &mut PgConnection,
    moderator: &Moderator,
    undone: ActionId,
) -> sqlx::Result<Option<ActionId>> {
    sqlx::query_scalar!(
        "select action_id from bulk_actions where undoes = $1 and account_id = $2 and decided > 0 order by action_id limit 1",
        undone.0,
        moderator.id.0,
    )
    .fetch_optional(db)
    .await
}

/// Lists the unfinished actions, oldest first.
pub async fn list_unfinished(db: &mut PgConnection) -> sqlx::Result<Vec<BulkAction>> {
    sqlx::query_as!(
        BulkAction,
        "select action_id, account_id, to_status, undoes, filter, note, started_at, as_of, expected,
             decided, cursor_id, finished_at
         from bulk_actions where finished_at is null order by action_id",
    )
    .fetch_all(db)
    .await
}
