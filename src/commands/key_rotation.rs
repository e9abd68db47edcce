//! Run of a key rotation: encrypts the values of every table again, until none is left to rotate.

use std::fmt;
use std::time::{Duration, Instant};

use sqlx::PgConnection;
use tokio::time::sleep;

use crate::accounts::store::rotation::SealedAccountRow;
use crate::commenters::store::rotation::SealedCommenterRow;
use crate::comments::store::rotation::SealedNetworkRow;
use crate::crypto::KeyRing;
use crate::crypto::rotation::{RETRY_INTERVAL, RotationBatch, SealedRow, rotate_table};
use crate::db::store::count_sealed_with_other_keys;
use crate::mail::store::rotation::SealedEmailRow;
use crate::publication::store::rotation::SealedCheckerKey;

/// Interval between two lines of progress.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(10);

/// Numbers of values encrypted again so far, by table.
#[derive(Default)]
pub(super) struct RotationTotals {
    commenters: RotationBatch,
    accounts: RotationBatch,
    networks: RotationBatch,
    emails: RotationBatch,
    checker_keys: RotationBatch,
}

impl RotationTotals {
    pub(super) fn sum(&self) -> RotationBatch {
        let mut sum = self.commenters;
        for table in [self.accounts, self.networks, self.emails, self.checker_keys] {
            sum += table;
        }
        sum
    }
}

impl fmt::Display for RotationTotals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} email addresses, {} networks, {} queued emails, {} spam checker keys",
            self.commenters.rotated + self.accounts.rotated,
            self.networks.rotated,
            self.emails.rotated,
            self.checker_keys.rotated
        )
    }
}

/// Rotation of all tables to the active key of a ring.
pub(super) struct RotationRun {
    keys: KeyRing,
    totals: RotationTotals,
    progress: RotationProgress,
}

impl RotationRun {
    pub(super) fn new(keys: KeyRing) -> Self {
        Self {
            keys,
            totals: RotationTotals::default(),
            progress: RotationProgress {
                rotated: 0,
                printed_at: Instant::now(),
            },
        }
    }

    pub(super) fn totals(&self) -> &RotationTotals {
        &self.totals
    }

    /// Repeats the rotation of all tables until the only values left are those that no key of the ring can decrypt.
    pub(super) async fn rotate_everything(&mut self, db: &mut PgConnection) -> anyhow::Result<()> {
        loop {
            let before = self.totals.sum().rotated;
            self.rotate_tables(db).await?;
            let sum = self.totals.sum();
            if sum.rotated > before {
                continue;
            }
            // Nothing was found in a whole round, so the rest is undecryptable or locked by someone.
            let remaining = count_sealed_with_other_keys(db, &self.keys.active_id()).await?;
            if u64::try_from(remaining)? <= sum.undecryptable {
                return Ok(());
            }
            self.progress
                .print(&format!("{remaining} rows are in use; waiting for them"));
            sleep(RETRY_INTERVAL).await;
        }
    }

    async fn rotate_tables(&mut self, db: &mut PgConnection) -> anyhow::Result<()> {
        let Self {
            keys,
            totals,
            progress,
        } = self;
        rotate::<SealedCommenterRow>(db, keys, &mut totals.commenters, progress).await?;
        rotate::<SealedAccountRow>(db, keys, &mut totals.accounts, progress).await?;
        rotate::<SealedNetworkRow>(db, keys, &mut totals.networks, progress).await?;
        rotate::<SealedEmailRow>(db, keys, &mut totals.emails, progress).await?;
        rotate::<SealedCheckerKey>(db, keys, &mut totals.checker_keys, progress).await
    }
}

async fn rotate<R: SealedRow>(
    db: &mut PgConnection,
    keys: &KeyRing,
    total: &mut RotationBatch,
    progress: &mut RotationProgress,
) -> anyhow::Result<()> {
    // Every round meets all undecryptable rows again.
    total.undecryptable = 0;
    *total += rotate_table::<R>(db, keys, |batch| progress.add(batch)).await?;
    Ok(())
}

/// Progress of a long rotation, printed as lines on standard error.
struct RotationProgress {
    rotated: u64,
    printed_at: Instant,
}

impl RotationProgress {
    fn add(&mut self, batch: &RotationBatch) {
        self.rotated += batch.rotated;
        self.print(&format!("{} values rotated", self.rotated));
    }

    fn print(&mut self, line: &str) {
        if self.printed_at.elapsed() >= PROGRESS_INTERVAL {
            self.printed_at = Instant::now();
            eprintln!("{line}");
        }
    }
}
