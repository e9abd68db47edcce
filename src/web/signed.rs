//! Signatures in the URLs of pages that are opened from an email without signing in.

use serde::Deserialize;

/// Query string of a signed URL.
#[derive(Deserialize)]
pub struct SignatureQuery {
    /// Signature; empty if the URL has none.
    #[serde(default)]
    pub key: String,
}
