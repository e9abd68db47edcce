//! Saving a submitted comment: duplicate check, flood control, insert.

use sqlx::PgConnection;

use super::akismet;
use crate::clock::Ts;
use crate::comments::model::{DedupDay, NETWORK_ROW, NewComment, Status, hash_network};
use crate::comments::screening::Verdict;
use crate::crypto::KeyRing;
use crate::ids::{ArticleId, CommentId, CommenterId};

/// Returns the comment that was already saved for the same submission from the same IP network, today or yesterday.
pub async fn find_duplicate(
    db: &mut PgConnection,
    keys: &KeyRing,
    article_id: ArticleId,
    commenter_id: Option<CommenterId>,
    comment: &NewComment,
    now: Ts,
) -> sqlx::Result<Option<CommentId>> {
    let days = [DedupDay::Today, DedupDay::Yesterday];
    // Yesterday counts, too: a double click may happen around midnight.
    let hashes = days
        .map(|day| comment.dedup_hashes(keys, day, now))
        .concat();
    let parent_id = comment.parent_id.map_or(0, |id| id.0);
    macro_rules! find_first {
        ($condition:literal $(, $argument:expr)?) => {
            sqlx::query_scalar!(
                "select id from comments
                 where article_id = $1 and coalesce(parent_id, 0) = $2 and dedup_hash = any($3) and " + $condition + "
                 order by id limit 1",
                article_id.0,
                parent_id,
                &hashes,
                $($argument)?
            )
            .fetch_optional(db)
            .await
        };
    }
    // Two statements: one with `is not distinct from` could not use the index.
    match commenter_id {
        Some(commenter_id) => find_first!("commenter_id = $4", commenter_id.0),
        None => find_first!("commenter_id is null"),
    }
}

/// Returns the approved comment with the same name and words from the same IP network, today or yesterday, whoever's email it
/// has.
pub async fn find_public_duplicate(
    db: &mut PgConnection,
    keys: &KeyRing,
    article_id: ArticleId,
    comment: &NewComment,
    now: Ts,
) -> sqlx::Result<Option<CommentId>> {
    let days = [DedupDay::Today, DedupDay::Yesterday];
    let hashes = days
        .map(|day| comment.dedup_hashes(keys, day, now))
        .concat();
    // The length is that of a hash: only comments of the last two days have one, and an index of their own.
    sqlx::query_scalar!(
        "select id from comments
         where article_id = $1 and coalesce(parent_id, 0) = $2 and dedup_hash = any($3) and length(dedup_hash) = 32
           and status = 'approved' and erased_at is null
         order by id limit 1",
        article_id.0,
        comment.parent_id.map_or(0, |id| id.0),
        &hashes,
    )
    .fetch_optional(db)
    .await
}

/// Records a submission under `key`. If a submission was recorded under it less than `seconds` ago, records nothing and
/// returns the number of seconds to wait as the inner error.
pub async fn check_flood(
    db: &mut PgConnection,
    key: &[u8],
    seconds: i32,
    now: Ts,
) -> sqlx::Result<Result<(), i64>> {
    // 0 turns flood control off.
    let seconds = i64::from(seconds);
    if seconds == 0 {
        return Ok(Ok(()));
    }
    // A second submission waits here until the first has committed, which makes this the place where concurrent ones take
    // turns.
    let noted = sqlx::query!(
        "insert into recent_submissions (key_hash, submitted_at) values ($1, $2)
         on conflict (key_hash) do update set submitted_at = excluded.submitted_at where recent_submissions.submitted_at <= $3",
        key,
        now as Ts,
        now.plus_seconds(-seconds) as Ts,
    )
    .execute(&mut *db)
    .await?;
    if noted.rows_affected() == 1 {
        return Ok(Ok(()));
    }
    let last = sqlx::query_scalar!(
        r#"select submitted_at as "at: Ts" from recent_submissions where key_hash = $1"#,
        key,
    )
    .fetch_optional(db)
    .await?
    .unwrap_or(now);
    // Rounded up: after that many seconds the next try has to succeed.
    let left = last.plus_seconds(seconds).unix_micros() - now.unix_micros();
    Ok(Err(((left + 999_999) / 1_000_000).clamp(1, seconds)))
}

/// Inserts a comment and queues it for the spam check if its verdict requires the check. Returns `None` if the same
/// comment is saved already. The IP network is saved, encrypted, unless `network_until` is `None`.
#[expect(
    clippy::too_many_arguments,
    reason = "a comment, its article and commenter, the verdict and two times"
)]
pub async fn insert(
    db: &mut PgConnection,
    keys: &KeyRing,
    article_id: ArticleId,
    commenter_id: Option<CommenterId>,
    comment: &NewComment,
    verdict: &Verdict,
    network_until: Option<Ts>,
    now: Ts,
) -> sqlx::Result<Option<CommentId>> {
    let network = network_until.map(|_| {
        let from = comment.ip.to_canonical().to_string();
        keys.seal(NETWORK_ROW, from.as_bytes())
    });
    let network_hash = network_until.map(|_| hash_network(keys, comment.ip));
    // A top-level comment is its own root, so that its id is needed before the insert. A race between two identical
    // submissions ends at the unique index instead of with an error.
    let id = sqlx::query_scalar!(
        "with fresh as (select nextval('comments_id_seq') as id)
         insert into comments
             (id, article_id, parent_id, root_id, commenter_id, account_id, name, website, body, body_html, dedup_hash, status,
              reasons, created_at, network_sealed, network_until, network_hash, status_since, score, signals)
         select fresh.id, $1, $2, coalesce((select root_id from comments where id = $2), fresh.id), $3, $4, $5, $6, $7, $8, $9,
             $10, $11, $12, $13, $14, $15, $12, $16, $17
         from fresh
         on conflict (article_id, coalesce(parent_id, 0), commenter_id, dedup_hash) do nothing
         returning id",
        article_id.0,
        comment.parent_id.map(|id| id.0),
        commenter_id.map(|id| id.0),
        comment.account_id.map(|id| id.0),
        comment.name,
        comment.website.as_ref().map(ToString::to_string),
        comment.body,
        comment.body_html.as_str(),
        comment.dedup_hashes(keys, DedupDay::Today, now).swap_remove(0),
        verdict.status as Status,
        &verdict.stored_reasons(),
        now as Ts,
        network,
        network_until as Option<Ts>,
        network_hash,
        verdict.prediction.as_ref().map(|prediction| prediction.score),
        &verdict.stored_signals(),
    )
    .fetch_optional(&mut *db)
    .await?;
    if let Some(id) = id {
        akismet::enqueue(db, id, verdict, now).await?;
    }
    Ok(id)
}
