//! SQL on the state and the feature counts of the model. Every change first locks the single row of `classifier_state`,
//! so that two transactions never change the model at the same time.

use std::collections::{BTreeMap, HashMap};

use sqlx::PgConnection;

use crate::classifier::model::{ClassCounts, ModelTotals};
use crate::ids::CommentId;

/// The state of the classifier's model, apart from its feature counts.
#[derive(Clone, Copy, Debug)]
pub struct ModelState {
    /// Position of the last audit log entry whose decisions were trained.
    pub log_position: i64,
    pub totals: ModelTotals,
    /// Fingerprint of the secret key and extraction rules that the feature ids were made with.
    pub fingerprint: Option<i64>,
    /// Id of the last comment that was trained again after the model was emptied; `None` if no such rebuild is running.
    pub retrain_cursor: Option<i64>,
}

/// Sums of the changes of a batch to the model, which are then written at once.
#[derive(Debug, Default)]
pub struct ModelChanges {
    // Ordered, so that all transactions lock the rows in one order.
    features: BTreeMap<i64, ClassCounts>,
    totals: ModelTotals,
    examples: i64,
}

impl ModelChanges {
    pub fn add_example(&mut self, is_refused: bool, feature_ids: &[i64]) {
        self.count(is_refused, feature_ids, 1);
    }

    pub fn remove_example(&mut self, is_refused: bool, feature_ids: &[i64]) {
        self.count(is_refused, feature_ids, -1);
    }

    fn count(&mut self, is_refused: bool, feature_ids: &[i64], change: i64) {
        self.examples += 1;
        // An example beyond the limit of its group has no features and does not count for the model.
        if feature_ids.is_empty() {
            return;
        }
        self.totals.examples.add(is_refused, change);
        let count = i64::try_from(feature_ids.len()).unwrap_or(i64::MAX);
        self.totals.features.add(is_refused, change * count);
        for feature_id in feature_ids {
            self.features
                .entry(*feature_id)
                .or_default()
                .add(is_refused, change);
        }
    }
}

/// Builds a [`ModelState`] from the row of a query. It is a macro because each query has a row type of its own.
macro_rules! model_state {
    ($row:expr) => {
        ModelState {
            log_position: $row.log_position,
            totals: ModelTotals {
                examples: ClassCounts {
                    approved: $row.approved,
                    refused: $row.refused,
                },
                features: ClassCounts {
                    approved: $row.approved_features,
                    refused: $row.refused_features,
                },
            },
            fingerprint: $row.model_fingerprint,
            retrain_cursor: $row.retrain_cursor,
        }
    };
}

/// Reads and locks the classifier's state for this transaction.
pub async fn lock_state(db: &mut PgConnection) -> sqlx::Result<ModelState> {
    sqlx::query!(
        "select log_position, approved, refused, approved_features, refused_features, model_fingerprint, retrain_cursor from classifier_state for update"
    )
    .map(|row| model_state!(row))
    .fetch_one(db)
    .await
}

/// Reads the state of the model together with the counts of these features.
pub async fn find_state_and_counts(
    db: &mut PgConnection,
    feature_ids: &[i64],
) -> sqlx::Result<(ModelState, HashMap<i64, ClassCounts>)> {
    // One statement, so that state and counts are of the same moment: training may commit between two.
    let row = sqlx::query!(
        r#"select log_position, classifier_state.approved, classifier_state.refused, approved_features, refused_features, model_fingerprint, retrain_cursor,
               seen.features as "features!", seen.approved as "seen_approved!", seen.refused as "seen_refused!"
           from classifier_state cross join (
               select coalesce(array_agg(feature), '{}') as features, coalesce(array_agg(approved), '{}') as approved,
                   coalesce(array_agg(refused), '{}') as refused
               from classifier_features where feature = any($1)
           ) seen"#,
        feature_ids,
    )
    .fetch_one(db)
    .await?;
    let state = model_state!(row);
    let counts = row.seen_approved.into_iter().zip(row.seen_refused);
    let counts = counts.map(|(approved, refused)| ClassCounts {
        approved: approved.into(),
        refused: refused.into(),
    });
    Ok((state, row.features.into_iter().zip(counts).collect()))
}

/// Writes the changes to the model. Deletes features that no example has any more, so that an undone decision leaves no
/// trace.
pub async fn apply_changes(db: &mut PgConnection, changes: &ModelChanges) -> sqlx::Result<()> {
    if changes.examples == 0 {
        return Ok(());
    }
    let changed_features = changes
        .features
        .iter()
        .filter(|(_, change)| **change != ClassCounts::default());
    let mut feature_ids = Vec::new();
    let (mut approved, mut refused) = (Vec::new(), Vec::new());
    let mut decreased = Vec::new();
    for (feature_id, change) in changed_features {
        feature_ids.push(*feature_id);
        // A batch has far fewer examples than an `i32` can count.
        approved.push(i32::try_from(change.approved).unwrap_or_default());
        refused.push(i32::try_from(change.refused).unwrap_or_default());
        if change.approved < 0 || change.refused < 0 {
            decreased.push(*feature_id);
        }
    }
    sqlx::query!(
        "insert into classifier_features as l (feature, approved, refused)
         select * from unnest($1::bigint[], $2::integer[], $3::integer[])
         on conflict (feature) do update set approved = l.approved + excluded.approved, refused = l.refused + excluded.refused",
        &feature_ids,
        &approved,
        &refused,
    )
    .execute(&mut *db)
    .await?;
    if !decreased.is_empty() {
        sqlx::query!(
            "delete from classifier_features where feature = any($1) and approved <= 0 and refused <= 0",
            &decreased,
        )
        .execute(&mut *db)
        .await?;
    }
    // The version counts changes: rescoring recognises by it that the model is another one.
    let ModelTotals { examples, features } = changes.totals;
    sqlx::query!(
        "update classifier_state set approved = approved + $1, refused = refused + $2, approved_features = approved_features + $3,
             refused_features = refused_features + $4, version = version + $5",
        examples.approved,
        examples.refused,
        features.approved,
        features.refused,
        changes.examples,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Empties the model, so that all examples are trained again with another key or other extraction rules.
pub async fn reset_model(db: &mut PgConnection, fingerprint: i64) -> sqlx::Result<()> {
    sqlx::query!("delete from classifier_features")
        .execute(&mut *db)
        .await?;
    sqlx::query!("update classifier_examples set features = '{}' where features <> '{}'")
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "update classifier_state set model_fingerprint = $1, retrain_cursor = 0, approved = 0, refused = 0, approved_features = 0, refused_features = 0,
             version = version + 1",
        fingerprint,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Stores the id of the last comment that was trained again after the model was emptied; `None` once all were trained.
pub async fn update_retrain_cursor(
    db: &mut PgConnection,
    to: Option<CommentId>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update classifier_state set retrain_cursor = $1",
        to.map(|id| id.0)
    )
    .execute(db)
    .await?;
    Ok(())
}
