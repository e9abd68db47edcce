//! Data folder of a Broadsheet installation, and what can be found out about it without starting Postgres.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nix::unistd::Uid;

use super::binaries::PostgresBinaries;
use super::os_user::OsUser;
use super::{cluster_files, socket};

/// Returns the URL of the embedded Postgres that another process runs in this data folder, or `None` if none runs.
pub fn find_running_url(data: &Path) -> Option<String> {
    find_url(data, socket::SITE_ROLE)
}

/// Returns the URL of the same database for the superuser of the cluster, who may create and drop databases.
pub fn find_running_superuser_url(data: &Path) -> Option<String> {
    find_url(data, socket::SUPERUSER)
}

fn find_url(data: &Path, role: &str) -> Option<String> {
    let data = data.canonicalize().ok()?;
    let folder = data.join("postgres");
    if !cluster_files::is_ready(&folder) {
        return None;
    }
    let socket = cluster_files::find_socket_dir(&folder)?;
    Some(socket::format_url(&socket, role))
}

/// Returns whether an embedded Postgres has been created in this data folder.
pub fn has_data(data: &Path) -> bool {
    // A folder that we may not enter belongs to another user's site.
    data.join("postgres/PG_VERSION")
        .try_exists()
        .unwrap_or(true)
}

/// Returns the data folder to use if the settings name none. It is `./data`, or `/var/lib/broadsheet` if Postgres must
/// run as another user who cannot enter `./data`.
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

/// Describes, in words for people, the Postgres version that would be started in this data folder.
pub fn describe_binaries(data: &Path) -> anyhow::Result<String> {
    let major = cluster_files::find_major_version(&data.join("postgres"))?;
    let binaries = PostgresBinaries::find(major)?;
    Ok(format!("Postgres {} found", binaries.major))
}

/// Creates the data folder if it does not exist.
pub fn create_data_dir(data: &Path) -> io::Result<()> {
    // An empty folder may be left by a start that was interrupted before it set the permissions.
    if fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_some()) {
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
