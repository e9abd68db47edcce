//! All SQL on commenters.

use sqlx::PgConnection;

use super::Email;
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

/// The commenter of an address.
pub async fn find(
    db: &mut PgConnection,
    keys: &Keys,
    email: &Email,
) -> sqlx::Result<Option<CommenterId>> {
    sqlx::query_scalar!(
        "select id from commenters where email_hash = any($1) order by id limit 1",
        &email.hashes(keys),
    )
    .fetch_optional(db)
    .await
}
