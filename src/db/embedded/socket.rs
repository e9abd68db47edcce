//! Unix socket of the embedded Postgres: the folder that it is in, and the database URL that points to it.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::os_user::OsUser;
use crate::crypto::encode_hex;

/// Role as which the site runs, and the name of its database, which is all that the role owns.
pub const SITE_ROLE: &str = "broadsheet";
/// Role that owns the cluster. It is used at starts, upgrades and for copies of the database.
pub const SUPERUSER: &str = "postgres";
/// Port number that is part of the socket's file name. Nothing listens on a TCP port.
pub const PORT: &str = "5432";

/// Longest path of a socket in bytes: the size of `sun_path` without the final zero byte (unix(7)).
const MAX_SOCKET_PATH_BYTES: usize = 107;
/// Name of the folder for the socket in the data folder.
const FOLDER_IN_DATA: &str = "socket";
/// Name of the socket with which is tried out whether a folder can hold one.
const PROBE: &str = "probe";

/// Returns the URL of the site's database for a role. The socket of the cluster is in `socket_dir`.
pub fn format_url(socket_dir: &Path, role: &str) -> String {
    let host = socket_dir.to_string_lossy();
    format!(
        "postgres://{role}@{}/{SITE_ROLE}",
        utf8_percent_encode(&host, NON_ALPHANUMERIC)
    )
}

/// Creates the folder for the socket in the first place that can be used. Anyone who can enter the folder can access the
/// database, so only the Postgres user may.
pub fn create_socket_dir(data: &Path, user: &OsUser) -> anyhow::Result<PathBuf> {
    let mut result = Err(anyhow::anyhow!(
        "there is no folder for the socket of Postgres; name one in RUNTIME_DIRECTORY"
    ));
    for folder in list_socket_dirs(data, user.uid.as_raw(), |name| env::var_os(name)) {
        let is_usable = socket_path(&folder).as_os_str().len() <= MAX_SOCKET_PATH_BYTES
            && folder.parent().is_some_and(Path::is_dir)
            && user.find_closed_ancestor(&folder).is_none();
        if !is_usable {
            continue;
        }
        result = create_private_dir(&folder, user).map(|()| folder);
        if result.is_ok() {
            break;
        }
    }
    result
}

/// Removes the socket folders that earlier starts have left, except `current`. The caller must hold the lock on the data
/// folder.
pub fn remove_stale_socket_dirs(data: &Path, user: &OsUser, current: &Path) {
    for folder in list_socket_dirs(data, user.uid.as_raw(), |name| env::var_os(name)) {
        // The name in /tmp may be a link, or a folder of another user.
        let is_ours = fs::symlink_metadata(&folder)
            .is_ok_and(|meta| meta.is_dir() && meta.uid() == user.uid.as_raw());
        if is_ours && folder != current {
            remove_socket_dir(&folder);
        }
    }
}

/// Removes a socket folder with the files of a Postgres that has ended.
pub fn remove_socket_dir(folder: &Path) {
    let socket = socket_path(folder);
    // A clean stop has removed the files already.
    let _ = fs::remove_file(socket.with_added_extension("lock"));
    let _ = fs::remove_file(folder.join(PROBE));
    let _ = fs::remove_file(socket);
    if let Err(error) = fs::remove_dir(folder)
        && error.kind() != ErrorKind::NotFound
    {
        tracing::debug!(%error, "a socket folder stays; the next start uses it or tries again");
    }
}

/// Returns the path of the socket in its folder.
pub fn socket_path(folder: &Path) -> PathBuf {
    folder.join(format!(".s.PGSQL.{PORT}"))
}

/// Lists the places for the socket, best first. `/tmp` is the last: a service with a private one hides its socket there
/// from commands that are run outside.
fn list_socket_dirs(
    data: &Path,
    uid: u32,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Vec<PathBuf> {
    // The name depends on the data folder, so that two sites of one user do not share a socket.
    let data_hash = blake3::hash(data.as_os_str().as_encoded_bytes());
    let name = format!("broadsheet-{}", encode_hex(&data_hash.as_bytes()[..6]));
    let named = |variable: Option<OsString>| {
        // systemd separates several folders by colons.
        let first = variable?
            .as_bytes()
            .split(|byte| *byte == b':')
            .next()?
            .to_vec();
        let folder = PathBuf::from(OsStr::from_bytes(&first));
        folder.is_absolute().then(|| folder.join(&name))
    };
    [
        named(variable("RUNTIME_DIRECTORY")),
        Some(data.join(FOLDER_IN_DATA)),
        named(variable("XDG_RUNTIME_DIR")),
        named(Some(format!("/run/user/{uid}").into())),
        named(Some("/tmp".into())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn create_private_dir(folder: &Path, user: &OsUser) -> anyhow::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) if user.drops_privileges => {
            chown(folder, Some(user.uid.as_raw()), Some(user.gid.as_raw()))?;
        }
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => {
            return Err(error).with_context(|| {
                format!("the socket folder {} cannot be created", folder.display())
            });
        }
    }
    // Anyone may have created that name in /tmp before us. No link is followed.
    let meta = fs::symlink_metadata(folder)?;
    let is_private = meta.is_dir()
        && meta.uid() == user.uid.as_raw()
        // The lowest six bits are those of the group and of all others.
        && meta.permissions().mode().trailing_zeros() >= 6;
    ensure!(
        is_private,
        "the socket folder {} belongs to another user or is open to others; remove it",
        folder.display()
    );
    // Some shared file systems of containers and virtual machines hold files but no sockets.
    let probe = folder.join(PROBE);
    // An interrupted start may have left it.
    let _ = fs::remove_file(&probe);
    UnixListener::bind(&probe)
        .with_context(|| format!("there can be no socket in {}", folder.display()))?;
    fs::remove_file(&probe)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runtime_folder_of_a_service_comes_first_and_tmp_last() {
        let list = |runtime: Option<&str>, session: Option<&str>| {
            let variable = |name: &str| match name {
                "RUNTIME_DIRECTORY" => runtime.map(OsString::from),
                _ => session.map(OsString::from),
            };
            let found = list_socket_dirs(Path::new("/srv/news"), 1000, variable);
            let short = |path: PathBuf| {
                let text = path.display().to_string();
                let (start, _) = text.split_once("/broadsheet-").unwrap_or((&text, ""));
                start.to_owned()
            };
            found.into_iter().map(short).collect::<Vec<_>>()
        };
        let plain = ["/srv/news/socket", "/run/user/1000", "/tmp"];
        assert_eq!(list(None, None), plain);
        // Not an absolute path: not a folder that systemd or a session has made.
        assert_eq!(list(Some(""), Some("run")), plain);
        assert_eq!(
            list(Some("/run/news:/run/more"), Some("/run/user/7")),
            [
                "/run/news",
                "/srv/news/socket",
                "/run/user/7",
                "/run/user/1000",
                "/tmp"
            ]
        );
    }
}
