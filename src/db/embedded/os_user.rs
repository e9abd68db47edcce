//! Operating system user that Postgres runs as. Postgres refuses to run as root, so a root process switches to another
//! user to start it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use nix::unistd::{Gid, Uid, User};

/// Operating system user with a name, which `initdb` looks up.
#[derive(Clone, Debug)]
pub struct OsUser {
    pub name: String,
    pub uid: Uid,
    pub gid: Gid,
    /// Whether this process is root and must switch to this user to run Postgres.
    pub drops_privileges: bool,
}

impl OsUser {
    /// Returns the current user. For root, returns the user `postgres` if it exists, otherwise `nobody`.
    pub fn for_new_data() -> anyhow::Result<Self> {
        if !Uid::effective().is_root() {
            return Self::find(Uid::effective(), false);
        }
        for name in ["postgres", "nobody"] {
            if let Ok(Some(user)) = User::from_name(name) {
                return Ok(Self {
                    name: user.name,
                    uid: user.uid,
                    gid: user.gid,
                    drops_privileges: true,
                });
            }
        }
        bail!(
            "Postgres does not run as root, and this machine has neither a user postgres nor nobody; start as an ordinary user"
        )
    }

    /// Returns the owner of an existing cluster's folder. Fails if Postgres cannot run as that user.
    pub fn owner_of(folder: &Path) -> anyhow::Result<Self> {
        let owner = Uid::from_raw(fs::metadata(folder)?.uid());
        let current = Uid::effective();
        if owner.is_root() {
            bail!(
                "{} belongs to root, but Postgres does not run as root; give it to another user with  chown -R postgres {}",
                folder.display(),
                folder.display()
            );
        }
        if !current.is_root() && owner != current {
            bail!(
                "{} belongs to another user; start as that user, or as root",
                folder.display()
            );
        }
        Self::find(owner, current.is_root())
    }

    fn find(uid: Uid, drops_privileges: bool) -> anyhow::Result<Self> {
        let user = User::from_uid(uid)?.with_context(|| {
            format!("the user id {uid} has no name in /etc/passwd, and Postgres needs one")
        })?;
        Ok(Self {
            name: user.name,
            uid,
            gid: user.gid,
            drops_privileges,
        })
    }

    /// Returns the first folder on the way to `path` that the user may not enter.
    pub fn find_closed_ancestor(&self, path: &Path) -> Option<PathBuf> {
        // Our own access is found out soon enough; only another user's has to be predicted.
        if !self.drops_privileges {
            return None;
        }
        let mut ancestors: Vec<&Path> = path.ancestors().skip(1).collect();
        ancestors.reverse();
        ancestors
            .into_iter()
            .find(|folder| fs::metadata(folder).is_ok_and(|meta| !self.may_enter(&meta)))
            .map(Path::to_owned)
    }

    fn may_enter(&self, meta: &fs::Metadata) -> bool {
        // As in the kernel only one class of permissions applies: what others may do does not help the owner.
        let bit = if meta.uid() == self.uid.as_raw() {
            0o100
        } else if meta.gid() == self.gid.as_raw() {
            0o010
        } else {
            0o001
        };
        meta.mode() & bit != 0
    }
}
