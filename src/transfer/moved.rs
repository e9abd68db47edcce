//! Where the addresses of the old site lead now: its articles to their paths here, its uploads to the media folder.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use percent_encoding::percent_decode_str;
use url::Url;

use super::body::Attachment;
use super::report::Listed;
use crate::text::input;
use crate::web::media;

/// Where WordPress keeps uploads, below the site's own address.
const UPLOADS: &str = "/wp-content/uploads/";

/// An old site, as it is known.
pub struct OldSite(String);

impl OldSite {
    /// The site of this address.
    pub fn new(address: &str) -> Self {
        Self(known_as(address))
    }

    /// The path of a page of its own, decoded; None for a link elsewhere, one that is only a number, and one that is too
    /// long to be kept.
    pub fn own_path(&self, link: &str) -> Option<String> {
        self.inside(link)?;
        let url = Url::parse(link).ok().filter(|url| url.query().is_none())?;
        let path = percent_decode_str(url.path().trim_end_matches('/'));
        let path = path.decode_utf8().ok()?;
        is_path(&path).then(|| path.into_owned())
    }

    /// What follows the site's own address, whatever the scheme.
    fn inside<'a>(&self, address: &'a str) -> Option<&'a str> {
        let rest = address
            .strip_prefix("https://")
            .or_else(|| address.strip_prefix("http://"))
            .or_else(|| address.strip_prefix("//"))?;
        let rest = rest.strip_prefix("www.").unwrap_or(rest);
        let (start, rest) = rest.split_at_checked(self.0.len())?;
        let ends = rest.is_empty() || rest.starts_with(['/', '?', '#']);
        // In the path of a site in a folder, what stands before stays.
        let host = self.0.find('/').unwrap_or(self.0.len());
        (ends && start.eq_ignore_ascii_case(&self.0))
            .then(|| &address[address.len() - rest.len() - (self.0.len() - host)..])
    }
}

/// Bytes of an old address. An index of Postgres takes some 2,700; nobody links to one this long.
const PATH_BYTES: usize = 1_000;

/// Whether this can be kept as an address that something had.
pub fn is_path(path: &str) -> bool {
    path.starts_with('/')
        && (2..=PATH_BYTES).contains(&path.len())
        && !input::has_invalid_chars(path)
}

/// An old site, and the uploads that were brought along.
pub struct Moved {
    site: OldSite,
    /// The site's uploads folder, if one was named.
    uploads: Option<PathBuf>,
    /// Our own folder.
    media: PathBuf,
    is_rehearsal: bool,
    /// What was done with files.
    tally: MediaTally,
}

/// What became of the uploads that texts name.
#[derive(Default)]
struct MediaTally {
    /// Each is counted once.
    seen: Mutex<HashSet<PathBuf>>,
    /// Copied now.
    copied: AtomicU64,
    /// Were here already.
    same: AtomicU64,
    /// Stay where they are, since no folder was named.
    left: AtomicU64,
    /// Not in the folder.
    missing: Mutex<Listed>,
}

/// Whether a text names uploads, so that bringing them along changes it.
pub fn names_uploads(text: &str) -> bool {
    text.contains("/uploads/") || text.contains(".files.wordpress.com/")
}

/// A site's address as it is known by: host and path, without scheme, `www.` and the slash at the end.
pub fn known_as(address: &str) -> String {
    let (_, rest) = address.split_once("//").unwrap_or(("", address));
    let rest = rest.trim_end_matches('/').to_lowercase();
    rest.strip_prefix("www.").unwrap_or(&rest).to_owned()
}

impl Moved {
    /// The site at `address`, with its uploads in one folder and ours in another.
    pub fn new(
        address: &str,
        uploads: Option<PathBuf>,
        media: PathBuf,
        is_rehearsal: bool,
    ) -> Self {
        Self {
            site: OldSite::new(address),
            uploads,
            media,
            is_rehearsal,
            tally: MediaTally::default(),
        }
    }

    /// What became of uploads: how many were copied, were here, stay where they are, and those that are missing.
    pub fn told(&self) -> (u64, u64, u64, Listed) {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let missing = self
            .tally
            .missing
            .lock()
            .expect("no holder of the list panics");
        let tally = &self.tally;
        (
            of(&tally.copied),
            of(&tally.same),
            of(&tally.left),
            missing.clone(),
        )
    }

    /// Whether the site's uploads are at hand.
    pub fn has_uploads(&self) -> bool {
        self.uploads.is_some()
    }

