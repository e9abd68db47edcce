//! The account Postgres runs as. It refuses to run as root, so root steps down.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use nix::unistd::{Gid, Uid, User};

/// An account with a name: `initdb` looks its own up and will not do with a bare number.
#[derive(Clone, Debug)]
pub struct Account {
    pub name: String,
    pub uid: Uid,
    pub gid: Gid,
    /// We are root and become this account for Postgres.
    pub steps_down: bool,
}

impl Account {
    /// Ourselves; or, for root, `postgres` where there is one, else `nobody`.
    pub fn for_new_data() -> anyhow::Result<Self> {
        if !Uid::effective().is_root() {
            return Self::of(Uid::effective(), false);
        }
        for name in ["postgres", "nobody"] {
            if let Ok(Some(user)) = User::from_name(name) {
                return Ok(Self {
                    name: user.name,
                    uid: user.uid,
                    gid: user.gid,
                    steps_down: true,
                });
            }
        }
        bail!(
            "Postgres does not run as root, and this machine has neither an account postgres nor nobody; start as an ordinary user"
        )
    }

    /// Whoever the data belong to.
    pub fn owner_of(folder: &Path) -> anyhow::Result<Self> {
        let owner = Uid::from_raw(fs::metadata(folder)?.uid());
        let ours = Uid::effective();
        if owner.is_root() {
            bail!(
                "{} belongs to root, but Postgres does not run as root; give it to another account with  chown -R postgres {}",
                folder.display(),
                folder.display()
            );
        }
        if !ours.is_root() && owner != ours {
            bail!(
                "{} belongs to another account; start as that account, or as root",
                folder.display()
            );
        }
        Self::of(owner, ours.is_root())
    }

    fn of(uid: Uid, steps_down: bool) -> anyhow::Result<Self> {
        let user = User::from_uid(uid)?.with_context(|| {
            format!(
                "the account number {uid} has no name in the password file, and Postgres needs one"
            )
        })?;
        Ok(Self {
            name: user.name,
            uid,
            gid: user.gid,
            steps_down,
        })
    }

    /// The first folder on the way to `path` that the account may not pass through.
    pub fn closed_ancestor(&self, path: &Path) -> Option<PathBuf> {
        if !self.steps_down {
            return None;
        }
        let mut ancestors: Vec<&Path> = path.ancestors().skip(1).collect();
        ancestors.reverse();
        ancestors
            .into_iter()
            .find(|folder| fs::metadata(folder).is_ok_and(|meta| !self.may_pass(&meta)))
            .map(Path::to_owned)
    }

    fn may_pass(&self, meta: &fs::Metadata) -> bool {
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
