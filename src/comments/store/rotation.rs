//! SQL for key rotation: encrypts the IP networks of comments again with the active secret key.

use sqlx::PgConnection;

use crate::comments::{NETWORK_ROW, hash_network};
use crate::crypto::rotation::{BATCH_ROWS, SealedRow};
use crate::crypto::{DecryptError, KeyRing};

/// The encrypted IP network of a comment.
pub struct SealedNetworkRow {
    id: i64,
    sealed: Vec<u8>,
    /// Keyed hash (blind index) of the network.
    hash: Option<Vec<u8>>,
}

impl SealedRow for SealedNetworkRow {
    async fn select_batch(
        db: &mut PgConnection,
        active_key: &[u8],
        after: i64,
    ) -> sqlx::Result<Vec<Self>> {
        sqlx::query_as!(
            Self,
            r#"select id as "id: i64", network_sealed as "sealed!", network_hash as hash from comments
               where id > $1 and substring(network_sealed from 2 for 8) <> $2
               order by id limit $3 for no key update skip locked"#,
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
        let opened = keys.open(NETWORK_ROW, &self.sealed)?;
        let text = std::str::from_utf8(&opened).map_err(|_| DecryptError)?;
        let ip = text.parse().map_err(|_| DecryptError)?;
        self.sealed = keys.seal(NETWORK_ROW, &opened);
        self.hash = Some(hash_network(keys, ip));
        Ok(())
    }

    async fn update_batch(
        db: &mut PgConnection,
        _keys: &KeyRing,
        rows: Vec<Self>,
    ) -> sqlx::Result<u64> {
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let (sealed, hashes): (Vec<Vec<u8>>, Vec<Option<Vec<u8>>>) =
            rows.into_iter().map(|row| (row.sealed, row.hash)).unzip();
        sqlx::query!(
            "update comments set network_sealed = rotated.sealed, network_hash = rotated.hash
             from unnest($1::bigint[], $2::bytea[], $3::bytea[]) as rotated (id, sealed, hash) where comments.id = rotated.id",
            &ids,
            &sealed,
            &hashes as &[Option<Vec<u8>>],
        )
        .execute(db)
        .await?;
        Ok(0)
    }
}
