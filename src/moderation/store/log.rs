//! All SQL on the log: each entry is written at the end of the transaction of what it tells of.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{AccountId, ActId, CommentId, EntryId};
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

/// Held comments that are given at once to whoever looks for what came in.
pub const HELD_AT_ONCE: i64 = 1_000;

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

/// What open desks are told of an entry.
pub struct ToldEntry {
    /// Who made it.
    pub by: Option<AccountId>,
    /// Their name.
    pub name: Option<String>,
    /// The act.
    pub act: ActId,
    /// Each comment it decided about, and what that is now.
    pub changed: Vec<(CommentId, Status)>,
}

/// An entry, for open desks.
pub async fn told_of_entry(db: &mut PgConnection, id: EntryId) -> sqlx::Result<Option<ToldEntry>> {
    let entry = sqlx::query!(
        r#"select account_id, name as "name?", act
           from log_entries left join accounts on accounts.id = account_id where log_entries.id = $1"#,
        id.0,
    )
    .fetch_optional(&mut *db)
    .await?;
    let Some(entry) = entry else {
        return Ok(None);
    };
    let decisions = sqlx::query!(
        "select comment_id, to_status from decisions where entry = $1 order by id",
        id.0,
    )
    .fetch_all(db)
    .await?;
    let changed = decisions.into_iter();
    Ok(Some(ToldEntry {
        by: entry.account_id,
        name: entry.name,
        act: entry.act,
        changed: changed.map(|row| (row.comment_id, row.to_status)).collect(),
    }))
}

/// The number of the newest comment.
pub async fn newest(db: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select coalesce(max(id), 0) as "id!: i64" from comments"#)
        .fetch_one(db)
        .await
}

/// Held comments with greater numbers, in their order, and how often their authors have changed them: the first thousand.
pub async fn held_after(db: &mut PgConnection, after: i64) -> sqlx::Result<Vec<(CommentId, i32)>> {
    let rows = sqlx::query!(
        "select id, version from comments where id > $1 and status = 'held' and erased_at is null order by id limit $2",
        after,
        HELD_AT_ONCE,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.version)).collect())
}

/// The newest held comments, at most `limit`, and how often their authors have changed them.
pub async fn newest_held(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<(CommentId, i32)>> {
    let rows = sqlx::query!(
        "select id, version from comments where status = 'held' and erased_at is null order by created_at desc, id desc limit $1",
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.version)).collect())
}

/// Which of these, held and of these versions when they were seen, are not by now, though no entry tells of it.
pub async fn left_untold(
    db: &mut PgConnection,
    seen: &[(CommentId, i32)],
) -> sqlx::Result<Vec<CommentId>> {
    let ids: Vec<i64> = seen.iter().map(|(id, _)| id.0).collect();
    let versions: Vec<i32> = seen.iter().map(|(_, version)| *version).collect();
    sqlx::query_scalar!(
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
