//! Spam predictions for single comments, with the counts from the database.

use sqlx::PgConnection;

use super::feature::Feature;
use super::feature_id;
use super::model::Prediction;
use super::store;
use crate::crypto::KeyRing;

/// Predicts whether a comment with these features is spam. Returns `None` while there are too few training examples.
pub async fn predict(
    db: &mut PgConnection,
    keys: &KeyRing,
    features: Vec<Feature>,
) -> sqlx::Result<Option<Prediction>> {
    let keys = keys.snapshot();
    let ids = feature_id::feature_ids(&keys, &features);
    let (state, seen) = store::state::find_state_and_counts(db, &ids).await?;
    // After a key rotation the ids mean nothing until the model is trained again.
    if state.fingerprint != Some(feature_id::model_fingerprint(&keys)) {
        return Ok(None);
    }
    Ok(state.totals.predict_by_ids(features, &ids, &seen))
}
