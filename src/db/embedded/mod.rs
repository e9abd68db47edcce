//! A Postgres of our own, for those who bring none: durable, on a unix socket only, owned by one process at a time, gone
//! when its owner is gone.
//!
//! Everything lies in the data folder: `postgres/` is the cluster, `postgres.log` what it says, `postgres.lock` who owns it.

mod account;
mod binaries;
mod cluster;
mod heir;
mod processes;
mod supervisor;

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use nix::unistd::Uid;

use account::Account;
use binaries::Binaries;
use cluster::Cluster;
use supervisor::Supervisor;

pub use binaries::client_program;
pub use heir::Heir;

/// How carefully the cluster writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// What was committed survives a power cut.
    Durable,
    /// For tests: no waiting for the disk.
    Test,
}

/// A running Postgres of our own. Dropping it stops it.
pub struct Private {
    url: String,
    supervisor: Supervisor,
    // Held as long as we own the cluster; the operating system lets go of it however we end.
    _lock: File,
}

/// Why a private Postgres does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another process of ours owns this data folder.
    #[error("another Broadsheet runs on this data folder")]
    RunsElsewhere,
    /// Anything else.
    #[error(transparent)]
    Other(#[from] anyhow::Error),
}

/// How long we wait for a process that is just starting or stopping the cluster.
const LOCK_PATIENCE: Duration = Duration::from_secs(3);

impl Private {
    /// Starts the Postgres whose data lies in `data`, making it at the first start. Blocks until it answers.
    pub fn start(data: &Path, durability: Durability) -> Result<Self, StartError> {
        make_folder(data)
            .with_context(|| format!("the data folder {} cannot be made", data.display()))?;
        let data = data
            .canonicalize()
            .with_context(|| format!("the data folder {} cannot be entered", data.display()))?;
        let lock = lock(&data)?;
        let cluster = prepare(&data, durability)?;
        let url = cluster.url();
        let supervisor = Supervisor::start(cluster)?;
        Ok(Self {
            url,
            supervisor,
            _lock: lock,
        })
    }

    /// Its address, as sqlx, psql and pg_dump take it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The process id of its first process, while it runs.
    pub fn pid(&self) -> Option<i32> {
        self.supervisor.pid()
    }

    /// Stops it: open transactions are rolled back, everything committed is on disk.
    pub fn stop(mut self) {
        self.supervisor.stop();
    }
}

/// The address of the private Postgres that another process of ours runs on `data`, if one does.
pub fn url_of_running(data: &Path) -> Option<String> {
    let data = data.canonicalize().ok()?;
    let folder = data.join("postgres");
    if !cluster::is_ready(&folder) {
        return None;
    }
    let socket = cluster::socket_folder_in_use(&folder)?;
    Some(cluster::url_for(&socket.to_string_lossy()))
}

/// Whether a private Postgres has been made in `data`.
pub fn has_data(data: &Path) -> bool {
    data.join("postgres/PG_VERSION").exists()
}

/// The data folder when none is named: `./data`; but where Postgres must run as another account than ours and could not
/// enter that, `/var/lib/broadsheet`.
pub fn default_data_folder() -> PathBuf {
    let here = PathBuf::from("data");
    let absolute = std::path::absolute(&here).unwrap_or_else(|_| here.clone());
    match Account::for_new_data() {
        Ok(account) if account.closed_ancestor(&absolute).is_some() => {
            PathBuf::from("/var/lib/broadsheet")
        }
        _ => here,
    }
}

/// Which Postgres would be started for `data`, in words.
pub fn found_binaries(data: &Path) -> anyhow::Result<String> {
    let binaries = Binaries::find(cluster::major_of(&data.join("postgres"))?)?;
    Ok(format!("Postgres {} found", binaries.major))
}

/// Makes the data folder. Where Postgres runs as another account than ours, that one may pass through it, whatever
/// umask we were started with; what lies in it is closed one by one.
pub fn make_folder(data: &Path) -> io::Result<()> {
    if data.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(data)?;
    if Uid::effective().is_root() {
        fs::set_permissions(data, Permissions::from_mode(0o755))?;
    }
    Ok(())
}

fn lock(data: &Path) -> Result<File, StartError> {
    let path = data.join("postgres.lock");
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .with_context(|| {
            format!(
                "{} cannot be written; does the data folder belong to another account?",
                path.display()
            )
        })?;
    let deadline = Instant::now() + LOCK_PATIENCE;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock)
                if Instant::now() < deadline && !cluster::is_ready(&data.join("postgres")) =>
            {
                sleep(Duration::from_millis(50));
            }
            Err(TryLockError::WouldBlock) => return Err(StartError::RunsElsewhere),
            Err(TryLockError::Error(error)) => return Err(StartError::Other(error.into())),
        }
    }
}

/// Finds binaries and account, and makes the cluster if there is none.
fn prepare(data: &Path, durability: Durability) -> anyhow::Result<Cluster> {
    let folder = data.join("postgres");
    let major = cluster::major_of(&folder)?;
    let account = if major.is_some() {
        Account::owner_of(&folder)?
    } else {
        Account::for_new_data()?
    };
    if let Some(closed) = account.closed_ancestor(&folder) {
        bail!(
            "Postgres does not run as root, and the account {} cannot enter {}; name another data folder, such as  BROADSHEET_DATA_DIR=/var/lib/broadsheet",
            account.name,
            closed.display()
        );
    }
    let binaries = Binaries::find(major)?;
    if let Some(closed) = account.closed_ancestor(&binaries.program("postgres")) {
        bail!(
            "Postgres does not run as root, and the account {} cannot enter {}, where its programs are; open it with  chmod a+x {}",
            account.name,
            closed.display(),
            closed.display()
        );
    }
    let cluster = Cluster::new(data, binaries, account, durability)?;
    if major.is_none() {
        cluster.make()?;
    }
    Ok(cluster)
}
