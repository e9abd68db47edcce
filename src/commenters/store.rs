//! All SQL on commenters.

use sqlx::PgConnection;

use super::{Email, Scope};
use crate::clock::Ts;
use crate::ids::CommenterId;
use crate::sealed::Keys;

/// The commenter of an address, made if this is their first reply. Someone from before the key changed is found as well.
pub async fn find_or_insert(
    db: &mut PgConnection,
    keys: &Keys,
    email: &Email,
    now: Ts,
) -> sqlx::Result<CommenterId> {
    // The hash and the seal must be of one key, and keys may change in between.
    let keys = keys.as_of_now();
    if let Some(id) = find_and_hold(db, &keys, email).await? {
        return Ok(id);
    }
    let hash = email.hash(&keys);
    let inserted = sqlx::query_scalar!(
        "insert into commenters (email_hash, email_sealed, created_at) values ($1, $2, $3)
         on conflict (email_hash) do nothing returning id",
        &hash[..],
        email.seal(&keys, &hash),
        now as Ts,
    )
    .fetch_optional(&mut *db)
    .await?;
    match inserted {
        Some(id) => Ok(id),
        // Someone of the same address was a moment faster, and is there to be found now.
        None => find_and_hold(db, &keys, email)
            .await?
            .ok_or(sqlx::Error::RowNotFound),
    }
}

/// The commenter of an address, who is not taken away or merged into another before the transaction ends.
async fn find_and_hold(
    db: &mut PgConnection,
    keys: &Keys,
    email: &Email,
) -> sqlx::Result<Option<CommenterId>> {
    sqlx::query_scalar!(
        "select id from commenters where email_hash = any($1) order by id limit 1 for key share",
        &email.hashes(keys),
    )
    .fetch_optional(db)
    .await
}

/// Whoever has an address: one person, or two while the secret key changes.
pub async fn of_address(
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
pub struct Kept {
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
    pub letters: i64,
}

/// What is kept of someone.
pub async fn kept_of(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<Option<Kept>> {
    sqlx::query_as!(
        Kept,
        r#"select created_at, proved_at, proof_sent_at, silenced_at, blocked_at,
               (select count(*) from commenter_browsers where commenter_id = $1) as "browsers!",
               (select count(*) from outbox where commenter_id = $1) as "letters!"
           from commenters where id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// An article under which someone is told of replies.
pub struct Subscription {
    /// Its title.
    pub title: String,
    /// Its address, if it has one.
    pub path: Option<String>,
    /// Of which replies.
    pub scope: Scope,
    /// When it was asked for.
    pub asked_at: Ts,
    /// Since when they are told.
    pub active_since: Option<Ts>,
    /// When they were last told.
    pub mailed_at: Option<Ts>,
}

/// What someone is told of.
pub async fn subscriptions_of(
    db: &mut PgConnection,
    id: CommenterId,
) -> sqlx::Result<Vec<Subscription>> {
    sqlx::query_as!(
        Subscription,
        r#"select title, path, scope as "scope: Scope", asked_at, active_since, mailed_at
           from subscriptions join articles on articles.id = article_id
           where commenter_id = $1 order by subscriptions.id"#,
        id.0,
    )
    .fetch_all(db)
    .await
}

/// Deletes someone all of whose comments are erased, with what they asked to be told and the letters that wait. Of someone
/// who is blocked, the address stays, sealed, with the block; gives whether they are gone.
pub async fn delete_unless_blocked(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<bool> {
    let deleted = sqlx::query!(
        "delete from commenters where id = $1 and blocked_at is null",
        id.0
    )
    .execute(&mut *db)
    .await?;
    if deleted.rows_affected() > 0 {
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
    // The addresses of their own page that were mailed lead nowhere from now on.
    sqlx::query!(
        "update commenters
         set seed = gen_random_uuid(), created_at = blocked_at, proved_at = null, proof_sent_at = null, silenced_at = null
         where id = $1",
        id.0
    )
    .execute(db)
    .await?;
    Ok(false)
}
