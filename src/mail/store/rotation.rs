//! SQL for key rotation: encrypts the messages in the outbox again with the active secret key.

use sqlx::PgConnection;

use super::recipient_from_columns;
use crate::crypto::rotation::{BATCH_ROWS, SealedRow};
use crate::crypto::{DecryptError, KeyRing};
use crate::ids::{AccountId, CommenterId};
use crate::mail::outbox::sealing_context;

/// An encrypted message in the outbox.
pub struct SealedEmailRow {
    id: i64,
    context: Vec<u8>,
    sealed: Vec<u8>,
}

impl SealedRow for SealedEmailRow {
    async fn select_batch(
        db: &mut PgConnection,
        active_key: &[u8],
        after: i64,
    ) -> sqlx::Result<Vec<Self>> {
        sqlx::query!(
            r#"select id, commenter_id as "commenter_id: CommenterId", account_id as "account_id: AccountId", message_sealed as "sealed!" from outbox
               where id > $1 and substring(message_sealed from 2 for 8) <> $2
               order by id limit $3 for no key update skip locked"#,
            after,
            active_key,
            BATCH_ROWS,
        )
        .try_map(|row| {
            let to = recipient_from_columns(row.commenter_id, row.account_id)?;
            Ok(Self {
                id: row.id,
                context: sealing_context(to),
                sealed: row.sealed,
            })
        })
        .fetch_all(db)
        .await
    }

    fn id(&self) -> i64 {
        self.id
    }

    fn rotate(&mut self, keys: &KeyRing) -> Result<(), DecryptError> {
        self.sealed = keys.rotate(&self.context, &self.sealed)?;
        Ok(())
    }

    async fn update_batch(
        db: &mut PgConnection,
        _keys: &KeyRing,
        rows: Vec<Self>,
    ) -> sqlx::Result<u64> {
        let (ids, sealed): (Vec<i64>, Vec<Vec<u8>>) =
            rows.into_iter().map(|row| (row.id, row.sealed)).unzip();
        sqlx::query!(
            "update outbox set message_sealed = rotated.sealed
             from unnest($1::bigint[], $2::bytea[]) as rotated (id, sealed) where outbox.id = rotated.id",
            &ids,
            &sealed,
        )
        .execute(db)
        .await?;
        Ok(0)
    }
}

/// Moves the queued messages of one commenter to another. They are encrypted again, because the encryption depends on the
/// recipient.
pub async fn move_to_commenter(
    db: &mut PgConnection,
    keys: &KeyRing,
    from: CommenterId,
    to: CommenterId,
) -> sqlx::Result<()> {
    let emails = sqlx::query!(
        "select id, message_sealed from outbox where commenter_id = $1 for update",
        from.0
    )
    .fetch_all(&mut *db)
    .await?;
    for email in emails {
        // Unreadable for the new recipient as well: it is deleted together with the old commenter.
        let Ok(opened) = keys.open(&sealing_context(from.into()), &email.message_sealed) else {
            continue;
        };
        sqlx::query!(
            "update outbox set commenter_id = $2, message_sealed = $3 where id = $1",
            email.id,
            to.0,
            keys.seal(&sealing_context(to.into()), &opened),
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}
