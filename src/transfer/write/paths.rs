//! Assigns paths to imported articles. A path can lead to only one article, and the first article that needs it gets it.

use std::collections::HashMap;

use sqlx::PgConnection;

use super::writer::BatchWriter;
use crate::articles::{ArticleKind, ArticleState, DraftReason};
use crate::ids::ArticleId;
use crate::publication::{Publication, is_reserved, is_served};
use crate::text::Slug;
use crate::transfer::plan::PlannedArticle;
use crate::transfer::report::ImportReport;
use crate::transfer::store;

/// Exclusive upper limit of the numbers that are appended to a slug whose path is taken. The numbers start at 2. After
/// them, the WordPress ID of the article is tried.
const MAX_SUFFIX: u64 = 20;

/// IDs of the articles that paths lead to, for paths in the database and paths assigned in this batch.
pub(super) type PathOwners = HashMap<String, i64>;

impl BatchWriter<'_> {
    /// Loads which of the paths that these articles need already lead to an article.
    pub(super) async fn load_path_owners(
        &self,
        db: &mut PgConnection,
        ids: &[i64],
        articles: &[PlannedArticle],
    ) -> sqlx::Result<PathOwners> {
        let paths: Vec<String> = ids
            .iter()
            .zip(articles)
            .flat_map(|(id, planned)| {
                // Old paths too: one of them may be the current path of another article.
                let path = self.make_path(*id, planned, &planned.slug);
                path.into_iter().chain(planned.old_paths.iter().cloned())
            })
            .collect();
        let owners = store::paths::list_owners(db, &paths).await?;
        Ok(owners.into_iter().collect())
    }

    /// Returns the path of an article if it has the given slug. Returns `None` for a draft.
    fn make_path(&self, id: i64, planned: &PlannedArticle, slug: &Slug) -> Option<String> {
        let published_at = planned
            .published_at
            .filter(|_| planned.state == ArticleState::Published)?;
        Some(match planned.kind {
            ArticleKind::Article => {
                self.publication
                    .article_path(ArticleId(id), slug, published_at)
            }
            // A WordPress page may be a child of another, and keeps that path.
            ArticleKind::Page => planned
                .old_paths
                .iter()
                .find(|path| path.rsplit('/').next() == Some(slug.as_str()) && !is_reserved(path))
                .cloned()
                .unwrap_or_else(|| Publication::page_path(slug)),
        })
    }

    /// Assigns a path to an article. If the path of its slug is taken, appends a number to the slug. If no path is free,
    /// turns the article into a draft and returns `None`. Returns `None` for a draft as well.
    pub(super) async fn assign_path(
        &mut self,
        db: &mut PgConnection,
        id: i64,
        planned: &mut PlannedArticle,
        owners: &mut PathOwners,
        report: &mut ImportReport,
    ) -> sqlx::Result<Option<String>> {
        let Some(first) = self.make_path(id, planned, &planned.slug) else {
            return Ok(None);
        };
        let suffixes = (2..MAX_SUFFIX).chain([planned.wordpress_id.unsigned_abs()]);
        let alternatives = suffixes.map(|suffix| planned.slug.with_number(suffix));
        for slug in [planned.slug.clone()].into_iter().chain(alternatives) {
            // Always present here, since the first path was.
            let Some(path) = self.make_path(id, planned, &slug) else {
                break;
            };
            // The owners of alternative paths were not loaded with the batch.
            if path != first {
                owners.extend(store::paths::list_owners(db, std::slice::from_ref(&path)).await?);
            }
            if is_reserved(&path) || !self.claim_path(&path, id, owners) {
                continue;
            }
            if path != first {
                report_conflict(report, planned, || {
                    format!("{first} is taken, so the article is at {path}")
                });
                planned.slug = slug;
            }
            return Ok(Some(path));
        }
        report_conflict(report, planned, || {
            format!("{first} is taken, so the article became a draft")
        });
        // A published article needs a path.
        planned.state = ArticleState::Draft;
        planned.draft_reason = Some(DraftReason::Unknown);
        Ok(None)
    }

    /// Assigns a path to an article. Returns `false` if the path already leads to another article.
    fn claim_path(&mut self, path: &str, id: i64, owners: &mut PathOwners) -> bool {
        if let Some(dry_run) = &mut self.dry_run {
            // Earlier batches of a dry run are not in the database, so their paths are remembered by hash.
            let hash = self
                .keys
                .fingerprint("path", [path.as_bytes()])
                .cast_unsigned();
            if owners.get(path).is_none() && !dry_run.paths.insert(hash) {
                return false;
            }
        }
        *owners.entry(path.to_owned()).or_insert(id) == id
    }

    /// Assigns the former paths of an article to it, and returns them. Paths that are already taken are reported instead.
    pub(super) fn claim_old_paths(
        &mut self,
        id: i64,
        planned: &PlannedArticle,
        path: Option<&str>,
        owners: &mut PathOwners,
        report: &mut ImportReport,
    ) -> Vec<String> {
        let mut claimed = Vec::new();
        for old in &planned.old_paths {
            if Some(old.as_str()) == path || claimed.contains(old) {
                continue;
            }
            if is_served(old) {
                report_conflict(report, planned, || {
                    format!("its old path {old} is a page of this site")
                });
            } else if self.claim_path(old, id, owners) {
                claimed.push(old.clone());
            } else {
                report_conflict(report, planned, || {
                    format!("its old path {old} belongs to another article on this site")
                });
            }
        }
        claimed
    }
}

fn report_conflict(
    report: &mut ImportReport,
    planned: &PlannedArticle,
    conflict: impl FnOnce() -> String,
) {
    report.path_conflicts.push(|| {
        let (title, id) = (&planned.title, planned.wordpress_id);
        format!("{title} (item {id}): {}", conflict())
    });
}
