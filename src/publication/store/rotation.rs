//! SQL for key rotation: encrypts the spam checker's API key again with the active secret key.

use sqlx::PgConnection;

use super::CHECKER_KEY_ROW;
use crate::crypto::rotation::SealedRow;
use crate::crypto::{DecryptError, KeyRing};

/// The encrypted API key of the spam checker, from the only row of `settings`.
pub struct SealedCheckerKey(Vec<u8>);

/// Id used for the only row of `settings`, because key rotation needs an id for each row.
const SETTINGS_ROW_ID: i64 = 1;

impl SealedRow for SealedCheckerKey {
    async fn select_batch(
        db: &mut PgConnection,
        active_key: &[u8],
        after: i64,
    ) -> sqlx::Result<Vec<Self>> {
        if after >= SETTINGS_ROW_ID {
            return Ok(Vec::new());
        }
        // Locked, because an admin may be saving another API key just now.
        let sealed = sqlx::query_scalar!(
            r#"select akismet_key as "sealed!" from settings where substring(akismet_key from 2 for 8) <> $1
               for no key update skip locked"#,
            active_key,
        )
        .fetch_optional(db)
        .await?;
        Ok(sealed.map(Self).into_iter().collect())
    }

    fn id(&self) -> i64 {
        SETTINGS_ROW_ID
    }

    fn rotate(&mut self, keys: &KeyRing) -> Result<(), DecryptError> {
        self.0 = keys.rotate(CHECKER_KEY_ROW, &self.0)?;
        Ok(())
    }

    async fn update_batch(
        db: &mut PgConnection,
        _keys: &KeyRing,
        rows: Vec<Self>,
    ) -> sqlx::Result<u64> {
        for Self(sealed) in rows {
            sqlx::query!("update settings set akismet_key = $1", sealed)
                .execute(&mut *db)
                .await?;
        }
        Ok(0)
    }
}
