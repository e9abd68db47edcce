//! SQL for key rotation: encrypts the email addresses of commenters again with the active secret key. An encrypted
//! address can only be decrypted together with its keyed hash, so both are replaced together.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::commenters::delete_counts;
use crate::commenters::Email;
use crate::crypto::rotation::{BATCH_ROWS, SealedRow};
use crate::crypto::{DecryptError, KeyRing};
use crate::ids::CommenterId;
use crate::mail;

/// The encrypted email address of a commenter, and its keyed hash (blind index).
pub struct SealedCommenterRow {
    id: i64,
    email_hash: Vec<u8>,
    email_sealed: Vec<u8>,
}

impl SealedRow for SealedCommenterRow {
    async fn select_batch(
        db: &mut PgConnection,
        active_key: &[u8],
        after: i64,
    ) -> sqlx::Result<Vec<Self>> {
        // A full lock, unlike in other tables: the unique email_hash changes, and a merge deletes rows.
        sqlx::query_as!(
            Self,
            r#"select id as "id: i64", email_hash, email_sealed from commenters
               where id > $1 and substring(email_sealed from 2 for 8) <> $2
               order by id limit $3 for update skip locked"#,
            after,
            active_key,
            BATCH_ROWS,
        )
        .fetch_all(db)
        .await
    }

    fn id(&self) -> i64 {
        self.id
    }

    fn rotate(&mut self, keys: &KeyRing) -> Result<(), DecryptError> {
        let email = Email::decrypt(keys, &self.email_hash, &self.email_sealed)?;
        let hash = email.hash(keys);
        self.email_sealed = email.seal(keys, &hash);
        self.email_hash = hash.to_vec();
        Ok(())
    }

    async fn update_batch(
        db: &mut PgConnection,
        keys: &KeyRing,
        rows: Vec<Self>,
    ) -> sqlx::Result<u64> {
        // Commenter of each new hash, in the table already or earlier in this batch. A second one has the same email
        // address, and is merged because the index is unique.
        let mut commenters = find_by_hashes(db, &rows).await?;
        let (mut unique, mut duplicates) = (Vec::new(), Vec::new());
        for row in rows {
            if commenters.contains_key(&row.email_hash) {
                duplicates.push(row);
            } else {
                commenters.insert(row.email_hash.clone(), row.id);
                unique.push(row);
            }
        }
        update_emails(db, &unique).await?;
        let merged = duplicates.len() as u64;
        for row in duplicates {
            let other = commenters[&row.email_hash];
            let (target, source) = (row.id.min(other), row.id.max(other));
            merge(db, keys, CommenterId(target), CommenterId(source)).await?;
            commenters.insert(row.email_hash.clone(), target);
            update_emails(db, &[Self { id: target, ..row }]).await?;
        }
        Ok(merged)
    }
}

async fn find_by_hashes(
    db: &mut PgConnection,
    rows: &[SealedCommenterRow],
) -> sqlx::Result<HashMap<Vec<u8>, i64>> {
    let hashes: Vec<Vec<u8>> = rows.iter().map(|row| row.email_hash.clone()).collect();
    let found = sqlx::query!(
        r#"select email_hash, id as "id: i64" from commenters where email_hash = any($1)"#,
        &hashes
    )
    .map(|row| (row.email_hash, row.id))
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().collect())
}

