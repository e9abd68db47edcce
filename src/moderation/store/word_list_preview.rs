//! SQL that lists recent comments for the preview of a word list.

use sqlx::PgConnection;

use crate::moderation::word_list_preview::PreviewComment;

/// Lists the most recent comments, at most `limit`. Leaves out comments whose text was deleted.
pub async fn list_recent(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<PreviewComment>> {
    sqlx::query_as!(
        PreviewComment,
        "select status, name, website, body, body_html from comments where erased_at is null order by id desc limit $1",
        limit,
    )
    .fetch_all(db)
    .await
}
