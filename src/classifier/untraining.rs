//! Removes comments from the model, exactly.

use sqlx::PgConnection;

use super::store;
use super::store::state::ModelChanges;
use crate::ids::CommentId;

/// Removes these comments' examples, before their text changes or is erased. Runs in the caller's transaction and locks
/// the model until its end. Must come before the comments' rows are locked: training locks in that order.
pub async fn untrain(db: &mut PgConnection, ids: &[CommentId]) -> sqlx::Result<()> {
    store::state::lock_state(db).await?;
    let mut changes = ModelChanges::default();
    for example in store::examples::delete_examples(db, ids).await? {
        changes.remove_example(example.is_refused, &example.feature_ids);
    }
    store::state::apply_changes(db, &changes).await
}
