//! The rules for URLs in articles and comments.

use url::Url;

use super::sanitizer::TrustLevel;

/// The longest address that is made a link, in bytes: as long as the least of browsers follows.
const MAX_URL_BYTES: usize = 2048;

/// Read as browsers read addresses, so that nothing is a page to us and a script to them.
pub(super) fn is_link_allowed(url: &str, by: TrustLevel) -> bool {
    if url.len() > MAX_URL_BYTES {
        return false;
    }
    match Url::parse(url) {
        Ok(whole) => match whole.scheme() {
            "http" | "https" => true,
            "mailto" => by == TrustLevel::Editor,
            _ => false,
        },
        Err(url::ParseError::RelativeUrlWithoutBase) => by == TrustLevel::Editor,
        Err(_) => false,
    }
}

/// Whether following the address leaves the site. What names the site in full counts as away: this knows no site.
pub(super) fn is_external(url: &str) -> bool {
    match Url::parse(url) {
        Ok(whole) => whole.has_host(),
        Err(_) => !is_site_path(url) && url.starts_with(['/', '\\']),
    }
}

/// Whether the site itself serves the address: `/…`, but not `//host/…` or what a browser takes for it.
pub(super) fn is_site_path(url: &str) -> bool {
    let mut letters = url.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r'));
    letters.next() == Some('/') && !matches!(letters.next(), Some('/' | '\\'))
}
