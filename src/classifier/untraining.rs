//! Removes the training examples of comments from the classifier's model.

use sqlx::PgConnection;

use super::store;
use super::store::state::ModelChanges;
use crate::ids::CommentId;

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
