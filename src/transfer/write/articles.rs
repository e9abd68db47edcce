//! Writes the articles of an import batch to the database.

use std::collections::HashSet;

use sqlx::PgConnection;

use super::writer::BatchWriter;
use crate::crypto::make_urn;
use crate::transfer::plan::{ArticleComments, PlannedArticle};
use crate::transfer::report::ImportReport;
use crate::transfer::store;
use crate::transfer::store::articles::{ImportedArticle, KnownArticle, PlacedArticle};

/// Comments of an import batch. Each value is the ID of an article and its comments.
pub(super) type CommentsByArticle = Vec<(i64, ArticleComments)>;

/// Difference between an article in the export and the stored article.
enum ArticleChange {
    New,
    Changed(KnownArticle),
    /// The article has changed in WordPress, but was also edited on this site.
    EditedHere(KnownArticle),
    Unchanged,
}

impl BatchWriter<'_> {
    /// Writes articles to the database. Returns their comments, which the caller must write afterwards.
    pub(super) async fn write_articles(
        &mut self,
        db: &mut PgConnection,
        articles: Vec<(PlannedArticle, Option<KnownArticle>)>,
        report: &mut ImportReport,
    ) -> anyhow::Result<CommentsByArticle> {
        let mut new = Vec::new();
        let mut comments = Vec::new();
        let mut written = Vec::new();
        for (mut planned, known) in articles {
            match find_change(db, &planned, known).await? {
                ArticleChange::Unchanged => {
                    report.counts_mut(planned.kind).same += 1;
                    report.comments.same += count(&planned.comments.comments);
                    report.linkbacks.same += count(&planned.comments.linkbacks);
                }
                ArticleChange::New => {
                    report.counts_mut(planned.kind).new += 1;
                    new.push(planned);
                }
                // Its comments are written nevertheless: editing an article is no reason to lose replies.
                ArticleChange::EditedHere(known) => {
                    report_edited(report, &planned);
                    comments.push((known.article_id.0, planned.comments));
                }
                ArticleChange::Changed(known) => {
                    let article_id = known.article_id.0;
                    comments.push((article_id, std::mem::take(&mut planned.comments)));
                    let (wordpress_id, digest) = (planned.wordpress_id, planned.digest);
                    if let Some(version) = self.update_article(db, &known, planned, report).await? {
                        written.push(ImportedArticle {
                            wordpress_id,
                            article_id,
                            digest,
                            version,
                        });
                    }
                }
            }
        }
        self.insert_articles(db, new, &mut comments, &mut written, report)
            .await?;
        if self.dry_run.is_none() && !written.is_empty() {
            store::articles::upsert_imported(db, self.site_id, self.import_id, &written).await?;
        }
        Ok(comments)
    }

    async fn insert_articles(
        &mut self,
        db: &mut PgConnection,
        new: Vec<PlannedArticle>,
        comments: &mut CommentsByArticle,
        written: &mut Vec<ImportedArticle>,
        report: &mut ImportReport,
    ) -> anyhow::Result<()> {
        if new.is_empty() {
            return Ok(());
        }
        let ids = self.assign_article_ids(db, &new).await?;
        let mut owners = self.load_path_owners(db, &ids, &new).await?;
        let mut guids = find_free_guids(db, &new).await?;
        let mut placed = Vec::with_capacity(new.len());
        let (mut paths, mut path_articles) = (Vec::new(), Vec::new());
        let (mut topics, mut topic_articles) = (Vec::new(), Vec::new());
        for (id, mut planned) in ids.into_iter().zip(new) {
            let author_id = self
                .authors
                .find_or_insert(db, self.keys, self.site_id, &planned.author_login, report)
                .await?;
            for term in &planned.terms {
                if let Some(topic) = self.topics.find_or_insert(db, term, report).await? {
                    topics.push(topic);
                    topic_articles.push(id);
                }
            }
            let path = self
                .assign_path(db, id, &mut planned, &mut owners, report)
                .await?;
            let old_paths =
                self.claim_old_paths(id, &planned, path.as_deref(), &mut owners, report);
            for path in path.iter().cloned().chain(old_paths) {
                paths.push(path);
                path_articles.push(id);
            }
            comments.push((id, std::mem::take(&mut planned.comments)));
            written.push(ImportedArticle {
                wordpress_id: planned.wordpress_id,
                article_id: id,
                digest: planned.digest,
                version: 1,
            });
            placed.push(PlacedArticle {
                guid: choose_guid(&planned, &mut guids),
                planned,
                id,
                path,
                author_id,
            });
        }
        if self.dry_run.is_some() {
            return Ok(());
        }
        // Articles first: paths, revisions and topics refer to them.
        store::articles::insert(db, &placed).await?;
        store::paths::insert(db, &paths, &path_articles).await?;
        store::paths::insert_pending(db, &placed).await?;
        store::topics::add_to_articles(db, &topic_articles, &topics).await?;
        Ok(())
    }

    /// Updates an article and returns its new version. Returns `None` if nothing was written, either because this is a
    /// dry run or because an editor saved the article in the meantime.
    async fn update_article(
        &mut self,
        db: &mut PgConnection,
        known: &KnownArticle,
        mut planned: PlannedArticle,
        report: &mut ImportReport,
    ) -> anyhow::Result<Option<i32>> {
        let id = known.article_id.0;
        let author_id = self
            .authors
            .find_or_insert(db, self.keys, self.site_id, &planned.author_login, report)
            .await?;
        let mut topics = Vec::new();
        for term in &planned.terms {
            topics.extend(self.topics.find_or_insert(db, term, report).await?);
        }
        let mut owners = self
            .load_path_owners(db, &[id], std::slice::from_ref(&planned))
            .await?;
        let path = self
            .assign_path(db, id, &mut planned, &mut owners, report)
            .await?;
        let old_paths = self.claim_old_paths(id, &planned, path.as_deref(), &mut owners, report);
        let paths: Vec<String> = path.iter().cloned().chain(old_paths).collect();
        let kind = planned.kind;
        let placed = PlacedArticle {
            planned,
            id,
            path,
            author_id,
            guid: String::new(),
        };
        if self.dry_run.is_some() {
            report.counts_mut(kind).changed += 1;
            return Ok(None);
        }
        // Compare and set: an editor may have saved the article since it was loaded.
        let version = store::articles::update(db, &placed, known.current_version).await?;
        if version.is_none() {
            report_edited(report, &placed.planned);
            return Ok(None);
        }
        report.counts_mut(kind).changed += 1;
        store::paths::insert(db, &paths, &vec![id; paths.len()]).await?;
        store::paths::insert_pending(db, std::slice::from_ref(&placed)).await?;
        // The export lists all topics of the article, so topics that it lacks were removed in WordPress.
        store::topics::remove_from_article(db, id).await?;
        store::topics::add_to_articles(db, &vec![id; topics.len()], &topics).await?;
        Ok(version)
    }
}

