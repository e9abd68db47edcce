//! The WordPress site that an export comes from. Recognises links to its pages and uploaded files.

use std::path::{Component, Path, PathBuf};

use percent_encoding::percent_decode_str;
use url::Url;

use crate::text::input;

/// Path of WordPress's uploads folder, relative to the URL of the site.
const UPLOADS_PATH: &str = "/wp-content/uploads/";
/// Longest former path of an article that is stored, in bytes. A Postgres index entry can hold about 2,700, and real
/// paths are far shorter.
const MAX_PATH_BYTES: usize = 1_000;

/// A WordPress site, identified by its URL without scheme, `www.` and a slash at the end.
pub struct SourceSite(String);

impl SourceSite {
    /// Creates a `SourceSite` from the URL of the site in any form.
    pub fn new(url: &str) -> Self {
        Self(normalize_site_url(url))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the decoded path of a link to a page of this site. Returns `None` for links to other sites, for links with
    /// a query, and for paths that cannot be stored.
    pub fn page_path(&self, link: &str) -> Option<String> {
        self.strip_site(link)?;
        // A link with a query, such as `?p=5`, is found by ID and needs no path.
        let url = Url::parse(link).ok().filter(|url| url.query().is_none())?;
        let path = percent_decode_str(url.path().trim_end_matches('/'));
        let path = path.decode_utf8().ok()?;
        is_storable_path(&path).then(|| path.into_owned())
    }

    /// Returns the part of a URL after the host, if the URL belongs to this site. Ignores the scheme and `www.`. Returns
    /// `None` for URLs of other sites.
    pub fn strip_site<'a>(&self, url: &'a str) -> Option<&'a str> {
        let rest = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"))
            .or_else(|| url.strip_prefix("//"))?;
        let rest = rest.strip_prefix("www.").unwrap_or(rest);
        let (start, rest) = rest.split_at_checked(self.0.len())?;
        let ends = rest.is_empty() || rest.starts_with(['/', '?', '#']);
        // For a site in a folder, the folder is a part of the path.
        let host_length = self.0.find('/').unwrap_or(self.0.len());
        (ends && start.eq_ignore_ascii_case(&self.0))
            .then(|| &url[url.len() - rest.len() - (self.0.len() - host_length)..])
    }

    /// Returns the path of an uploaded file relative to the uploads folder. Returns `None` if the URL is not that of an
    /// uploaded file of this site.
    pub fn upload_path(&self, url: &str) -> Option<PathBuf> {
        // A path without a host is one on this site, as authors write it.
        let is_rooted = url.starts_with('/') && !url.starts_with("//");
        let url = if is_rooted {
            // Any host does; `.invalid` exists nowhere (RFC 2606).
            Url::parse("https://here.invalid").ok()?.join(url).ok()?
        } else {
            Url::parse(&url.replacen("//", "https://", usize::from(url.starts_with("//")))).ok()?
        };
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let host = url.host_str()?.trim_start_matches("www.");
        let path = url.path();
        let site = &self.0;
        // WordPress.com serves uploads from a host named like the site.
        let short = site.strip_suffix(".wordpress.com");
        let on_files_host =
            short.is_some_and(|name| host.strip_suffix(".files.wordpress.com") == Some(name));
        // Photon, an image proxy, puts the host of the picture first in the path.
        let on_photon = host.ends_with(".wp.com")
            && path
                .get(1..)
                .is_some_and(|path| path.starts_with(site.as_str()));
        let on_site = is_rooted || site == host || site.starts_with(&format!("{host}/"));
        let below = if on_files_host {
            path.strip_prefix('/')?
        } else if on_site || on_photon {
            path.split_once(UPLOADS_PATH)?.1
        } else {
            return None;
        };
        let below = percent_decode_str(below).decode_utf8().ok()?;
        let below = Path::new(below.as_ref());
        // Nothing that could lead out of the folder.
        let is_plain = below
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        (is_plain && below.as_os_str() != "" && !below.to_string_lossy().contains(['\\', '\0']))
            .then(|| below.to_owned())
    }
}

/// Returns whether the path can be stored as a former path of an article.
pub fn is_storable_path(path: &str) -> bool {
    path.starts_with('/')
        && (2..=MAX_PATH_BYTES).contains(&path.len())
        && !input::has_invalid_chars(path)
}

/// Reduces the URL of a site to its host and path in lower case, without a slash at the end. Removes the scheme and
/// `www.`.
pub fn normalize_site_url(url: &str) -> String {
    let (_, rest) = url.split_once("//").unwrap_or(("", url));
    let rest = rest.trim_end_matches('/').to_lowercase();
    rest.strip_prefix("www.").unwrap_or(&rest).to_owned()
}

/// Returns whether a text contains URLs of uploaded files. Importing such a text again after the files were copied can
/// give a different result.
pub fn mentions_uploads(text: &str) -> bool {
    text.contains("/uploads/") || text.contains(".files.wordpress.com/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_of_a_site_is_normalized() {
        for (url, normalized) in [
            ("https://www.Example.org/", "example.org"),
            ("http://example.org/blog/", "example.org/blog"),
            ("//example.org", "example.org"),
            ("example.org", "example.org"),
        ] {
            assert_eq!(normalize_site_url(url), normalized);
        }
    }

    #[test]
    fn uploads_are_recognised_on_every_host_that_serves_them() {
        let site = SourceSite::new("https://name.wordpress.com");
        for (url, path) in [
            (
                "https://name.wordpress.com/wp-content/uploads/2012/06/a%20b.jpg?w=300",
                Some("2012/06/a b.jpg"),
            ),
            (
                "//name.files.wordpress.com/2012/06/tea.jpg",
                Some("2012/06/tea.jpg"),
            ),
            (
                "https://i0.wp.com/name.wordpress.com/wp-content/uploads/2012/tea.jpg",
                Some("2012/tea.jpg"),
            ),
            ("/wp-content/uploads/tea.jpg", Some("tea.jpg")),
            ("https://other.files.wordpress.com/2012/06/tea.jpg", None),
            ("https://other.example/wp-content/uploads/tea.jpg", None),
            (
                "https://name.wordpress.com/wp-content/uploads/..%2F..%2Fpasswd",
                None,
            ),
            ("https://name.wordpress.com/wp-content/uploads/", None),
            ("https://name.wordpress.com/2012/tea/", None),
            ("x://i0.wp.com", None),
            ("https://i0.wp.com", None),
            ("mailto:a@i0.wp.com", None),
        ] {
            assert_eq!(
                site.upload_path(url).as_deref(),
                path.map(Path::new),
                "{url}"
            );
        }
    }

    #[test]
    fn a_page_path_is_returned_only_for_links_to_pages_of_the_site() {
        let site = SourceSite::new("https://example.org");
        for (link, path) in [
            ("https://example.org/2012/%d1%82/", Some("/2012/т")),
            ("https://example.org/", None),
            ("https://example.org/?p=5", None),
            ("http://other.example/2012/", None),
            ("tag:example.org,2010:x", None),
            ("mailto:ann@example.org", None),
            ("", None),
        ] {
            assert_eq!(site.page_path(link).as_deref(), path, "{link}");
        }
        assert_eq!(
            site.page_path(&format!("https://example.org/{}", "a".repeat(2_000))),
            None
        );
    }
}
