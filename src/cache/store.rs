//! Queries of the page cache.

use sqlx::{PgConnection, PgExecutor};

use crate::clock::Ts;

/// Returns the publication time of the next scheduled article. Cached lists of articles expire at this time.
pub async fn find_next_scheduled_time(db: &mut PgConnection, now: Ts) -> sqlx::Result<Option<Ts>> {
    sqlx::query_scalar!(
        r#"select min(published_at) as "at: Ts" from articles where state = 'published' and published_at > $1"#,
        now as Ts,
    )
    .fetch_one(db)
    .await
}

/// Returns whether the database session of `db` has issued `LISTEN` for a channel.
pub async fn is_listening(db: impl PgExecutor<'_>, channel: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from pg_listening_channels() as channel where channel = $1) as "listens!""#,
        channel,
    )
    .fetch_one(db)
    .await
}
