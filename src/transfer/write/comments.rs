//! Writes the comments and linkbacks (pingbacks and trackbacks) of an import batch to the database.

use std::collections::{HashMap, HashSet};

use sqlx::PgConnection;

use super::articles::CommentsByArticle;
use super::writer::BatchWriter;
use crate::comments::{self, NETWORK_ROW, Status};
use crate::transfer::plan::{PlannedComment, PlannedLinkback, describe_comment};
use crate::transfer::report::ImportReport;
use crate::transfer::store;
use crate::transfer::store::comments::{KnownComment, PlacedComment, PlacedLinkback};

/// Time after which the IP network of an imported comment is deleted, in seconds.
const NETWORK_RETENTION_SECONDS: i64 = 30 * 24 * 60 * 60;

/// Stored state of the comments of an import batch, by WordPress ID.
struct CommentLookup {
    known: HashMap<i64, KnownComment>,
    /// ID on this site of every comment and linkback in the batch.
    ids: HashMap<i64, i64>,
    /// WordPress IDs that have already occurred in this batch.
    seen: HashSet<i64>,
}

/// Comments and linkbacks that must be inserted or updated.
#[derive(Default)]
struct CommentChanges {
    new: Vec<PlacedComment>,
    changed: Vec<(PlacedComment, Status)>,
    linkbacks: Vec<PlacedLinkback>,
    /// IDs of articles with changed comments. The threads of these articles may have changed.
    changed_articles: Vec<i64>,
}

