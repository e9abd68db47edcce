//! SQL on the subscriptions of commenters to the comments on an article.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::commenters::{Subscription, SubscriptionScope};
use crate::ids::{ArticleId, CommenterId, SubscriptionId};

/// A stored subscription, for the export of a commenter's data.
pub struct StoredSubscription {
    pub title: String,
    pub path: Option<String>,
    pub scope: SubscriptionScope,
    pub requested_at: Ts,
    pub active_since: Option<Ts>,
    /// Time at which the last notification was sent.
    pub mailed_at: Option<Ts>,
}

/// Lists a commenter's subscriptions with all stored data, for the commenter's data request.
pub async fn list_stored(
    db: &mut PgConnection,
    id: CommenterId,
) -> sqlx::Result<Vec<StoredSubscription>> {
    sqlx::query_as!(
        StoredSubscription,
        r#"select title, path, scope as "scope: SubscriptionScope", requested_at, active_since, mailed_at
           from subscriptions join articles on articles.id = article_id
           where commenter_id = $1 order by subscriptions.id"#,
        id.0,
    )
    .fetch_all(db)
    .await
}

/// Selects [`Subscription`]s. `$2` has to be the current time, because the title of an unpublished article is hidden.
macro_rules! select_subscriptions {
    ($which:literal, $($argument:expr),+) => {
        sqlx::query_as!(
            Subscription,
            r#"select subscriptions.id, scope as "scope: SubscriptionScope", article_id,
                   case when state = 'published' and published_at <= $2 then title else '…' end as "title!",
                   case when state = 'published' and published_at <= $2 then path end as path,
                   active_since is not null as "is_active!"
               from subscriptions join articles on articles.id = article_id "# + $which,
            $($argument),+
        )
    };
}

/// Lists a commenter's subscriptions for their page, newest first.
pub async fn list(
    db: &mut PgConnection,
    id: CommenterId,
    now: Ts,
) -> sqlx::Result<Vec<Subscription>> {
    select_subscriptions!(
        "where commenter_id = $1 order by requested_at desc, subscriptions.id desc",
        id.0,
        now as Ts
    )
    .fetch_all(db)
    .await
}

/// Finds a subscription by its id, for the unsubscribe page.
pub async fn find(
    db: &mut PgConnection,
    id: SubscriptionId,
    now: Ts,
) -> sqlx::Result<Option<Subscription>> {
    select_subscriptions!("where subscriptions.id = $1", id.0, now as Ts)
        .fetch_optional(db)
        .await
}

/// Returns the id of the commenter who owns a subscription.
pub async fn find_subscriber(
    db: &mut PgConnection,
    id: SubscriptionId,
) -> sqlx::Result<Option<CommenterId>> {
    sqlx::query_scalar!("select commenter_id from subscriptions where id = $1", id.0)
        .fetch_optional(db)
        .await
}

/// Subscribes a commenter to the comments on an article. The subscription is active at once if `is_proved`, because the
/// email was verified in this browser. Otherwise it is inactive, and an existing active subscription is not changed.
pub async fn subscribe(
    db: &mut PgConnection,
    id: CommenterId,
    article_id: ArticleId,
    scope: SubscriptionScope,
    is_proved: bool,
    now: Ts,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into subscriptions as s (commenter_id, article_id, scope, requested_at, active_since)
         values ($1, $2, $3, $4, case when $5 then $4::timestamptz end)
         on conflict (commenter_id, article_id) do update
         set scope = excluded.scope, requested_at = excluded.requested_at, active_since = coalesce(s.active_since, excluded.active_since)
         where s.active_since is null or $5",
        id.0,
        article_id.0,
        scope as SubscriptionScope,
        now as Ts,
        is_proved,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Activates the wanted subscriptions of a commenter, and deletes the commenter's other inactive subscriptions.
pub async fn activate(
    db: &mut PgConnection,
    id: CommenterId,
    wanted: &[SubscriptionId],
    now: Ts,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update subscriptions set active_since = $3
         where commenter_id = $1 and active_since is null and id = any($2)",
        id.0,
        wanted as &[SubscriptionId],
        now as Ts,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from subscriptions where commenter_id = $1 and active_since is null",
        id.0,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes a subscription with its unsent notifications. Does nothing if the subscription does not exist.
pub async fn delete(db: &mut PgConnection, id: SubscriptionId) -> sqlx::Result<()> {
    sqlx::query!("delete from subscriptions where id = $1", id.0)
        .execute(db)
        .await?;
    Ok(())
}

/// Deletes a subscription if it belongs to `owner`. Does nothing otherwise.
pub async fn delete_of(
    db: &mut PgConnection,
    owner: CommenterId,
    id: SubscriptionId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from subscriptions where id = $1 and commenter_id = $2",
        id.0,
        owner.0,
    )
    .execute(db)
    .await?;
    Ok(())
}
