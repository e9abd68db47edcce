//! `backup`, `restore` and `check backup`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::Args;

use crate::backup::{
    BackupManifest, BackupSource, RestoreTarget, check_backup, create_backup, create_file,
    restore_backup,
};
use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::{KeyRing, read_key_file};
use crate::db::embedded;
use crate::privacy_check::group_thousands;
use crate::publication;
use crate::startup::{self, data_dir, media_dir};

#[derive(Args)]
pub struct BackupArgs {
    /// File to write
    file: PathBuf,
    /// Replace the file if there is one
    #[arg(long)]
    force: bool,
}

/// Writes a backup. A server may be running at the same time.
pub async fn backup(config: Config, args: BackupArgs) -> anyhow::Result<()> {
    let file = &args.file;
    ensure!(
        args.force || !file.exists(),
        "{} exists already; name another file, or replace it with --force",
        file.display()
    );
    let keys = startup::load_keys(&config)?;
    let database = startup::open_database(&config).await?;
    let written = write_backup(&config, &keys, &database.pool, file).await;
    database.close().await?;
    let manifest = written?;
    println!("{}", describe(&manifest, file));
    println!(
        "The secret key is not in it: keep a copy of {} in another place.",
        startup::secret_key_path(&config).display()
    );
    Ok(())
}

async fn write_backup(
    config: &Config,
    keys: &KeyRing,
    pool: &sqlx::PgPool,
    file: &Path,
) -> anyhow::Result<BackupManifest> {
    let mut db = pool.acquire().await?.detach();
    let publication = publication::store::find(&mut db)
        .await?
        .context("there is nothing to back up: the site was never started")?;
    startup::activate_key(config, keys, &publication)?;
    let running = embedded::find_running_url(&data_dir(config));
    let url = config.database_url.clone().or(running);
    let url = url.context("the embedded Postgres has not published its URL yet; try again")?;
    let source = BackupSource {
        database_url: &url,
        keys,
        media_dir: &media_dir(config),
        title: &publication.title,
        now: Clock::System.now(),
    };
    // Renamed once complete: nobody may take a part of a backup for a whole one.
    let unfinished = file.with_added_extension("unfinished");
    let written = create_backup(&mut db, &source, create_file(&unfinished)?).await;
    if written.is_err() {
        // The error of the backup is the one to report.
        let _ = fs::remove_file(&unfinished);
    }
    let manifest = written?;
    fs::rename(&unfinished, file)
        .with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(manifest)
}

/// Restores a backup into an empty data folder or an empty database.
pub async fn restore(config: Config, file: &Path) -> anyhow::Result<()> {
    let keys = load_existing_keys(&config)?;
    let target = RestoreTarget {
        database_url: config.database_url.as_deref(),
        data_dir: &data_dir(&config),
        media_dir: &media_dir(&config),
    };
    let manifest = restore_backup(file, &keys, &target).await?;
    println!("Restored {}", describe(&manifest, file));
    Ok(())
}

/// Proves a backup by restoring it into a temporary database.
pub async fn check(config: Config, file: &Path) -> anyhow::Result<()> {
    let keys = load_existing_keys(&config)?;
    let folder = tempfile::Builder::new()
        .prefix("broadsheet-check-")
        .tempdir()
        .context("a temporary folder cannot be created; name another place in TMPDIR")?;
    let manifest = check_backup(file, &keys, folder.path()).await?;
    println!("ok   {}", describe(&manifest, file));
    Ok(())
}

/// Loads the secret key, without which a backup is worth nothing. Unlike other commands, these need no site.
fn load_existing_keys(config: &Config) -> anyhow::Result<KeyRing> {
    let path = startup::secret_key_path(config);
    let file = read_key_file(&path)?;
    let file = file.with_context(|| {
        format!(
            "the secret key {} is missing: put the copy of it in place that belongs to the backup, or name its file in BROADSHEET_SECRET_KEY_FILE",
            path.display()
        )
    })?;
    Ok(file.key_ring())
}

fn describe(manifest: &BackupManifest, file: &Path) -> String {
    let count = |number: i64| group_thousands(number.unsigned_abs());
    let log_end = manifest.log_end.as_deref().unwrap_or("nothing yet");
    format!(
        "{}: \"{}\" at {}, with {} articles, {} comments and {} media files; the audit log ends with {log_end}",
        file.display(),
        manifest.title,
        manifest.created_at,
        count(manifest.articles),
        count(manifest.comments),
        group_thousands(manifest.count_media() as u64),
    )
}
