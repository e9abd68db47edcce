//! All SQL on the log: each entry is written at the end of the transaction of what it tells of.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::ids::EntryId;
use crate::moderation::log::{self, Decision, NewEntry};

/// Which lock of Postgres's advisory ones is held while the chain grows.
const CHAIN: i64 = 0x6c6f_6700;

/// A number for an entry, under which its decisions are written before it has its place.
pub async fn next_entry(db: &mut PgConnection) -> sqlx::Result<EntryId> {
    let id = sqlx::query_scalar!(r#"select nextval('log_entry_ids') as "id!""#)
        .fetch_one(db)
        .await?;
    Ok(EntryId(id))
}

/// Puts an entry at the end of the chain, with the decisions that were written under its number, in their order. From
/// here to the end of the transaction nobody else can, so this comes last.
pub async fn append(
    db: &mut PgConnection,
    id: EntryId,
    entry: &NewEntry<'_>,
    decisions: &[Decision],
) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock($1)", CHAIN)
        .execute(&mut *db)
        .await?;
    let last =
        sqlx::query!("select position, hash from log_entries order by position desc limit 1")
            .fetch_optional(&mut *db)
            .await?;
    let (position, previous) = last.map_or((1, Vec::new()), |last| (last.position + 1, last.hash));
    let hash = log::hash(position, &previous, entry, decisions.iter().copied());
    sqlx::query!(
        "insert into log_entries (position, id, act, kind, account_id, about, why, at, decisions, previous, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        position,
        id.0,
        entry.act.0,
        entry.kind as log::EntryKind,
        entry.by.map(|id| id.0),
        entry.about,
        entry.why,
        entry.at as Ts,
        i32::try_from(decisions.len()).unwrap_or(i32::MAX),
        previous,
        &hash[..],
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes an entry that has no decisions under it, as part of the transaction of what it tells of.
pub async fn note(db: &mut PgConnection, entry: &NewEntry<'_>) -> sqlx::Result<()> {
    let id = next_entry(db).await?;
    append(db, id, entry, &[]).await
}
