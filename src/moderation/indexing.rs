//! Background indexing of new and edited comments. It stores the words by which search finds a comment, and groups
//! similar held or spam comments, so that a moderator can decide on a whole group at once. Requests that insert or edit a
//! comment only add it to a queue and do not wait for the indexing.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};

use super::store;
use super::store::indexing::{EarlierComment, IndexedText, PendingIndex};
use crate::app::App;
use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{CommentId, SimilarGroupId};
use crate::text::markdown;
use crate::text::similarity::ShingleSet;

/// Number of comments indexed in one transaction. Small enough to keep transactions short while many people comment.
pub const BATCH_SIZE: i64 = 100;
/// Age in seconds up to which comments are compared with new ones: thirty days. Spam attacks rarely last longer.
const SIMILARITY_WINDOW_SECS: i64 = 30 * 24 * 60 * 60;

/// Deletes the similarity hashes of comments that are too old to be compared with new ones.
pub async fn delete_old_bands(db: &mut PgConnection, now: Ts) -> sqlx::Result<()> {
    store::indexing::delete_bands_before(db, now.plus_seconds(-SIMILARITY_WINDOW_SECS)).await
}

/// Measurements of one batch, from which the caller computes how long to wait before the next.
pub struct IndexRound {
    pub duration: Duration,
    /// Highest comment id at the end of the batch.
    pub newest_id: i64,
}

/// Indexes the next batch of comments. Returns `None` if no comment is waiting, or if another node is indexing. Only one
/// node may index at a time, because two would not see the groups that the other one is creating.
pub async fn index_batch(app: &App) -> sqlx::Result<Option<IndexRound>> {
    let mut db = app.pool.acquire().await?;
    let mut db = db.begin().await?;
    let pending = store::indexing::lock_pending(&mut db, BATCH_SIZE).await?;
    if pending.is_empty() {
        return Ok(None);
    }
    let started = Instant::now();
    let since = app.clock.now().plus_seconds(-SIMILARITY_WINDOW_SECS);
    let mut texts = Vec::with_capacity(pending.len());
    let mut similarities = HashMap::new();
    for comment in &pending {
        let is_grouped = matches!(comment.status, Status::Held | Status::Spam)
            && comment.created_at >= since
            && comment.similar_group_id.is_none();
        // A comment without bands is indexed for search only, and later comments are not compared with it.
        let mut bands = Vec::new();
        if is_grouped {
            let similarity = ShingleSet::from_html(comment.body_html.as_str());
            bands = similarity.lsh_bands();
            similarities.insert(comment.id, Arc::new(similarity));
        }
        texts.push(IndexedText {
            id: comment.id,
            version: comment.version,
            text: searchable_text(comment),
            bands,
        });
    }
    let bands: Vec<i64> = texts
        .iter()
        .flat_map(|text| text.bands.iter().copied())
        .collect();
    let earlier = store::indexing::list_newest_in_bands(&mut db, &bands, since).await?;
    let groups = assign_groups(&texts, &similarities, earlier);
    store::indexing::save(&mut db, &texts).await?;
    store::indexing::set_groups(&mut db, &groups).await?;
    let newest_id = store::events::find_newest_id(&mut db).await?;
    db.commit().await?;
    Ok(Some(IndexRound {
        duration: started.elapsed(),
        newest_id,
    }))
}

fn searchable_text(comment: &PendingIndex) -> String {
    let website = comment.website.as_deref().unwrap_or_default();
    let body = markdown::html_to_text(comment.body_html.as_str());
    format!("{} {website} {body}", comment.name)
}

/// An earlier comment that later comments are compared with.
struct GroupCandidate {
    id: CommentId,
    group_id: Option<SimilarGroupId>,
    similarity: Arc<ShingleSet>,
}

/// Assigns similar comments to groups. Returns each comment that joins a group, together with the id of the group.
///
/// Comments with the same hash of a band may be similar. In each band a comment is compared only with the newest earlier
/// one, so that the cost grows linearly with the number of similar comments.
fn assign_groups(
    texts: &[IndexedText],
    similarities: &HashMap<CommentId, Arc<ShingleSet>>,
    earlier: Vec<EarlierComment>,
) -> Vec<(CommentId, SimilarGroupId)> {
    let (mut candidates, mut newest_in_band) = collect_candidates(earlier);
    let mut assigned = Vec::new();
    for text in texts.iter().filter(|text| !text.bands.is_empty()) {
        // Every text with bands has one.
        let Some(similarity) = similarities.get(&text.id) else {
            continue;
        };
        let mut indexes: Vec<usize> = text
            .bands
            .iter()
            .filter_map(|band| newest_in_band.get(band).copied())
            .collect();
        indexes.sort_unstable();
        indexes.dedup();
        // A member of an existing group goes before a comment without one, so that no second group begins; then the oldest.
        let similar = indexes
            .into_iter()
            .filter(|index| {
                let candidate = &candidates[*index];
                candidate.id != text.id && candidate.similarity.is_similar_to(similarity)
            })
            .min_by_key(|index| {
                let candidate = &candidates[*index];
                (
                    candidate.group_id.is_none(),
                    candidate.group_id,
                    candidate.id,
                )
            });
        let group_id = similar.map(|index| {
            let candidate = &mut candidates[index];
            // A new group has the id of its first comment, which no other group can have.
            *candidate.group_id.get_or_insert_with(|| {
                let id = SimilarGroupId(candidate.id.0);
                assigned.push((candidate.id, id));
                id
            })
        });
        assigned.extend(group_id.map(|group_id| (text.id, group_id)));
        candidates.push(GroupCandidate {
            id: text.id,
            group_id,
            similarity: Arc::clone(similarity),
        });
        for band in &text.bands {
            newest_in_band.insert(*band, candidates.len() - 1);
        }
    }
    assigned
}

/// Returns the distinct earlier comments, and for each band the index of its newest comment among them.
fn collect_candidates(earlier: Vec<EarlierComment>) -> (Vec<GroupCandidate>, HashMap<i64, usize>) {
    let mut candidates: Vec<GroupCandidate> = Vec::new();
    let mut index_by_id: HashMap<CommentId, usize> = HashMap::new();
    let mut newest_in_band = HashMap::new();
    for comment in earlier {
        let index = *index_by_id.entry(comment.id).or_insert_with(|| {
            candidates.push(GroupCandidate {
                id: comment.id,
                group_id: comment.similar_group_id,
                similarity: Arc::new(ShingleSet::from_html(comment.body_html.as_str())),
            });
            candidates.len() - 1
        });
        newest_in_band.insert(comment.band, index);
    }
    (candidates, newest_in_band)
}
