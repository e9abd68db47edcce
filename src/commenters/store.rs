//! All SQL on commenters.

use sqlx::PgConnection;

use super::Email;
use crate::clock::Ts;
use crate::ids::CommenterId;
use crate::sealed::Keys;

/// The commenter of an address, made if this is their first reply.
pub async fn find_or_insert(
    db: &mut PgConnection,
    keys: &Keys,
    email: &Email,
    now: Ts,
) -> sqlx::Result<CommenterId> {
    let hash = email.hash(keys);
    if let Some(id) = find(db, &hash).await? {
        return Ok(id);
    }
    let inserted = sqlx::query_scalar!(
        "insert into commenters (email_hash, email_sealed, created_at) values ($1, $2, $3)
         on conflict (email_hash) do nothing returning id",
        &hash[..],
        email.seal(keys, &hash),
        now as Ts,
    )
    .fetch_optional(&mut *db)
    .await?;
    match inserted {
        Some(id) => Ok(id),
        // Someone of the same address was a moment faster, and is there to be found now.
        None => find(db, &hash).await?.ok_or(sqlx::Error::RowNotFound),
    }
}

async fn find(db: &mut PgConnection, hash: &[u8; 32]) -> sqlx::Result<Option<CommenterId>> {
    sqlx::query_scalar!("select id from commenters where email_hash = $1", &hash[..])
        .fetch_optional(db)
        .await
}
