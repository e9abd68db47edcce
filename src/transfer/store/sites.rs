//! SQL for the WordPress sites from which content was imported. A site is identified by its URL without the scheme.

use sqlx::PgConnection;

/// Returns the ID of the WordPress site with this URL. Returns `None` if nothing was imported from it.
pub async fn find(db: &mut PgConnection, url: &str) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!("select id from imported_sites where url = $1", url)
        .fetch_optional(db)
        .await
}

/// Inserts a WordPress site and returns its ID.
pub async fn insert(db: &mut PgConnection, url: &str) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "insert into imported_sites (url) values ($1) returning id",
        url
    )
    .fetch_one(db)
    .await
}

/// Returns whether articles were imported from the WordPress site with this URL.
pub async fn has_articles(db: &mut PgConnection, url: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select 1 from imported_articles join imported_sites on id = site_id where url = $1) as "has!""#,
        url
    )
    .fetch_one(db)
    .await
}
