//! Makes articles of what was read. What is here already and has not changed there is only counted.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use anyhow::Context;
use sqlx::PgConnection;
use tokio::task::spawn_blocking;

use super::body::{self, Attachment};
use super::import::Export;
use super::keep::tally_of;
use super::meta;
use super::moved::names_uploads;
use super::plan::{self, Found, Planned, Site};
use super::report::Report;
use super::second_reading::Batch;
use super::store::{self, Known, Upload};
use super::wxr::ItemTerm;
use crate::crypto::Keys;
use crate::i18n::Words;

/// A batch that is ready to be kept.
pub struct Ready {
    /// Which export it is from.
    pub export: usize,
    /// What may have to be written, and what an earlier import kept of it.
    pub articles: Vec<(Planned, Option<Known>)>,
    /// Who wrote what was read for it.
    pub authors: BTreeSet<String>,
    /// What about.
    pub terms: Vec<ItemTerm>,
    /// How many articles were read for it.
    pub done: u64,
    /// What there is to say so far.
    pub report: Report,
}

/// What making needs to know.
#[derive(Clone)]
pub struct Maker {
    keys: Keys,
    words: Words,
    exports: Arc<Vec<Export>>,
    /// This run in the journal.
    import_id: i64,
}

/// An article, what an earlier import kept of it, and the uploads that it shows.
struct Raw {
    found: Found,
    known: Option<Known>,
    shown: Vec<Attachment>,
    leading: Option<Attachment>,
}

impl Maker {
    /// For these exports.
    pub fn new(keys: Keys, words: Words, exports: Arc<Vec<Export>>, import_id: i64) -> Self {
        Self {
            keys,
            words,
            exports,
            import_id,
        }
    }

    /// Makes a batch ready.
    pub async fn make(&self, db: &mut PgConnection, batch: Batch) -> anyhow::Result<Ready> {
        let export = &self.exports[batch.export];
        let mut report = batch.report;
        let done = u64::try_from(batch.articles.len()).unwrap_or(u64::MAX);
        let numbers: Vec<i64> = batch
            .articles
            .iter()
            .map(|found| found.item.number)
            .collect();
        let known = store::known(db, export.site_id, &numbers).await?;
        let mut known: HashMap<i64, Known> = known
            .into_iter()
            .map(|known| (known.number, known))
            .collect();
        let (same, other): (Vec<Found>, Vec<Found>) =
            batch.articles.into_iter().partition(|found| {
                // Uploads that are brought along now may change what is the same there.
                let may_change = export.moved.has_uploads() && found.shows_uploads();
                let known = known.get(&found.item.number);
                known.is_some_and(|known| known.digest == found.digest) && !may_change
            });
        for found in &same {
            tally_of(&mut report, plan::kind_of(&found.item)).same += 1;
            plan::count_talk(&found.item, &mut report);
            let kept_by = known[&found.item.number].import_id;
            report.kept_before += u64::from(kept_by == self.import_id);
        }
        let other = other
            .into_iter()
            .map(|found| (known.remove(&found.item.number), found))
            .collect();
        let raw = self.with_uploads(db, export, other).await?;
        let (maker, at) = (self.clone(), batch.export);
        let made = spawn_blocking(move || maker.plan_all(at, raw, report));
        let (articles, report) = made.await.context("making articles")?;
        Ok(Ready {
            export: at,
            articles,
            authors: batch.authors,
            terms: batch.terms,
            done,
            report,
        })
    }

    /// Looks up the uploads that articles show.
    async fn with_uploads(
        &self,
        db: &mut PgConnection,
        export: &Export,
        articles: Vec<(Option<Known>, Found)>,
    ) -> sqlx::Result<Vec<Raw>> {
        let mut numbers = HashSet::new();
        let mut hung = HashSet::new();
        let wanted: Vec<_> = articles
            .iter()
            .map(|(_, found)| {
                let wanted = body::wanted(&found.item.content);
                numbers.extend(&wanted.numbers);
                numbers.extend(found.leading());
                if wanted.attached {
                    hung.insert(found.item.number);
                }
                wanted
            })
            .collect();
        let uploads = match &export.uploads {
            _ if numbers.is_empty() && hung.is_empty() => Vec::new(),
            Some(remembered) => remembered
                .iter()
                .filter(|upload| numbers.contains(&upload.number) || hung.contains(&upload.article))
                .cloned()
                .collect(),
            None => {
                let numbers: Vec<i64> = numbers.into_iter().collect();
                let hung: Vec<i64> = hung.into_iter().collect();
                store::uploads(db, export.site_id, &numbers, &hung).await?
            }
        };
        let raw = articles.into_iter().zip(wanted);
        let raw = raw.map(|((known, found), wanted)| {
            let number = found.item.number;
            let is_shown = |upload: &&Upload| {
                wanted.numbers.contains(&upload.number)
                    || (wanted.attached && upload.article == number)
            };
            let shown = uploads
                .iter()
                .filter(is_shown)
                .map(|upload| attachment(upload, number));
            let leading = found.leading();
            let leading = uploads.iter().find(|upload| Some(upload.number) == leading);
            Raw {
                shown: shown.collect(),
                leading: leading.map(|upload| attachment(upload, number)),
                known,
                found,
            }
        });
        Ok(raw.collect())
    }

    fn plan_all(
        &self,
        export: usize,
        raw: Vec<Raw>,
        mut report: Report,
    ) -> (Vec<(Planned, Option<Known>)>, Report) {
        let site = Site {
            keys: &self.keys,
            words: self.words,
            moved: &self.exports[export].moved,
        };
        let mut planned = Vec::with_capacity(raw.len());
        for Raw {
            found,
            known,
            shown,
            leading,
        } in raw
        {
            let (number, kind) = (found.item.number, plan::kind_of(&found.item));
            let title = found.item.title.clone();
            let comments = found.item.comments.len();
            match plan::plan(&site, found, &shown, leading.as_ref(), &mut report) {
                Ok(article) => planned.push((article, known)),
                Err(why) => {
                    tally_of(&mut report, kind).skipped += 1;
                    report.comments.skipped += u64::try_from(comments).unwrap_or(u64::MAX);
                    report
                        .skipped
                        .add(|| format!("{title} (item {number}): {why}"));
                }
            }
        }
        (planned, report)
    }
}

impl Found {
    /// The number of the picture that themes show over it.
    fn leading(&self) -> Option<i64> {
        meta::find(&self.item.meta, meta::LEADING_PICTURE)
            .parse()
            .ok()
    }

    fn shows_uploads(&self) -> bool {
        let wanted = body::wanted(&self.item.content);
        names_uploads(&self.item.content)
            || self.leading().is_some()
            || wanted.attached
            || !wanted.numbers.is_empty()
    }
}

fn attachment(upload: &Upload, article: i64) -> Attachment {
    Attachment {
        number: upload.number,
        address: upload.address.clone(),
        alt: upload.words.clone(),
        caption: upload.caption.clone(),
        attached: upload.article == article,
    }
}
