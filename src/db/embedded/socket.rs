//! Unix socket of the embedded Postgres and the database URL that points to it.

use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::os_user::OsUser;
use crate::crypto::encode_hex;

/// Name of both the only database role and the only database.
pub const ROLE_AND_DATABASE: &str = "broadsheet";
/// Port number that is part of the socket's file name. Nothing listens on a TCP port.
pub const PORT: &str = "5432";

/// Longest `XDG_RUNTIME_DIR` in bytes for which the whole path of the socket fits into the 107 bytes of a socket address.
const MAX_RUNTIME_DIR_BYTES: usize = 60;

/// Returns the database URL of the cluster whose socket is in `socket_dir`.
pub fn format_url(socket_dir: &Path) -> String {
    let host = socket_dir.to_string_lossy();
    format!(
        "postgres://{ROLE_AND_DATABASE}@{}/{ROLE_AND_DATABASE}",
        utf8_percent_encode(&host, NON_ALPHANUMERIC)
    )
}

/// Creates the folder for the socket. Its path is short and outside the data folder, whose path may be too long for a
/// socket. Anyone who can enter the folder can access the database, so only the Postgres user may.
pub fn create_socket_dir(data: &Path, user: &OsUser) -> anyhow::Result<PathBuf> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|folder| {
            // The runtime folder of root is closed to the user who runs Postgres.
            !user.drops_privileges
                && folder.is_dir()
                && folder.as_os_str().len() < MAX_RUNTIME_DIR_BYTES
        });
    // The name depends on the data folder, so that two sites of one user do not share a socket.
    let data_hash = blake3::hash(data.as_os_str().as_encoded_bytes());
    let name = format!(
        "{ROLE_AND_DATABASE}-{}",
        encode_hex(&data_hash.as_bytes()[..6])
    );
    let folder = runtime.unwrap_or_else(|| PathBuf::from("/tmp")).join(name);
    match DirBuilder::new().mode(0o700).create(&folder) {
        Ok(()) if user.drops_privileges => {
            chown(&folder, Some(user.uid.as_raw()), Some(user.gid.as_raw()))?;
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
    let meta = fs::symlink_metadata(&folder)?;
    let is_private = meta.is_dir()
        && meta.uid() == user.uid.as_raw()
        // The lowest six bits are those of the group and of all others.
        && meta.permissions().mode().trailing_zeros() >= 6;
    ensure!(
        is_private,
        "the socket folder {} belongs to another user or is open to others; remove it",
        folder.display()
    );
    Ok(folder)
}
