//! One export of an import, as the second pass needs it.

use jiff::tz::TimeZone;

use super::store::uploads::UploadRecord;
use super::url_map::UrlMap;

/// An export whose site, authors and topics are already written.
pub struct SourceExport {
    /// ID of the site in the database; negative for a new site in a dry run.
    pub site_id: i32,
    /// Time zone of the site, if the command or the export names one.
    pub zone: Option<TimeZone>,
    pub url_map: UrlMap,
    /// Uploads of the site in a dry run, which does not write them to the database.
    pub uploads: Option<Vec<UploadRecord>>,
}
