//! SQL for the layout of admin pages.

use sqlx::PgConnection;

/// Counts the comments that wait for a decision.
pub async fn count_held(db: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select coalesce(sum(count), 0)::bigint as "held!" from comment_counts where status = 'held'"#
    )
    .fetch_one(db)
    .await
}
