//! The first pass over the files of an import. It checks that every file is complete, and collects the data that is
//! needed before the first article is written.

use std::io::BufRead;

use super::ImportError;
use super::files::InputFiles;
use super::meta;
use super::permalink_votes::PermalinkVotes;
use super::plan::{article_kind, find_item_id};
use super::source_site::{SourceSite, normalize_site_url};
use super::store::runs::MAX_PRESERVED_ID;
use super::store::uploads::UploadRecord;
use super::wxr::{WxrAuthor, WxrEntry, WxrItem, WxrReader, WxrSite, WxrTerm};
use crate::crypto::KeyRing;
use crate::text::markdown;

/// Number of uploaded files that are passed on at a time.
const UPLOADS_PER_BATCH: usize = 1_000;
/// Longest URL of a WordPress site that is stored, in characters.
const MAX_SITE_URL_CHARS: usize = 500;

/// The header of an export and the name of its file.
pub struct ScannedExport {
    pub file: String,
    pub site: WxrSite,
    pub authors: Vec<WxrAuthor>,
    pub terms: Vec<WxrTerm>,
}

impl ScannedExport {
    /// Returns the URL that identifies the site in the database: without scheme, `www.` and a slash at the end.
    pub fn site_url(&self) -> String {
        site_url(&self.site)
    }
}

/// Result of the first pass over all files.
#[derive(Default)]
pub struct ScanResult {
    pub exports: Vec<ScannedExport>,
    /// Number of articles and pages in all files.
    pub articles: u64,
    /// Highest WordPress ID of an article that keeps its ID in this database.
    pub max_article_id: i64,
    /// Highest WordPress ID of a comment that keeps its ID in this database.
    pub max_comment_id: i64,
    pub permalink_votes: PermalinkVotes,
}

/// Reads all files once. Calls `receive_uploads` with the URL of a site and a batch of uploaded files of that site.
pub fn scan_files(
    files: &mut InputFiles,
    keys: &KeyRing,
    mut receive_uploads: impl FnMut(&str, Vec<UploadRecord>),
) -> Result<ScanResult, ImportError> {
    let mut result = ScanResult::default();
    files.read(|file, bytes| result.scan_export(file, bytes, keys, &mut receive_uploads))?;
    Ok(result)
}

impl ScanResult {
    fn scan_export(
        &mut self,
        file: &str,
        bytes: &mut dyn BufRead,
        keys: &KeyRing,
        receive_uploads: &mut impl FnMut(&str, Vec<UploadRecord>),
    ) -> Result<(), ImportError> {
        let mut reader = WxrReader::new(bytes);
        let mut export: Option<(ScannedExport, SourceSite)> = None;
        let mut uploads = Vec::new();
        let error = |error| ImportError::in_file(file, error);
        while let Some(entry) = reader.next_entry().map_err(error)? {
            match (entry, &mut export) {
                (WxrEntry::Site(site), _) => {
                    let source_site = SourceSite::new(&site_url(&site));
                    let scanned = ScannedExport {
                        file: file.to_owned(),
                        site,
                        authors: Vec::new(),
                        terms: Vec::new(),
                    };
                    export = Some((scanned, source_site));
                }
                (WxrEntry::Author(author), Some((export, _))) => export.authors.push(author),
                (WxrEntry::Term(term), Some((export, _))) => export.terms.push(term),
                (WxrEntry::Item(mut item), Some((export, site))) => {
                    // Theme demo exports have no IDs. The second pass computes the same one.
                    if item.id == 0 {
                        item.id = find_item_id(keys, &item);
                    }
                    self.count(site, &item);
                    uploads.extend(parse_upload(site, &item));
                    if uploads.len() >= UPLOADS_PER_BATCH {
                        receive_uploads(&export.site_url(), std::mem::take(&mut uploads));
                    }
                }
                // Unreachable: the reader returns the site first.
                (_, None) => {}
            }
        }
        if let Some((export, _)) = export {
            if !uploads.is_empty() {
                receive_uploads(&export.site_url(), uploads);
            }
            self.exports.push(export);
        }
        Ok(())
    }

    fn count(&mut self, site: &SourceSite, item: &WxrItem) {
        for comment in &item.comments {
            // Higher IDs are replaced by new ones, so they must not raise the sequence.
            if comment.id <= MAX_PRESERVED_ID {
                self.max_comment_id = self.max_comment_id.max(comment.id);
            }
        }
        if article_kind(item).is_none() {
            return;
        }
        self.articles += 1;
        if item.id <= MAX_PRESERVED_ID {
            self.max_article_id = self.max_article_id.max(item.id);
        }
        self.permalink_votes.add(site, item);
    }
}

fn site_url(site: &WxrSite) -> String {
    // In a network of sites, `base_site_url` is the URL of the network.
    let urls = [&site.base_blog_url, &site.link, &site.base_site_url];
    let url = urls.into_iter().find(|url| !url.is_empty());
    let url = normalize_site_url(url.map_or("", String::as_str));
    let url: String = url.chars().take(MAX_SITE_URL_CHARS).collect();
    // Exports without any URL count as one site.
    if url.is_empty() {
        "unknown".to_owned()
    } else {
        url
    }
}

fn parse_upload(site: &SourceSite, item: &WxrItem) -> Option<UploadRecord> {
    if item.kind != "attachment" {
        return None;
    }
    let alt = meta::find(&item.meta, meta::IMAGE_ALT);
    // WordPress fills the title from the file name, which is better than no text.
    let alt = if alt.is_empty() { &item.title } else { alt };
    Some(UploadRecord {
        wordpress_id: item.id,
        parent_id: item.parent_id,
        url: item.attachment_url.clone(),
        alt_text: markdown::untrusted_html_to_text(alt),
        caption: markdown::untrusted_html_to_text(&item.excerpt),
        page_path: site.page_path(&item.link),
    })
}
