//! Options of an import, and its progress.

use std::path::PathBuf;

use jiff::tz::TimeZone;

/// Options of the import command.
pub struct ImportOptions {
    /// Write nothing, and report what would be written.
    pub dry_run: bool,
    /// The WordPress site's `wp-content/uploads`, from which uploads are copied.
    pub uploads_folder: Option<PathBuf>,
    /// Folder of this site's pictures and files, to which uploads are copied.
    pub media_folder: PathBuf,
    /// Time zone of the WordPress site, for dates that are not in UTC.
    pub zone: Option<TimeZone>,
    pub base_url: String,
}

/// Receiver of the progress of an import.
pub trait ImportProgress: Send + Sync {
    /// Called when an interrupted import of the same files is resumed, which started at this time (RFC 3339).
    fn on_resume(&self, imported: i64, started_at: &str);
    /// Called when all files are known to be complete, with the number of articles and pages in them.
    fn on_scanned(&self, articles: u64);
    /// Called after each batch, with the number of articles and pages in it.
    fn on_written(&self, articles: u64);
}
