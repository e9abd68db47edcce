//! Deciding about everything that matches, however much it is: written down at the press of the button, done in the
//! background a batch at a time, each batch a transaction and an entry of the log, and taken back with one press.

use sqlx::Connection;

use super::filter::{Filter, Order};
use super::model::Ruling;
use super::store::{self, BulkAct, Found, Wanted};
use crate::accounts::Moderator;
use crate::app::App;
use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::ActId;

/// Comments decided in one transaction. More would hold their rows for longer than others should wait.
const BATCH: i64 = 2_000;
/// How long whoever works on an act keeps it, in seconds: longer than a batch takes.
const LEASE: i64 = 60;
/// How often a batch is done anew that Postgres gave up because others had locked the same rows the other way round.
const DEADLOCKS: u32 = 2;

/// Decides about all that a filter means, as of `as_of`. What one batch can do is done when this returns.
pub async fn decide_all(
    app: &App,
    moderator: &Moderator,
    filter: &Filter,
    to: Status,
    why: &str,
    as_of: Ts,
) -> sqlx::Result<ActId> {
    let now = app.clock.now();
    let filter = Filter {
        order: Order::Newest,
        ..filter.clone()
    };
    let mut db = app.pool.acquire().await?;
    // How many more there are by now is soon told; that these are few matters little.
    let counted = Filter {
        until: None,
        ..filter.clone()
    };
    let expected = store::count_matching(&mut db, &counted, now).await?;
    // Who waits for a connection holds none.
    drop(db);
    let wanted = Wanted::Decide(to, &filter.query(), as_of);
    begin(app, moderator, &wanted, why, expected.at_least()).await
}

/// Takes back all that an act did; one that is under way stops where it is. What one batch can do is done when this returns.
pub async fn undo_all(app: &App, moderator: &Moderator, undone: ActId) -> sqlx::Result<ActId> {
    begin(app, moderator, &Wanted::Undo(undone), "", 0).await
}

async fn begin(
    app: &App,
    moderator: &Moderator,
    wanted: &Wanted<'_>,
    why: &str,
    expected: i64,
) -> sqlx::Result<ActId> {
    let now = app.clock.now();
    let mut db = app.pool.begin().await?;
    let mut expected = expected;
    if let Wanted::Undo(undone) = wanted {
        // A batch of it that is being done is waited for here, or finds at its end that it may not stay: what we take
        // back is all there is.
        store::stop_bulk(&mut db, *undone, now).await?;
        expected = store::decisions_of(&mut db, *undone).await?;
    }
    let act = store::next_act(&mut db).await?;
    store::begin_bulk(&mut db, moderator, act, wanted, why, expected, now).await?;
    let bulk = store::find_bulk(&mut db, act).await?;
    db.commit().await?;
    if let Some(bulk) = bulk
        && let Err(error) = work(app, bulk, moderator, false).await
    {
        // It is written down, so it is saved; nobody has it, so that whoever hears the bell goes on.
        tracing::warn!(%error, %act, "the first batch of a bulk act failed; it goes on in the background");
    }
    app.bell.notify_one();
    tracing::debug!(account = %moderator.id, %act, expected, "a bulk act was begun");
    Ok(act)
}

/// Does all acts that nobody else works on, one after the other, to their ends.
pub async fn work_on_all(app: &App) -> sqlx::Result<()> {
    loop {
        let now = app.clock.now();
        let mut db = app.pool.acquire().await?;
        let taken = store::take_bulk(&mut db, now, now.plus_seconds(LEASE)).await?;
        let Some(bulk) = taken else {
            return Ok(());
        };
        let act = bulk.act;
        let moderator = Moderator::acting(&mut db, bulk.account_id).await?;
        let Some(moderator) = moderator else {
            // Whoever began it may not moderate any more.
            store::stop_bulk(&mut db, act, now).await?;
            tracing::warn!(%act, "a bulk act was stopped: its moderator is none any more");
            continue;
        };
        drop(db);
        work(app, bulk, &moderator, true).await?;
    }
}

/// Does one batch of an act, or all of it.
async fn work(
    app: &App,
    bulk: BulkAct,
    moderator: &Moderator,
    to_the_end: bool,
) -> sqlx::Result<()> {
    let mut bulk = bulk;
    let mut deadlocks = 0;
    loop {
        let next = match do_batch(app, &mut bulk, moderator, to_the_end).await {
            // Nothing of the batch has stayed.
            Err(error) if is_deadlock(&error) && deadlocks < DEADLOCKS => {
                deadlocks += 1;
                continue;
            }
            next => next?,
        };
        if next.is_none() {
            return Ok(());
        }
        deadlocks = 0;
        bulk.done_id = next;
        if !to_the_end {
            return Ok(());
        }
    }
}

fn is_deadlock(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.as_deref() == Some("40P01")
}

/// Does the next batch of an act; gives after what it goes on, if it does. Desks hear of it by the entry.
async fn do_batch(
    app: &App,
    bulk: &mut BulkAct,
    moderator: &Moderator,
    to_the_end: bool,
) -> sqlx::Result<Option<i64>> {
    let now = app.clock.now();
    let lease = to_the_end.then(|| now.plus_seconds(LEASE));
    let mut db = app.pool.acquire().await?;
    let mut db = db.begin().await?;
    let (decided, next) = match (bulk.to_status, bulk.undoes) {
        (Some(to), _) => decide_some(&mut db, moderator, bulk, to, now).await?,
        (None, Some(undone)) => {
            let after = bulk.done_id.unwrap_or(0);
            let (restored, last) =
                store::undo(&mut db, moderator, bulk.act, undone, after, BATCH, now).await?;
            (restored.len(), last)
        }
        (None, None) => (0, None),
    };
    let decided = i64::try_from(decided).unwrap_or(BATCH);
    if !store::advance_bulk(&mut db, bulk, decided, next, lease, now).await? {
        db.rollback().await?;
        return Ok(None);
    }
    db.commit().await?;
    bulk.decided += decided;
    if next.is_none() {
        tracing::debug!(act = %bulk.act, decided = bulk.decided, "a bulk act is done");
    }
    Ok(next)
}

/// Decides about the next comments that an act means; gives how many were decided, and after which comment it goes on.
async fn decide_some(
    db: &mut sqlx::PgConnection,
    moderator: &Moderator,
    bulk: &BulkAct,
    to: Status,
    now: Ts,
) -> sqlx::Result<(usize, Option<i64>)> {
    let filter = Filter::parse(&bulk.filter);
    let after = bulk.done_id.map(crate::ids::CommentId);
    let page = store::find(db, &filter, after, Some(bulk.as_of), BATCH, bulk.begun_at).await?;
    let rulings: Vec<Ruling> = page.found.iter().map(Found::ruling).collect();
    let decided = store::decide(db, moderator, bulk.act, &rulings, to, &bulk.why, now).await?;
    Ok((decided.len(), page.next.map(|id| id.0)))
}
