//! SQL on commenters: finding, inserting and deleting them.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::commenters::{CommenterAccess, Email};
use crate::crypto::KeyRing;
use crate::ids::CommenterId;

/// A commenter found or inserted by email address.
pub struct FoundCommenter {
    pub id: CommenterId,
    /// Whether the commenter was inserted just now.
    pub is_new: bool,
}

/// Finds or inserts the commenter with an email address, and locks the row against deletion until the transaction ends.
/// During a key rotation, also finds a commenter whose row has the hash under an older key.
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

/// Lists the commenters with an email address. There is one, or two during a key rotation.
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

/// Everything stored about a commenter, except comments and the email address itself.
pub struct StoredCommenter {
    pub created_at: Ts,
    pub verified_at: Option<Ts>,
    /// Time at which the last verification email was sent.
    pub verification_sent_at: Option<Ts>,
    /// Time at which an email to the commenter bounced. No email is sent to them any more.
    pub suppressed_at: Option<Ts>,
    pub blocked_at: Option<Ts>,
    /// Number of browsers in which the email was verified.
    pub browsers: i64,
    pub queued_emails: i64,
}

/// Returns everything stored about a commenter, except comments and the email address itself.
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

/// Encrypted email of a commenter, with the hash that is needed to decrypt it.
pub struct SealedEmail {
    pub email_hash: Vec<u8>,
    pub email_sealed: Vec<u8>,
}

pub async fn find_sealed_email(
    db: &mut PgConnection,
    id: CommenterId,
) -> sqlx::Result<Option<SealedEmail>> {
    sqlx::query_as!(
        SealedEmail,
        "select email_hash, email_sealed from commenters where id = $1",
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Deletes a commenter whose comments were all erased, with subscriptions, queued emails and notes. If the commenter is
/// blocked, the row stays with the encrypted email, so that the block still works. Returns whether the row was deleted.
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

/// Deletes a commenter who has no comments and no subscriptions. A commenter who is blocked or always held is not
/// deleted, because that would lift the restriction.
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

/// Deletes the comment counts of a deleted commenter. They would reveal that the commenter was here.
pub(super) async fn delete_counts(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<()> {
    sqlx::query!("delete from commenter_counts where commenter_id = $1", id.0,)
        .execute(db)
        .await?;
    Ok(())
}
