//! The rules for URLs in articles and comments.

use url::Url;

use super::sanitizer::TrustLevel;

/// Longest URL that becomes a link, in bytes: the lowest limit among common browsers.
const MAX_URL_BYTES: usize = 2048;

/// Returns whether an author of this trust level may link to the URL.
pub(super) fn is_link_allowed(url: &str, trust: TrustLevel) -> bool {
    if url.len() > MAX_URL_BYTES {
        return false;
    }
    // The url crate parses as browsers do, so a URL cannot be a page here and a script there.
    match Url::parse(url) {
        Ok(absolute) => match absolute.scheme() {
            "http" | "https" => true,
            "mailto" => trust == TrustLevel::Editor,
            _ => false,
        },
        Err(url::ParseError::RelativeUrlWithoutBase) => trust == TrustLevel::Editor,
        Err(_) => false,
    }
}

/// Returns whether the URL leads to another site. Every absolute URL counts as external, because the host of this site is
/// not known here.
pub(super) fn is_external(url: &str) -> bool {
    match Url::parse(url) {
        Ok(absolute) => absolute.has_host(),
        Err(_) => !is_site_path(url) && url.starts_with(['/', '\\']),
    }
}

/// Returns whether the URL is a path on this site, such as `/about`. URLs like `//host/about`, which browsers treat as
/// URLs of another host, are not.
pub(super) fn is_site_path(url: &str) -> bool {
    // Browsers ignore tabs and line breaks in URLs and read `\` as `/`.
    let mut chars = url.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r'));
    chars.next() == Some('/') && !matches!(chars.next(), Some('/' | '\\'))
}
