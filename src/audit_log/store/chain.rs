//! SQL that appends entries to the hash chain. An entry is appended in the transaction of the action it records.

use sqlx::PgConnection;

use crate::audit_log::chain::hash_entry;
use crate::audit_log::{DecisionRecord, EntryKind, NewEntry};
use crate::clock::Ts;
use crate::ids::LogEntryId;

/// Key of the Postgres advisory lock that a transaction holds while it appends an entry ("log" in ASCII).
const CHAIN_LOCK_KEY: i64 = 0x6c6f_6700;

/// Reserves the id of an audit log entry. Its decisions are inserted with this id before the entry itself is appended.
pub async fn reserve_entry_id(db: &mut PgConnection) -> sqlx::Result<LogEntryId> {
    sqlx::query_scalar!(r#"select nextval('audit_log_ids') as "id!: LogEntryId""#)
        .fetch_one(db)
        .await
}

/// Appends an entry to the audit log. `decisions` must be those that were inserted under its id, ordered by decision id.
///
/// Blocks all other appends until the transaction ends, so call it last.
pub async fn append(
    db: &mut PgConnection,
    id: LogEntryId,
    entry: &NewEntry<'_>,
    decisions: &[DecisionRecord],
) -> sqlx::Result<()> {
    // Two appends at once would both follow the same entry. The lock ends with the transaction, not before: until its
    // commit nobody else can see which entry is the last.
    sqlx::query!("select pg_advisory_xact_lock($1)", CHAIN_LOCK_KEY)
        .execute(&mut *db)
        .await?;
    let last = find_end(db).await?;
    let (position, previous) = last.map_or((1, Vec::new()), |(last, hash)| (last + 1, hash));
    let hash = hash_entry(position, &previous, entry, decisions.iter().copied());
    sqlx::query!(
        "insert into audit_log (position, id, action_id, kind, account_id, subject, note, at, decisions, previous, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        position,
        id.0,
        entry.action.0,
        entry.kind as EntryKind,
        entry.actor.map(|id| id.0),
        entry.subject,
        entry.note,
        entry.at as Ts,
        // Stored so that verification notices a deleted decision.
        i32::try_from(decisions.len()).unwrap_or(i32::MAX),
        previous,
        &hash[..],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Appends an entry that has no decisions.
pub async fn append_single(db: &mut PgConnection, entry: &NewEntry<'_>) -> sqlx::Result<()> {
    let id = reserve_entry_id(db).await?;
    append(db, id, entry, &[]).await
}

/// Returns the position and the hash of the last entry of the audit log.
pub async fn find_end(db: &mut PgConnection) -> sqlx::Result<Option<(i64, Vec<u8>)>> {
    sqlx::query!("select position, hash from audit_log order by position desc limit 1")
        .map(|last| (last.position, last.hash))
        .fetch_optional(db)
        .await
}
