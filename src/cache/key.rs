//! Cache keys: the content encoding, the path, and at most one query parameter that the page depends on.

use std::borrow::Cow;
use std::sync::Arc;

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

/// Returns the path with at most one query parameter from [`KEY_PARAMS`] and without tracking parameters. Returns `None`
/// if the path is never cached or if the query has any other parameter.
pub fn normalize<'a>(path: &'a str, query: Option<&str>) -> Option<Cow<'a, str>> {
    let is_below = |prefix: &&str| {
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if UNCACHED_PREFIXES.iter().any(is_below) {
        return None;
    }
    let Some(query) = query else {
        return Some(Cow::Borrowed(path));
    };
    let mut normalized = path.to_owned();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if TRACKING_PARAMS.contains(&&*name) || name.starts_with(TRACKING_PREFIX) {
            continue;
        }
        // One spelling per page: `?comments=02` would be a second entry for `?comments=2`.
        let is_number = value.bytes().all(|byte| byte.is_ascii_digit())
            && value.bytes().next().is_some_and(|first| first != b'0');
        let is_second_param = normalized.len() > path.len();
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
        ] {
            let uri: Uri = requested.parse().unwrap();
            let path = normalize(uri.path(), uri.query());
            assert_eq!(path.as_deref(), normalized, "{requested}");
        }
    }
}
