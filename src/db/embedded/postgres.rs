//! Start, ownership and stop of the embedded Postgres.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use super::binaries::PostgresBinaries;
use super::cluster::{CommitDurability, PostgresCluster};
use super::cluster_files;
use super::data_dir::create_data_dir;
use super::initdb::{create_cluster, remove_unfinished_clusters};
use super::launcher::PostgresLauncher;
use super::os_user::OsUser;
use super::site_database::prepare_site_database;
use super::socket::{SITE_ROLE, SUPERUSER};
use super::supervisor::PostgresSupervisor;

/// Longest wait for another process that is just starting or stopping the embedded Postgres.
const LOCK_TIMEOUT: Duration = Duration::from_secs(3);
const LOCK_RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// Running embedded Postgres that this process owns. Dropping the value stops Postgres.
pub struct EmbeddedPostgres {
    url: String,
    superuser_url: String,
    supervisor: PostgresSupervisor,
    // Held for as long as we own the cluster. The operating system releases it however this process ends.
    _lock: File,
}

/// Reason for which the embedded Postgres was not started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another Broadsheet process runs the Postgres of this data folder.
    #[error("another Broadsheet runs on this data folder")]
    RunsElsewhere,
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

impl EmbeddedPostgres {
    /// Starts the embedded Postgres of this data folder. Creates the cluster if there is none. Blocks until Postgres
    /// accepts connections.
    pub fn start(data: &Path, durability: CommitDurability) -> Result<Self, StartError> {
        create_data_dir(data)
            .with_context(|| format!("the data folder {} cannot be created", data.display()))?;
        let data = data
            .canonicalize()
            .with_context(|| format!("the data folder {} cannot be entered", data.display()))?;
        // First of all: whoever holds the lock may remove what a dead owner left behind.
        let lock = acquire_lock(&data)?;
        remove_unfinished_clusters(&data);
        let cluster = prepare_cluster(&data, durability)?;
        let (url, superuser_url) = (cluster.url(SITE_ROLE), cluster.url(SUPERUSER));
        let socket_dir = cluster.socket_dir.clone();
        let supervisor = PostgresSupervisor::start(cluster)?;
        prepare_site_database(&socket_dir)?;
        Ok(Self {
            url,
            superuser_url,
            supervisor,
            _lock: lock,
        })
    }

    /// Returns the database URL for the site, psql and pg_dump. Its role owns the site's database and nothing else.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the URL of the same database for the superuser of the cluster.
    pub fn superuser_url(&self) -> &str {
        &self.superuser_url
    }

    /// Stops Postgres. Open transactions are rolled back; committed ones are on disk.
    pub fn stop(mut self) {
        self.supervisor.stop();
    }
}

fn acquire_lock(data: &Path) -> Result<File, StartError> {
    let path = data.join("postgres.lock");
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .with_context(|| {
            format!(
                "{} cannot be written; does the data folder belong to another user?",
                path.display()
            )
        })?;
    let deadline = Instant::now() + LOCK_TIMEOUT;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            // Locked and not ready: its owner is starting or stopping, so waiting may be worth it.
            Err(TryLockError::WouldBlock)
                if Instant::now() < deadline
                    && !cluster_files::is_ready(&data.join("postgres")) =>
            {
                sleep(LOCK_RETRY_INTERVAL);
            }
            Err(TryLockError::WouldBlock) => return Err(StartError::RunsElsewhere),
            Err(TryLockError::Error(error)) => return Err(StartError::Other(error.into())),
        }
    }
}

/// Finds the Postgres programs and the operating system user that runs them. Creates the cluster if there is none.
fn prepare_cluster(data: &Path, durability: CommitDurability) -> anyhow::Result<PostgresCluster> {
    let folder = data.join("postgres");
    let major = cluster_files::find_major_version(&folder)?;
    let user = if major.is_some() {
        OsUser::owner_of(&folder)?
    } else {
        OsUser::for_new_data()?
    };
    if let Some(closed) = user.find_closed_ancestor(&folder) {
        bail!(
            "Postgres does not run as root, and the user {} cannot enter {}; name another data folder, such as  BROADSHEET_DATA_DIR=/var/lib/broadsheet",
            user.name,
            closed.display()
        );
    }
    let binaries = PostgresBinaries::find(major)?;
    if let Some(closed) = user.find_closed_ancestor(&binaries.program("postgres")) {
        bail!(
            "Postgres does not run as root, and the user {} cannot enter {}, where its programs are; open it with  chmod a+x {}",
            user.name,
            closed.display(),
            closed.display()
        );
    }
    let launcher = PostgresLauncher { binaries, user };
    if major.is_none() {
        create_cluster(&folder, &launcher, durability)?;
    }
    PostgresCluster::new(data, launcher, durability)
}
