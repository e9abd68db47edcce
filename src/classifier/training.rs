//! Trains the classifier from the decisions in the audit log. Each decided comment is trained with its current status.
//! Its earlier example is removed from the counts first, so that training a comment twice changes nothing.

use std::collections::{HashMap, HashSet};

use sqlx::{Connection, PgConnection};
use tokio::task::spawn_blocking;

use super::feature::Feature;
use super::store;
use super::store::examples::{NewExample, TrainingCandidate, TrainingExample};
use super::store::state::{ModelChanges, ModelState};
use super::{extract_comment_features, feature_id};
use crate::app::App;
use crate::clock::Ts;
use crate::crypto::KeyRing;
use crate::ids::{CommentId, LogEntryId, SimilarGroupId};

/// Largest number of decisions trained in one transaction. A single audit log entry with more decisions is still trained
/// in one transaction.
const MAX_BATCH_DECISIONS: i64 = 1_000;
/// Largest number of audit log entries read in one transaction.
const MAX_BATCH_ENTRIES: i64 = 500;
/// Largest number of training examples per group of similar comments, so that many copies of one text cannot dominate the
/// model.
const MAX_GROUP_EXAMPLES: i64 = 10;

/// Trains the classifier with all decisions made since the last training.
pub async fn train(app: &App) -> sqlx::Result<()> {
    // Reads the key again, which may have been rotated.
    app.load_publication().await?;
    while app.has_current_key() && train_batch(app).await? {}
    Ok(())
}

/// Trains one batch of decisions. Returns whether more decisions may be left.
async fn train_batch(app: &App) -> sqlx::Result<bool> {
    let keys = app.keys.snapshot();
    let now = app.clock.now();
    let mut db = app.pool.acquire().await?;
    let mut db = db.begin().await?;
    // The lock makes processes train one after the other, so none trains a decision twice.
    let state = store::state::lock_state(&mut db).await?;
    let fingerprint = feature_id::model_fingerprint(&keys);
    if state.fingerprint != Some(fingerprint) {
        store::state::reset_model(&mut db, fingerprint).await?;
        db.commit().await?;
        if state.fingerprint.is_some() {
            tracing::info!(
                "the secret key or the classifier's rules have changed; training the model again from all decided comments"
            );
        }
        return Ok(true);
    }
    if let Some(after) = state.retrain_cursor {
        let ids = store::examples::list_examples_after(&mut db, after, MAX_BATCH_DECISIONS).await?;
        train_comments(&mut db, &keys, &state, &ids, now).await?;
        // Without another example this is `None`, which ends the rebuild.
        store::state::update_retrain_cursor(&mut db, ids.last().copied()).await?;
        db.commit().await?;
        return Ok(true);
    }
    let entries =
        store::log::list_log_entries_after(&mut db, state.log_position, MAX_BATCH_ENTRIES).await?;
    let mut decisions = 0;
    let batch: Vec<_> = entries
        .iter()
        .take_while(|entry| {
            let is_first = decisions == 0;
            decisions += i64::from(entry.decisions);
            // The first entry is taken however large it is, or training would never get past it.
            is_first || decisions <= MAX_BATCH_DECISIONS
        })
        .collect();
    let Some(last) = batch.last() else {
        return Ok(false);
    };
    let ids: Vec<LogEntryId> = batch.iter().map(|entry| entry.id).collect();
    let comments = store::log::list_decided_comments(&mut db, &ids).await?;
    train_comments(&mut db, &keys, &state, &comments, now).await?;
    // In the same transaction as the examples, so a crash neither loses nor repeats any.
    store::log::update_log_position(&mut db, last.position).await?;
    db.commit().await?;
    tracing::debug!(
        comments = comments.len(),
        position = last.position,
        "classifier trained"
    );
    Ok(true)
}

