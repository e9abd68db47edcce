//! Deleting data about comments that has been stored for as long as the settings allow. Callers repeat the functions
//! until nothing is left to delete.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use crate::classifier;
use crate::clock::Ts;
use crate::ids::CommenterId;

/// Number of rows changed per statement. It is limited so that no other query waits long for their locks.
const NETWORK_BATCH: i64 = 5_000;
const DAY_SECONDS: i64 = 24 * 60 * 60;
/// Age in seconds from which a comment no longer counts as a duplicate of a new comment.
const DEDUP_SECONDS: i64 = 2 * DAY_SECONDS;
/// Age in seconds from which a flood-control entry is deleted. It is longer than the longest pause between comments that
/// the settings allow.
const FLOOD_SECONDS: i64 = 60 * 60;

/// Deletes the IP networks of comments whose storage period is over, old flood-control entries, and the deduplication
/// hashes of comments that are older than two days.
pub async fn purge_networks(db: &mut PgConnection, network_days: i32, now: Ts) -> sqlx::Result<()> {
    // Whoever holds the secret key could find a network in a hash by trying them all.
    sqlx::query!(
        "update comments set dedup_hash = int8send(id)
         where id in (select id from comments where length(dedup_hash) = 32 and created_at < $1 limit $2)",
        now.plus_seconds(-DEDUP_SECONDS) as Ts,
        NETWORK_BATCH,
    )
    .execute(&mut *db)
    .await?;
    // A key is the hash of a network or an email: it must not outlive its use.
    sqlx::query!(
        "delete from recent_submissions where submitted_at < $1",
        now.plus_seconds(-FLOOD_SECONDS) as Ts,
    )
    .execute(&mut *db)
    .await?;
    // The setting may have been lowered since these comments were saved.
    let longest = now.plus_seconds(i64::from(network_days) * DAY_SECONDS);
    sqlx::query!(
        "update comments set network_until = $1
         where id in (select id from comments where network_until > $1 limit $2)",
        longest as Ts,
        NETWORK_BATCH,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update comments set network_sealed = null, network_until = null, network_hash = null
         where id in (select id from comments where network_until <= $1 limit $2)",
        now as Ts,
        NETWORK_BATCH,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Result of one call of [`purge_refused`].
#[derive(Debug, Default)]
pub struct PurgedComments {
    pub count: i64,
    /// Commenters who wrote the erased comments. Their rows may be deletable now.
    pub commenters: BTreeSet<CommenterId>,
}

/// Erases at most `limit` comments that have been spam or trashed since before `until`, oldest first. Skips comments that
/// are locked by another transaction. Unlike an erasure by the author, this keeps the status and the kinds of the
/// reasons, because monthly statistics count them.
pub async fn purge_refused(
    db: &mut PgConnection,
    until: Ts,
    limit: i64,
    now: Ts,
) -> sqlx::Result<PurgedComments> {
    // Training examples are locked before comments everywhere, so that two transactions cannot deadlock.
    classifier::store::state::lock_state(db).await?;
    // Details of reasons may quote the text or name a domain, so that only the kinds stay. `dedup_hash` becomes the id, which
    // no submission can have as its hash.
    let rows = sqlx::query!(
        r#"with wanted as (
             select id, commenter_id from comments
             where status in ('spam', 'trashed') and erased_at is null and status_since < $1
             order by status_since limit $2 for update skip locked
         ),
         deleted_checks as (delete from spam_checks using wanted where spam_checks.comment_id = wanted.id),
         deleted_examples as (delete from classifier_examples using wanted where classifier_examples.comment_id = wanted.id),
         deleted_versions as (delete from comment_versions using wanted where comment_versions.comment_id = wanted.id)
         update comments
         set name = '—', website = null, body = '', body_html = '', commenter_id = null, network_sealed = null, network_until = null,
             network_hash = null, similar_group_id = null, score = null, signals = '{}', dedup_hash = int8send(comments.id),
             reasons = array(select distinct split_part(reason, ':', 1) from unnest(reasons) as reason order by 1),
             purged = true, erased_at = $3, version = version + 1
         from wanted where comments.id = wanted.id
         returning wanted.commenter_id as "commenter_id: CommenterId""#,
        until as Ts,
        limit,
        now as Ts,
    )
    .fetch_all(db)
    .await?;
    Ok(PurgedComments {
        count: i64::try_from(rows.len()).unwrap_or(limit),
        commenters: rows.iter().filter_map(|row| row.commenter_id).collect(),
    })
}
