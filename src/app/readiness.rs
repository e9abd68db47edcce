//! Result of the latest readiness check, shared by all requests, so that a stranger's requests cost the database little.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

/// Time for which a result answers all requests.
const RESULT_LIFETIME: Duration = Duration::from_secs(1);

/// Reason for which a server is not ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadinessProblem {
    #[error("the database is away")]
    DatabaseAway,
    #[error("the database is read-only")]
    ReadOnlyDatabase,
    #[error("the database has the tables of an older version")]
    OlderSchema,
    #[error("the database has the tables of a newer version")]
    NewerSchema,
    #[error("the database has no tables of this program")]
    ForeignSchema,
    #[error("the database is encrypted with another secret key")]
    WrongKey,
    #[error("the file of the secret key is missing or does not hold the key in use")]
    LostKey,
    #[error("the disk of the data folder is full")]
    FullDisk,
}

/// Latest result of the readiness check.
#[derive(Default)]
pub struct LatestReadiness(Mutex<Option<(Instant, Result<(), ReadinessProblem>)>>);

impl LatestReadiness {
    /// Returns the latest result, or that of `check` if there is none from the last second. Requests that come during a
    /// check wait for its result. A change is logged.
    pub async fn get_or_check(
        &self,
        check: impl Future<Output = Result<(), ReadinessProblem>>,
    ) -> Result<(), ReadinessProblem> {
        let mut latest = self.0.lock().await;
        if let Some((at, result)) = *latest
            && at.elapsed() < RESULT_LIFETIME
        {
            return result;
        }
        let result = check.await;
        let before = latest.map_or(Ok(()), |(_, before)| before);
        match result {
            Err(problem) if before != result => {
                tracing::warn!(why = %problem, "the readiness check failed; it is repeated as long as it is requested");
            }
            Ok(()) if before != result => tracing::info!("ready again"),
            _ => {}
        }
        *latest = Some((Instant::now(), result));
        result
    }
}
