//! All SQL on commenters.

use sqlx::PgConnection;

use super::{CommenterAccess, Email, Subscription, SubscriptionScope};
use crate::clock::Ts;
use crate::crypto::Keys;
use crate::ids::{ArticleId, CommenterId, SubscriptionId};

/// Whose an address is.
pub struct FoundCommenter {
    /// Their number.
    pub id: CommenterId,
    /// There is nothing of theirs yet.
    pub is_new: bool,
}

/// The commenter of an address, made if this is their first reply, who is not taken away or merged into another before the
/// transaction ends. Someone from before the key changed is found as well.
pub async fn find_or_insert(
    db: &mut PgConnection,
    keys: &Keys,
    email: &Email,
    now: Ts,
) -> sqlx::Result<FoundCommenter> {
    // The hash and the seal must be of one key, and keys may change in between.
    let keys = keys.as_of_now();
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
    keys: &Keys,
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

/// Whoever has an address: one person, or two while the secret key changes.
pub async fn find_by_email(
    db: &mut PgConnection,
    keys: &Keys,
    email: &Email,
) -> sqlx::Result<Vec<CommenterId>> {
    sqlx::query_scalar!(
        "select id from commenters where email_hash = any($1) order by id",
        &email.hashes(keys),
    )
    .fetch_all(db)
    .await
}

/// What is kept of someone beside what they wrote. The address is not in it.
pub struct StoredCommenter {
    /// When they first wrote.
    pub created_at: Ts,
    /// When they proved that the address is theirs.
    pub proved_at: Option<Ts>,
    /// When a proof was last asked for by mail.
    pub proof_sent_at: Option<Ts>,
    /// When mail to them came back.
    pub silenced_at: Option<Ts>,
    /// Since when they may not reply.
    pub blocked_at: Option<Ts>,
    /// Browsers that have proved the address.
    pub browsers: i64,
    /// Letters to them that wait to leave.
    pub queued_emails: i64,
}

/// What is kept of someone.
pub async fn find_stored(
    db: &mut PgConnection,
    id: CommenterId,
) -> sqlx::Result<Option<StoredCommenter>> {
    sqlx::query_as!(
        StoredCommenter,
        r#"select created_at, proved_at, proof_sent_at, silenced_at, blocked_at,
               (select count(*) from commenter_browsers where commenter_id = $1) as "browsers!",
               (select count(*) from outbox where commenter_id = $1) as "queued_emails!"
           from commenters where id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// An article under which someone is told of replies.
pub struct StoredSubscription {
    /// Its title.
    pub title: String,
    /// Its address, if it has one.
    pub path: Option<String>,
    /// Of which replies.
    pub scope: SubscriptionScope,
    /// When it was asked for.
    pub asked_at: Ts,
    /// Since when they are told.
    pub active_since: Option<Ts>,
    /// When they were last told.
    pub mailed_at: Option<Ts>,
}

/// What someone is told of.
pub async fn list_stored_subscriptions(
    db: &mut PgConnection,
    id: CommenterId,
) -> sqlx::Result<Vec<StoredSubscription>> {
    sqlx::query_as!(
        StoredSubscription,
        r#"select title, path, scope as "scope: SubscriptionScope", asked_at, active_since, mailed_at
           from subscriptions join articles on articles.id = article_id
           where commenter_id = $1 order by subscriptions.id"#,
        id.0,
    )
    .fetch_all(db)
    .await
}

/// A commenter, for their own page.
pub async fn find_access(
    db: &mut PgConnection,
    id: CommenterId,
) -> sqlx::Result<Option<CommenterAccess>> {
    sqlx::query_as!(
        CommenterAccess,
        r#"select id, seed::text as "link_seed!", proved_at, silenced_at from commenters where id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Whether this browser has proved that the address is theirs.
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

/// Remembers that this browser has proved an address: mail to it is read there, so it may go there again.
pub async fn verify_email(
    db: &mut PgConnection,
    id: CommenterId,
    token_hash: &[u8],
    now: Ts,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update commenters set proved_at = coalesce(proved_at, $2), silenced_at = null, proofs_sent = 0 where id = $1",
        id.0,
        now as Ts,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into commenter_browsers (token_hash, commenter_id, proved_at) values ($1, $2, $3) on conflict do nothing",
        token_hash,
        id.0,
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How many browsers have proved an address.
pub async fn count_browsers(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from commenter_browsers where commenter_id = $1"#,
        id.0,
    )
    .fetch_one(db)
    .await
}

/// Forgets every browser that has proved an address, and makes the addresses of its owner's page void.
pub async fn delete_browsers(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from commenter_browsers where commenter_id = $1",
        id.0
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update commenters set seed = gen_random_uuid() where id = $1",
        id.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Between two mails with a link that proves an address, in seconds: nobody's letter box is filled by a form.
const VERIFICATION_INTERVAL_SECS: i64 = 60 * 60;
/// Such mails to one address without the link being used: its owner does not want it.
const MAX_VERIFICATIONS: i32 = 3;
/// After which time an address from which mail came back may be tried again, in seconds, if its owner asks for it.
const SUPPRESSION_SECS: i64 = 7 * 24 * 60 * 60;

/// Whether the link that proves an address may be mailed now; if so, it is taken to be.
pub async fn claim_verification_email(
    db: &mut PgConnection,
    id: CommenterId,
    now: Ts,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update commenters set proof_sent_at = $2, proofs_sent = proofs_sent + 1, silenced_at = null
         where id = $1 and blocked_at is null and proofs_sent < $4
           and (silenced_at is null or silenced_at <= $5) and (proof_sent_at is null or proof_sent_at <= $3)",
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

/// Asks to be told of replies under an article. Until the address is proved, `is_proved`, nothing comes of it; and who
/// has proved nothing changes nothing that counts already.
pub async fn subscribe(
    db: &mut PgConnection,
    id: CommenterId,
    article_id: ArticleId,
    scope: SubscriptionScope,
    is_proved: bool,
    now: Ts,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into subscriptions as s (commenter_id, article_id, scope, asked_at, active_since)
         values ($1, $2, $3, $4, case when $5 then $4::timestamptz end)
         on conflict (commenter_id, article_id) do update
         set scope = excluded.scope, asked_at = excluded.asked_at, active_since = coalesce(s.active_since, excluded.active_since)
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

/// What someone is told of, or has asked for, newest first.
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
           where commenter_id = $1 order by asked_at desc, subscriptions.id desc"#,
        id.0,
        now as Ts,
    )
    .fetch_all(db)
    .await
}

/// Lets what was asked for count from now on, of these; what else was asked for and does not count yet is dropped.
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

/// A subscription, for who unsubscribes by the link in a mail: what it is to.
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

/// Whose a subscription is.
pub async fn find_subscriber(
    db: &mut PgConnection,
    id: SubscriptionId,
) -> sqlx::Result<Option<CommenterId>> {
    sqlx::query_scalar!("select commenter_id from subscriptions where id = $1", id.0)
        .fetch_optional(db)
        .await
}

/// Ends a subscription, with all that was still to be told. Ended ones are no mistake.
pub async fn delete_subscription(db: &mut PgConnection, id: SubscriptionId) -> sqlx::Result<()> {
    sqlx::query!("delete from subscriptions where id = $1", id.0)
        .execute(db)
        .await?;
    Ok(())
}

/// Ends one of someone's own subscriptions.
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

/// Deletes someone all of whose comments are erased, with what they asked to be told, the letters that wait, and what
/// moderators noted. Of someone who is blocked, the address stays, sealed, with the block; gives whether they are gone.
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
         set seed = gen_random_uuid(), created_at = blocked_at, proved_at = null, proof_sent_at = null, silenced_at = null,
             treatment = null, treated_at = null, treated_by = null
         where id = $1",
        id.0
    )
    .execute(db)
    .await?;
    Ok(false)
}

/// Deletes someone of whom no comment is left and who is told of nothing, unless they are blocked or always held: they
/// would be free of that for taking one comment back.
pub async fn delete_if_unused(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<()> {
    let deleted = sqlx::query!(
        "delete from commenters where id = $1 and blocked_at is null and treatment is distinct from 'hold'
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

/// Deletes how many comments someone had who is gone: they are none, but the number would tell that they were here.
pub(super) async fn delete_counts(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<()> {
    sqlx::query!("delete from commenter_counts where commenter_id = $1", id.0,)
        .execute(db)
        .await?;
    Ok(())
}
