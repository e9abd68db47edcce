//! Notifications of approved comments for subscribers.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::commenters::SubscriptionScope;
use crate::ids::{ArticleId, CommentId, CommenterId, SubscriptionId};
use crate::text::SafeHtml;

/// Creates the notifications of at most `limit` newly approved comments and returns the number of these comments. A
/// subscriber is notified once of each comment, however often it is approved, and never of their own comments.
pub async fn fan_out(db: &mut PgConnection, limit: i64) -> sqlx::Result<u64> {
    // Deleted and fanned out in one statement: after a crash a comment is either still queued or fully notified.
    // Two workers skip each other's rows instead of waiting.
    let done = sqlx::query!(
        "with taken as (
             delete from notification_queue where comment_id in (select comment_id from notification_queue order by comment_id limit $1 for update skip locked)
             returning comment_id
         ),
         handed_out as (
             insert into notifications (subscription_id, comment_id)
             select subscriptions.id, comments.id
             from taken
             join comments on comments.id = taken.comment_id and status = 'approved'
             join subscriptions on subscriptions.article_id = comments.article_id and active_since is not null
             left join comments parent on parent.id = comments.parent_id
             where comments.commenter_id is distinct from subscriptions.commenter_id
               and (scope = 'all_replies' or parent.commenter_id = subscriptions.commenter_id)
             on conflict do nothing
         )
         select from taken",
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(u64::try_from(done.len()).unwrap_or(u64::MAX))
}

/// A subscription that has unsent notifications.
pub struct DueSubscription {
    pub id: SubscriptionId,
    pub commenter_id: CommenterId,
    pub article_id: ArticleId,
    pub scope: SubscriptionScope,
    pub title: String,
    pub path: String,
}

/// A comment that a notification quotes.
pub struct NotifiedReply {
    pub id: CommentId,
    pub name: String,
    pub body_html: SafeHtml,
    pub created_at: Ts,
}

/// Returns and locks at most `limit` subscriptions to published articles that have unsent notifications and got no email
/// since `emailed_before`. Skips subscriptions that are locked by another transaction or ended, and those of commenters
/// who are blocked or whose email is suppressed.
pub async fn lock_due(
    db: &mut PgConnection,
    emailed_before: Ts,
    now: Ts,
    limit: i64,
) -> sqlx::Result<Vec<DueSubscription>> {
    // The commenter is locked as well, so that an erasure cannot run between this and the email. Subscriptions locked by
    // another server are skipped: it is sending to them.
    sqlx::query_as!(
        DueSubscription,
        r#"select subscriptions.id, commenter_id, article_id, scope as "scope: SubscriptionScope", title, path as "path!"
           from subscriptions
           join commenters on commenters.id = commenter_id and suppressed_at is null and blocked_at is null
           join articles on articles.id = article_id and state = 'published' and published_at <= $2
           where active_since is not null and (mailed_at is null or mailed_at <= $1)
             and exists (select 1 from notifications join comments on comments.id = comment_id
                         where subscription_id = subscriptions.id and sent_at is null and status = 'approved')
           order by subscriptions.id limit $3
           for update of subscriptions skip locked
           for key share of commenters skip locked"#,
        emailed_before as Ts,
        now as Ts,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Marks a subscription's unsent notifications as sent and returns the ids of their comments. The caller has to enqueue
/// the email in the same transaction. A comment that is approved later goes into the next email.
pub async fn mark_sent(
    db: &mut PgConnection,
    id: SubscriptionId,
    now: Ts,
) -> sqlx::Result<Vec<i64>> {
    sqlx::query!(
        "update subscriptions set mailed_at = $2 where id = $1",
        id.0,
        now as Ts,
    )
    .execute(&mut *db)
    .await?;
    // Only approved comments: a held one stays unsent until it is approved or the notification is purged.
    sqlx::query_scalar!(
        "update notifications set sent_at = $2 from comments
         where subscription_id = $1 and sent_at is null and comments.id = comment_id and status = 'approved'
         returning comment_id",
        id.0,
        now as Ts,
    )
    .fetch_all(db)
    .await
}

/// Returns the oldest of the comments with the given ids. At most `limit` comments are returned.
pub async fn list_oldest(
    db: &mut PgConnection,
    ids: &[i64],
    limit: i64,
) -> sqlx::Result<Vec<NotifiedReply>> {
    sqlx::query_as!(
        NotifiedReply,
        "select id, name, body_html, created_at from comments where id = any($1) order by created_at, id limit $2",
        ids,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Age in seconds from which a sent notification is deleted. If its comment is approved again later, subscribers are
/// notified a second time.
const SENT_RETENTION_SECONDS: i64 = 90 * 24 * 60 * 60;

/// Number of rows deleted per statement. It is limited so that no other query waits long for their locks.
const PURGE_BATCH: i64 = 10_000;

/// Deletes old sent notifications. Also deletes unsent notifications that will never be sent, because the subscriber's
/// email bounces or is blocked, or because the comment is spam or trashed.
pub async fn purge(db: &mut PgConnection, now: Ts) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from notifications where (subscription_id, comment_id) in
             (select subscription_id, comment_id from notifications where sent_at < $1 limit $2)",
        now.plus_seconds(-SENT_RETENTION_SECONDS) as Ts,
        PURGE_BATCH,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from notifications where (subscription_id, comment_id) in
             (select subscription_id, comment_id
              from notifications
              join subscriptions on subscriptions.id = subscription_id
              join commenters on commenters.id = commenter_id
              join comments on comments.id = comment_id
              where sent_at is null and (suppressed_at is not null or blocked_at is not null or status in ('spam', 'trashed'))
              limit $1)",
        PURGE_BATCH,
    )
    .execute(db)
    .await?;
    Ok(())
}