async fn update_emails(db: &mut PgConnection, rows: &[SealedCommenterRow]) -> sqlx::Result<()> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let hashes: Vec<Vec<u8>> = rows.iter().map(|row| row.email_hash.clone()).collect();
    let sealed: Vec<Vec<u8>> = rows.iter().map(|row| row.email_sealed.clone()).collect();
    sqlx::query!(
        "update commenters set email_hash = rotated.hash, email_sealed = rotated.sealed
         from unnest($1::bigint[], $2::bytea[], $3::bytea[]) as rotated (id, hash, sealed)
         where commenters.id = rotated.id",
        &ids,
        &hashes,
        &sealed,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Merges two commenters with the same email address: moves everything from `source` to `target` and deletes `source`.
/// Such a pair exists if one server already used the new key while another server still used the old one.
async fn merge(
    db: &mut PgConnection,
    keys: &KeyRing,
    target: CommenterId,
    source: CommenterId,
) -> sqlx::Result<()> {
    move_comments(db, target, source).await?;
    move_subscriptions(db, target, source).await?;
    move_browsers_and_notes(db, target, source).await?;
    mail::store::rotation::move_to_commenter(db, keys, source, target).await?;
    merge_columns(db, target, source).await?;
    sqlx::query!("delete from commenters where id = $1", source.0)
        .execute(&mut *db)
        .await?;
    delete_counts(db, source).await
}

async fn move_comments(
    db: &mut PgConnection,
    target: CommenterId,
    source: CommenterId,
) -> sqlx::Result<()> {
    // A comment posted under both rows stays two comments. Its double-submit marker must be unique for each commenter, so
    // the moved one gets its id instead.
    sqlx::query!(
        "update comments set dedup_hash = case
             when exists (select 1 from comments same
                          where same.commenter_id = $1 and same.article_id = comments.article_id
                            and coalesce(same.parent_id, 0) = coalesce(comments.parent_id, 0) and same.dedup_hash = comments.dedup_hash)
             then int8send(id) else dedup_hash end, commenter_id = $1
         where commenter_id = $2",
        target.0,
        source.0,
    )
    .execute(&mut *db)
    .await?;
    Ok(())
}

async fn move_subscriptions(
    db: &mut PgConnection,
    target: CommenterId,
    source: CommenterId,
) -> sqlx::Result<()> {
    // A subscription that is active on either row is active afterwards.
    sqlx::query!(
        "update subscriptions set active_since = other.active_since, scope = other.scope, mailed_at = other.mailed_at
         from subscriptions other
         where subscriptions.commenter_id = $1 and other.commenter_id = $2 and other.article_id = subscriptions.article_id
           and subscriptions.active_since is null and other.active_since is not null",
        target.0,
        source.0,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update subscriptions set commenter_id = $1
         where commenter_id = $2
           and not exists (select 1 from subscriptions same where same.commenter_id = $1 and same.article_id = subscriptions.article_id)",
        target.0,
        source.0,
    )
    .execute(&mut *db)
    .await?;
    Ok(())
}

async fn move_browsers_and_notes(
    db: &mut PgConnection,
    target: CommenterId,
    source: CommenterId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update commenter_browsers set commenter_id = $1
         where commenter_id = $2
           and not exists (select 1 from commenter_browsers same where same.commenter_id = $1 and same.token_hash = commenter_browsers.token_hash)",
        target.0,
        source.0,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update commenter_notes set commenter_id = $1 where commenter_id = $2",
        target.0,
        source.0,
    )
    .execute(&mut *db)
    .await?;
    Ok(())
}

async fn merge_columns(
    db: &mut PgConnection,
    target: CommenterId,
    source: CommenterId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update commenters set
             created_at = least(commenters.created_at, source.created_at),
             verified_at = least(commenters.verified_at, source.verified_at),
             verification_sent_at = greatest(commenters.verification_sent_at, source.verification_sent_at),
             suppressed_at = least(commenters.suppressed_at, source.suppressed_at),
             -- The stricter of two: `hold` comes before `trust`.
             policy = least(commenters.policy, source.policy),
             policy_set_at = case when commenters.policy <= source.policy or source.policy is null
                 then commenters.policy_set_at else source.policy_set_at end,
             policy_set_by = case when commenters.policy <= source.policy or source.policy is null
                 then commenters.policy_set_by else source.policy_set_by end,
             blocked_by = coalesce(commenters.blocked_by, source.blocked_by),
             blocked_at = least(commenters.blocked_at, source.blocked_at)
         from commenters source where commenters.id = $1 and source.id = $2",
        target.0,
        source.0,
    )
    .execute(&mut *db)
    .await?;
    Ok(())
}
