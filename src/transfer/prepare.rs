//! Steps of an import before the first article is written: scan the files, load or create the publication, record the
//! start of the import, and write authors and topics.

use std::collections::HashMap;

use anyhow::{Context, bail};
use sqlx::{Connection, PgConnection};
use tokio::sync::mpsc::channel;
use tokio::task::spawn_blocking;

use super::files::InputFiles;
use super::options::{ImportOptions, ImportProgress};
use super::plan::parse_name;
use super::report::ImportReport;
use super::scan::{ScanResult, ScannedExport, scan_files};
use super::source_export::SourceExport;
use super::source_site::{SourceSite, normalize_site_url};
use super::store;
use super::store::uploads::UploadRecord;
use super::upload_copier::UploadCopier;
use super::url_map::UrlMap;
use super::write::BatchWriter;
use crate::clock::Clock;
use crate::crypto::KeyRing;
use crate::publication::{self, Publication};
use crate::text::{Language, dates};

/// Uploaded files that a dry run keeps in memory, by the URL of their WordPress site.
pub type RememberedUploads = HashMap<String, Vec<UploadRecord>>;

/// Scans all files and stores the uploaded files that they describe. All of this is one transaction, which commits only
/// if every file is complete. A dry run returns the uploaded files instead of storing them.
pub async fn scan(
    db: &mut PgConnection,
    keys: &KeyRing,
    mut files: InputFiles,
    is_dry_run: bool,
) -> anyhow::Result<(ScanResult, RememberedUploads, InputFiles)> {
    // A channel of one batch: the scan waits for the database instead of filling the memory.
    let (sender, mut batches) = channel::<(String, Vec<UploadRecord>)>(1);
    let keys = keys.clone();
    let scanning = spawn_blocking(move || {
        let result = scan_files(&mut files, &keys, |site, uploads| {
            // Fails only if the receiver stopped, which then reports the error of the database.
            let _ = sender.blocking_send((site.to_owned(), uploads));
        });
        (result, files)
    });
    let mut remembered = RememberedUploads::new();
    let mut db = db.begin().await?;
    while let Some((site, uploads)) = batches.recv().await {
        if is_dry_run {
            remembered.entry(site).or_default().extend(uploads);
        } else {
            let site_id = find_or_insert_site(&mut db, &site).await?;
            store::uploads::upsert(&mut db, site_id, &uploads).await?;
        }
    }
    let (result, files) = scanning.await.context("reading the files")?;
    // Returning here rolls the transaction back.
    let result =
        result.context("nothing was imported, because a file cannot be read to its end")?;
    db.commit().await?;
    Ok((result, remembered, files))
}

async fn find_or_insert_site(db: &mut PgConnection, url: &str) -> sqlx::Result<i32> {
    match store::sites::find(db, url).await? {
        Some(id) => Ok(id),
        None => store::sites::insert(db, url).await,
    }
}

/// Returns an error if the files were exported from this very site, because importing them would duplicate its articles.
/// They are accepted if the database is empty, or if it already contains articles that were imported from such an export.
pub async fn reject_export_of_this_site(
    db: &mut PgConnection,
    scan: &ScanResult,
    base_url: &str,
) -> anyhow::Result<()> {
    let own_url = normalize_site_url(base_url);
    // Only Broadsheet's exports have a time zone.
    let is_own = scan
        .exports
        .iter()
        .any(|export| export.site.time_zone.is_some() && export.site_url() == own_url);
    if is_own
        && publication::store::find(db).await?.is_some()
        && !store::sites::has_articles(db, &own_url).await?
    {
        bail!(
            "this export comes from this site, {base_url}, which still has its articles; import it into an empty database instead"
        );
    }
    Ok(())
}

/// Loads the publication, or creates one with the name and settings of the WordPress site. Also makes sure that new
/// articles and comments do not get the IDs that imported ones will keep.
pub async fn load_or_create_publication(
    db: &mut PgConnection,
    keys: &KeyRing,
    scan: &ScanResult,
    is_dry_run: bool,
) -> anyhow::Result<Publication> {
    let mut db = db.begin().await?;
    let publication = match publication::store::find(&mut db).await? {
        Some(publication) if !keys.select_key(&publication.key_id) => {
            bail!(
                "this database is encrypted with another secret key; set BROADSHEET_SECRET_KEY_FILE to the file with the right one"
            )
        }
        Some(publication) => publication,
        None => {
            let publication = make_publication(keys, scan);
            if !is_dry_run {
                publication::store::insert(&mut db, &publication).await?;
            }
            publication
        }
    };
    if !is_dry_run {
        // In the same transaction as the publication, before anything else can draw an ID.
        store::runs::reserve_ids(&mut db, scan.max_article_id, scan.max_comment_id).await?;
    }
    db.commit().await?;
    Ok(publication)
}

