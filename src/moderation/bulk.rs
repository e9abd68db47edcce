//! Bulk actions: deciding on every comment that matches a filter, and undoing an earlier action. The request saves the
//! action and runs its first batch; the background loop runs the other batches. Each batch is one transaction and has one
//! audit log entry.

use sqlx::{Connection, PgConnection};

use super::filter::{QueueFilter, QueueOrder};
use super::model::DecisionRequest;
use super::store;
use super::store::bulk::{BulkAction, BulkTask};
use super::store::found_page::FoundComment;
use crate::accounts::Moderator;
use crate::app::App;
use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{ActionId, CommentId};

/// Largest number of comments decided in one transaction. A larger batch would hold its row locks for longer than a
/// reader or another moderator should wait.
const BATCH_SIZE: i64 = 2_000;
/// Seconds for which a node leases a bulk action. Longer than any batch takes.
const LEASE_SECS: i64 = 60;
/// Number of times that a batch is repeated after a deadlock.
const MAX_DEADLOCK_RETRIES: u32 = 2;

/// The number of batches to run before returning.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RunLength {
    OneBatch,
    ToTheEnd,
}

/// Gives the status `to` to every comment that matches the filter and has not changed since `as_of`. Runs the first batch
/// before it returns, and leaves the others to the background loop.
pub async fn decide_all(
    app: &App,
    moderator: &Moderator,
    filter: &QueueFilter,
    to: Status,
    note: &str,
    as_of: Ts,
) -> sqlx::Result<ActionId> {
    let now = app.clock.now();
    // The order by score leaves out comments without a score.
    let filter = QueueFilter {
        order: QueueOrder::NewestFirst,
        ..filter.clone()
    };
    // Counting a whole group is cheap, counting a part of one is not; for a progress bar the difference does not matter.
    let counted = QueueFilter {
        newest: None,
        ..filter.clone()
    };
    let mut db = app.pool.acquire().await?;
    let expected = store::counts::count_matching(&mut db, &counted, now).await?;
    // `start` takes a connection of its own. Holding two at once could leave none for anybody.
    drop(db);
    let task = BulkTask::Decide {
        to,
        filter: &filter.query(),
        as_of,
    };
    start(app, moderator, &task, note, expected.at_least()).await
}

/// Undoes the decisions of an action on comments that nobody has decided on or edited since. If the action is still
/// running, it is stopped. Runs the first batch of the undo before it returns, and leaves the others to the background
/// loop.
pub async fn undo_all(
    app: &App,
    moderator: &Moderator,
    undone: ActionId,
) -> sqlx::Result<ActionId> {
    start(app, moderator, &BulkTask::Undo(undone), "", 0).await
}

async fn start(
    app: &App,
    moderator: &Moderator,
    task: &BulkTask<'_>,
    note: &str,
    mut expected: i64,
) -> sqlx::Result<ActionId> {
    let now = app.clock.now();
    let mut db = app.pool.begin().await?;
    if let BulkTask::Undo(undone) = task {
        // Either waits for the batch that another node is committing, or makes that batch roll back when it tries to
        // record its progress. So the decisions counted below are all that the action will ever have.
        store::bulk::stop(&mut db, *undone, now).await?;
        expected = store::action_summary::count_decisions(&mut db, *undone).await?;
    }
    // Saved before the first batch runs: from here on the action survives a crash.
    let action_id = store::decisions::reserve_action_id(&mut db).await?;
    store::bulk::insert(&mut db, moderator, action_id, task, note, expected, now).await?;
    let bulk = store::bulk::find(&mut db, action_id).await?;
    db.commit().await?;
    if let Some(bulk) = bulk
        && let Err(error) = run(app, bulk, moderator, RunLength::OneBatch).await
    {
        // Not returned: the action is saved, and without a lease the background loop takes it next.
        tracing::warn!(%error, action = %action_id, "first batch of a bulk action failed; retrying in the background");
    }
    // The background loop goes on with the second batch.
    app.worker_wakeup.notify_one();
    tracing::debug!(account = %moderator.id, action = %action_id, expected, "bulk action started");
    Ok(action_id)
}

