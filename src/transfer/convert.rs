//! Converts batches of export items to articles that can be written to the database. Items that have not changed since
//! the last import are only counted.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use anyhow::Context;
use sqlx::PgConnection;
use tokio::task::spawn_blocking;

use super::body::{self, Attachment};
use super::meta;
use super::plan::{self, PlanContext, PlannedArticle, SourceItem};
use super::read_pass::ArticleBatch;
use super::report::ImportReport;
use super::source_export::SourceExport;
use super::source_site::mentions_uploads;
use super::store;
use super::store::articles::KnownArticle;
use super::store::uploads::UploadRecord;
use super::wxr::WxrItemTerm;
use crate::crypto::KeyRing;
use crate::i18n::Translator;

/// A batch of articles that is ready to be written to the database.
pub struct ConvertedBatch {
    /// Position of the export file among the exports of this import.
    pub export: usize,
    /// Articles that are new or may have changed. The second value describes the article that an earlier import wrote.
    pub articles: Vec<(PlannedArticle, Option<KnownArticle>)>,
    pub authors: BTreeSet<String>,
    pub terms: Vec<WxrItemTerm>,
    /// Number of articles that were read for this batch, including unchanged ones.
    pub articles_read: u64,
    pub report: ImportReport,
}

/// Converts the batches of one import.
#[derive(Clone)]
pub struct Converter {
    pub keys: KeyRing,
    pub words: Translator,
    pub exports: Arc<Vec<SourceExport>>,
    pub import_id: i64,
}

/// An export item together with the database rows that are needed to convert it.
struct RawArticle {
    source: SourceItem,
    known: Option<KnownArticle>,
    attachments: Vec<Attachment>,
    featured_image: Option<Attachment>,
}

impl Converter {
    /// Converts a batch. The conversion itself runs on a thread for blocking work.
    pub async fn convert(
        &self,
        db: &mut PgConnection,
        batch: ArticleBatch,
    ) -> anyhow::Result<ConvertedBatch> {
        let export = &self.exports[batch.export];
        let mut report = batch.report;
        let articles_read = u64::try_from(batch.articles.len()).unwrap_or(u64::MAX);
        let ids: Vec<i64> = batch.articles.iter().map(|source| source.item.id).collect();
        // One query per batch instead of one per article.
        let known = store::articles::list_known(db, export.site_id, &ids).await?;
        let mut known: HashMap<i64, KnownArticle> = known
            .into_iter()
            .map(|known| (known.wordpress_id, known))
            .collect();
        let (unchanged, changed): (Vec<SourceItem>, Vec<SourceItem>) =
            batch.articles.into_iter().partition(|source| {
                // Uploads that are copied now may change the text of an unchanged item.
                let may_change = export.url_map.copier.has_uploads() && shows_uploads(source);
                let known = known.get(&source.item.id);
                known.is_some_and(|known| known.digest == source.digest) && !may_change
            });
        for source in &unchanged {
            report.counts_mut(source.kind()).same += 1;
            // Their comments are part of the digest, so they did not change either.
            plan::count_unchanged(&source.item, &mut report);
            // A resumed run has the ID of the interrupted one, so this article was imported before the interruption.
            let import_id = known[&source.item.id].import_id;
            report.imported_before += u64::from(import_id == self.import_id);
        }
        let changed = changed
            .into_iter()
            .map(|source| (known.remove(&source.item.id), source))
            .collect();
        let raw = self.load_uploads(db, export, changed).await?;
        let (converter, index) = (self.clone(), batch.export);
        // Parsing HTML takes milliseconds per article, too long for the async runtime.
        let planned = spawn_blocking(move || converter.plan_all(index, raw, report));
        let (articles, report) = planned.await.context("converting articles")?;
        Ok(ConvertedBatch {
            export: index,
            articles,
            authors: batch.authors,
            terms: batch.terms,
            articles_read,
            report,
        })
    }

