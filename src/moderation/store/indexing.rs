//! SQL that stores the search words and the similarity hashes of comments, and puts similar comments into groups.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{CommentId, SimilarGroupId};
use crate::text::SafeHtml;

/// Key of the Postgres advisory lock that the node holds while it indexes comments ("read" in ASCII).
const INDEXING_LOCK_KEY: i64 = 0x7265_6164;
/// Number of characters of a comment that are indexed, because a `tsvector` can hold at most one megabyte.
const MAX_INDEXED_CHARS: i32 = 100_000;
/// Number of comments per similarity hash that are examined for one that is still held or spam, newest first.
const BAND_DEPTH: i64 = 4;
/// Largest number of comments whose similarity hashes one statement deletes.
const DELETE_BATCH_SIZE: i64 = 10_000;

/// A comment that waits in the queue for indexing.
pub struct PendingIndex {
    pub id: CommentId,
    pub version: i32,
    pub status: Status,
    pub name: String,
    pub website: Option<String>,
    pub body_html: SafeHtml,
    pub created_at: Ts,
    pub similar_group_id: Option<SimilarGroupId>,
}

/// The data by which a comment is found in searches and compared with similar comments.
pub struct IndexedText {
    pub id: CommentId,
    /// Version of the comment that the data was made from.
    pub version: i32,
    /// Text in which searches find words.
    pub text: String,
    /// Hashes of the text (locality-sensitive hashing). Similar comments probably share at least one. Empty if the
    /// comment must not be grouped.
    pub bands: Vec<i64>,
}

/// The newest earlier comment that has a certain similarity hash.
pub struct EarlierComment {
    pub band: i64,
    pub id: CommentId,
    pub similar_group_id: Option<SimilarGroupId>,
    pub body_html: SafeHtml,
}

/// Locks at most `limit` comments that wait for indexing until the transaction ends, lowest ids first. Returns none while
/// another node is indexing. An edit that begins now waits for the lock, and then queues the comment for indexing again.
/// A comment that is being edited is skipped this time.
pub async fn lock_pending(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<PendingIndex>> {
    // Tried, not waited for: the other node is doing the same work.
    let has_lock = sqlx::query_scalar!(
        r#"select pg_try_advisory_xact_lock($1) as "has_lock!""#,
        INDEXING_LOCK_KEY
    )
    .fetch_one(&mut *db)
    .await?;
    if !has_lock {
        return Ok(Vec::new());
    }
    // Gives way to decisions on the same comments: shorter than `deadlock_timeout`, after which Postgres may cancel those.
    sqlx::query!("set local lock_timeout = '500ms'")
        .execute(&mut *db)
        .await?;
    let ids = sqlx::query_scalar!(
        "select comment_id from index_queue order by comment_id limit $1 for update skip locked",
        limit,
    )
    .fetch_all(&mut *db)
    .await?;
    sqlx::query_as!(
        PendingIndex,
        "select id, version, status, name, website, body_html, created_at, similar_group_id
         from comments where id = any($1) and erased_at is null order by id for share skip locked",
        &ids,
    )
    .fetch_all(db)
    .await
}

/// Lists the newest comment for each of these similarity hashes that is held or spam and was created at or after `since`.
/// Examines only a few comments per hash.
pub async fn list_newest_in_bands(
    db: &mut PgConnection,
    bands: &[i64],
    since: Ts,
) -> sqlx::Result<Vec<EarlierComment>> {
    sqlx::query_as!(
        EarlierComment,
        r#"select requested.band as "band!", comments.id, similar_group_id, body_html
           from (select distinct band from unnest($1::bigint[]) as band) requested
           cross join lateral (
               select comments.id, similar_group_id, body_html
               from (
                   select comment_id from similarity_bands where similarity_bands.band = requested.band order by comment_id desc limit $3
               ) newest join comments on comments.id = newest.comment_id
               where status in ('held', 'spam') and erased_at is null and created_at >= $2
               order by comments.id desc limit 1
           ) comments"#,
        bands,
        since as Ts,
        BAND_DEPTH,
    )
    .fetch_all(db)
    .await
}

/// Saves the index data of comments and removes the comments from the queue for indexing. Must run in the transaction
/// that locked them.
pub async fn save(db: &mut PgConnection, texts: &[IndexedText]) -> sqlx::Result<()> {
    let ids: Vec<i64> = texts.iter().map(|text| text.id.0).collect();
    let versions: Vec<i32> = texts.iter().map(|text| text.version).collect();
    let bodies: Vec<&str> = texts.iter().map(|text| text.text.as_str()).collect();
    sqlx::query!(
        "insert into comment_search (comment_id, version, search_vector)
         select id, version, to_tsvector('simple', left(search_vector, $4))
         from unnest($1::bigint[], $2::integer[], $3::text[]) as read (id, version, search_vector)
         on conflict (comment_id) do update set version = excluded.version, search_vector = excluded.search_vector",
        &ids,
        &versions,
        &bodies as &[&str],
        MAX_INDEXED_CHARS,
    )
    .execute(&mut *db)
    .await?;
    // Bands of an earlier version would match comments that are no longer similar.
    sqlx::query!(
        "delete from similarity_bands where comment_id = any($1)",
        &ids
    )
    .execute(&mut *db)
    .await?;
    let rows = || {
        texts
            .iter()
            .flat_map(|text| text.bands.iter().map(|band| (*band, text.id.0)))
    };
    let bands: Vec<i64> = rows().map(|(band, _)| band).collect();
    let band_ids: Vec<i64> = rows().map(|(_, id)| id).collect();
    sqlx::query!(
        "insert into similarity_bands (band, comment_id) select * from unnest($1::bigint[], $2::bigint[]) on conflict do nothing",
        &bands,
        &band_ids,
    )
    .execute(&mut *db)
    .await?;
    // The comments are locked, so none can have been queued again since they were read.
    sqlx::query!("delete from index_queue where comment_id = any($1)", &ids)
        .execute(db)
        .await?;
    Ok(())
}

/// Assigns each of these comments to the given group. Skips comments that have a group or were erased.
pub async fn set_groups(
    db: &mut PgConnection,
    groups: &[(CommentId, SimilarGroupId)],
) -> sqlx::Result<()> {
    if groups.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = groups.iter().map(|(id, _)| id.0).collect();
    let group_ids: Vec<i64> = groups.iter().map(|(_, id)| id.0).collect();
    // First, because a trigger on comments updates the counters in the rows of groups.
    sqlx::query!(
        "insert into similar_groups (id) select distinct id from unnest($1::bigint[]) as id order by id on conflict do nothing",
        &group_ids,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update comments set similar_group_id = assigned.group_id
         from unnest($1::bigint[], $2::bigint[]) as assigned (id, group_id)
         where comments.id = assigned.id and comments.similar_group_id is null and erased_at is null",
        &ids,
        &group_ids,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes the similarity hashes of comments created before `before`, in batches.
pub async fn delete_bands_before(db: &mut PgConnection, before: Ts) -> sqlx::Result<()> {
    loop {
        let deleted = sqlx::query!(
            "delete from similarity_bands using (
                 select distinct oldest.comment_id
                 from (select comment_id from similarity_bands order by comment_id limit $2) oldest
                 join comments on comments.id = oldest.comment_id
                 where created_at < $1
             ) gone
             where similarity_bands.comment_id = gone.comment_id",
            before as Ts,
            DELETE_BATCH_SIZE,
        )
        .execute(&mut *db)
        .await?;
        if deleted.rows_affected() == 0 {
            return Ok(());
        }
    }
}
