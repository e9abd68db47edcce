//! The SQL of notices.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::commenters::SubscriptionScope;
use crate::ids::{ArticleId, CommentId, CommenterId, SubscriptionId};
use crate::text::SafeHtml;

/// Hands approved replies out to those who asked to be told, at most `limit` of them; how many. Each subscriber is told of
/// a reply once, however often it is approved, and nobody of their own.
pub async fn hand_out(db: &mut PgConnection, limit: i64) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "with taken as (
             delete from news where comment_id in (select comment_id from news order by comment_id limit $1 for update skip locked)
             returning comment_id
         ),
         handed_out as (
             insert into notices (subscription_id, comment_id)
             select subscriptions.id, comments.id
             from taken
             join comments on comments.id = taken.comment_id and status = 'approved'
             join subscriptions on subscriptions.article_id = comments.article_id and active_since is not null
             left join comments parent on parent.id = comments.parent_id
             where comments.commenter_id is distinct from subscriptions.commenter_id
               and (scope = 'everything' or parent.commenter_id = subscriptions.commenter_id)
             on conflict do nothing
         )
         select from taken",
        limit,
    )
    .fetch_all(db)
    .await?;
    Ok(u64::try_from(done.len()).unwrap_or(u64::MAX))
}

/// A subscription with something to tell.
pub struct Due {
    /// Its number.
    pub id: SubscriptionId,
    /// Whose.
    pub commenter_id: CommenterId,
    /// The article.
    pub article_id: ArticleId,
    /// Of which replies.
    pub scope: SubscriptionScope,
    /// The article's title.
    pub title: String,
    /// The article's address.
    pub path: String,
}

/// A reply to tell of.
pub struct Told {
    /// Its number.
    pub id: CommentId,
    /// Who wrote it.
    pub name: String,
    /// The text.
    pub body_html: SafeHtml,
    /// When it was written.
    pub created_at: Ts,
}

/// Subscriptions with something to tell whose last letter was written before `told_before`, at most `limit`, locked
/// until the transaction ends; those that another process writes to at this moment are passed over.
pub async fn take_due(
    db: &mut PgConnection,
    told_before: Ts,
    now: Ts,
    limit: i64,
) -> sqlx::Result<Vec<Due>> {
    sqlx::query_as!(
        Due,
        r#"select subscriptions.id, commenter_id, article_id, scope as "scope: SubscriptionScope", title, path as "path!"
           from subscriptions
           join commenters on commenters.id = commenter_id and silenced_at is null and blocked_at is null
           join articles on articles.id = article_id and state = 'published' and published_at <= $2
           where active_since is not null and (mailed_at is null or mailed_at <= $1)
             and exists (select 1 from notices join comments on comments.id = comment_id
                         where subscription_id = subscriptions.id and told_at is null and status = 'approved')
           order by subscriptions.id limit $3
           for update of subscriptions skip locked
           for key share of commenters skip locked"#,
        told_before as Ts,
        now as Ts,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Notes that a subscriber is told of every approved reply that they have not been told of, and gives these. To be called
/// before a letter is written in the same transaction: what is approved a moment later is told in the next.
pub async fn set_told(
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
    sqlx::query_scalar!(
        "update notices set told_at = $2 from comments
         where subscription_id = $1 and told_at is null and comments.id = comment_id and status = 'approved'
         returning comment_id",
        id.0,
        now as Ts,
    )
    .fetch_all(db)
    .await
}

/// The oldest of these replies, at most `limit`.
pub async fn oldest_of(db: &mut PgConnection, ids: &[i64], limit: i64) -> sqlx::Result<Vec<Told>> {
    sqlx::query_as!(
        Told,
        "select id, name, body_html, created_at from comments where id = any($1) order by created_at, id limit $2",
        ids,
        limit,
    )
    .fetch_all(db)
    .await
}

/// How long it is remembered that someone was told, in seconds: a reply that is approved anew after that is news.
const REMEMBERED: i64 = 90 * 24 * 60 * 60;

/// Rows forgotten in one go, so that nobody waits for them.
const FORGOTTEN_AT_ONCE: i64 = 10_000;

/// Forgets what was told long ago, and what nobody will be told: mail to them comes back, or the reply was refused.
pub async fn forget(db: &mut PgConnection, now: Ts) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from notices where (subscription_id, comment_id) in
             (select subscription_id, comment_id from notices where told_at < $1 limit $2)",
        now.plus_seconds(-REMEMBERED) as Ts,
        FORGOTTEN_AT_ONCE,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from notices where (subscription_id, comment_id) in
             (select subscription_id, comment_id
              from notices
              join subscriptions on subscriptions.id = subscription_id
              join commenters on commenters.id = commenter_id
              join comments on comments.id = comment_id
              where told_at is null and (silenced_at is not null or blocked_at is not null or status in ('spam', 'trashed'))
              limit $1)",
        FORGOTTEN_AT_ONCE,
    )
    .execute(db)
    .await?;
    Ok(())
}
