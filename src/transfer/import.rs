//! Runs an import from the first scan of the files to the final report. After the scan, three tasks work at the same
//! time: one reads items, one converts them, and one writes them. Each batch is written in its own transaction.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use sqlx::{Connection, PgConnection, PgPool};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::convert::{ConvertedBatch, Converter};
use super::files::InputFiles;
use super::prepare;
use super::read_pass::{ArticleBatch, read_batches};
use super::report::ImportReport;
use super::source_export::SourceExport;
use super::store;
use super::write::{AuthorRegistry, BatchWriter, CommenterRegistry, TopicRegistry};
use crate::clock::Clock;
use crate::crypto::KeyRing;

pub use super::options::{ImportOptions, ImportProgress};

/// Error of an import that stopped after some batches were written.
#[derive(Debug, thiserror::Error)]
#[error(
    "the import stopped after {imported} articles and pages; they stay imported, and the same command continues from there"
)]
struct ImportInterrupted {
    imported: u64,
}

/// Imports all files and returns the report. Fails if another import is running on the same database.
pub async fn run_import(
    pool: &PgPool,
    keys: &KeyRing,
    clock: &Clock,
    files: InputFiles,
    options: &ImportOptions,
    progress: &dyn ImportProgress,
) -> anyhow::Result<ImportReport> {
    // Detached from the pool: the lock and the settings of these connections must end with them.
    let mut db = pool.acquire().await?.detach();
    let lookups = pool.acquire().await?.detach();
    let imported = import_files(&mut db, lookups, keys, clock, files, options, progress).await;
    // Closing releases the lock at once. An error here changes nothing about the import.
    let _ = db.close().await;
    imported.map_err(|error| {
        // An interrupted import says already how to continue.
        if error.is::<sqlx::Error>() && !error.is::<ImportInterrupted>() {
            error.context(
                "the database failed; what was imported stays, and the same command continues from there",
            )
        } else {
            error
        }
    })
}

async fn import_files(
    db: &mut PgConnection,
    lookups: PgConnection,
    keys: &KeyRing,
    clock: &Clock,
    files: InputFiles,
    options: &ImportOptions,
    progress: &dyn ImportProgress,
) -> anyhow::Result<ImportReport> {
    let dry_run = options.dry_run;
    acquire_import_lock(db).await?;
    let sources = files.describe();
    // Everything that can fail because of the files fails here, before the first article is written.
    let (scan, uploads, files) = prepare::scan(db, keys, files, dry_run).await?;
    prepare::reject_export_of_this_site(db, &scan, &options.base_url).await?;
    let publication = prepare::load_or_create_publication(db, keys, &scan, dry_run).await?;
    // Only now: until here a file could still turn out to be incomplete.
    progress.on_scanned(scan.articles);
    let import_id = prepare::start_run(db, &sources, clock, dry_run, progress).await?;
    // `site_id` is set for each batch.
    let mut writer = BatchWriter {
        keys,
        publication: &publication,
        site_id: 0,
        import_id,
        now: clock.now(),
        authors: AuthorRegistry::new(&publication.title, clock.now(), dry_run),
        topics: TopicRegistry::new(dry_run),
        commenters: CommenterRegistry::default(),
        dry_run: dry_run.then(Default::default),
    };
    let mut report = ImportReport {
        is_dry_run: dry_run,
        ..ImportReport::default()
    };
    let exports =
        prepare::write_headers(db, &mut writer, scan, uploads, options, &mut report).await?;
    let converter = Converter {
        keys: keys.clone(),
        words: publication.translator(),
        exports: Arc::new(exports),
        import_id,
    };
    let exports = Arc::clone(&converter.exports);
    let tasks = (converter, lookups, files);
    import_articles(db, &mut writer, tasks, &mut report, progress).await?;
    if !dry_run {
        finish(db, &exports, import_id, clock).await?;
    }
    for export in exports.iter() {
        export.url_map.copier.add_counts(&mut report);
    }
    Ok(report)
}

/// Longest time to wait for the lock that prevents two imports at the same time. An import that was just killed may still
/// hold it for a moment.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);
const LOCK_RETRY_INTERVAL: Duration = Duration::from_millis(100);

