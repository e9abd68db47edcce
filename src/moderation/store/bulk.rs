//! SQL on bulk actions. A row records what the action does, its progress, and until when a node has leased it.

use sqlx::PgConnection;

use crate::accounts::Moderator;
use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{AccountId, ActionId};

pub struct BulkAction {
    pub action_id: ActionId,
    /// Account of the moderator who started the action.
    pub account_id: AccountId,
    /// Status to give to matching comments; `None` if the action undoes another.
    pub to_status: Option<Status>,
    /// Action to undo; `None` if the action decides on comments.
    pub undoes: Option<ActionId>,
    /// Filter for the comments to decide on, as the query of a URL.
    pub filter: String,
    pub note: String,
    pub started_at: Ts,
    /// Time at which the moderator saw the comments. Comments that were written or changed later are not decided on.
    pub as_of: Ts,
    /// Number of comments to decide on, or of decisions to undo, when the action started. Only a lower bound if there
    /// were too many to count.
    pub expected: i64,
    pub decided: i64,
    /// Id after which the next batch begins. It is the id of a comment, or for an undo the id of a decision.
    pub cursor_id: Option<i64>,
    pub finished_at: Option<Ts>,
}

pub enum BulkTask<'a> {
    /// Gives the status `to` to every comment that matches the filter.
    Decide {
        to: Status,
        filter: &'a str,
        as_of: Ts,
    },
    /// Undoes every decision of this action that is still the last one on its comment.
    Undo(ActionId),
}

/// Inserts a bulk action without a lease.
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

/// Finds the oldest unfinished bulk action that no node has leased, and leases it until `lease_until`.
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

/// Records the progress of a bulk action, in the transaction of the batch. Moves the cursor to `next`, or marks the
/// action as finished if `next` is `None`. Returns `false` if the action was stopped, or if another node has run this
/// batch. The caller must then roll the transaction back.
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

/// Marks an unfinished bulk action as finished, so that no further batch is run.
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

/// Finds the first action in which this moderator has undone decisions of the action `undone`.
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

/// Lists the unfinished bulk actions, oldest first.
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
