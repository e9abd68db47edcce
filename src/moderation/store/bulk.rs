//! All SQL on acts that are done in the background.

use sqlx::PgConnection;

use crate::accounts::Moderator;
use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{AccountId, ActId};

/// An act that is done in the background.
pub struct BulkAct {
    /// Its number.
    pub act: ActId,
    /// Who began it.
    pub account_id: AccountId,
    /// What matching comments become; none when it takes another act back.
    pub to_status: Option<Status>,
    /// The act that it takes back.
    pub undoes: Option<ActId>,
    /// Which comments it is about, as an address has it.
    pub filter: String,
    /// Why, in the words of who began it.
    pub why: String,
    /// When it was begun.
    pub begun_at: Ts,
    /// Nothing that was written or changed after this moment is touched.
    pub as_of: Ts,
    /// How many there were then, as far as was known.
    pub expected: i64,
    /// How many have been decided.
    pub decided: i64,
    /// After which comment it goes on; after which decision, when it takes an act back.
    pub done_id: Option<i64>,
    /// When it ended.
    pub ended_at: Option<Ts>,
}

/// What an act in the background is to do.
pub enum Wanted<'a> {
    /// Give this status to all that this filter means, as it was at that moment.
    Decide(Status, &'a str, Ts),
    /// Take this act back.
    Undo(ActId),
}

/// Writes down an act that is to be done in the background.
pub async fn begin_bulk(
    db: &mut PgConnection,
    moderator: &Moderator,
    act: ActId,
    wanted: &Wanted<'_>,
    why: &str,
    expected: i64,
    now: Ts,
) -> sqlx::Result<()> {
    let (to, undoes, filter, as_of) = match wanted {
        Wanted::Decide(to, filter, as_of) => (Some(*to), None, *filter, *as_of),
        Wanted::Undo(act) => (None, Some(act.0), "", now),
    };
    sqlx::query!(
        "insert into bulk_acts (act, account_id, to_status, undoes, filter, why, begun_at, expected, as_of)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        act.0,
        moderator.id.0,
        to as Option<Status>,
        undoes,
        filter,
        why,
        now as Ts,
        expected,
        as_of as Ts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes the oldest act that is not done and that nobody works on, until `lease_until`.
pub async fn take_bulk(
    db: &mut PgConnection,
    now: Ts,
    lease_until: Ts,
) -> sqlx::Result<Option<BulkAct>> {
    sqlx::query_as!(
        BulkAct,
        "update bulk_acts set lease_until = $2
         where act = (
             select act from bulk_acts where ended_at is null and (lease_until is null or lease_until <= $1)
             order by act limit 1 for update skip locked
         )
         returning act, account_id, to_status, undoes, filter, why, begun_at, as_of, expected, decided, done_id, ended_at",
        now as Ts,
        lease_until as Ts,
    )
    .fetch_optional(db)
    .await
}

/// Notes how far an act has come, in the transaction of what it did: after `done_id`, or to its end. `false` if it is at
/// another place by now, or was stopped: then nothing of this may stay. The lease holds on until `lease_until`.
pub async fn advance_bulk(
    db: &mut PgConnection,
    bulk: &BulkAct,
    decided: i64,
    done_id: Option<i64>,
    lease_until: Option<Ts>,
    now: Ts,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update bulk_acts set decided = decided + $2, done_id = coalesce($3, done_id), lease_until = $4,
             ended_at = case when $3::bigint is null then $6::timestamptz end
         where act = $1 and ended_at is null and done_id is not distinct from $5",
        bulk.act.0,
        decided,
        done_id,
        lease_until as Option<Ts>,
        bulk.done_id,
        now as Ts,
    )
    .execute(&mut *db)
    .await?;
    if decided == 0 && done_id.is_none() {
        tell_desks(db, bulk.act).await?;
    }
    Ok(done.rows_affected() == 1)
}

/// Ends an act where it is.
pub async fn stop_bulk(db: &mut PgConnection, act: ActId, now: Ts) -> sqlx::Result<()> {
    let stopped = sqlx::query!(
        "update bulk_acts set ended_at = $2 where act = $1 and ended_at is null",
        act.0,
        now as Ts,
    )
    .execute(&mut *db)
    .await?;
    if stopped.rows_affected() > 0 {
        tell_desks(db, act).await?;
    }
    Ok(())
}

/// Tells open desks of an act that ends without an entry of the log, by which they would hear of it.
async fn tell_desks(db: &mut PgConnection, act: ActId) -> sqlx::Result<()> {
    sqlx::query!("select pg_notify('desk', 'act ' || $1::bigint)", act.0)
        .execute(db)
        .await?;
    Ok(())
}

/// An act that is, or was, done in the background.
pub async fn find_bulk(db: &mut PgConnection, act: ActId) -> sqlx::Result<Option<BulkAct>> {
    sqlx::query_as!(
        BulkAct,
        "select act, account_id, to_status, undoes, filter, why, begun_at, as_of, expected, decided, done_id, ended_at
         from bulk_acts where act = $1",
        act.0,
    )
    .fetch_optional(db)
    .await
}

/// The first act with which this moderator took back something of another.
pub async fn undone_by(
    db: &mut PgConnection,
    moderator: &Moderator,
    undone: ActId,
) -> sqlx::Result<Option<ActId>> {
    sqlx::query_scalar!(
        "select act from bulk_acts where undoes = $1 and account_id = $2 and decided > 0 order by act limit 1",
        undone.0,
        moderator.id.0,
    )
    .fetch_optional(db)
    .await
}

/// Acts that are not done yet, oldest first.
pub async fn open_bulk(db: &mut PgConnection) -> sqlx::Result<Vec<BulkAct>> {
    sqlx::query_as!(
        BulkAct,
        "select act, account_id, to_status, undoes, filter, why, begun_at, as_of, expected, decided, done_id, ended_at
         from bulk_acts where ended_at is null order by act",
    )
    .fetch_all(db)
    .await
}