    /// Where an address in a text leads now: to the file that was brought along, or to the same path here. None for
    /// what is elsewhere, and for an upload that was not brought along.
    pub fn lead(&self, address: &str) -> Option<String> {
        if let Some(upload) = self.upload(address) {
            return self.bring(&upload).map(|found| media_address(&found));
        }
        let inside = self.site.inside(address)?;
        // Two slashes would begin the name of another host.
        Some(format!("/{}", inside.trim_start_matches('/')))
    }

    /// The site itself.
    pub fn site(&self) -> &OldSite {
        &self.site
    }

    /// The picture that themes show over an article, where it was brought along and does not stand in the text anyway.
    pub fn leading(&self, picture: &Attachment, content: &str) -> String {
        let name = picture.address.rsplit('/').next().unwrap_or_default();
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let upload = self
            .upload(&picture.address)
            .filter(|_| !content.contains(stem));
        let Some(found) = upload.and_then(|upload| self.bring(&upload)) else {
            return String::new();
        };
        format!(
            "<figure><img src=\"{}\" alt=\"{}\"></figure>\n",
            media_address(&found),
            escaped(&picture.alt)
        )
    }

    /// The path of an upload below its folder, if the address is one of this site's.
    fn upload(&self, address: &str) -> Option<PathBuf> {
        let is_rooted = address.starts_with('/') && !address.starts_with("//");
        let url = if is_rooted {
            Url::parse("https://here.invalid")
                .ok()?
                .join(address)
                .ok()?
        } else {
            Url::parse(&address.replacen("//", "https://", usize::from(address.starts_with("//"))))
                .ok()?
        };
        let host = url.host_str()?.trim_start_matches("www.");
        let path = url.path();
        // WordPress.com keeps them on a host of their own, named like the site's.
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let site = &self.site.0;
        let short = site.strip_suffix(".wordpress.com");
        let on_files =
            short.is_some_and(|name| host.strip_suffix(".files.wordpress.com") == Some(name));
        // Photon, an image proxy, puts the host of the picture first in the path.
        let on_photon = host.ends_with(".wp.com");
        let of_site = is_rooted || site == host || site.starts_with(&format!("{host}/"));
        let below = if on_files {
            path.strip_prefix('/')?
        } else if of_site
            || (on_photon
                && path
                    .get(1..)
                    .is_some_and(|path| path.starts_with(site.as_str())))
        {
            path.split_once(UPLOADS)?.1
        } else {
            return None;
        };
        let below = percent_decode_str(below).decode_utf8().ok()?;
        let below = Path::new(below.as_ref());
        let is_plain = below
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        (is_plain && below.as_os_str() != "" && !below.to_string_lossy().contains(['\\', '\0']))
            .then(|| below.to_owned())
    }

    /// Copies an upload into our folder, unless it is there; the original where a size made from it is gone. Gives what
    /// was brought along.
    fn bring(&self, upload: &Path) -> Option<PathBuf> {
        let mut seen = self.tally.seen.lock().expect("no holder of the set panics");
        let is_first = seen.insert(upload.to_owned());
        let count = |counter: &AtomicU64| {
            counter.fetch_add(u64::from(is_first), Ordering::Relaxed);
        };
        for found in [Some(upload.to_owned()), original(upload)]
            .into_iter()
            .flatten()
        {
            let (ours, theirs) = (self.media.join(&found), self.theirs(&found));
            match (size_of(&ours), theirs) {
                (Some(here), Some(theirs)) if size_of(&theirs) != Some(here) => {
                    if is_first {
                        self.tell_missing(|| {
                            format!(
                                "{}: another file of that name is here already",
                                found.display()
                            )
                        });
                    }
                    return None;
                }
                (Some(_), _) => {
                    count(&self.tally.same);
                    return Some(found);
                }
                (None, Some(theirs)) => return self.take(&theirs, found, is_first),
                (None, None) => {}
            }
        }
        if self.uploads.is_none() {
            count(&self.tally.left);
        } else if is_first {
            self.tell_missing(|| upload.display().to_string());
        }
        None
    }

    /// A file in the uploads folder; not what a link in it leads to outside.
    fn theirs(&self, found: &Path) -> Option<PathBuf> {
        let folder = self.uploads.as_ref()?.canonicalize().ok()?;
        let file = folder.join(found).canonicalize().ok()?;
        (file.starts_with(&folder) && file.is_file()).then_some(file)
    }