/// Takes the database lock that prevents two imports at the same time. The connection holds it until it closes. A key
/// rotation takes the same lock, because an import encrypts all data with the key that was active when it started.
pub async fn acquire_import_lock(db: &mut PgConnection) -> anyhow::Result<()> {
    store::session::disable_statement_timeout(db).await?;
    let deadline = Instant::now() + LOCK_TIMEOUT;
    // Polled, so that the wait can end: an import that was just killed may hold its lock for a moment.
    while !store::session::try_import_lock(db).await? {
        if Instant::now() > deadline {
            bail!(
                "an import or a key rotation is running on this database; wait until it has ended"
            );
        }
        sleep(LOCK_RETRY_INTERVAL).await;
    }
    Ok(())
}

/// Runs the second pass over the files: reads, converts and writes articles at the same time.
async fn import_articles(
    db: &mut PgConnection,
    writer: &mut BatchWriter<'_>,
    (converter, lookups, files): (Converter, PgConnection, InputFiles),
    report: &mut ImportReport,
    progress: &dyn ImportProgress,
) -> anyhow::Result<()> {
    let exports = Arc::clone(&converter.exports);
    let zone = writer.publication.zone.clone();
    // With room for one batch each, at most a handful of batches is in memory.
    let (read_sender, read) = channel::<ArticleBatch>(1);
    let (converted_sender, converted) = channel::<ConvertedBatch>(1);
    let reading = spawn_blocking({
        let (keys, exports) = (writer.keys.clone(), Arc::clone(&exports));
        move || read_batches(files, &keys, &exports, &zone, &read_sender)
    });
    // On a connection of its own: lookups would otherwise wait for the transaction that is being written.
    let converting = tokio::spawn(convert_batches(converter, lookups, read, converted_sender));
    let written = write_batches(db, writer, &exports, converted, report, progress).await;
    // If a later step fails, the earlier ones stop because their channel is closed. So the error of the last step is the
    // cause.
    let ended = written
        .and(converting.await.context("converting articles")?)
        .and(
            reading
                .await
                .context("reading the files")?
                .map_err(Into::into),
        );
    ended.map_err(|cause| {
        cause.context(ImportInterrupted {
            imported: report.articles.new + report.pages.new + report.imported_before,
        })
    })
}

async fn convert_batches(
    converter: Converter,
    mut lookups: PgConnection,
    mut read: Receiver<ArticleBatch>,
    converted: Sender<ConvertedBatch>,
) -> anyhow::Result<()> {
    while let Some(batch) = read.recv().await {
        let batch = converter.convert(&mut lookups, batch).await?;
        if converted.send(batch).await.is_err() {
            // The writing task stopped, and reports why.
            break;
        }
    }
    Ok(())
}

async fn write_batches(
    db: &mut PgConnection,
    writer: &mut BatchWriter<'_>,
    exports: &[SourceExport],
    mut converted: Receiver<ConvertedBatch>,
    report: &mut ImportReport,
    progress: &dyn ImportProgress,
) -> anyhow::Result<()> {
    while let Some(mut batch) = converted.recv().await {
        writer.site_id = exports[batch.export].site_id;
        let articles_read = batch.articles_read;
        // Counted only after the commit.
        let mut batch_report = std::mem::take(&mut batch.report);
        let mut transaction = db.begin().await?;
        writer
            // An error drops the transaction, so a batch is written as a whole or not at all.
            .write(&mut transaction, batch, &mut batch_report)
            .await?;
        transaction.commit().await?;
        report.add(batch_report);
        progress.on_written(articles_read);
    }
    Ok(())
}

/// Assigns the paths that could only be assigned after all articles were written, and records that the import has
/// finished.
async fn finish(
    db: &mut PgConnection,
    exports: &[SourceExport],
    import_id: i64,
    clock: &Clock,
) -> anyhow::Result<()> {
    let mut db = db.begin().await?;
    for export in exports {
        store::paths::insert_for_uploads(&mut db, export.site_id).await?;
    }
    // Attachment pages exist in WordPress now, old slugs no longer: so they come last.
    store::paths::assign_pending(&mut db).await?;
    store::runs::finish(&mut db, import_id, clock.now()).await?;
    db.commit().await?;
    Ok(())
}
