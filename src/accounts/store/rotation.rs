//! SQL for key rotation: encrypts the email addresses of staff again with the active secret key.

use sqlx::PgConnection;

use crate::accounts::staff_email;
use crate::crypto::rotation::{BATCH_ROWS, SealedRow};
use crate::crypto::{DecryptError, KeyRing};
use crate::ids::AccountId;

/// The encrypted email address of an account.
pub struct SealedAccountRow {
    id: AccountId,
    sealed: Vec<u8>,
}

impl SealedRow for SealedAccountRow {
    async fn select_batch(
        db: &mut PgConnection,
        active_key: &[u8],
        after: i64,
    ) -> sqlx::Result<Vec<Self>> {
        // Bytes 2 to 9 of a sealed value are the ID of its key. The weak row lock lets other transactions insert rows
        // that refer to these accounts.
        sqlx::query_as!(
            Self,
            r#"select id as "id: AccountId", email_sealed as "sealed!" from accounts
               where id > $1 and substring(email_sealed from 2 for 8) <> $2
               order by id limit $3 for no key update skip locked"#,
            after,
            active_key,
            BATCH_ROWS,
        )
        .fetch_all(db)
        .await
    }

    fn id(&self) -> i64 {
        self.id.0
    }

    fn rotate(&mut self, keys: &KeyRing) -> Result<(), DecryptError> {
        self.sealed = staff_email::rotate(keys, self.id, &self.sealed)?;
        Ok(())
    }

    async fn update_batch(
        db: &mut PgConnection,
        _keys: &KeyRing,
        rows: Vec<Self>,
    ) -> sqlx::Result<u64> {
        let (ids, sealed): (Vec<i64>, Vec<Vec<u8>>) =
            rows.into_iter().map(|row| (row.id.0, row.sealed)).unzip();
        sqlx::query!(
            "update accounts set email_sealed = rotated.sealed
             from unnest($1::bigint[], $2::bytea[]) as rotated (id, sealed) where accounts.id = rotated.id",
            &ids,
            &sealed,
        )
        .execute(db)
        .await?;
        Ok(0)
    }
}