impl BatchWriter<'_> {
    /// Writes the comments and linkbacks of the given articles to the database.
    pub(super) async fn write_comments(
        &mut self,
        db: &mut PgConnection,
        batch: CommentsByArticle,
        report: &mut ImportReport,
    ) -> anyhow::Result<()> {
        let wordpress_ids: Vec<i64> = batch
            .iter()
            .flat_map(|(_, of_article)| {
                let comments = of_article.comments.iter();
                let linkbacks = of_article.linkbacks.iter();
                comments
                    .map(|comment| comment.wordpress_id)
                    .chain(linkbacks.map(|linkback| linkback.wordpress_id))
            })
            .collect();
        if wordpress_ids.is_empty() {
            return Ok(());
        }
        // One query per batch instead of one per comment.
        let known = store::comments::list_known(db, self.site_id, &wordpress_ids).await?;
        let known: HashMap<i64, KnownComment> = known
            .into_iter()
            .map(|known| (known.wordpress_id, known))
            .collect();
        let mut lookup = CommentLookup {
            ids: self.assign_comment_ids(db, &wordpress_ids, &known).await?,
            known,
            seen: HashSet::new(),
        };
        self.commenters
            .load_or_insert(db, self.keys, &batch, self.dry_run.is_some())
            .await?;
        let mut changes = CommentChanges::default();
        for (article_id, of_article) in batch {
            let comments =
                self.claim_comments(article_id, of_article.comments, &mut lookup, report);
            let linkbacks =
                self.claim_linkbacks(article_id, of_article.linkbacks, &mut lookup, report);
            self.sort_comments(article_id, comments, &lookup, &mut changes, report);
            sort_linkbacks(article_id, linkbacks, &lookup, &mut changes, report);
        }
        if self.dry_run.is_none() {
            self.save_changes(db, &changes).await?;
        }
        Ok(())
    }

    /// Returns whether the comment with this WordPress ID can be imported for this article. It cannot if the ID has
    /// already occurred in this import, or if the database has it on another article.
    fn claim_comment(&mut self, article_id: i64, id: i64, lookup: &mut CommentLookup) -> bool {
        let is_elsewhere = lookup
            .known
            .get(&id)
            .is_some_and(|known| known.article_id != article_id);
        let is_repeated = !lookup.seen.insert(id)
            || self
                .dry_run
                .as_mut()
                .is_some_and(|dry_run| !dry_run.comments.insert((self.site_id, id)));
        !is_elsewhere && !is_repeated
    }

    fn claim_comments(
        &mut self,
        article_id: i64,
        comments: Vec<PlannedComment>,
        lookup: &mut CommentLookup,
        report: &mut ImportReport,
    ) -> Vec<PlannedComment> {
        // Two articles with the same comment ID come from merged or hand-edited exports.
        let (own, others): (Vec<_>, Vec<_>) = comments
            .into_iter()
            .partition(|planned| self.claim_comment(article_id, planned.wordpress_id, lookup));
        for planned in others {
            report.comments.skipped += 1;
            report.skipped.push(|| {
                let comment = describe_comment(planned.wordpress_id);
                format!("{comment}: a comment on another article has the same ID")
            });
        }
        own
    }

    fn claim_linkbacks(
        &mut self,
        article_id: i64,
        linkbacks: Vec<PlannedLinkback>,
        lookup: &mut CommentLookup,
        report: &mut ImportReport,
    ) -> Vec<PlannedLinkback> {
        let total = linkbacks.len();
        let own: Vec<_> = linkbacks
            .into_iter()
            .filter(|planned| self.claim_comment(article_id, planned.wordpress_id, lookup))
            .collect();
        report.linkbacks.skipped += u64::try_from(total - own.len()).unwrap_or(u64::MAX);
        own
    }

    /// Divides the comments of an article into new, changed and unchanged ones.
    fn sort_comments(
        &self,
        article_id: i64,
        comments: Vec<PlannedComment>,
        lookup: &CommentLookup,
        changes: &mut CommentChanges,
        report: &mut ImportReport,
    ) {
        let ids: HashMap<i64, i64> = comments
            .iter()
            .map(|planned| (planned.wordpress_id, lookup.ids[&planned.wordpress_id]))
            .collect();
        let changed_before = changes.changed.len();
        for planned in comments {
            let placed = self.place_comment(planned, article_id, &ids);
            let Some(known) = lookup.known.get(&placed.planned.wordpress_id) else {
                report.comments.new += 1;
                changes.new.push(placed);
                continue;
            };
            if known.digest == Some(placed.planned.digest) && known.parent_id == placed.parent_id {
                report.comments.same += 1;
                continue;
            }
            report.comments.changed += 1;
            // A moderator's decision on this site outlives what WordPress says now.
            let status = if known.is_decided {
                known.status
            } else {
                placed.planned.status
            };
            report.decided_here += u64::from(status != placed.planned.status);
            changes.changed.push((placed, status));
        }
        if changes.changed.len() > changed_before {
            changes.changed_articles.push(article_id);
        }
    }

    /// Replaces the WordPress IDs of a comment with IDs on this site, and encrypts the IP network of the commenter.
    fn place_comment(
        &self,
        planned: PlannedComment,
        article_id: i64,
        ids: &HashMap<i64, i64>,
    ) -> PlacedComment {
        let id = ids[&planned.wordpress_id];
        // The same form as for comments written on this site, so that networks are compared alike.
        let network_sealed = planned.ip.map(|ip| {
            let ip = ip.to_canonical().to_string();
            self.keys.seal(NETWORK_ROW, ip.as_bytes())
        });
        let network_hash = planned.ip.map(|ip| comments::hash_network(self.keys, ip));
        let parent = planned.parent_wordpress_id;
        PlacedComment {
            id,
            // A parent that was skipped leaves a reply to the article.
            parent_id: parent.and_then(|parent| ids.get(&parent).copied()),
            root_id: ids.get(&planned.root_wordpress_id).copied().unwrap_or(id),
            article_id,
            commenter_id: self.commenters.find(self.keys, planned.email.as_ref()),
            network_sealed,
            network_hash,
            planned,
        }
    }

    async fn save_changes(
        &self,
        db: &mut PgConnection,
        changes: &CommentChanges,
    ) -> sqlx::Result<()> {
        for (comment, status) in &changes.changed {
            store::comments::update(db, comment, *status).await?;
        }
        if !changes.new.is_empty() {
            let networks_until = self.now.plus_seconds(NETWORK_RETENTION_SECONDS);
            store::comments::insert(db, self.site_id, &changes.new, networks_until).await?;
        }
        if !changes.linkbacks.is_empty() {
            store::comments::upsert_linkbacks(db, self.site_id, &changes.linkbacks).await?;
        }
        // After the inserts: a changed comment may answer a new one.
        if !changes.changed_articles.is_empty() {
            store::comments::update_thread_roots(db, &changes.changed_articles).await?;
        }
        Ok(())
    }
}

fn sort_linkbacks(
    article_id: i64,
    linkbacks: Vec<PlannedLinkback>,
    lookup: &CommentLookup,
    changes: &mut CommentChanges,
    report: &mut ImportReport,
) {
    for planned in linkbacks {
        match lookup.known.get(&planned.wordpress_id) {
            Some(known) if known.digest == Some(planned.digest) => {
                report.linkbacks.same += 1;
                continue;
            }
            Some(_) => report.linkbacks.changed += 1,
            None => report.linkbacks.new += 1,
        }
        changes.linkbacks.push(PlacedLinkback {
            id: lookup.ids[&planned.wordpress_id],
            planned,
            article_id,
        });
    }
}
