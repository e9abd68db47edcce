//! The signature in the URL of a page that is opened from an email without signing in.

use serde::Deserialize;

/// The query of a signed URL.
#[derive(Deserialize)]
pub struct SignatureQuery {
    /// The signature; empty if there is none.
    #[serde(default)]
    pub key: String,
}
