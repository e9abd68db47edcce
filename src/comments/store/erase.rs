//! Erasing comments for their authors. The row stays, without text and author, because replies and the audit log refer to
//! it.

use sqlx::PgConnection;

use super::akismet;
use crate::classifier;
use crate::clock::Ts;
use crate::ids::{CommentId, CommenterId};

/// Erases comments with their earlier versions and classifier training examples. Returns the number of comments that were
/// not erased before.
pub async fn erase(db: &mut PgConnection, ids: &[CommentId], now: Ts) -> sqlx::Result<u64> {
    classifier::untrain(db, ids).await?;
    // Locked in the order of ids, as everywhere, so that two erasures cannot deadlock. The hash of the submission goes,
    // too: whoever holds the secret key could guess the text from it.
    let erased = sqlx::query!(
        "with wanted as (
             select id from comments where id = any($1) and erased_at is null order by id for update
         )
         update comments
         set name = '—', website = null, body = '', body_html = '', commenter_id = null, network_sealed = null, network_until = null,
             network_hash = null, similar_group_id = null, score = null, signals = '{}',
             dedup_hash = int8send(comments.id), reasons = '{}', status = 'trashed', erased_at = $2, version = version + 1
         from wanted where comments.id = wanted.id",
        ids as &[CommentId],
        now as Ts,
    )
    .execute(&mut *db)
    .await?;
    akismet::dequeue(db, ids).await?;
    sqlx::query!(
        "delete from comment_versions where comment_id = any($1)",
        ids as &[CommentId]
    )
    .execute(db)
    .await?;
    Ok(erased.rows_affected())
}

/// Erases every comment of a commenter. New comments of the commenter have to wait until the transaction ends.
pub async fn erase_all_by(db: &mut PgConnection, id: CommenterId, now: Ts) -> sqlx::Result<u64> {
    // Locks the commenter, so that no comment of theirs is inserted between the two statements.
    sqlx::query!("select id from commenters where id = $1 for update", id.0)
        .fetch_optional(&mut *db)
        .await?;
    let ids = sqlx::query_scalar!("select id from comments where commenter_id = $1", id.0)
        .fetch_all(&mut *db)
        .await?;
    erase(db, &ids, now).await
}
