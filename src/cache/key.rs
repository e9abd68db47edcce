//! Cache keys: the content encoding, the path, and at most one query parameter that the page depends on.

use std::borrow::Cow;
use std::sync::Arc;

use percent_encoding::percent_encode_byte;
use quick_cache::Equivalent;
use url::form_urlencoded;

use super::encoding::ContentEncoding;

/// Prefixes of paths that are never cached: staff pages, files and health checks.
const UNCACHED_PREFIXES: [&str; 4] = ["/admin", "/media", "/healthz", "/readyz"];
/// Query parameters that a page may depend on. Their values must be positive integers.
const KEY_PARAMS: [&str; 4] = ["comments", "before", "from", "to"];
/// Query parameters that other sites add to links for their statistics. No page of this site reads them.
const TRACKING_PARAMS: [&str; 7] = [
    "fbclid", "gclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid",
];
const TRACKING_PREFIX: &str = "utm_";

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CacheKey {
    pub encoding: ContentEncoding,
    path: Arc<str>,
}

/// Borrowed form of [`CacheKey`], for lookups without an allocation.
#[derive(Clone, Copy, Hash)]
pub struct CacheKeyRef<'a> {
    pub encoding: ContentEncoding,
    /// Path and query parameter as [`normalize`] returns them.
    pub path: &'a str,
}

// Both types hash the same fields in the same order, on which a lookup depends.
impl Equivalent<CacheKey> for CacheKeyRef<'_> {
    fn equivalent(&self, key: &CacheKey) -> bool {
        self.encoding == key.encoding && *self.path == *key.path
    }
}

impl CacheKey {
    /// Returns the length in bytes of the path with its query parameter.
    pub fn path_len(&self) -> usize {
        self.path.len()
    }

    /// Returns whether the key has no query parameter, or only the one named by `vary_by`.
    pub fn is_covered_by(&self, vary_by: Option<&str>) -> bool {
        let param = self.path.split_once('?').and_then(|(_, query)| {
            let (name, _) = query.split_once('=')?;
            Some(name)
        });
        param.is_none() || param == vary_by
    }

    pub fn borrowed(&self) -> CacheKeyRef<'_> {
        CacheKeyRef {
            encoding: self.encoding,
            path: &self.path,
        }
    }
}

impl From<CacheKeyRef<'_>> for CacheKey {
    fn from(key: CacheKeyRef<'_>) -> Self {
        Self {
            encoding: key.encoding,
            path: key.path.into(),
        }
    }
}

/// Returns a path in the one spelling that stands for all of its percent-encodings (RFC 3986, section 6.2.2): unreserved
/// characters are written as they are, and all other encoded bytes with upper-case digits.
pub fn normalize_path(path: &str) -> Cow<'_, str> {
    if path.is_ascii() && !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let mut normalized = String::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let encoded = Some(after)
            .filter(|_| *byte == b'%')
            .and_then(parse_hex_pair);
        match encoded {
            Some(byte) if is_unreserved(byte) => normalized.push(char::from(byte)),
            Some(byte) => normalized.push_str(percent_encode_byte(byte)),
            None if byte.is_ascii() => normalized.push(char::from(*byte)),
            None => normalized.push_str(percent_encode_byte(*byte)),
        }
        rest = encoded.map_or(after, |_| &after[2..]);
    }
    Cow::Owned(normalized)
}

fn parse_hex_pair(bytes: &[u8]) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let (high, low) = (digit(*bytes.first()?)?, digit(*bytes.get(1)?)?);
    u8::try_from(high * 16 + low).ok()
}

/// Returns whether a character means the same whether it is percent-encoded or not (RFC 3986, section 2.3).
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// Returns the normalized path with at most one query parameter from [`KEY_PARAMS`] and without tracking parameters.
/// Returns `None` if the path is never cached or if the query has any other parameter.
pub fn normalize<'a>(path: &'a str, query: Option<&str>) -> Option<Cow<'a, str>> {
    let path = normalize_path(path);
    let is_below = |prefix: &&str| {
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if UNCACHED_PREFIXES.iter().any(is_below) {
        return None;
    }
    let Some(query) = query else {
        return Some(path);
    };
    let path_len = path.len();
    let mut normalized = path.into_owned();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if TRACKING_PARAMS.contains(&&*name) || name.starts_with(TRACKING_PREFIX) {
            continue;
        }
        // One spelling per page: `?comments=02` would be a second entry for `?comments=2`.
        let is_number = value.bytes().all(|byte| byte.is_ascii_digit())
            && value.bytes().next().is_some_and(|first| first != b'0');
        let is_second_param = normalized.len() > path_len;
        if !KEY_PARAMS.contains(&&*name) || !is_number || is_second_param {
            return None;
        }
        normalized.extend(["?", &*name, "=", &*value]);
    }
    Some(Cow::Owned(normalized))
}

#[cfg(test)]
mod tests {
    use axum::http::Uri;

    use super::*;

    #[test]
    fn tracking_parameters_are_not_part_of_a_key() {
        for (requested, normalized) in [
            ("/", Some("/")),
            ("/a/b", Some("/a/b")),
            ("/a?comments=2", Some("/a?comments=2")),
            ("/a?utm_source=x&comments=2&fbclid=y", Some("/a?comments=2")),
            ("/a?utm_source=x", Some("/a")),
            ("/a?to=4", Some("/a?to=4")),
            ("/a?from=3&to=4", None),
            ("/a?comments=02", None),
            ("/a?comments=two", None),
            ("/a?comments=", None),
            ("/a?p=17", None),
            ("/a?key=secret", None),
            ("/administration", Some("/administration")),
            ("/admin", None),
            ("/admin/comments", None),
            ("/media/a.webp", None),
            ("/%61dmin", None),
            ("/%61?comments=%32", Some("/a?comments=2")),
        ] {
            let uri: Uri = requested.parse().unwrap();
            let path = normalize(uri.path(), uri.query());
            assert_eq!(path.as_deref(), normalized, "{requested}");
        }
    }

    #[test]
    fn every_percent_encoding_of_a_path_has_one_key() {
        for (requested, normalized) in [
            ("/2026/a-b", "/2026/a-b"),
            ("/%32%30%326/%61%2Db", "/2026/a-b"),
            ("/%2d%2e%5f%7e", "/-._~"),
            // Reserved characters may mean something else when they are encoded.
            ("/a%2fb%2F%3f%25", "/a%2Fb%2F%3F%25"),
            ("/%d1%82%D0%B5", "/%D1%82%D0%B5"),
            ("/те", "/%D1%82%D0%B5"),
            // What is no encoding stays as it is.
            ("/100%", "/100%"),
            ("/%zz%4", "/%zz%4"),
            ("/%%41", "/%A"),
        ] {
            assert_eq!(normalize_path(requested), normalized, "{requested}");
        }
    }
}