fn make_publication(keys: &KeyRing, scan: &ScanResult) -> Publication {
    let mut publication = Publication::new(&keys.active_id());
    let Some(ScannedExport { site, .. }) = scan.exports.first() else {
        return publication;
    };
    let title = parse_name(&site.title);
    if !title.is_empty() {
        publication.title = title;
    }
    publication.tagline = parse_name(&site.description);
    // Only the primary language counts; `uk-UA` is Ukrainian.
    let language = site.language.split(['-', '_']).next().unwrap_or_default();
    publication.language = Language::parse(language).unwrap_or_default();
    if let Some(zone) = site.time_zone.as_deref().and_then(dates::parse_zone) {
        publication.zone = zone;
    }
    let exported = site.permalink.as_deref().and_then(|text| text.parse().ok());
    if let Some(permalink) = exported.or_else(|| scan.permalink_votes.winner()) {
        publication.permalink = permalink;
    }
    publication
}

/// Records the start of the import, or resumes an interrupted import of the same files. Returns the ID of the import.
pub async fn start_run(
    db: &mut PgConnection,
    sources: &str,
    clock: &Clock,
    is_dry_run: bool,
    progress: &dyn ImportProgress,
) -> anyhow::Result<i64> {
    if is_dry_run {
        // A dry run leaves no record that a later import could resume.
        return Ok(0);
    }
    if let Some(run) = store::runs::find_interrupted(db, sources).await? {
        progress.on_resume(run.imported, &run.started_at.rfc3339());
        return Ok(run.id);
    }
    Ok(store::runs::insert(db, sources, clock.now()).await?)
}

/// Writes the authors and topics that each export lists in its header. Returns the exports with the IDs of their sites.
pub async fn write_headers(
    db: &mut PgConnection,
    writer: &mut BatchWriter<'_>,
    scan: ScanResult,
    mut uploads: RememberedUploads,
    options: &ImportOptions,
    report: &mut ImportReport,
) -> anyhow::Result<Vec<SourceExport>> {
    let mut exports = Vec::new();
    let mut new_sites: HashMap<String, i32> = HashMap::new();
    let mut db = db.begin().await?;
    for export in scan.exports {
        let site_url = export.site_url();
        let site_id = if options.dry_run {
            match store::sites::find(&mut db, &site_url).await? {
                Some(id) => id,
                None => {
                    // Negative, and another for each new site, since a dry run inserts none.
                    let next = -1 - i32::try_from(new_sites.len()).unwrap_or(i32::MAX - 1);
                    *new_sites.entry(site_url.clone()).or_insert(next)
                }
            }
        } else {
            find_or_insert_site(&mut db, &site_url).await?
        };
        report.sources.push(format!(
            "{}: WXR {} of {site_url}",
            export.file, export.site.version
        ));
        for author in export.authors {
            let login = author.login.clone();
            writer.authors.describe(site_id, author);
            writer
                .authors
                // All authors of the header, also those without an article: they may be wanted as accounts.
                .find_or_insert(&mut db, writer.keys, site_id, &login, report)
                .await?;
        }
        for term in &export.terms {
            writer.topics.describe(&mut db, term, report).await?;
        }
        let exported_zone = export.site.time_zone.as_deref().and_then(dates::parse_zone);
        exports.push(SourceExport {
            site_id,
            // The command line wins: the export may have been made with a wrong setting.
            zone: options.zone.clone().or(exported_zone),
            url_map: UrlMap {
                site: SourceSite::new(&site_url),
                copier: UploadCopier::new(
                    options.uploads_folder.clone(),
                    options.media_folder.clone(),
                    options.dry_run,
                ),
            },
            uploads: options
                .dry_run
                .then(|| uploads.remove(&site_url).unwrap_or_default()),
        });
    }
    if options.dry_run {
        db.rollback().await?;
    } else {
        db.commit().await?;
    }
    Ok(exports)
}