    /// Loads, in one query, the uploaded files that the articles of a batch show.
    async fn load_uploads(
        &self,
        db: &mut PgConnection,
        export: &SourceExport,
        articles: Vec<(Option<KnownArticle>, SourceItem)>,
    ) -> sqlx::Result<Vec<RawArticle>> {
        let mut ids = HashSet::new();
        let mut parent_ids = HashSet::new();
        let needed: Vec<_> = articles
            .iter()
            .map(|(_, source)| {
                let needed = body::find_needed_attachments(&source.item.content);
                ids.extend(&needed.ids);
                ids.extend(featured_image_id(source));
                if needed.all_attached {
                    parent_ids.insert(source.item.id);
                }
                needed
            })
            .collect();
        let uploads = match &export.uploads {
            _ if ids.is_empty() && parent_ids.is_empty() => Vec::new(),
            // A dry run writes no uploads to the database.
            Some(remembered) => remembered
                .iter()
                .filter(|upload| {
                    ids.contains(&upload.wordpress_id) || parent_ids.contains(&upload.parent_id)
                })
                .cloned()
                .collect(),
            None => {
                let ids: Vec<i64> = ids.into_iter().collect();
                let parent_ids: Vec<i64> = parent_ids.into_iter().collect();
                store::uploads::list(db, export.site_id, &ids, &parent_ids).await?
            }
        };
        let raw = articles.into_iter().zip(needed);
        let raw = raw.map(|((known, source), needed)| {
            let id = source.item.id;
            // The query was for the whole batch, so each article selects its own.
            let is_shown = |upload: &&UploadRecord| {
                needed.ids.contains(&upload.wordpress_id)
                    || (needed.all_attached && upload.parent_id == id)
            };
            let featured = featured_image_id(&source);
            let featured = uploads
                .iter()
                .find(|upload| Some(upload.wordpress_id) == featured);
            RawArticle {
                attachments: uploads
                    .iter()
                    .filter(is_shown)
                    .map(|upload| attachment_of(upload, id))
                    .collect(),
                featured_image: featured.map(|upload| attachment_of(upload, id)),
                known,
                source,
            }
        });
        Ok(raw.collect())
    }

    fn plan_all(
        &self,
        export: usize,
        raw: Vec<RawArticle>,
        mut report: ImportReport,
    ) -> (Vec<(PlannedArticle, Option<KnownArticle>)>, ImportReport) {
        let context = PlanContext {
            keys: &self.keys,
            translator: self.words,
            url_map: &self.exports[export].url_map,
        };
        let mut planned = Vec::with_capacity(raw.len());
        for raw in raw {
            let (id, kind) = (raw.source.item.id, raw.source.kind());
            let title = raw.source.item.title.clone();
            let comments = raw.source.item.comments.len();
            let plan = plan::plan_article(
                &context,
                raw.source,
                &raw.attachments,
                raw.featured_image.as_ref(),
                &mut report,
            );
            match plan {
                Ok(article) => planned.push((article, raw.known)),
                // An article that cannot be imported is reported and does not stop the others.
                Err(reason) => {
                    report.counts_mut(kind).skipped += 1;
                    report.comments.skipped += u64::try_from(comments).unwrap_or(u64::MAX);
                    report
                        .skipped
                        .push(|| format!("{title} (item {id}): {reason}"));
                }
            }
        }
        (planned, report)
    }
}

fn featured_image_id(source: &SourceItem) -> Option<i64> {
    meta::find(&source.item.meta, meta::FEATURED_IMAGE)
        .parse()
        .ok()
}

fn shows_uploads(source: &SourceItem) -> bool {
    let needed = body::find_needed_attachments(&source.item.content);
    mentions_uploads(&source.item.content)
        || featured_image_id(source).is_some()
        || needed.all_attached
        || !needed.ids.is_empty()
}

fn attachment_of(upload: &UploadRecord, article_id: i64) -> Attachment {
    Attachment {
        id: upload.wordpress_id,
        url: upload.url.clone(),
        alt: upload.alt_text.clone(),
        caption: upload.caption.clone(),
        is_attached: upload.parent_id == article_id,
    }
}