/// Returns the guids of these articles that no stored article has.
async fn find_free_guids(
    db: &mut PgConnection,
    articles: &[PlannedArticle],
) -> sqlx::Result<HashSet<String>> {
    let guids: Vec<String> = articles
        .iter()
        .map(|article| article.guid.clone())
        .collect();
    let taken = store::articles::list_taken_guids(db, &guids).await?;
    let mut free: HashSet<String> = guids.into_iter().collect();
    free.retain(|guid| !taken.contains(guid));
    Ok(free)
}

/// Takes the guid of an article out of the free ones. The second article with the same guid gets another one, as feed
/// readers would take the two for one.
fn choose_guid(planned: &PlannedArticle, free: &mut HashSet<String>) -> String {
    let kept = free.take(&planned.guid);
    kept.unwrap_or_else(|| make_urn(&[planned.guid.as_str(), &planned.wordpress_id.to_string()]))
}

/// Compares an article from the export with the stored article.
async fn find_change(
    db: &mut PgConnection,
    planned: &PlannedArticle,
    known: Option<KnownArticle>,
) -> sqlx::Result<ArticleChange> {
    let Some(known) = known else {
        return Ok(ArticleChange::New);
    };
    let is_edited = known.imported_version != known.current_version;
    if planned.digest != known.digest {
        return Ok(if is_edited {
            ArticleChange::EditedHere(known)
        } else {
            ArticleChange::Changed(known)
        });
    }
    // The item is the same, but uploads that were copied now may have changed its text.
    let is_changed = planned.may_show_uploads
        && !is_edited
        && store::articles::load_body(db, known.article_id).await? != planned.body;
    Ok(if is_changed {
        ArticleChange::Changed(known)
    } else {
        ArticleChange::Unchanged
    })
}

fn report_edited(report: &mut ImportReport, planned: &PlannedArticle) {
    report.counts_mut(planned.kind).edited_here += 1;
    report
        .edited_here
        .push(|| format!("{} (item {})", planned.title, planned.wordpress_id));
}

fn count<T>(things: &[T]) -> u64 {
    u64::try_from(things.len()).unwrap_or(u64::MAX)
}
