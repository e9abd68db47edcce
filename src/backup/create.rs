//! Making of a backup.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::process::Stdio;

use anyhow::Context;
use sqlx::{Connection, PgConnection};
use tokio::task::block_in_place;

use super::archive::{BackupWriter, DATABASE_PART};
use super::manifest::{BackupManifest, FORMAT_VERSION};
use super::progress::ByteProgress;
use super::{media_files, store};
use crate::audit_log;
use crate::clock::Ts;
use crate::crypto::{KeyRing, encode_hex};
use crate::db::client_program::{ClientProgram, DUMP_OPTIONS};
use crate::db::store::list_applied_migrations;

/// Source of a backup.
pub struct BackupSource<'a> {
    pub database_url: &'a str,
    pub keys: &'a KeyRing,
    pub media_dir: &'a Path,
    pub title: &'a str,
    pub now: Ts,
}

/// Writes a backup of the site into a new file, while the site may go on serving. The database is that of one moment; media
/// files are copied after it, so that every picture of an article is there.
pub async fn create_backup(
    db: &mut PgConnection,
    source: &BackupSource<'_>,
    file: File,
) -> anyhow::Result<BackupManifest> {
    let mut snapshot = db.begin().await?;
    let snapshot_name = store::begin_snapshot(&mut snapshot).await?;
    let counts = store::count_content(&mut snapshot).await?;
    let applied = list_applied_migrations(&mut snapshot).await?;
    let schema = applied.iter().map(|(version, _)| *version).max();
    let schema = schema.context("the database has no tables of Broadsheet")?;
    let log_end = audit_log::store::chain::find_end(&mut snapshot).await?;
    let major = store::find_major_version(&mut snapshot).await?;
    let manifest = BackupManifest {
        format: FORMAT_VERSION,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        schema,
        created_at: source.now.rfc3339(),
        title: source.title.to_owned(),
        key_id: encode_hex(&source.keys.active_id()),
        log_end: log_end.map(|(position, hash)| format!("{position}:{}", encode_hex(&hash))),
        articles: counts.articles,
        comments: counts.comments,
        parts: Vec::new(),
    };
    let pg_dump = ClientProgram::find("pg_dump", major, source.database_url)?;
    let manifest =
        block_in_place(|| write_parts(source, &pg_dump, &snapshot_name, manifest, file))?;
    // Nothing was written; this ends the snapshot.
    snapshot.rollback().await?;
    Ok(manifest)
}

fn write_parts(
    source: &BackupSource<'_>,
    pg_dump: &ClientProgram,
    snapshot_name: &str,
    manifest: BackupManifest,
    file: File,
) -> anyhow::Result<BackupManifest> {
    let progress = ByteProgress::start("Writing");
    let mut writer = BackupWriter::new(file);
    let mut dump = pg_dump
        .command()
        .args(DUMP_OPTIONS)
        .args([
            "--format=custom",
            "--no-unlogged-table-data",
            "--snapshot",
            snapshot_name,
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("pg_dump cannot be started")?;
    let output = dump.stdout.take().context("pg_dump has no output")?;
    writer.add_part(DATABASE_PART, output, &progress)?;
    pg_dump.wait(dump)?;
    for path in media_files::list(source.media_dir)? {
        let full = source.media_dir.join(&path);
        let media =
            File::open(&full).with_context(|| format!("{} cannot be read", full.display()))?;
        let name = media_files::part_name(&path)?;
        writer.add_part(&name, BufReader::new(media), &progress)?;
    }
    let manifest = writer.finish(manifest, source.keys)?;
    progress.finish();
    Ok(manifest)
}

/// Opens the file that a backup is written to before it is renamed. Only its owner may read it. Replaces the leftover of an
/// interrupted backup.
pub fn create_file(path: &Path) -> anyhow::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let context = || format!("{} cannot be written", path.display());
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(error).with_context(context);
        }
        _ => {}
    }
    let mut options = File::options();
    options.write(true).create_new(true).mode(0o600);
    options.open(path).with_context(context)
}