    fn take(&self, theirs: &Path, found: PathBuf, is_first: bool) -> Option<PathBuf> {
        let copied = if self.is_rehearsal {
            Ok(())
        } else {
            copy(theirs, &self.media.join(&found))
        };
        match copied {
            Ok(()) => {
                self.tally
                    .copied
                    .fetch_add(u64::from(is_first), Ordering::Relaxed);
                Some(found)
            }
            Err(error) => {
                self.tell_missing(|| format!("{}: {error}", found.display()));
                None
            }
        }
    }

    fn tell_missing(&self, line: impl FnOnce() -> String) {
        let missing = self.tally.missing.lock();
        missing.expect("no holder of the list panics").add(line);
    }
}

/// `tea-300x200.jpg` was made from `tea.jpg`.
fn original(upload: &Path) -> Option<PathBuf> {
    let name = upload.file_name()?.to_str()?;
    let (stem, ending) = name.rsplit_once('.')?;
    let (stem, size) = stem.rsplit_once('-')?;
    let (width, height) = size.split_once('x')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (is_number(width) && is_number(height))
        .then(|| upload.with_file_name(format!("{stem}.{ending}")))
}

fn size_of(file: &Path) -> Option<u64> {
    let facts = fs::metadata(file).ok()?;
    facts.is_file().then_some(facts.len())
}

/// Nobody ever sees half a file.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder)?;
    let unfinished = to.with_added_extension("unfinished");
    fs::copy(from, &unfinished)?;
    fs::rename(&unfinished, to)
}

/// What was brought along came out of an address, and so is text.
fn media_address(found: &Path) -> String {
    media::address(&found.to_string_lossy())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(site: &str) -> Moved {
        Moved::new(site, None, PathBuf::from("nowhere"), false)
    }

    #[test]
    fn a_site_is_known_by_host_and_path() {
        for (address, known) in [
            ("https://www.Example.org/", "example.org"),
            ("http://example.org/blog/", "example.org/blog"),
            ("//example.org", "example.org"),
            ("example.org", "example.org"),
        ] {
            assert_eq!(known_as(address), known);
        }
    }

    #[test]
    fn a_link_to_the_old_site_leads_to_the_same_path_here() {
        let site = moved("http://example.org");
        for (address, leads) in [
            (
                "https://example.org/2012/06/tea/#more",
                Some("/2012/06/tea/#more"),
            ),
            ("http://www.example.org/?p=5", Some("/?p=5")),
            ("//EXAMPLE.org", Some("/")),
            ("http://example.org//evil.example/", Some("/evil.example/")),
            ("https://example.org.evil.example/x", None),
            ("https://other.example/2012/", None),
            ("/2012/06/tea/", None),
            ("mailto:ann@example.org", None),
        ] {
            assert_eq!(site.lead(address).as_deref(), leads, "{address}");
        }
        let folder = moved("https://example.org/blog");
        assert_eq!(
            folder.lead("https://example.org/blog/a/").as_deref(),
            Some("/blog/a/")
        );
        assert_eq!(folder.lead("https://example.org/shop/"), None);
        assert_eq!(folder.lead("https://example.org/blogs/"), None);
    }

    #[test]
    fn an_upload_is_known_wherever_the_site_kept_it() {
        let site = moved("https://name.wordpress.com");
        for (address, path) in [
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
                site.upload(address).as_deref(),
                path.map(Path::new),
                "{address}"
            );
        }
    }

    #[test]
    fn a_link_is_a_path_of_the_site_or_none() {
        let site = OldSite::new("https://example.org");
        for (link, path) in [
            ("https://example.org/2012/%d1%82/", Some("/2012/т")),
            ("https://example.org/", None),
            ("https://example.org/?p=5", None),
            ("http://other.example/2012/", None),
            ("tag:example.org,2010:x", None),
            ("mailto:ann@example.org", None),
            ("", None),
        ] {
            assert_eq!(site.own_path(link).as_deref(), path, "{link}");
        }
        assert_eq!(
            site.own_path(&format!("https://example.org/{}", "a".repeat(2_000))),
            None
        );
    }

    #[test]
    fn a_size_leads_to_what_it_was_made_from() {
        assert_eq!(
            original(Path::new("2012/tea-300x200.jpg")).as_deref(),
            Some(Path::new("2012/tea.jpg"))
        );
        assert_eq!(original(Path::new("2012/tea-x200.jpg")), None);
        assert_eq!(original(Path::new("2012/tea.jpg")), None);
    }
}
