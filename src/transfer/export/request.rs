//! Options of an export.

use crate::clock::Ts;
use crate::crypto::KeyRing;
use crate::publication::Publication;

/// An export to be written.
pub struct ExportRequest<'a> {
    pub publication: &'a Publication,
    /// URL of this site, without a slash at the end.
    pub base_url: String,
    /// Keys that decrypt emails.
    pub keys: &'a KeyRing,
    /// Whether emails of commenters are written.
    pub with_emails: bool,
    pub now: Ts,
}
