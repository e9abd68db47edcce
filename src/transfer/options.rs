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
    /// URL of this site.
    pub base_url: String,
}

/// Receives the progress of an import.
pub trait ImportProgress: Send + Sync {
    /// An interrupted import of the same files, started at this time (RFC 3339), is resumed.
    fn on_resume(&self, imported: i64, started_at: &str);
    /// All files are complete and contain this number of articles and pages.
    fn on_scanned(&self, articles: u64);
    /// More articles and pages are done.
    fn on_written(&self, articles: u64);
}
