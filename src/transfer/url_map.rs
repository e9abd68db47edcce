//! Rewrites URLs of the WordPress site to paths on this site. Links to pages keep their path, and uploaded files are
//! found in the media folder.

use std::path::Path;

use super::body::Attachment;
use super::source_site::SourceSite;
use super::upload_copier::UploadCopier;
use crate::web::media;

/// Rewrites the URLs in texts of one WordPress site to paths on this site.
pub struct UrlMap {
    pub site: SourceSite,
    pub copier: UploadCopier,
}

impl UrlMap {
    /// Rewrites a URL of the WordPress site to a path on this site. Copies the file if the URL is that of an uploaded
    /// file. Returns `None` for URLs of other sites and for files that are not available. The caller leaves such URLs
    /// unchanged.
    pub fn rewrite(&self, url: &str) -> Option<String> {
        if let Some(upload) = self.site.upload_path(url) {
            return self
                .copier
                .copy_upload(&upload)
                .map(|file| media_path(&file));
        }
        self.site_path(url)
    }

    /// Returns the path of a URL of the site that the export comes from. Returns `None` for URLs of other sites.
    pub fn site_path(&self, url: &str) -> Option<String> {
        let path = self.site.strip_site(url)?;
        // Two slashes at the start would make it the URL of another host.
        Some(format!("/{}", path.trim_start_matches('/')))
    }

    /// Renders the featured image of an article, to be shown before its text. Returns an empty string if the file is not
    /// available or the text already shows the picture.
    pub fn render_featured_image(&self, image: &Attachment, content: &str) -> String {
        let name = image.url.rsplit('/').next().unwrap_or_default();
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let upload = self
            .site
            .upload_path(&image.url)
            // By the stem, since the text often shows a resized copy of the picture.
            .filter(|_| !content.contains(stem));
        let Some(file) = upload.and_then(|upload| self.copier.copy_upload(&upload)) else {
            return String::new();
        };
        format!(
            "<figure><img src=\"{}\" alt=\"{}\"></figure>\n",
            media_path(&file),
            escape_attribute(&image.alt)
        )
    }
}

fn media_path(file: &Path) -> String {
    // Lossless: the path was decoded from a URL as UTF-8.
    media::media_path(&file.to_string_lossy())
}

fn escape_attribute(text: &str) -> String {
    // `&` first, or the other entities would be escaped twice.
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map_of(site: &str) -> UrlMap {
        UrlMap {
            site: SourceSite::new(site),
            copier: UploadCopier::new(None, "nowhere".into(), false),
        }
    }

    #[test]
    fn a_link_to_the_wordpress_site_is_rewritten_to_the_same_path_here() {
        let map = map_of("http://example.org");
        for (url, path) in [
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
            assert_eq!(map.rewrite(url).as_deref(), path, "{url}");
        }
        let in_folder = map_of("https://example.org/blog");
        assert_eq!(
            in_folder.rewrite("https://example.org/blog/a/").as_deref(),
            Some("/blog/a/")
        );
        assert_eq!(in_folder.rewrite("https://example.org/shop/"), None);
        assert_eq!(in_folder.rewrite("https://example.org/blogs/"), None);
    }
}
