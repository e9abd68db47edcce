//! `key`: rotation of the secret key while the site serves requests.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use clap::Subcommand;
use sqlx::{Connection, PgConnection};
use tokio::time::sleep_until;
use zeroize::Zeroizing;

use super::key_rotation::{RotationRun, RotationTotals};
use crate::config::Config;
use crate::crypto::{KeyFile, KeyId, random_bytes, read_key_file};
use crate::transfer::import::acquire_import_lock;
use crate::{db, publication, startup};

#[derive(Subcommand)]
pub enum KeyCommand {
    /// Replace the secret key, and seal everything again with the new one while the site serves
    ///
    /// An interrupted rotation continues when the command is run again. Older keys stay in the key file until --prune.
    Rotate {
        /// Only add a new key to the key file, for the next rotation to use; copy the file to your other servers in between
        #[arg(long, conflicts_with = "prune")]
        stage: bool,
        /// Remove older keys from the key file once nothing is sealed with them; links in emails sent before the rotation stop working
        #[arg(long)]
        prune: bool,
        /// File with the key to rotate to [default: the staged key, or a new one]
        #[arg(long, value_name = "FILE", conflicts_with = "prune")]
        new_key_file: Option<PathBuf>,
    },
}

/// Time after the start of a rotation until no request can write with the old key any more: a request that posts a
/// comment waits up to 10 seconds for the database and then runs for up to 10 more.
const OLD_WRITES_TIMEOUT: Duration = Duration::from_secs(21);

/// Runs a subcommand of `key`. A server may be running at the same time.
pub async fn run(config: Config, command: KeyCommand) -> anyhow::Result<()> {
    let KeyCommand::Rotate {
        stage: only_stage,
        prune,
        new_key_file,
    } = command;
    startup::require_site(&config)?;
    let path = startup::secret_key_path(&config);
    let file = read_key_file(&path)?.with_context(|| {
        format!(
            "the secret key {} is missing; there is nothing to rotate",
            path.display()
        )
    })?;
    let new_key = match &new_key_file {
        Some(named) => Some(
            read_key_file(named)?
                .with_context(|| format!("there is no file {}", named.display()))?,
        ),
        None => None,
    };
    if only_stage {
        return stage(&path, file, new_key.as_ref());
    }
    let database = startup::open_database(&config).await?;
    // A connection outside the pool: the import lock that the rotation takes on it must end with it.
    let mut db = database.pool.acquire().await?.detach();
    let rotation = KeyRotation { config, path, file };
    let result = if prune {
        rotation.prune(&mut db).await
    } else {
        rotation.rotate(&mut db, new_key.as_ref()).await
    };
    // The outcome of the rotation matters more than a connection that does not close cleanly.
    let _ = db.close().await;
    database.close().await?;
    result
}

fn stage(path: &Path, mut file: KeyFile, new: Option<&KeyFile>) -> anyhow::Result<()> {
    if file.staged_id().is_none() {
        match new {
            Some(new) => file.stage_active_of(new),
            None => file.stage(Zeroizing::new(random_bytes())),
        };
        ensure!(
            file.staged_id().is_some(),
            "that key is in {} already",
            path.display()
        );
        file.write(path)?;
    }
    println!(
        "{} holds a staged key that nothing uses yet. Copy the file to every other server, keep a copy of it apart, then run  broadsheet key rotate",
        path.display()
    );
    Ok(())
}

/// Rotation of the secret key in a key file.
struct KeyRotation {
    config: Config,
    path: PathBuf,
    file: KeyFile,
}

impl KeyRotation {
    async fn rotate(mut self, db: &mut PgConnection, new: Option<&KeyFile>) -> anyhow::Result<()> {
        // An import seals values as well, with the key that it found at its start.
        acquire_import_lock(db).await?;
        let current = self.find_current(db).await?;
        let target = self.choose_target(current, new);
        let before = self.file.text();
        self.file.activate(target);
        // The file first and the database second: whenever this is interrupted, servers find both keys in the file.
        if *self.file.text() != *before {
            self.file.write(&self.path)?;
        }
        if target != current {
            publication::store::set_key_id(db, &target).await?;
            eprintln!(
                "The new key is in {} and in use; running servers notice it by themselves. Keep a copy of the file.",
                self.path.display()
            );
        }
        let started_at = Instant::now();
        let mut run = RotationRun::new(self.file.key_ring());
        run.rotate_everything(db).await?;
        if target != current || run.totals().sum().rotated > 0 {
            let old_writes_end = started_at + OLD_WRITES_TIMEOUT;
            let left = old_writes_end.saturating_duration_since(Instant::now());
            eprintln!(
                "Waiting {} seconds for replies that began before the rotation.",
                left.as_secs()
            );
            sleep_until(old_writes_end.into()).await;
            run.rotate_everything(db).await?;
        }
        self.report(run.totals());
        Ok(())
    }

    /// Returns the id of the key with which the values in the database are encrypted now.
    async fn find_current(&self, db: &mut PgConnection) -> anyhow::Result<KeyId> {
        let publication = publication::store::find(db).await?.context(
            "nothing has been served from this database yet, so nothing is sealed in it",
        )?;
        startup::activate_key(&self.config, &self.file.key_ring(), &publication)?;
        let id = publication.key_id.first_chunk().copied();
        id.context(
            "the key id in the database is too short; restore the settings table from a backup",
        )
    }

    /// Returns the id of the key to rotate to: the given one, the staged one, or a new one. After an interrupted rotation
    /// it is the key that the interrupted rotation had made active.
    fn choose_target(&mut self, current: KeyId, new: Option<&KeyFile>) -> KeyId {
        if let Some(new) = new {
            return self.file.stage_active_of(new);
        }
        match self.file.staged_id() {
            Some(staged) => staged,
            // Interrupted after the file was written and before the database was.
            None if self.file.active_id() != current => self.file.active_id(),
            // Older keys mean that a rotation may not have finished; one that has leaves nothing to do.
            None if !self.file.older_ids().is_empty() => current,
            None => self.file.stage(Zeroizing::new(random_bytes())),
        }
    }

    async fn prune(mut self, db: &mut PgConnection) -> anyhow::Result<()> {
        let current = self.find_current(db).await?;
        ensure!(
            self.file.active_id() == current,
            "a rotation was interrupted; run  broadsheet key rotate  first"
        );
        let older = self.file.older_ids();
        if older.is_empty() {
            println!("There is no older key in {}.", self.path.display());
            return Ok(());
        }
        let remaining = db::store::count_sealed_with(db, &older).await?;
        ensure!(
            remaining == 0,
            "{remaining} values are still sealed with an older key; run  broadsheet key rotate  first"
        );
        self.file.remove_older();
        self.file.write(&self.path)?;
        println!(
            "Removed the older keys from {}. Links in emails sent before the rotation no longer work. Copy the file to your other servers; a running server forgets the older keys at its next start.",
            self.path.display()
        );
        Ok(())
    }

    fn report(&self, totals: &RotationTotals) {
        let sum = totals.sum();
        if sum.rotated > 0 {
            println!("Rotated {totals}.");
        } else {
            println!("There is nothing left to rotate.");
        }
        if sum.merged > 0 {
            println!(
                "Merged {} commenters that were in the database twice.",
                sum.merged
            );
        }
        if sum.undecryptable > 0 {
            println!(
                "{} values open with no key of the file and were left as they are.",
                sum.undecryptable
            );
        }
        if !self.file.older_ids().is_empty() {
            println!(
                "The older key stays in {}, so that links in emails sent before go on working. To remove it, run  broadsheet key rotate --prune",
                self.path.display()
            );
        }
    }
}
