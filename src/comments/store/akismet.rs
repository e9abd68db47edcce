//! Queue of comments for the remote spam check.
//!
//! A comment waits for the check while it is held, has the reason `being-checked` and is not erased. A decision by a
//! moderator or an erasure by the author makes the check obsolete.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::comments::model::Status;
use crate::comments::screening::{ReasonKind, Verdict};
use crate::ids::CommentId;

/// Queues a comment for the spam check if its verdict depends on the check.
pub async fn enqueue(
    db: &mut PgConnection,
    id: CommentId,
    verdict: &Verdict,
    now: Ts,
) -> sqlx::Result<()> {
    if let Some(status) = verdict.status_if_ham {
        sqlx::query!(
            "insert into spam_checks (comment_id, fallback_status, next_try_at) values ($1, $2, $3)",
            id.0,
            status as Status,
            now as Ts,
        )
        .execute(db)
        .await?;
    }
    Ok(())
}

/// Removes comments from the queue for the spam check. Returns the number of comments that were in the queue.
pub async fn dequeue(db: &mut PgConnection, ids: &[CommentId]) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from spam_checks where comment_id = any($1)",
        ids as &[CommentId]
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// A comment whose spam check is due, with everything that the spam checker may be sent.
pub struct DueCheck {
    pub comment_id: CommentId,
    /// Version of the comment text.
    pub version: i32,
    /// Number of attempts to check the comment, including this attempt.
    pub tries: i32,
    /// Time of the submission or of the last edit, whichever is later.
    pub waiting_since: Ts,
    pub is_reply: bool,
    pub name: String,
    pub website: Option<String>,
    /// Comment text as the author entered it.
    pub body: String,
    pub created_at: Ts,
    /// Hash of the email. Needed to decrypt `email_sealed`.
    pub email_hash: Option<Vec<u8>>,
    pub email_sealed: Option<Vec<u8>>,
    pub network_sealed: Option<Vec<u8>>,
    /// Path of the article. `None` while the article is not published.
    pub path: Option<String>,
}

/// Returns at most `limit` due spam checks and schedules the next attempt of each: after `retry_after[tries - 1]`
/// seconds, or after the last of these intervals. If the caller fails or crashes, the checks are thus due again without
/// further action.
pub async fn take_due(
    db: &mut PgConnection,
    retry_after: &[i64],
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<DueCheck>> {
    // The next try is scheduled before this one runs, and committed at once: a crash costs one interval and no check.
    // A network whose time is over is not returned even if the purge has not deleted it yet.
    sqlx::query_as!(
        DueCheck,
        r#"with due as (
             select comment_id from spam_checks where next_try_at <= $1
             order by next_try_at, comment_id limit $3 for update skip locked
         ),
         taken as (
             update spam_checks
             set tries = tries + 1,
                 next_try_at = $1 + make_interval(secs => ($2::bigint[])[least(tries + 1, cardinality($2::bigint[]))])
             from due where spam_checks.comment_id = due.comment_id
             returning spam_checks.comment_id, tries
         )
         select comments.id as comment_id, comments.version, taken.tries,
             greatest(comments.created_at, comments.edited_at) as "waiting_since!",
             comments.parent_id is not null as "is_reply!",
             comments.name, comments.website, comments.body, comments.created_at,
             commenters.email_hash as "email_hash?", commenters.email_sealed as "email_sealed?",
             case when comments.network_until > $1 then comments.network_sealed end as network_sealed,
             case when articles.state = 'published' then articles.path end as path
         from taken
         join comments on comments.id = taken.comment_id
         join articles on articles.id = comments.article_id
         left join commenters on commenters.id = comments.commenter_id
         where comments.status = 'held' and 'being-checked' = any(comments.reasons) and comments.erased_at is null
         order by comments.id"#,
        now as Ts,
        retry_after,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Deletes due spam checks of comments that no longer wait for a check.
pub async fn delete_obsolete(db: &mut PgConnection, now: Ts) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from spam_checks using comments
         where comments.id = spam_checks.comment_id and next_try_at <= $1
             and not (status = 'held' and 'being-checked' = any(reasons) and erased_at is null)",
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Applies the result of a spam check to its comment. Sets `status`; `None` means that no spam was found, and sets the
/// fallback status that was saved with the check. Replaces the reason `being-checked` by `reason`, or removes it if that
/// is `None`.
///
/// Returns `false` and leaves the comment unchanged if a moderator has decided on it, its text is no longer at `version`,
/// or it was erased. A comment whose text was edited stays queued for another check.
pub async fn apply_result(
    db: &mut PgConnection,
    comment_id: CommentId,
    version: i32,
    status: Option<Status>,
    reason: Option<ReasonKind>,
    now: Ts,
) -> sqlx::Result<bool> {
    // Every condition is in the statement itself: between the request and this a moderator may have decided.
    let done = sqlx::query!(
        "update comments
         set status = coalesce($3, spam_checks.fallback_status),
             status_since = $5,
             reasons = case when $4::text is null then array_remove(reasons, 'being-checked')
                            else array_replace(reasons, 'being-checked', $4::text) end
         from spam_checks
         where comments.id = $1 and spam_checks.comment_id = comments.id and version = $2
             and status = 'held' and 'being-checked' = any(reasons) and erased_at is null",
        comment_id.0,
        version,
        status as Option<Status>,
        reason.map(ReasonKind::code),
        now as Ts,
    )
    .execute(&mut *db)
    .await?;
    // A changed text still waits, with the same row.
    sqlx::query!(
        "delete from spam_checks where comment_id = $1 and not exists
             (select 1 from comments
              where id = $1 and status = 'held' and 'being-checked' = any(reasons) and erased_at is null)",
        comment_id.0,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends the spam checks of at most `limit` comments without a result. The comments stay held with the reason
/// [`ReasonKind::CheckExpired`]. Returns the number of removed checks.
pub async fn abandon(db: &mut PgConnection, limit: i64) -> sqlx::Result<u64> {
    // Comments are locked before checks everywhere, so that two transactions cannot deadlock.
    let abandoned = sqlx::query_scalar!(
        r#"with waiting as (select comment_id from spam_checks order by comment_id limit $1),
         marked as (
             update comments set reasons = array_replace(reasons, 'being-checked', $2::text)
             from waiting
             where comments.id = waiting.comment_id
                 and status = 'held' and 'being-checked' = any(reasons) and erased_at is null
         )
         select comment_id as "id!: CommentId" from waiting"#,
        limit,
        ReasonKind::CheckExpired.code(),
    )
    .fetch_all(&mut *db)
    .await?;
    dequeue(db, &abandoned).await
}
