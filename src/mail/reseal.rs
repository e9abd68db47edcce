//! All SQL of sealing letters anew that wait to leave when the secret key changes.

use sqlx::{Connection, PgConnection};

use super::outbox::sealing_context;
use super::store::recipient_from_columns;
use crate::crypto::{Keys, RESEALED_AT_ONCE, Resealed};
use crate::ids::{AccountId, CommenterId};

/// Seals the next letters anew that are not sealed with the key in use, from after letter `after` on. Letters that someone
/// holds, which are about to leave, are left for another round.
pub async fn reseal_some(db: &mut PgConnection, keys: &Keys, after: i64) -> sqlx::Result<Resealed> {
    let mut db = db.begin().await?;
    let rows = sqlx::query!(
        r#"select id, commenter_id as "commenter_id: CommenterId", account_id as "account_id: AccountId", letter as "sealed!" from outbox
           where id > $1 and substring(letter from 2 for 8) <> $2
           order by id limit $3 for no key update skip locked"#,
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
    let (mut ids, mut anew) = (Vec::new(), Vec::new());
    for waiting in &rows {
        let to = recipient_from_columns(waiting.commenter_id, waiting.account_id)?;
        match keys.reseal(&sealing_context(to), &waiting.sealed) {
            Ok(sealed) => {
                ids.push(waiting.id);
                anew.push(sealed);
            }
            Err(_) => done.closed += 1,
        }
    }
    done.anew = sqlx::query!(
        "update outbox set letter = anew.sealed
         from unnest($1::bigint[], $2::bytea[]) as anew (id, sealed) where outbox.id = anew.id",
        &ids,
        &anew,
    )
    .execute(&mut *db)
    .await?
    .rows_affected();
    db.commit().await?;
    Ok(done)
}

/// Hands the letters that wait for one commenter over to another, sealed for them. What does not open is left behind.
pub async fn hand_over(
    db: &mut PgConnection,
    keys: &Keys,
    from: CommenterId,
    to: CommenterId,
) -> sqlx::Result<()> {
    let waiting = sqlx::query!(
        "select id, letter from outbox where commenter_id = $1 for update",
        from.0
    )
    .fetch_all(&mut *db)
    .await?;
    for letter in waiting {
        let Ok(words) = keys.open(&sealing_context(from.into()), &letter.letter) else {
            continue;
        };
        sqlx::query!(
            "update outbox set commenter_id = $2, letter = $3 where id = $1",
            letter.id,
            to.0,
            keys.seal(&sealing_context(to.into()), &words),
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}
