//! SQL that makes the site's database in the embedded Postgres.

use sqlx::{AssertSqlSafe, Executor, PgConnection};

/// Returns whether the server has a database with this name.
pub async fn has_database(db: &mut PgConnection, name: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(name)
        .fetch_one(db)
        .await
}

/// Creates an empty database. The name must be a plain word, because it is inserted into the statement unquoted.
pub async fn create_database(db: &mut PgConnection, name: &'static str) -> sqlx::Result<()> {
    db.execute(AssertSqlSafe(format!("create database {name}")))
        .await?;
    Ok(())
}
