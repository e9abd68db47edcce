//! The comments that a word list is tried on.

use sqlx::PgConnection;

use crate::moderation::word_list_preview::PreviewComment;

/// Lists the last comments, at most `limit`; erased ones are left out.
pub async fn list_recent(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<PreviewComment>> {
    sqlx::query_as!(
        PreviewComment,
        "select status, name, website, body, body_html from comments where erased_at is null order by id desc limit $1",
        limit,
    )
    .fetch_all(db)
    .await
}
