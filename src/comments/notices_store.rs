//! The SQL of notices.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::commenters::Scope;
use crate::ids::{ArticleId, CommentId, CommenterId, SubscriptionId};
use crate::text::SafeHtml;

/// A subscription with something to tell.
pub struct Due {
    /// Its number.
    pub id: SubscriptionId,
    /// Whose.
    pub commenter_id: CommenterId,
    /// The article.
    pub article_id: ArticleId,
    /// Of which replies.
    pub scope: Scope,
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
        r#"select subscriptions.id, commenter_id, article_id, scope as "scope: Scope", title, path as "path!"
           from subscriptions
           join commenters on commenters.id = commenter_id and silenced_at is null and blocked_at is null
           join articles on articles.id = article_id and state = 'published' and published_at <= $2
           where active_since is not null and (mailed_at is null or mailed_at <= $1)
             and exists (select 1 from notices join comments on comments.id = comment_id
                         where subscription_id = subscriptions.id and told_at is null and status = 'approved')
           order by subscriptions.id limit $3
           for update of subscriptions skip locked"#,
        told_before as Ts,
        now as Ts,
        limit,
    )
    .fetch_all(db)
    .await
}

/// How many approved replies a subscriber has not been told of.
pub async fn count_untold(db: &mut PgConnection, id: SubscriptionId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from notices join comments on comments.id = comment_id
           where subscription_id = $1 and told_at is null and status = 'approved'"#,
        id.0,
    )
    .fetch_one(db)
    .await
}

/// The oldest of them, at most `limit`.
pub async fn untold(
    db: &mut PgConnection,
    id: SubscriptionId,
    limit: i64,
) -> sqlx::Result<Vec<Told>> {
    sqlx::query_as!(
        Told,
        "select comments.id, name, body_html, created_at from notices join comments on comments.id = comment_id
         where subscription_id = $1 and told_at is null and status = 'approved'
         order by created_at, comments.id limit $2",
        id.0,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Notes that a subscriber has been told of all of them.
pub async fn set_told(db: &mut PgConnection, id: SubscriptionId, now: Ts) -> sqlx::Result<()> {
    sqlx::query!(
        "update notices set told_at = $2 from comments
         where subscription_id = $1 and told_at is null and comments.id = comment_id and status = 'approved'",
        id.0,
        now as Ts,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update subscriptions set mailed_at = $2 where id = $1",
        id.0,
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How long it is remembered that someone was told, in seconds: a reply that is approved anew after that is news.
const REMEMBERED: i64 = 90 * 24 * 60 * 60;

/// Forgets what was told long ago, and what nobody will be told: mail to them comes back.
pub async fn forget(db: &mut PgConnection, now: Ts) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from notices where told_at < $1",
        now.plus_seconds(-REMEMBERED) as Ts,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from notices using subscriptions join commenters on commenters.id = commenter_id
         where subscription_id = subscriptions.id and told_at is null and (silenced_at is not null or blocked_at is not null)"
    )
    .execute(db)
    .await?;
    Ok(())
}
