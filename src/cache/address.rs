//! What a page is kept by.

use std::borrow::Cow;
use std::sync::Arc;

use quick_cache::Equivalent;
use url::form_urlencoded;

use super::coding::Coding;

/// Where every page is one person's, or a file: nobody waits there for what another asked for.
const NEVER_KEPT: [&str; 4] = ["/admin", "/media", "/healthz", "/readyz"];
/// What a page may depend on, of a query; each is a number.
const READ: [&str; 4] = ["comments", "before", "from", "to"];
/// What links from elsewhere carry for others to count by. No page of ours reads it.
const UNREAD: [&str; 7] = [
    "fbclid", "gclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid",
];
const UNREAD_PREFIX: &str = "utm_";

/// What a page is kept by: its coding; its path, and those parts of a query that it depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    coding: Coding,
    path: Arc<str>,
}

/// The same, borrowed.
#[derive(Clone, Copy, Hash)]
pub struct Asked<'a> {
    /// In which coding.
    pub coding: Coding,
    /// The path.
    pub path: &'a str,
}

impl Equivalent<Address> for Asked<'_> {
    fn equivalent(&self, address: &Address) -> bool {
        self.coding == address.coding && *self.path == *address.path
    }
}

impl Address {
    /// Its coding.
    pub fn coding(&self) -> Coding {
        self.coding
    }

    /// Its length, in bytes.
    pub fn len(&self) -> usize {
        self.path.len()
    }

    /// The part of a query that it has, by name: one at most.
    pub fn part(&self) -> Option<&str> {
        let (_, query) = self.path.split_once('?')?;
        query.split_once('=').map(|(name, _)| name)
    }

    /// Itself, borrowed.
    pub fn asked(&self) -> Asked<'_> {
        Asked {
            coding: self.coding,
            path: &self.path,
        }
    }
}

impl From<Asked<'_>> for Address {
    fn from(asked: Asked<'_>) -> Self {
        Self {
            coding: asked.coding,
            path: asked.path.into(),
        }
    }
}

/// The path of the address of what is asked for: with those parts of a query that the page depends on. `None` where it may
/// depend on more, or is never kept.
pub fn kept_path<'a>(path: &'a str, query: Option<&str>) -> Option<Cow<'a, str>> {
    let is_below = |above: &&str| {
        path.strip_prefix(above)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if NEVER_KEPT.iter().any(is_below) {
        return None;
    }
    let Some(query) = query else {
        return Some(Cow::Borrowed(path));
    };
    let mut address = path.to_owned();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if UNREAD.contains(&&*name) || name.starts_with(UNREAD_PREFIX) {
            continue;
        }
        let is_number = value.bytes().all(|byte| byte.is_ascii_digit())
            && value.bytes().next().is_some_and(|first| first != b'0');
        if !READ.contains(&&*name) || !is_number || address.len() > path.len() {
            return None;
        }
        address.extend(["?", &*name, "=", &*value]);
    }
    Some(Cow::Owned(address))
}

#[cfg(test)]
mod tests {
    use axum::http::Uri;

    use super::*;

    #[test]
    fn what_others_count_by_is_not_part_of_an_address() {
        for (asked, kept_by) in [
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
            let uri: Uri = asked.parse().unwrap();
            let path = kept_path(uri.path(), uri.query());
            assert_eq!(path.as_deref(), kept_by, "{asked}");
        }
    }
}
