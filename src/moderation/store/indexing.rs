//! All SQL on reading what came in.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{CommentId, LookalikeId};
use crate::text::SafeHtml;

/// Which lock of Postgres's advisory ones whoever reads holds.
const READING: i64 = 0x7265_6164;
/// Characters of a comment that are kept as words: a text vector holds at most a megabyte.
const CHARS: i32 = 100_000;
/// The newest comments of a band that are looked at for one that was not approved since.
const LOOKED_AT: i64 = 4;
/// Rows of likeness that are forgotten in one go.
const FORGOTTEN_AT_ONCE: i64 = 10_000;

/// A comment that is to be read.
pub struct Unread {
    /// Its number.
    pub id: CommentId,
    /// How often it was changed.
    pub version: i32,
    /// Its status.
    pub status: Status,
    /// The name given.
    pub name: String,
    /// The website given.
    pub website: Option<String>,
    /// The text.
    pub body_html: SafeHtml,
    /// When it was written.
    pub created_at: Ts,
    /// What it is gathered with.
    pub lookalike_id: Option<LookalikeId>,
}

/// A comment that was read.
pub struct Read {
    /// Its number.
    pub id: CommentId,
    /// How often it had been changed by then.
    pub version: i32,
    /// The words it is found by.
    pub words: String,
    /// Who shares one of these is alike.
    pub bands: Vec<i64>,
}

/// An earlier comment that shares a band.
pub struct Earlier {
    /// The band.
    pub band: i64,
    /// Its number.
    pub id: CommentId,
    /// What it is gathered with.
    pub lookalike_id: Option<LookalikeId>,
    /// Its text.
    pub body_html: SafeHtml,
}

/// Takes at most `limit` comments that are to be read, in the order in which they came, for this transaction; none while
/// another reads. They are locked against changes, so that a change after this is unread again; what is being changed
/// now stays for later.
pub async fn take_unread(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<Unread>> {
    let is_ours = sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock($1) as "is_ours!""#,
        READING
    )
    .fetch_one(&mut *db)
    .await?;
    if !is_ours {
        return Ok(Vec::new());
    }
    // Whoever decides about the same comments goes first: we give up before Postgres looks for who waits for whom.
    sqlx::query!("set local lock_timeout = '500ms'")
        .execute(&mut *db)
        .await?;
    let ids = sqlx::query_scalar!(
        "select comment_id from unread order by comment_id limit $1 for update skip locked",
        limit,
    )
    .fetch_all(&mut *db)
    .await?;
    sqlx::query_as!(
        Unread,
        "select id, version, status, name, website, body_html, created_at, lookalike_id
         from comments where id = any($1) and erased_at is null order by id for share skip locked",
        &ids,
    )
    .fetch_all(db)
    .await
}

/// The newest comment of each of these bands, if it waits or is spam and was written since.
pub async fn earlier_alike(
    db: &mut PgConnection,
    bands: &[i64],
    since: Ts,
) -> sqlx::Result<Vec<Earlier>> {
    sqlx::query_as!(
        Earlier,
        r#"select wanted.band as "band!", comments.id, lookalike_id, body_html
           from (select distinct band from unnest($1::bigint[]) as band) wanted
           cross join lateral (
               select comments.id, lookalike_id, body_html
               from (
                   select comment_id from likeness where likeness.band = wanted.band order by comment_id desc limit $3
               ) newest join comments on comments.id = newest.comment_id
               where status in ('held', 'spam') and erased_at is null and created_at >= $2
               order by comments.id desc limit 1
           ) comments"#,
        bands,
        since as Ts,
        LOOKED_AT,
    )
    .fetch_all(db)
    .await
}

/// Keeps what was read, in the transaction that took it.
pub async fn keep_read(db: &mut PgConnection, reads: &[Read]) -> sqlx::Result<()> {
    let ids: Vec<i64> = reads.iter().map(|read| read.id.0).collect();
    let versions: Vec<i32> = reads.iter().map(|read| read.version).collect();
    let words: Vec<&str> = reads.iter().map(|read| read.words.as_str()).collect();
    sqlx::query!(
        "insert into readings (comment_id, version, words)
         select id, version, to_tsvector('simple', left(words, $4))
         from unnest($1::bigint[], $2::integer[], $3::text[]) as read (id, version, words)
         on conflict (comment_id) do update set version = excluded.version, words = excluded.words",
        &ids,
        &versions,
        &words as &[&str],
        CHARS,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("delete from likeness where comment_id = any($1)", &ids)
        .execute(&mut *db)
        .await?;
    let rows = || {
        reads
            .iter()
            .flat_map(|read| read.bands.iter().map(|band| (*band, read.id.0)))
    };
    let bands: Vec<i64> = rows().map(|(band, _)| band).collect();
    let of: Vec<i64> = rows().map(|(_, id)| id).collect();
    sqlx::query!(
        "insert into likeness (band, comment_id) select * from unnest($1::bigint[], $2::bigint[]) on conflict do nothing",
        &bands,
        &of,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("delete from unread where comment_id = any($1)", &ids)
        .execute(db)
        .await?;
    Ok(())
}

/// Gathers comments under the numbers beside them.
pub async fn set_gathered(
    db: &mut PgConnection,
    gathered: &[(CommentId, LookalikeId)],
) -> sqlx::Result<()> {
    if gathered.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = gathered.iter().map(|(id, _)| id.0).collect();
    let lookalikes: Vec<i64> = gathered.iter().map(|(_, id)| id.0).collect();
    // A trigger counts in rows that are there.
    sqlx::query!(
        "insert into lookalikes (id) select distinct id from unnest($1::bigint[]) as id order by id on conflict do nothing",
        &lookalikes,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update comments set lookalike_id = gathered.lookalike_id
         from unnest($1::bigint[], $2::bigint[]) as gathered (id, lookalike_id)
         where comments.id = gathered.id and comments.lookalike_id is null and erased_at is null",
        &ids,
        &lookalikes,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets what comments were like that were written before `before`. They are looked for among the oldest that are known.
pub async fn forget_likeness(db: &mut PgConnection, before: Ts) -> sqlx::Result<()> {
    loop {
        let forgotten = sqlx::query!(
            "delete from likeness using (
                 select distinct oldest.comment_id
                 from (select comment_id from likeness order by comment_id limit $2) oldest
                 join comments on comments.id = oldest.comment_id
                 where created_at < $1
             ) gone
             where likeness.comment_id = gone.comment_id",
            before as Ts,
            FORGOTTEN_AT_ONCE,
        )
        .execute(&mut *db)
        .await?;
        if forgotten.rows_affected() == 0 {
            return Ok(());
        }
    }
}
