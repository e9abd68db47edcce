//! Computes the spam scores of held comments again after training, so that the queue shows scores of the current model.

use tokio::task::spawn_blocking;

use super::{extract_comment_features, feature_id, store};
use crate::app::App;

/// Largest number of held comments that are scored again in one run, the newest first.
const MAX_RESCORED: i64 = 500;
/// Least seconds between two runs. Moderators decide comment after comment, and each decision changes the model.
const RESCORE_INTERVAL_SECS: i64 = 10;

/// Computes the spam scores of the newest held comments again, if the model has changed since the last run.
pub async fn rescore_held(app: &App) -> sqlx::Result<()> {
    let now = app.clock.now();
    let keys = app.keys.snapshot();
    let mut db = app.pool.acquire().await?;
    if !store::scores::claim_rescoring(&mut db, now.plus_seconds(-RESCORE_INTERVAL_SECS), now)
        .await?
    {
        return Ok(());
    }
    let comments = store::scores::list_newest_held(&mut db, MAX_RESCORED).await?;
    let fingerprint = feature_id::model_fingerprint(&keys);
    // Extracting the features of hundreds of comments takes too long for the async runtime.
    let preparing = spawn_blocking(move || {
        let prepared = comments.into_iter().map(|one| {
            let features =
                extract_comment_features(&one.name, one.website.as_deref(), one.body_html.as_str());
            let feature_ids = feature_id::feature_ids(&keys, &features);
            (one.id, one.version, features, feature_ids)
        });
        prepared.collect::<Vec<_>>()
    });
    let prepared = preparing
        .await
        .map_err(|error| sqlx::Error::Protocol(error.to_string()))?;
    let mut feature_ids: Vec<i64> = prepared
        .iter()
        .flat_map(|one| one.3.iter().copied())
        .collect();
    feature_ids.sort_unstable();
    feature_ids.dedup();
    let (state, seen) = store::state::find_state_and_counts(&mut db, &feature_ids).await?;
    // The key was rotated, or the model was reset, since the comments were prepared.
    if state.fingerprint != Some(fingerprint) {
        return Ok(());
    }
    let mut scores = Vec::new();
    for (id, version, features, feature_ids) in prepared {
        let prediction = state.totals.predict_by_ids(features, &feature_ids, &seen);
        if let Some(prediction) = prediction {
            scores.push((id, version, prediction.score, prediction.encode_weights()));
        }
    }
    store::scores::update_scores(&mut db, &scores).await
}