/// Runs all unfinished bulk actions that no other node has leased, oldest first.
pub async fn run_pending(app: &App) -> sqlx::Result<()> {
    loop {
        let now = app.clock.now();
        let mut db = app.pool.acquire().await?;
        let leased = store::bulk::lease_next(&mut db, now, now.plus_seconds(LEASE_SECS)).await?;
        let Some(bulk) = leased else {
            return Ok(());
        };
        let action_id = bulk.action_id;
        // Looked up again for every action: the account may have lost its role since it started it.
        let Some(moderator) = Moderator::load_active(&mut db, bulk.account_id).await? else {
            store::bulk::stop(&mut db, action_id, now).await?;
            tracing::warn!(action = %action_id, "bulk action stopped: its account may no longer moderate");
            continue;
        };
        // Each batch takes a connection of its own.
        drop(db);
        run(app, bulk, &moderator, RunLength::ToTheEnd).await?;
    }
}

async fn run(
    app: &App,
    mut bulk: BulkAction,
    moderator: &Moderator,
    length: RunLength,
) -> sqlx::Result<()> {
    let mut deadlocks = 0;
    loop {
        let next = match run_batch(app, &mut bulk, moderator, length).await {
            // Postgres rolled the batch back because another transaction locked the same rows in another order.
            Err(error) if is_deadlock(&error) && deadlocks < MAX_DEADLOCK_RETRIES => {
                deadlocks += 1;
                continue;
            }
            next => next?,
        };
        if next.is_none() || length == RunLength::OneBatch {
            return Ok(());
        }
        deadlocks = 0;
        bulk.cursor_id = next;
    }
}

fn is_deadlock(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    // SQLSTATE deadlock_detected.
    code.as_deref() == Some("40P01")
}

/// Runs the next batch of a bulk action. Returns the cursor at which the following batch begins; `None` if the action is
/// finished or was stopped.
async fn run_batch(
    app: &App,
    bulk: &mut BulkAction,
    moderator: &Moderator,
    length: RunLength,
) -> sqlx::Result<Option<i64>> {
    let now = app.clock.now();
    // After the first batch the lease ends at once, so that any node can go on.
    let lease = (length == RunLength::ToTheEnd).then(|| now.plus_seconds(LEASE_SECS));
    let mut db = app.pool.acquire().await?;
    let mut db = db.begin().await?;
    let (decided, next) = match (bulk.to_status, bulk.undoes) {
        (Some(to), _) => decide_batch(&mut db, moderator, bulk, to, now).await?,
        (None, Some(undone)) => undo_batch(&mut db, moderator, bulk, undone, now).await?,
        (None, None) => (0, None),
    };
    let decided = i64::try_from(decided).unwrap_or(BATCH_SIZE);
    if !store::bulk::advance(&mut db, bulk, decided, next, lease, now).await? {
        // Somebody undid the action, or another node has run this batch.
        db.rollback().await?;
        return Ok(None);
    }
    db.commit().await?;
    bulk.decided += decided;
    if next.is_none() {
        tracing::debug!(action = %bulk.action_id, decided = bulk.decided, "bulk action finished");
    }
    Ok(next)
}

/// Decides on the next batch of matching comments. Returns the number of decided comments, and the last comment that was
/// examined. The latter is `None` if no matching comments are left.
async fn decide_batch(
    db: &mut PgConnection,
    moderator: &Moderator,
    bulk: &BulkAction,
    to: Status,
    now: Ts,
) -> sqlx::Result<(usize, Option<i64>)> {
    let filter = QueueFilter::parse(&bulk.filter);
    let after = bulk.cursor_id.map(CommentId);
    let as_of = Some(bulk.as_of);
    // Ages count from the start of the action, so that a long one does not change its own filter.
    let started_at = bulk.started_at;
    let page = store::queue::find(db, &filter, after, as_of, BATCH_SIZE, started_at).await?;
    let requests: Vec<DecisionRequest> = page.found.iter().map(FoundComment::request).collect();
    let (id, note) = (bulk.action_id, &bulk.note);
    let decided = store::decisions::decide(db, moderator, id, &requests, to, note, now).await?;
    Ok((decided.len(), page.next.map(|id| id.0)))
}

/// Undoes the next batch of decisions of an action. Returns the number of undone decisions, and the last decision that
/// was examined. The latter is `None` if no decisions are left.
async fn undo_batch(
    db: &mut PgConnection,
    moderator: &Moderator,
    bulk: &BulkAction,
    undone: ActionId,
    now: Ts,
) -> sqlx::Result<(usize, Option<i64>)> {
    let (id, after) = (bulk.action_id, bulk.cursor_id.unwrap_or(0));
    let (restored, last) =
        store::decisions::undo(db, moderator, id, undone, after, BATCH_SIZE, now).await?;
    Ok((restored.len(), last))
}
