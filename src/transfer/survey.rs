//! The first of two readings: is every file whole, what is in it, and what must be known before the first article is
//! kept. Nothing is written before it has come to the end of the last file.

use std::collections::HashMap;
use std::io::BufRead;

use super::files::Inputs;
use super::keep::MOST_KEPT;
use super::meta;
use super::moved::{OldSite, known_as};
use super::plan::{decoded, number_of};
use super::store::Upload;
use super::wxr::{Author, Entry, Item, Reader, Site, Term};
use super::{Broken, dates};
use crate::crypto::Keys;
use crate::publication::Permalink;
use crate::text::markdown;

/// Uploads handed over at once.
const UPLOADS: usize = 1_000;
/// Articles whose addresses are looked at to find the pattern behind them.
const VOTES: u64 = 1_000;

/// Characters of a site's address.
const ADDRESS_CHARS: usize = 500;

/// What a reading found out about one export.
pub struct Surveyed {
    /// The file.
    pub name: String,
    /// What it says of the site.
    pub site: Site,
    /// Who wrote there.
    pub authors: Vec<Author>,
    /// What about.
    pub terms: Vec<Term>,
}

/// What a reading found out about all of them.
#[derive(Default)]
pub struct Survey {
    /// Each export.
    pub exports: Vec<Surveyed>,
    /// Articles and pages.
    pub articles: u64,
    /// The highest number of an article that can be kept.
    pub highest_article: i64,
    /// The highest number of a comment that can be kept.
    pub highest_comment: i64,
    patterns: HashMap<String, u64>,
    votes: u64,
}

impl Survey {
    /// Reads everything once. Uploads are handed over as they come, with the site they belong to.
    pub fn of(
        inputs: &mut Inputs,
        keys: &Keys,
        mut uploads: impl FnMut(&str, Vec<Upload>),
    ) -> Result<Self, Broken> {
        let mut survey = Self::default();
        inputs.read(|name, bytes| survey.read(name, bytes, keys, &mut uploads))?;
        Ok(survey)
    }

    fn read(
        &mut self,
        name: &str,
        bytes: &mut dyn BufRead,
        keys: &Keys,
        uploads: &mut impl FnMut(&str, Vec<Upload>),
    ) -> Result<(), Broken> {
        let mut reader = Reader::new(bytes);
        let mut export: Option<(Surveyed, OldSite)> = None;
        let mut waiting = Vec::new();
        let broken = |error| Broken::in_file(name, error);
        while let Some(entry) = reader.next_entry().map_err(broken)? {
            match (entry, &mut export) {
                (Entry::Site(site), _) => {
                    let old_site = OldSite::new(&address_of(&site));
                    let surveyed = Surveyed {
                        name: name.to_owned(),
                        site,
                        authors: Vec::new(),
                        terms: Vec::new(),
                    };
                    export = Some((surveyed, old_site));
                }
                (Entry::Author(author), Some((export, _))) => export.authors.push(author),
                (Entry::Term(term), Some((export, _))) => export.terms.push(term),
                (Entry::Item(mut item), Some((export, old_site))) => {
                    if item.number == 0 {
                        item.number = number_of(keys, &item);
                    }
                    self.count(old_site, &item);
                    if let Some(upload) = upload(old_site, &item) {
                        waiting.push(upload);
                    }
                    if waiting.len() >= UPLOADS {
                        uploads(&address_of(&export.site), std::mem::take(&mut waiting));
                    }
                }
                // The reader gives the site first.
                (_, None) => {}
            }
        }
        if let Some((export, _)) = export {
            if !waiting.is_empty() {
                uploads(&address_of(&export.site), waiting);
            }
            self.exports.push(export);
        }
        Ok(())
    }

    fn count(&mut self, site: &OldSite, item: &Item) {
        for comment in &item.comments {
            if comment.number <= MOST_KEPT {
                self.highest_comment = self.highest_comment.max(comment.number);
            }
        }
        if !is_article(item) {
            return;
        }
        self.articles += 1;
        if item.number <= MOST_KEPT {
            self.highest_article = self.highest_article.max(item.number);
        }
        if item.kind == "post" && item.status == "publish" && self.votes < VOTES {
            self.votes += 1;
            if let Some(pattern) = pattern_of(site, item) {
                *self.patterns.entry(pattern).or_default() += 1;
            }
        }
    }

    /// How most of the addresses are made, if it is a way that ours can be made.
    pub fn permalink(&self) -> Option<Permalink> {
        let (pattern, votes) = self
            .patterns
            .iter()
            .max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)))?;
        (votes * 2 > self.votes)
            .then(|| pattern.parse().ok())
            .flatten()
    }
}

/// A site's address as it is known by.
pub fn address_of(site: &Site) -> String {
    let addresses = [&site.base_blog_url, &site.link, &site.base_site_url];
    let address = addresses.into_iter().find(|address| !address.is_empty());
    // An export that does not say where it is from is a site too.
    let known = known_as(address.map_or("", String::as_str));
    let known: String = known.chars().take(ADDRESS_CHARS).collect();
    if known.is_empty() {
        "unknown".to_owned()
    } else {
        known
    }
}

/// Whether an item becomes an article or a page.
pub fn is_article(item: &Item) -> bool {
    matches!(item.kind.as_str(), "post" | "page")
}

fn upload(site: &OldSite, item: &Item) -> Option<Upload> {
    if item.kind != "attachment" {
        return None;
    }
    let words = meta::find(&item.meta, meta::PICTURE_WORDS);
    let words = if words.is_empty() { &item.title } else { words };
    Some(Upload {
        number: item.number,
        article: item.parent,
        address: item.attachment_url.clone(),
        words: markdown::untrusted_html_to_text(words),
        caption: markdown::untrusted_html_to_text(&item.excerpt),
        path: site.own_path(&item.link),
    })
}

/// The pattern that makes this article's address, as far as ours know its parts.
fn pattern_of(site: &OldSite, item: &Item) -> Option<String> {
    let path = site.own_path(&item.link)?;
    let date = dates::parse(&item.date)?;
    let slug = decoded(&item.slug);
    let year = format!("{:04}", date.year());
    let (month, day) = (format!("{:02}", date.month()), format!("{:02}", date.day()));
    let mut pattern = String::new();
    let mut expected = [(&year, "{year}"), (&month, "{month}"), (&day, "{day}")].into_iter();
    let mut next = expected.next();
    for part in path.split('/').skip(1) {
        pattern.push('/');
        match next {
            Some((value, name)) if part == value => {
                pattern.push_str(name);
                next = expected.next();
            }
            _ if part == slug => pattern.push_str("{slug}"),
            _ if part == item.number.to_string() => pattern.push_str("{id}"),
            _ => pattern.push_str(part),
        }
    }
    Some(pattern)
}
