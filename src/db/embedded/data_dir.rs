//! Questions about a data folder that are answered without starting Postgres.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nix::unistd::Uid;

use super::binaries::PostgresBinaries;
use super::os_user::OsUser;
use super::{cluster_files, socket};

/// Returns the URL of the embedded Postgres that another process runs in this data folder, if one does.
pub fn find_running_url(data: &Path) -> Option<String> {
    let data = data.canonicalize().ok()?;
    let folder = data.join("postgres");
    if !cluster_files::is_ready(&folder) {
        return None;
    }
    let socket = cluster_files::find_socket_dir(&folder)?;
    Some(socket::format_url(&socket))
}

/// Returns whether an embedded Postgres has been created in this data folder.
pub fn has_data(data: &Path) -> bool {
    data.join("postgres/PG_VERSION").exists()
}

/// Returns the data folder to use when none is named: `./data`, or `/var/lib/broadsheet` where Postgres must run as
/// another user than ours who cannot enter `./data`.
pub fn default_data_dir() -> PathBuf {
    let relative = PathBuf::from("data");
    let absolute = std::path::absolute(&relative).unwrap_or_else(|_| relative.clone());
    match OsUser::for_new_data() {
        Ok(user) if user.find_closed_ancestor(&absolute).is_some() => {
            PathBuf::from("/var/lib/broadsheet")
        }
        _ => relative,
    }
}

/// Describes the Postgres that would be started in this data folder, for people.
pub fn describe_binaries(data: &Path) -> anyhow::Result<String> {
    let major = cluster_files::find_major_version(&data.join("postgres"))?;
    let binaries = PostgresBinaries::find(major)?;
    Ok(format!("Postgres {} found", binaries.major))
}

/// Creates the data folder, unless it exists.
pub fn create_data_dir(data: &Path) -> io::Result<()> {
    if data.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(data)?;
    // As root we run Postgres as another user, who must be able to pass through the folder whatever our umask is. The
    // files in it are closed one by one.
    if Uid::effective().is_root() {
        fs::set_permissions(data, Permissions::from_mode(0o755))?;
    }
    Ok(())
}
