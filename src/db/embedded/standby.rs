//! Standby for an embedded Postgres that another process owns. It takes Postgres over when that process exits.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, sleep};
use std::time::Duration;

use super::{CommitDurability, EmbeddedPostgres, StartError};

/// Interval between checks whether the process that owns Postgres has exited. Readers wait for this time and the start of
/// Postgres.
const POLL_INTERVAL: Duration = Duration::from_millis(250);
/// Time between two attempts to start Postgres if it does not start.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// Background thread that waits to take over the embedded Postgres from the process that owns it.
pub struct Standby(Arc<Mutex<Takeover>>);

enum Takeover {
    Waiting,
    Owned(EmbeddedPostgres),
    Cancelled,
}

impl Standby {
    /// Starts waiting in the background. After a takeover it calls `on_takeover` with the database URL, which may have
    /// changed.
    pub fn start(
        data: PathBuf,
        durability: CommitDurability,
        on_takeover: impl FnOnce(&str) + Send + 'static,
    ) -> Self {
        let takeover = Arc::new(Mutex::new(Takeover::Waiting));
        let shared = takeover.clone();
        thread::spawn(move || run(&shared, &data, durability, on_takeover));
        Self(takeover)
    }

    /// Stops waiting. If Postgres has been taken over, stops it.
    pub fn stop(self) {
        let takeover = std::mem::replace(&mut *lock(&self.0), Takeover::Cancelled);
        if let Takeover::Owned(postgres) = takeover {
            postgres.stop();
        }
    }
}

fn lock(takeover: &Mutex<Takeover>) -> MutexGuard<'_, Takeover> {
    takeover.lock().expect("the lock is not poisoned")
}

fn run(
    takeover: &Mutex<Takeover>,
    data: &Path,
    durability: CommitDurability,
    on_takeover: impl FnOnce(&str),
) {
    while !matches!(*lock(takeover), Takeover::Cancelled) {
        match EmbeddedPostgres::start(data, durability) {
            Ok(postgres) => {
                // Locked until the end, so that `stop` either prevents the takeover or finds a Postgres to stop.
                let mut takeover = lock(takeover);
                // Cancelled while Postgres was starting: dropping it stops it.
                if matches!(*takeover, Takeover::Waiting) {
                    on_takeover(postgres.url());
                    *takeover = Takeover::Owned(postgres);
                    tracing::info!("took over the embedded Postgres of a server that exited");
                }
                return;
            }
            Err(StartError::RunsElsewhere) => sleep(POLL_INTERVAL),
            Err(StartError::Other(error)) => {
                tracing::error!(
                    "the embedded Postgres cannot be taken over; trying again in {} s: {error:#}",
                    RETRY_INTERVAL.as_secs()
                );
                sleep(RETRY_INTERVAL);
            }
        }
    }
}
