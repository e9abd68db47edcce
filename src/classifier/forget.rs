//! Forgetting what comments have taught, exactly.

use sqlx::PgConnection;

use super::store::{self, Changes};
use crate::ids::CommentId;

/// Takes back what these comments have taught, before their words change or go. Part of the caller's transaction, at the
/// end of which the learner may go on; comes before the comments' own rows are locked, as the learner has it.
pub async fn forget(db: &mut PgConnection, ids: &[CommentId]) -> sqlx::Result<()> {
    store::begin(db).await?;
    let mut changes = Changes::default();
    for lesson in store::delete_lessons(db, ids).await? {
        changes.take_back(lesson.is_refused, &lesson.signals);
    }
    store::apply(db, &changes).await
}
