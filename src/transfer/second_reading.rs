//! The second reading: articles with their comments, a batch at a time, and a count of what is no article.

use std::collections::{BTreeSet, HashSet};
use std::io::BufRead;

use jiff::tz::TimeZone;
use tokio::sync::mpsc::Sender;

use super::Broken;
use super::dates::LocalTime;
use super::files::Inputs;
use super::import::Export;
use super::plan::{self, Found};
use super::report::Report;
use super::survey::is_article;
use super::wxr::{Entry, Item, ItemTerm, Reader};
use crate::crypto::Keys;

/// A batch ends with so many articles, or with so many bytes of text and comments: small enough for little memory, large
/// enough that a commit costs little beside it.
const ARTICLES: usize = 200;
const BYTES: usize = 1 << 20;

/// What was read at once.
pub struct Batch {
    /// Which export it is from.
    pub export: usize,
    /// Articles and pages.
    pub articles: Vec<Found>,
    /// Who wrote them.
    pub authors: BTreeSet<String>,
    /// What about, in the order in which it is named first.
    pub terms: Vec<ItemTerm>,
    /// What there was besides.
    pub report: Report,
}

/// Reads everything and hands it over. Ends early when nobody takes it any more.
pub fn read(
    mut inputs: Inputs,
    keys: &Keys,
    exports: &[Export],
    publication: &TimeZone,
    batches: &Sender<Batch>,
) -> Result<(), Broken> {
    let mut export = 0;
    let mut seen = HashSet::new();
    inputs.read(|name, bytes| {
        let known = exports.get(export).ok_or(Broken::Changed)?;
        let time = LocalTime::new(known.zone.clone(), publication.clone());
        let reading = Reading {
            export,
            site_id: known.site_id,
            keys,
            batches,
        };
        reading.read(name, bytes, time, &mut seen)?;
        export += 1;
        Ok(())
    })
}

/// Articles that have been read, by the number of their site and their own: the first of two is taken.
type Seen = HashSet<(i32, i64)>;

/// One export's turn.
struct Reading<'a> {
    export: usize,
    site_id: i32,
    keys: &'a Keys,
    batches: &'a Sender<Batch>,
}

impl Reading<'_> {
    fn read(
        &self,
        name: &str,
        bytes: &mut dyn BufRead,
        mut time: LocalTime,
        seen: &mut Seen,
    ) -> Result<(), Broken> {
        let mut reader = Reader::new(bytes);
        let (mut batch, mut size, mut named) = (self.batch(), 0, HashSet::new());
        let broken = |error| Broken::in_file(name, error);
        while let Some(entry) = reader.next_entry().map_err(broken)? {
            let Entry::Item(mut item) = entry else {
                continue;
            };
            if item.number == 0 {
                item.number = plan::number_of(self.keys, &item);
            }
            time.learn(&item.date, &item.date_gmt);
            if !is_article(&item) || item.status == "trash" {
                leave_out(&item, "it is in the trash there", &mut batch.report);
            } else if !seen.insert((self.site_id, item.number)) {
                leave_out(&item, "its number was there before", &mut batch.report);
            } else {
                size += size_of(&item);
                batch.authors.insert(item.creator.clone());
                let terms = item.terms.iter();
                let new = terms.filter(|term| named.insert((term.kind, term.slug.clone())));
                batch.terms.extend(new.cloned());
                batch.articles.push(Found {
                    digest: plan::digest(self.keys, &item),
                    item: *item,
                    time: time.clone(),
                });
            }
            if batch.articles.len() >= ARTICLES || size >= BYTES {
                let full = std::mem::replace(&mut batch, self.batch());
                size = 0;
                named.clear();
                self.hand_over(full)?;
            }
        }
        self.hand_over(batch)
    }

    fn batch(&self) -> Batch {
        Batch {
            export: self.export,
            articles: Vec::new(),
            authors: BTreeSet::new(),
            terms: Vec::new(),
            report: Report::default(),
        }
    }

    fn hand_over(&self, batch: Batch) -> Result<(), Broken> {
        self.batches
            .blocking_send(batch)
            .map_err(|_| Broken::Stopped)
    }
}

fn size_of(item: &Item) -> usize {
    let comments = item
        .comments
        .iter()
        .map(|comment| 512 + comment.content.len());
    item.content.len() + comments.sum::<usize>()
}

/// What is no article, and what is not taken, is counted, and so is what was said about it.
fn leave_out(item: &Item, why: &str, report: &mut Report) {
    let comments = u64::try_from(item.comments.len()).unwrap_or(u64::MAX);
    report.comments.skipped += comments;
    let title = &item.title;
    if is_article(item) {
        let kind = plan::kind_of(item);
        super::keep::tally_of(report, kind).skipped += 1;
        report
            .skipped
            .add(|| format!("{title} (item {}): {why}", item.number));
    } else {
        *report.left_out.entry(item.kind.clone()).or_default() += 1;
    }
    if comments > 0 {
        let kind = &item.kind;
        report.skipped.add(|| {
            format!(
                "{comments} comments on {title} (item {}, {kind})",
                item.number
            )
        });
    }
}
