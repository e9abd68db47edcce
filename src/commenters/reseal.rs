//! All SQL of sealing addresses anew when the secret key changes: the hash and the seal, which holds it, change together.

use std::collections::HashMap;

use sqlx::{Connection, PgConnection};

use super::Email;
use crate::crypto::{Keys, RESEALED_AT_ONCE, Resealed};
use crate::ids::CommenterId;
use crate::mail;

/// A row as it is to be.
struct Anew {
    id: i64,
    hash: Vec<u8>,
    sealed: Vec<u8>,
}

/// Seals the next addresses anew that are not sealed with the key in use, from after number `after` on. Rows that someone
/// holds are left for another round.
pub async fn reseal_some(db: &mut PgConnection, keys: &Keys, after: i64) -> sqlx::Result<Resealed> {
    let mut db = db.begin().await?;
    let rows = sqlx::query!(
        r#"select id as "id: i64", email_hash, email_sealed from commenters
           where id > $1 and substring(email_sealed from 2 for 8) <> $2
           order by id limit $3 for update skip locked"#,
        after,
        &keys.id()[..],
        RESEALED_AT_ONCE,
    )
    .fetch_all(&mut *db)
    .await?;
    let mut done = Resealed {
        last: rows.last().map(|row| row.id),
        ..Resealed::default()
    };
    let mut new = Vec::with_capacity(rows.len());
    for row in rows {
        let Ok(email) = Email::decrypt(keys, &row.email_hash, &row.email_sealed) else {
            done.closed += 1;
            continue;
        };
        let hash = email.hash(keys);
        new.push(Anew {
            id: row.id,
            hash: hash.to_vec(),
            sealed: email.seal(keys, &hash),
        });
    }
    let hashes: Vec<Vec<u8>> = new.iter().map(|anew| anew.hash.clone()).collect();
    let taken = sqlx::query!(
        r#"select email_hash, id as "id: i64" from commenters where email_hash = any($1)"#,
        &hashes
    )
    .fetch_all(&mut *db)
    .await?;
    // Who holds each new hash, in this batch or before it.
    let mut holders: HashMap<Vec<u8>, i64> = taken
        .into_iter()
        .map(|row| (row.email_hash, row.id))
        .collect();
    let (mut alone, mut twice) = (Vec::new(), Vec::new());
    for anew in new {
        done.anew += 1;
        if holders.contains_key(&anew.hash) {
            twice.push(anew);
        } else {
            holders.insert(anew.hash.clone(), anew.id);
            alone.push(anew);
        }
    }
    put(&mut db, &alone).await?;
    for anew in twice {
        let other = holders[&anew.hash];
        let (kept, gone) = (anew.id.min(other), anew.id.max(other));
        merge(&mut db, keys, CommenterId(kept), CommenterId(gone)).await?;
        holders.insert(anew.hash.clone(), kept);
        put(&mut db, &[Anew { id: kept, ..anew }]).await?;
        done.merged += 1;
    }
    db.commit().await?;
    Ok(done)
}

async fn put(db: &mut PgConnection, rows: &[Anew]) -> sqlx::Result<()> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let hashes: Vec<Vec<u8>> = rows.iter().map(|row| row.hash.clone()).collect();
    let sealed: Vec<Vec<u8>> = rows.iter().map(|row| row.sealed.clone()).collect();
    sqlx::query!(
        "update commenters set email_hash = anew.hash, email_sealed = anew.sealed
         from unnest($1::bigint[], $2::bytea[], $3::bytea[]) as anew (id, hash, sealed)
         where commenters.id = anew.id",
        &ids,
        &hashes,
        &sealed,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes one of two rows of the same address: they came about while one server knew the new key and another did not.
async fn merge(
    db: &mut PgConnection,
    keys: &Keys,
    kept: CommenterId,
    gone: CommenterId,
) -> sqlx::Result<()> {
    // The same words said twice stay two comments; what tells a second press from a first is no more needed.
    sqlx::query!(
        "update comments set said_once = case
             when exists (select 1 from comments same
                          where same.commenter_id = $1 and same.article_id = comments.article_id
                            and coalesce(same.parent_id, 0) = coalesce(comments.parent_id, 0) and same.said_once = comments.said_once)
             then int8send(id) else said_once end, commenter_id = $1
         where commenter_id = $2",
        kept.0,
        gone.0,
    )
    .execute(&mut *db)
    .await?;
    // What counts on either row counts afterwards.
    sqlx::query!(
        "update subscriptions set active_since = other.active_since, scope = other.scope, mailed_at = other.mailed_at
         from subscriptions other
         where subscriptions.commenter_id = $1 and other.commenter_id = $2 and other.article_id = subscriptions.article_id
           and subscriptions.active_since is null and other.active_since is not null",
        kept.0,
        gone.0,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update subscriptions set commenter_id = $1
         where commenter_id = $2
           and not exists (select 1 from subscriptions same where same.commenter_id = $1 and same.article_id = subscriptions.article_id)",
        kept.0,
        gone.0,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update commenter_browsers set commenter_id = $1
         where commenter_id = $2
           and not exists (select 1 from commenter_browsers same where same.commenter_id = $1 and same.token_hash = commenter_browsers.token_hash)",
        kept.0,
        gone.0,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "update commenter_notes set commenter_id = $1 where commenter_id = $2",
        kept.0,
        gone.0,
    )
    .execute(&mut *db)
    .await?;
    mail::reseal::hand_over(db, keys, gone, kept).await?;
    sqlx::query!(
        "update commenters set
             created_at = least(commenters.created_at, gone.created_at),
             proved_at = least(commenters.proved_at, gone.proved_at),
             proof_sent_at = greatest(commenters.proof_sent_at, gone.proof_sent_at),
             silenced_at = least(commenters.silenced_at, gone.silenced_at),
             -- The stricter of two: `hold` comes before `trust`.
             treatment = least(commenters.treatment, gone.treatment),
             treated_at = case when commenters.treatment <= gone.treatment or gone.treatment is null
                 then commenters.treated_at else gone.treated_at end,
             treated_by = case when commenters.treatment <= gone.treatment or gone.treatment is null
                 then commenters.treated_by else gone.treated_by end,
             blocked_by = coalesce(commenters.blocked_by, gone.blocked_by),
             blocked_at = least(commenters.blocked_at, gone.blocked_at)
         from commenters gone where commenters.id = $1 and gone.id = $2",
        kept.0,
        gone.0,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("delete from commenters where id = $1", gone.0)
        .execute(&mut *db)
        .await?;
    super::store::delete_counts(db, gone).await
}