/// Trains the classifier with the current status of these comments.
async fn train_comments(
    db: &mut PgConnection,
    keys: &KeyRing,
    state: &ModelState,
    ids: &[CommentId],
    now: Ts,
) -> sqlx::Result<()> {
    let candidates = store::examples::list_candidates(db, ids).await?;
    let is_rebuild = state.retrain_cursor.is_some();
    // Comments already trained with their current class need nothing.
    let candidates: Vec<TrainingCandidate> = candidates
        .into_iter()
        .filter(|candidate| is_rebuild || candidate.is_refused != candidate.was_refused)
        .collect();
    let prepared = prepare_candidates(keys, candidates).await?;
    let all_ids: HashSet<i64> = prepared
        .iter()
        .flat_map(|one| one.feature_ids.iter().copied())
        .collect();
    let all_ids: Vec<i64> = all_ids.into_iter().collect();
    // Counts from before this batch: each decision tests the model before it trains it.
    let (_, seen) = match is_rebuild {
        // A rebuild keeps the stored scores, so it needs no counts.
        true => (*state, HashMap::new()),
        false => store::state::find_state_and_counts(db, &all_ids).await?,
    };
    let groups: HashSet<SimilarGroupId> = prepared
        .iter()
        .filter_map(|one| one.candidate.similar_group_id)
        .collect();
    let groups: Vec<SimilarGroupId> = groups.into_iter().collect();
    let mut group_counts =
        store::examples::count_group_examples(db, &groups, MAX_GROUP_EXAMPLES).await?;

    let mut changes = ModelChanges::default();
    let (mut removed, mut examples) = (Vec::new(), Vec::new());
    for PreparedCandidate {
        candidate,
        features,
        mut feature_ids,
    } in prepared
    {
        if let Some(was_refused) = candidate.was_refused {
            changes.remove_example(was_refused, &candidate.feature_ids);
        }
        let group_count = candidate
            .similar_group_id
            .and_then(|id| group_counts.get_mut(&id));
        let Some(is_refused) = candidate.is_refused else {
            removed.push(candidate.id);
            if let Some(group_count) = group_count.filter(|_| !candidate.feature_ids.is_empty()) {
                *group_count -= 1;
            }
            continue;
        };
        let score = match candidate.was_refused {
            // Already trained: a new score would be the comment's own echo.
            Some(_) => candidate.score,
            None => {
                let prediction = state.totals.predict_by_ids(features, &feature_ids, &seen);
                prediction.map(|prediction| prediction.score)
            }
        };
        if let Some(group_count) = group_count
            && candidate.feature_ids.is_empty()
        {
            match *group_count < MAX_GROUP_EXAMPLES {
                true => *group_count += 1,
                false => feature_ids.clear(),
            }
        }
        changes.add_example(is_refused, &feature_ids);
        let example = TrainingExample {
            is_refused,
            feature_ids,
        };
        examples.push(NewExample {
            comment_id: candidate.id,
            example,
            score,
        });
    }
    store::examples::delete_examples(db, &removed).await?;
    store::examples::upsert_examples(db, &examples, now).await?;
    store::state::apply_changes(db, &changes).await
}

/// Removes the training examples of these comments. Call it before their text is changed or erased.
///
/// Locks the model until the caller's transaction ends. Call it before the rows of the comments are locked, because
/// training locks in that order too.
pub async fn untrain(db: &mut PgConnection, ids: &[CommentId]) -> sqlx::Result<()> {
    store::state::lock_state(db).await?;
    let mut changes = ModelChanges::default();
    for example in store::examples::delete_examples(db, ids).await? {
        changes.remove_example(example.is_refused, &example.feature_ids);
    }
    store::state::apply_changes(db, &changes).await
}

/// A comment to train, with the features extracted from it.
struct PreparedCandidate {
    candidate: TrainingCandidate,
    features: Vec<Feature>,
    feature_ids: Vec<i64>,
}

/// Extracts the features of comments on the blocking thread pool, so that requests are still served in the meantime.
async fn prepare_candidates(
    keys: &KeyRing,
    candidates: Vec<TrainingCandidate>,
) -> sqlx::Result<Vec<PreparedCandidate>> {
    let keys = keys.clone();
    let reading = spawn_blocking(move || {
        let prepared = candidates.into_iter().map(|candidate| {
            let features = match candidate.is_refused {
                Some(_) => extract_comment_features(
                    &candidate.name,
                    candidate.website.as_deref(),
                    candidate.body_html.as_str(),
                ),
                None => Vec::new(),
            };
            let feature_ids = feature_id::feature_ids(&keys, &features);
            PreparedCandidate {
                candidate,
                features,
                feature_ids,
            }
        });
        prepared.collect()
    });
    reading
        .await
        // Only a panic in the task ends up here; the callers expect errors of the database.
        .map_err(|error| sqlx::Error::Protocol(error.to_string()))
}
