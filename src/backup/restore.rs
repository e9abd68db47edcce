//! Restoring of a backup, into an empty folder or database, or into a temporary one to prove the backup.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, bail, ensure};
use sqlx::{PgConnection, PgPool};
use tokio::task::block_in_place;

use super::archive::{DATABASE_PART, VerifiedBackup};
use super::manifest::BackupManifest;
use super::progress::ByteProgress;
use super::{media_files, store};
use crate::audit_log::verify::verify_log;
use crate::crypto::KeyRing;
use crate::db::embedded::CommitDurability;
use crate::db::{self, MIGRATOR, client_program::ClientProgram};

/// Place to which a backup is restored.
pub struct RestoreTarget<'a> {
    /// Database to use instead of an embedded Postgres in the data folder.
    pub database_url: Option<&'a str>,
    pub data_dir: &'a Path,
    pub media_dir: &'a Path,
}

/// Restores a backup into an empty folder or database, and verifies the result. Nothing is left behind if it fails.
pub async fn restore_backup(
    file: &Path,
    keys: &KeyRing,
    target: &RestoreTarget<'_>,
) -> anyhow::Result<BackupManifest> {
    let mut backup = open_backup(file, keys)?;
    ensure!(
        is_empty_dir(target.media_dir)?,
        "the media folder {} is not empty; a backup is restored only into an empty one",
        target.media_dir.display()
    );
    let database = db::open_empty(
        target.database_url,
        target.data_dir,
        CommitDurability::Durable,
    )
    .await?;
    let restored = async {
        restore_database(&mut backup, &database.url, &database.pool).await?;
        block_in_place(|| restore_media(&mut backup, target.media_dir))?;
        db::migrate(&database.url).await?;
        // A server may have been running on this database before it was emptied.
        Ok(store::invalidate_pages(&mut *database.pool.acquire().await?).await?)
    };
    let result: anyhow::Result<()> = restored.await;
    database.close().await?;
    result.map(|()| backup.manifest)
}

/// Restores a backup into a temporary Postgres in `folder`, which must be empty, and verifies the result.
pub async fn check_backup(
    file: &Path,
    keys: &KeyRing,
    folder: &Path,
) -> anyhow::Result<BackupManifest> {
    let mut backup = open_backup(file, keys)?;
    let database = db::open_empty(None, folder, CommitDurability::Test).await?;
    let restored = restore_database(&mut backup, &database.url, &database.pool).await;
    database.close().await?;
    restored.map(|()| backup.manifest)
}

fn open_backup(file: &Path, keys: &KeyRing) -> anyhow::Result<VerifiedBackup> {
    let backup = block_in_place(|| {
        let progress = ByteProgress::start("Verifying");
        let backup = VerifiedBackup::open(file, keys, &progress);
        progress.finish();
        backup
    })?;
    let known = MIGRATOR.iter().map(|migration| migration.version).max();
    ensure!(
        Some(backup.manifest.schema) <= known,
        "{} was made by a newer Broadsheet ({}); install that version, or a newer one",
        file.display(),
        backup.manifest.program
    );
    Ok(backup)
}

/// Restores the database in one transaction, and compares it with what the backup says about it.
async fn restore_database(
    backup: &mut VerifiedBackup,
    database_url: &str,
    pool: &PgPool,
) -> anyhow::Result<()> {
    let mut connection = pool.acquire().await?;
    let major = store::find_major_version(&mut connection).await?;
    let pg_restore = ClientProgram::find("pg_restore", major, database_url)?;
    block_in_place(|| run_pg_restore(backup, &pg_restore))?;
    verify_database(&mut connection, &backup.manifest).await
}

fn run_pg_restore(backup: &mut VerifiedBackup, pg_restore: &ClientProgram) -> anyhow::Result<()> {
    let progress = ByteProgress::start("Restoring");
    let part = &backup.manifest.parts;
    progress.begin(part.iter().map(|part| part.bytes).sum());
    let mut child = pg_restore
        .command()
        .args([
            "--no-owner",
            "--no-privileges",
            "--single-transaction",
            "--exit-on-error",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("pg_restore cannot be started")?;
    let mut input = child.stdin.take().context("pg_restore has no input")?;
    let mut dump = backup.read_part(DATABASE_PART)?;
    let copied = io::copy(&mut dump, &mut input).and_then(|_| input.flush());
    drop(input);
    // If pg_restore failed, what it said is the cause.
    pg_restore.wait(child)?;
    copied.context("the dump could not be read")?;
    progress.finish();
    Ok(())
}

/// Fails unless the database has the content that the backup describes, and its audit log is whole and ends as it did.
async fn verify_database(db: &mut PgConnection, manifest: &BackupManifest) -> anyhow::Result<()> {
    let counts = store::count_content(db).await?;
    ensure!(
        (counts.articles, counts.comments) == (manifest.articles, manifest.comments),
        "the restored database has {} articles and {} comments instead of {} and {}",
        counts.articles,
        counts.comments,
        manifest.articles,
        manifest.comments
    );
    let report = verify_log(db, manifest.checkpoint()?.as_ref()).await?;
    if let Some(fault) = report.faults.first() {
        bail!("the audit log of the backup is not whole: {fault}");
    }
    Ok(())
}

fn restore_media(backup: &mut VerifiedBackup, media_dir: &Path) -> anyhow::Result<()> {
    // Renamed once complete, so that a site never starts with half of its pictures.
    let unfinished = media_dir.with_added_extension("unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)
            .with_context(|| format!("{} cannot be removed", unfinished.display()))?;
    }
    let parts = backup.manifest.parts.clone();
    for part in parts.iter().filter(|part| part.name != DATABASE_PART) {
        let content = backup.read_part(&part.name)?;
        media_files::extract(&unfinished, &part.name, content)?;
    }
    if unfinished.exists() {
        let _ = fs::remove_dir(media_dir);
        fs::rename(&unfinished, media_dir)
            .with_context(|| format!("{} cannot be written", media_dir.display()))?;
    }
    Ok(())
}

/// Returns whether a folder is missing or empty.
fn is_empty_dir(folder: &Path) -> anyhow::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", folder.display())),
    }
}
