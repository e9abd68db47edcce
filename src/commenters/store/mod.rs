//! The commenters' SQL.

use sqlx::PgConnection;

use super::{CommenterAccess, Email, Subscription, SubscriptionScope};
use crate::clock::Ts;
use crate::crypto::KeyRing;
use crate::ids::{ArticleId, CommenterId, SubscriptionId};

/// The commenter who has an email.
pub struct FoundCommenter {
    pub id: CommenterId,
    /// Inserted just now.
    pub is_new: bool,
}

/// Finds or inserts the commenter of an email, and locks the row against deletion until the transaction ends. Also finds
/// a commenter stored under an older key.
pub async fn find_or_insert(
    db: &mut PgConnection,
    keys: &KeyRing,
    email: &Email,
    now: Ts,
) -> sqlx::Result<FoundCommenter> {
    // The hash and the seal must be of one key, and keys may change in between.
    let keys = keys.snapshot();
    if let Some(commenter) = find_or_try_insert(db, &keys, email, now).await? {
        return Ok(commenter);
    }
    // Someone of the same address was a moment faster, and is there to be found now.
    find_or_try_insert(db, &keys, email, now)
        .await?
        .ok_or(sqlx::Error::RowNotFound)
}

async fn find_or_try_insert(
    db: &mut PgConnection,
    keys: &KeyRing,
    email: &Email,
    now: Ts,
) -> sqlx::Result<Option<FoundCommenter>> {
    let hash = email.hash(keys);
    sqlx::query_as!(
        FoundCommenter,
        r#"with found as (
               select id from unnest($1::bytea[]) as hash join commenters on email_hash = hash
               order by id limit 1 for key share of commenters
           ), made as (
               insert into commenters (email_hash, email_sealed, created_at)
               select $2, $3, $4 where not exists (select from found)
               on conflict (email_hash) do nothing returning id
           )
           select id as "id!: CommenterId", false as "is_new!" from found union all select id, true from made"#,
        &email.hashes(keys),
        &hash[..],
        email.seal(keys, &hash),
        now as Ts,
    )
    .fetch_optional(db)
    .await
}

/// Lists the commenters of an email: one, or two during a key rotation.
pub async fn find_by_email(
    db: &mut PgConnection,
    keys: &KeyRing,
    email: &Email,
) -> sqlx::Result<Vec<CommenterId>> {
    sqlx::query_scalar!(
        "select id from commenters where email_hash = any($1) order by id",
        &email.hashes(keys),
    )
    .fetch_all(db)
    .await
}

/// Everything stored about a commenter besides comments and the email itself.
pub struct StoredCommenter {
    pub created_at: Ts,
    pub verified_at: Option<Ts>,
    /// The last verification email was sent at this time.
    pub verification_sent_at: Option<Ts>,
    /// Mail to them bounced.
    pub suppressed_at: Option<Ts>,
    pub blocked_at: Option<Ts>,
    /// Browsers in which the email was verified.
    pub browsers: i64,
    pub queued_emails: i64,
}

