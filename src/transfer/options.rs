//! Options of an import, and the trait through which an import reports its progress.

use std::path::PathBuf;

use jiff::tz::TimeZone;

pub struct ImportOptions {
    /// Whether the import writes nothing and only reports what it would write.
    pub dry_run: bool,
    /// The `wp-content/uploads` folder of the WordPress site, from which uploaded files are copied.
    pub uploads_folder: Option<PathBuf>,
    /// Folder to which uploaded files are copied, and from which this site serves pictures and files.
    pub media_folder: PathBuf,
    /// Time zone of the WordPress site, used for dates that the export does not give in UTC.
    pub zone: Option<TimeZone>,
    pub base_url: String,
}

pub trait ImportProgress: Send + Sync {
    /// Called when an interrupted import of the same files is resumed. `imported` is the number of articles and pages
    /// that it had written, and `started_at` the time of its start (RFC 3339).
    fn on_resume(&self, imported: i64, started_at: &str);
    /// Called after all files were found to be complete. `articles` is the number of articles and pages in them.
    fn on_scanned(&self, articles: u64);
    /// Called after each batch is written. `articles` is the number of articles and pages in the batch.
    fn on_written(&self, articles: u64);
}
