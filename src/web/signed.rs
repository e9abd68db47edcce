//! The signature in the address of a page that is opened from a letter, without signing in.

use serde::Deserialize;

/// What stands behind the question mark of such an address.
#[derive(Deserialize)]
pub struct Signed {
    /// The signature; empty if there is none.
    #[serde(default)]
    pub key: String,
}
