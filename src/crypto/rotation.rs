//! Key rotation: encryption of all stored values again with the active key. The store of each feature reads, encrypts and
//! writes its rows. Batches, transactions and retries are handled here.

use std::ops::AddAssign;
use std::time::Duration;

use anyhow::{Context, bail};
use sqlx::{Connection, PgConnection};
use tokio::time::sleep;

use super::derived_keys::DecryptError;
use super::key_ring::KeyRing;

/// Number of rows encrypted again in one transaction: few enough that no request waits long for their locks.
pub const BATCH_ROWS: i64 = 500;
/// Largest number of attempts at a batch that conflicts with comments being posted.
const BATCH_ATTEMPTS: u32 = 20;
pub const RETRY_INTERVAL: Duration = Duration::from_millis(200);

/// SQLSTATE of a transaction that Postgres aborted to resolve a deadlock.
const DEADLOCK_DETECTED: &str = "40P01";

/// Row with an encrypted value, implemented by the store of the feature that owns the table.
pub trait SealedRow: Sized + Send {
    /// Selects and locks up to [`BATCH_ROWS`] rows with an id greater than `after` whose value is not encrypted with the
    /// active key, ordered by id. Rows locked by other transactions are skipped; a later pass over the table finds them.
    fn select_batch(
        db: &mut PgConnection,
        active_key: &[u8],
        after: i64,
    ) -> impl Future<Output = sqlx::Result<Vec<Self>>> + Send;

    fn id(&self) -> i64;

    /// Replaces the row's encrypted value with one that is encrypted with the active key.
    fn rotate(&mut self, keys: &KeyRing) -> Result<(), DecryptError>;

    /// Writes rotated rows, and returns the number of rows that were merged with another row.
    fn update_batch(
        db: &mut PgConnection,
        keys: &KeyRing,
        rows: Vec<Self>,
    ) -> impl Future<Output = sqlx::Result<u64>> + Send;
}

/// Outcome of rotating one batch of rows, or the sum over several batches.
#[derive(Clone, Copy, Debug, Default)]
pub struct RotationBatch {
    /// Id of the last row of the batch; `None` if the batch was empty.
    pub last_id: Option<i64>,
    pub rotated: u64,
    /// Number of rows that were merged with another row after they had been encrypted again.
    pub merged: u64,
    /// Number of rows that no key of the ring can decrypt. They are left unchanged.
    pub undecryptable: u64,
}

impl AddAssign for RotationBatch {
    fn add_assign(&mut self, other: Self) {
        self.last_id = other.last_id.or(self.last_id);
        self.rotated += other.rotated;
        self.merged += other.merged;
        self.undecryptable += other.undecryptable;
    }
}

/// Encrypts the rows of one table again with the active key, except rows locked by other transactions. Calls `on_batch`
/// after each batch.
pub async fn rotate_table<R: SealedRow>(
    db: &mut PgConnection,
    keys: &KeyRing,
    mut on_batch: impl FnMut(&RotationBatch),
) -> anyhow::Result<RotationBatch> {
    let mut total = RotationBatch::default();
    loop {
        let after = total.last_id.unwrap_or_default();
        let batch = rotate_batch_with_retries::<R>(db, keys, after).await?;
        if batch.last_id.is_none() {
            return Ok(total);
        }
        total += batch;
        on_batch(&batch);
    }
}

async fn rotate_batch_with_retries<R: SealedRow>(
    db: &mut PgConnection,
    keys: &KeyRing,
    after: i64,
) -> anyhow::Result<RotationBatch> {
    for _ in 0..BATCH_ATTEMPTS {
        match rotate_batch::<R>(db, keys, after).await {
            Ok(batch) => return Ok(batch),
            Err(error) if is_conflict(&error) => sleep(RETRY_INTERVAL).await,
            Err(error) => {
                return Err(error).context(
                    "the database failed; rotated values stay rotated, and the same command continues from there",
                );
            }
        }
    }
    bail!(
        "other transactions keep writing the same rows; run the same command again at a quieter time"
    )
}

/// Encrypts the next rows of one table, those with an id greater than `after`, again with the active key. Each batch is
/// one transaction.
pub async fn rotate_batch<R: SealedRow>(
    db: &mut PgConnection,
    keys: &KeyRing,
    after: i64,
) -> sqlx::Result<RotationBatch> {
    let mut transaction = db.begin().await?;
    let mut rows = R::select_batch(&mut transaction, &keys.active_id(), after).await?;
    // Undecryptable rows included, or the next batch would select them again.
    let last_id = rows.last().map(R::id);
    let selected = rows.len();
    // A value that opens with no key stays as it is and is counted below: it must not stop the others.
    rows.retain_mut(|row| row.rotate(keys).is_ok());
    let rotated = rows.len();
    let merged = R::update_batch(&mut transaction, keys, rows).await?;
    transaction.commit().await?;
    Ok(RotationBatch {
        last_id,
        rotated: rotated as u64,
        merged,
        undecryptable: (selected - rotated) as u64,
    })
}

/// Returns whether the error is a conflict with a comment posted at the same time, so that the batch can be tried again.
fn is_conflict(error: &sqlx::Error) -> bool {
    // A unique violation means that a reply has just created the same commenter under the new key.
    error.as_database_error().is_some_and(|error| {
        error.is_unique_violation() || error.code().is_some_and(|code| code == DEADLOCK_DETECTED)
    })
}