/// Returns what is stored about a commenter.
pub async fn find_stored(
    db: &mut PgConnection,
    id: CommenterId,
) -> sqlx::Result<Option<StoredCommenter>> {
    sqlx::query_as!(
        StoredCommenter,
        r#"select created_at, verified_at, verification_sent_at, suppressed_at, blocked_at,
               (select count(*) from commenter_browsers where commenter_id = $1) as "browsers!",
               (select count(*) from outbox where commenter_id = $1) as "queued_emails!"
           from commenters where id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// A stored subscription, for the export of a commenter's data.
pub struct StoredSubscription {
    pub title: String,
    pub path: Option<String>,
    pub scope: SubscriptionScope,
    pub requested_at: Ts,
    pub active_since: Option<Ts>,
    /// The last notification was sent at this time.
    pub mailed_at: Option<Ts>,
}

/// Lists a commenter's subscriptions.
pub async fn list_stored_subscriptions(
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

pub async fn find_access(
    db: &mut PgConnection,
    id: CommenterId,
) -> sqlx::Result<Option<CommenterAccess>> {
    sqlx::query_as!(
        CommenterAccess,
        r#"select id, link_seed::text as "link_seed!", verified_at, suppressed_at from commenters where id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Returns whether the email was verified in this browser.
pub async fn is_verified(
    db: &mut PgConnection,
    token_hash: Option<&[u8]>,
    id: CommenterId,
) -> sqlx::Result<bool> {
    let Some(token_hash) = token_hash else {
        return Ok(false);
    };
    sqlx::query_scalar!(
        r#"select exists (select 1 from commenter_browsers where token_hash = $1 and commenter_id = $2) as "has!""#,
        token_hash,
        id.0,
    )
    .fetch_one(db)
    .await
}

/// Stores that the email was verified in this browser. Mail to it arrives, so it is no longer suppressed.
pub async fn verify_email(
    db: &mut PgConnection,
    id: CommenterId,
    token_hash: &[u8],
    now: Ts,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update commenters set verified_at = coalesce(verified_at, $2), suppressed_at = null, verifications_sent = 0 where id = $1",
        id.0,
        now as Ts,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into commenter_browsers (token_hash, commenter_id, verified_at) values ($1, $2, $3) on conflict do nothing",
        token_hash,
        id.0,
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn count_browsers(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from commenter_browsers where commenter_id = $1"#,
        id.0,
    )
    .fetch_one(db)
    .await
}

/// Deletes all verified browsers, and revokes the links to the commenter's page.
pub async fn delete_browsers(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from commenter_browsers where commenter_id = $1",
        id.0
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update commenters set link_seed = gen_random_uuid() where id = $1",
        id.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Seconds between two verification emails: no form may fill a mailbox.
const VERIFICATION_INTERVAL_SECS: i64 = 60 * 60;
/// Verification emails without response after which no more are sent.
const MAX_VERIFICATIONS: i32 = 3;
/// Seconds after a bounce until a verification email may be sent again.
const SUPPRESSION_SECS: i64 = 7 * 24 * 60 * 60;

/// Claims the right to send a verification email now; returns whether it was granted.
pub async fn claim_verification_email(
    db: &mut PgConnection,
    id: CommenterId,
    now: Ts,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update commenters set verification_sent_at = $2, verifications_sent = verifications_sent + 1, suppressed_at = null
         where id = $1 and blocked_at is null and verifications_sent < $4
           and (suppressed_at is null or suppressed_at <= $5) and (verification_sent_at is null or verification_sent_at <= $3)",
        id.0,
        now as Ts,
        now.plus_seconds(-VERIFICATION_INTERVAL_SECS) as Ts,
        MAX_VERIFICATIONS,
        now.plus_seconds(-SUPPRESSION_SECS) as Ts,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Subscribes to the comments of an article. Inactive until the email is verified; an unverified request changes no
/// active subscription.
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

/// Lists a commenter's subscriptions, newest first.
pub async fn list_subscriptions(
    db: &mut PgConnection,
    id: CommenterId,
    now: Ts,
) -> sqlx::Result<Vec<Subscription>> {
    sqlx::query_as!(
        Subscription,
        r#"select subscriptions.id, scope as "scope: SubscriptionScope", article_id,
               case when state = 'published' and published_at <= $2 then title else '…' end as "title!",
               case when state = 'published' and published_at <= $2 then path end as path,
               active_since is not null as "is_active!"
           from subscriptions join articles on articles.id = article_id
           where commenter_id = $1 order by requested_at desc, subscriptions.id desc"#,
        id.0,
        now as Ts,
    )
    .fetch_all(db)
    .await
}

/// Activates these subscriptions, and deletes the others that are inactive.
pub async fn activate_subscriptions(
    db: &mut PgConnection,
    id: CommenterId,
    wanted: &[SubscriptionId],
    now: Ts,
) -> sqlx::Result<()> {
    let wanted: Vec<i64> = wanted.iter().map(|id| id.0).collect();
    sqlx::query!(
        "update subscriptions set active_since = $3
         where commenter_id = $1 and active_since is null and id = any($2)",
        id.0,
        &wanted,
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

/// Finds a subscription, for the unsubscribe page.
pub async fn find_subscription(
    db: &mut PgConnection,
    id: SubscriptionId,
    now: Ts,
) -> sqlx::Result<Option<Subscription>> {
    sqlx::query_as!(
        Subscription,
        r#"select subscriptions.id, scope as "scope: SubscriptionScope", article_id,
               case when state = 'published' and published_at <= $2 then title else '…' end as "title!",
               case when state = 'published' and published_at <= $2 then path end as path,
               active_since is not null as "is_active!"
           from subscriptions join articles on articles.id = article_id where subscriptions.id = $1"#,
        id.0,
        now as Ts,
    )
    .fetch_optional(db)
    .await
}

/// Returns the commenter who has a subscription.
pub async fn find_subscriber(
    db: &mut PgConnection,
    id: SubscriptionId,
) -> sqlx::Result<Option<CommenterId>> {
    sqlx::query_scalar!("select commenter_id from subscriptions where id = $1", id.0)
        .fetch_optional(db)
        .await
}

/// Deletes a subscription and its unsent notifications. No error if it is gone.
pub async fn delete_subscription(db: &mut PgConnection, id: SubscriptionId) -> sqlx::Result<()> {
    sqlx::query!("delete from subscriptions where id = $1", id.0)
        .execute(db)
        .await?;
    Ok(())
}

/// Deletes a subscription if it belongs to `owner`.
pub async fn delete_subscription_of(
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

/// Deletes a commenter whose comments were all erased, with subscriptions, queued emails and notes. The email of a
/// blocked commenter stays, encrypted, with the block. Returns whether the commenter is gone.
pub async fn delete_unless_blocked(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<bool> {
    let deleted = sqlx::query!(
        "delete from commenters where id = $1 and blocked_at is null",
        id.0
    )
    .execute(&mut *db)
    .await?;
    if deleted.rows_affected() > 0 {
        delete_counts(db, id).await?;
        return Ok(true);
    }
    sqlx::query!("delete from subscriptions where commenter_id = $1", id.0)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "delete from commenter_browsers where commenter_id = $1",
        id.0
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("delete from outbox where commenter_id = $1", id.0)
        .execute(&mut *db)
        .await?;
    sqlx::query!("delete from commenter_notes where commenter_id = $1", id.0)
        .execute(&mut *db)
        .await?;
    // The addresses of their own page that were mailed lead nowhere from now on.
    sqlx::query!(
        "update commenters
         set link_seed = gen_random_uuid(), created_at = blocked_at, verified_at = null, verification_sent_at = null, suppressed_at = null,
             policy = null, policy_set_at = null, policy_set_by = null
         where id = $1",
        id.0
    )
    .execute(db)
    .await?;
    Ok(false)
}

/// Deletes a commenter without comments and subscriptions, unless blocked or always held: deleting a comment must not
/// lift that.
pub async fn delete_if_unused(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<()> {
    let deleted = sqlx::query!(
        "delete from commenters where id = $1 and blocked_at is null and policy is distinct from 'hold'
           and not exists (select 1 from comments where commenter_id = $1)
           and not exists (select 1 from subscriptions where commenter_id = $1)",
        id.0,
    )
    .execute(&mut *db)
    .await?;
    if deleted.rows_affected() > 0 {
        delete_counts(db, id).await?;
    }
    Ok(())
}

/// Deletes the counts of a deleted commenter, which would show that they were here.
pub(super) async fn delete_counts(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<()> {
    sqlx::query!("delete from commenter_counts where commenter_id = $1", id.0,)
        .execute(db)
        .await?;
    Ok(())
}
