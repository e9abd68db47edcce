//! Options of an export.

use crate::clock::Ts;
use crate::crypto::KeyRing;
use crate::publication::Publication;

/// Settings of an export that is to be written.
pub struct ExportRequest<'a> {
    pub publication: &'a Publication,
    /// URL of this site, without a slash at the end.
    pub base_url: String,
    /// Keys that decrypt the email addresses of commenters.
    pub keys: &'a KeyRing,
    /// Whether the export contains the email addresses of commenters.
    pub with_emails: bool,
    pub now: Ts,
}
