//! Data about one export that the second pass of an import needs.

use jiff::tz::TimeZone;

use super::store::uploads::UploadRecord;
use super::url_map::UrlMap;

/// An export whose authors and topics have been written to the database.
pub struct SourceExport {
    /// ID of the WordPress site in the database. In a dry run, a site that is not in the database has a negative ID.
    pub site_id: i32,
    /// Time zone of the WordPress site, if the command line or the export specifies one.
    pub zone: Option<TimeZone>,
    pub url_map: UrlMap,
    /// Uploaded files of the site, in a dry run. Other imports read them from the database.
    pub uploads: Option<Vec<UploadRecord>>,
}
