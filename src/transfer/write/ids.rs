//! Assigns IDs to imported articles and comments. They keep their WordPress IDs where these are free, and get new IDs
//! otherwise.

use std::collections::{HashMap, HashSet};

use sqlx::PgConnection;

use super::writer::BatchWriter;
use crate::transfer::plan::PlannedArticle;
use crate::transfer::store;
use crate::transfer::store::comments::KnownComment;
use crate::transfer::store::runs::MAX_PRESERVED_ID;

impl BatchWriter<'_> {
    /// Returns the ID on this site for each of the articles, in the same order.
    pub(super) async fn assign_article_ids(
        &mut self,
        db: &mut PgConnection,
        articles: &[PlannedArticle],
    ) -> sqlx::Result<Vec<i64>> {
        let wordpress_ids: Vec<i64> = articles
            .iter()
            .map(|article| article.wordpress_id)
            .collect();
        // Preserving the IDs keeps links such as `?p=5` working.
        let taken = store::articles::list_taken_ids(db, &wordpress_ids).await?;
        let taken: HashSet<i64> = taken.into_iter().map(|id| id.0).collect();
        let is_free = |id: &i64| (1..=MAX_PRESERVED_ID).contains(id) && !taken.contains(id);
        let missing = wordpress_ids.iter().filter(|id| !is_free(id)).count();
        let mut new_ids = match &mut self.dry_run {
            Some(dry_run) => (0..missing).map(|_| dry_run.next_id()).collect(),
            None if missing == 0 => Vec::new(),
            None => {
                let count = i64::try_from(missing).unwrap_or(i64::MAX);
                store::articles::allocate_ids(db, count).await?
            }
        }
        .into_iter();
        Ok(wordpress_ids
            .into_iter()
            .map(|id| {
                if is_free(&id) {
                    id
                } else {
                    new_ids
                        .next()
                        .expect("each missing ID has a newly allocated one")
                }
            })
            .collect())
    }

    /// Returns a map from the WordPress IDs of comments and linkbacks to their IDs on this site. Those that were imported
    /// before keep their IDs.
    pub(super) async fn assign_comment_ids(
        &mut self,
        db: &mut PgConnection,
        wordpress_ids: &[i64],
        known: &HashMap<i64, KnownComment>,
    ) -> sqlx::Result<HashMap<i64, i64>> {
        // Comments and linkbacks share one sequence, so an ID may be taken by either.
        let taken = store::comments::list_taken_ids(db, wordpress_ids).await?;
        let taken: HashSet<i64> = taken.into_iter().collect();
        let mut ids = HashMap::with_capacity(wordpress_ids.len());
        let mut missing = Vec::new();
        for id in wordpress_ids {
            let is_free = (1..=MAX_PRESERVED_ID).contains(id) && !taken.contains(id);
            match known.get(id) {
                // Its ID may differ from WordPress's, if that was taken at the first import.
                Some(known) => _ = ids.insert(*id, known.id),
                None if is_free => _ = ids.insert(*id, *id),
                None => missing.push(*id),
            }
        }
        let new_ids = match &mut self.dry_run {
            Some(dry_run) => missing.iter().map(|_| dry_run.next_id()).collect(),
            None if missing.is_empty() => Vec::new(),
            None => {
                let count = i64::try_from(missing.len()).unwrap_or(i64::MAX);
                store::comments::allocate_ids(db, count).await?
            }
        };
        ids.extend(missing.into_iter().zip(new_ids));
        Ok(ids)
    }
}
