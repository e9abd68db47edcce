//! The second pass over the files of an import. It reads articles with their comments in batches and counts all other
//! items.

use std::collections::{BTreeSet, HashSet};
use std::io::BufRead;

use jiff::tz::TimeZone;
use tokio::sync::mpsc::Sender;

use super::ImportError;
use super::dates::LocalTime;
use super::files::InputFiles;
use super::plan::{self, SourceItem, article_kind};
use super::report::ImportReport;
use super::source_export::SourceExport;
use super::wxr::{WxrEntry, WxrItem, WxrItemTerm, WxrReader};
use crate::crypto::KeyRing;

/// Highest number of articles in a batch. Batches need little memory, but are large enough that the time of a commit
/// hardly matters.
const MAX_BATCH_ARTICLES: usize = 200;
const MAX_BATCH_BYTES: usize = 1 << 20;

/// Articles from one export that are written in one transaction.
pub struct ArticleBatch {
    /// Position of the export file among the exports of this import.
    pub export: usize,
    pub articles: Vec<SourceItem>,
    /// WordPress logins of the authors of these articles.
    pub authors: BTreeSet<String>,
    /// Categories and tags of these articles, without duplicates, in order of appearance.
    pub terms: Vec<WxrItemTerm>,
    /// Counts of the items that were read together with these articles but are not imported.
    pub report: ImportReport,
}

/// Reads all files and sends their articles in batches. Returns an error if the receiver is closed.
pub fn read_batches(
    mut files: InputFiles,
    keys: &KeyRing,
    exports: &[SourceExport],
    publication_zone: &TimeZone,
    batches: &Sender<ArticleBatch>,
) -> Result<(), ImportError> {
    let mut index = 0;
    let mut seen = HashSet::new();
    files.read(|file, bytes| {
        let export = exports.get(index).ok_or(ImportError::FilesChanged)?;
        let local_time = LocalTime::new(export.zone.clone(), publication_zone.clone());
        let reader = BatchReader {
            export: index,
            site_id: export.site_id,
            keys,
            batches,
        };
        reader.read(file, bytes, local_time, &mut seen)?;
        index += 1;
        Ok(())
    })
}

/// Site ID and WordPress ID of each article read so far. If two articles have the same IDs, only the first is imported.
type SeenArticles = HashSet<(i32, i64)>;

/// Reads one export and sends its articles in batches.
struct BatchReader<'a> {
    export: usize,
    site_id: i32,
    keys: &'a KeyRing,
    batches: &'a Sender<ArticleBatch>,
}

impl BatchReader<'_> {
    fn read(
        &self,
        file: &str,
        bytes: &mut dyn BufRead,
        mut local_time: LocalTime,
        seen: &mut SeenArticles,
    ) -> Result<(), ImportError> {
        let mut reader = WxrReader::new(bytes);
        let (mut batch, mut size, mut named_terms) = (self.new_batch(), 0, HashSet::new());
        let error = |error| ImportError::in_file(file, error);
        while let Some(entry) = reader.next_entry().map_err(error)? {
            let WxrEntry::Item(mut item) = entry else {
                continue;
            };
            if item.id == 0 {
                item.id = plan::find_item_id(self.keys, &item);
            }
            // Also from items that are not imported: every pair of dates shows the offset.
            local_time.learn_offset(&item.date, &item.date_gmt);
            if article_kind(&item).is_none() || item.status == "trash" {
                skip_item(&item, "it is in WordPress's trash", &mut batch.report);
            } else if !seen.insert((self.site_id, item.id)) {
                let reason = "an earlier item has the same ID";
                skip_item(&item, reason, &mut batch.report);
            } else {
                size += estimate_size(&item);
                // Names of authors and terms travel with the batch, so that those of unchanged articles are written too.
                batch.authors.insert(item.creator.clone());
                let terms = item.terms.iter();
                let new = terms.filter(|term| named_terms.insert((term.kind, term.slug.clone())));
                batch.terms.extend(new.cloned());
                batch.articles.push(SourceItem {
                    digest: plan::digest_item(self.keys, &item),
                    item: *item,
                    local_time: local_time.clone(),
                });
            }
            if batch.articles.len() >= MAX_BATCH_ARTICLES || size >= MAX_BATCH_BYTES {
                let full = std::mem::replace(&mut batch, self.new_batch());
                size = 0;
                // Each batch is written alone, so it must name its terms itself.
                named_terms.clear();
                self.send(full)?;
            }
        }
        // Sent even if it has no articles: its report counts other items.
        self.send(batch)
    }

    fn new_batch(&self) -> ArticleBatch {
        ArticleBatch {
            export: self.export,
            articles: Vec::new(),
            authors: BTreeSet::new(),
            terms: Vec::new(),
            report: ImportReport::default(),
        }
    }

    fn send(&self, batch: ArticleBatch) -> Result<(), ImportError> {
        self.batches
            .blocking_send(batch)
            .map_err(|_| ImportError::ReceiverClosed)
    }
}

/// Estimates how much memory an export item takes, in bytes. Each comment takes about 512 bytes besides its text.
fn estimate_size(item: &WxrItem) -> usize {
    let comments = item
        .comments
        .iter()
        // About 512 bytes for the other fields of a comment.
        .map(|comment| 512 + comment.content.len());
    item.content.len() + comments.sum::<usize>()
}

/// Counts an item that is not imported, together with its comments. If the item is an article or a page, the report gives
/// the reason.
fn skip_item(item: &WxrItem, reason: &str, report: &mut ImportReport) {
    let comments = u64::try_from(item.comments.len()).unwrap_or(u64::MAX);
    report.comments.skipped += comments;
    let title = &item.title;
    if let Some(kind) = article_kind(item) {
        report.counts_mut(kind).skipped += 1;
        report
            .skipped
            .push(|| format!("{title} (item {}): {reason}", item.id));
    } else {
        *report.other_items.entry(item.kind.clone()).or_default() += 1;
    }
    if comments > 0 {
        let kind = &item.kind;
        report
            .skipped
            .push(|| format!("{comments} comments on {title} (item {}, {kind})", item.id));
    }
}
