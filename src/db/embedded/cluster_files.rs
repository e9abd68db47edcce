//! Files that Postgres keeps in a cluster's folder: the version file and the pid file.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};

/// Line of `postmaster.pid` with the process id, counted from 0 (Postgres's source, `src/include/utils/pidfile.h`).
const PID_LINE: usize = 0;
const SOCKET_DIR_LINE: usize = 4;
const STATUS_LINE: usize = 7;

/// Returns the major Postgres version that created a cluster. If there is no cluster yet, returns `None` and removes the
/// folder if it is empty.
pub fn find_major_version(folder: &Path) -> anyhow::Result<Option<u32>> {
    let path = folder.join("PG_VERSION");
    match fs::read_to_string(&path) {
        Ok(text) => {
            let major = text.trim().split('.').next();
            let major = major.and_then(|major| major.parse().ok());
            let major = major.with_context(|| {
                format!("{} does not name a version of Postgres", path.display())
            })?;
            Ok(Some(major))
        }
        Err(error) if error.kind() == ErrorKind::NotFound && !folder.exists() => Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let is_empty = fs::read_dir(folder)?.next().is_none();
            ensure!(
                is_empty,
                "{} exists but does not hold a Postgres cluster; move it away",
                folder.display()
            );
            fs::remove_dir(folder)?;
            Ok(None)
        }
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

/// Returns whether the pid file says that the cluster accepts connections. The file of a killed Postgres stays and still
/// says so.
pub fn is_ready(folder: &Path) -> bool {
    read_pid_file_line(folder, STATUS_LINE).is_some_and(|line| line.trim() == "ready")
}

/// Returns the process id of the running Postgres server.
pub fn find_pid(folder: &Path) -> Option<i32> {
    read_pid_file_line(folder, PID_LINE)?.trim().parse().ok()
}

/// Returns the folder in which the running cluster has its socket.
pub fn find_socket_dir(folder: &Path) -> Option<PathBuf> {
    read_pid_file_line(folder, SOCKET_DIR_LINE).map(PathBuf::from)
}

fn read_pid_file_line(folder: &Path, line: usize) -> Option<String> {
    let text = fs::read_to_string(folder.join("postmaster.pid")).ok()?;
    text.lines().nth(line).map(str::to_owned)
}
