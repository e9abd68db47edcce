//! Settings and locks of the database connections that an import or export uses.

use sqlx::PgConnection;

/// Key of the Postgres advisory lock that prevents two imports at the same time: "broadsht" in ASCII.
const IMPORT_LOCK_KEY: i64 = 0x6272_6f61_6473_6874;

/// Removes the time limit for SQL statements on this connection.
pub async fn disable_statement_timeout(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("set statement_timeout = 0")
        .execute(db)
        .await?;
    Ok(())
}

/// Tries to take the lock that prevents two imports at the same time. It is held until the connection closes. Returns
/// `false` if another connection holds it.
pub async fn try_import_lock(db: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select pg_try_advisory_lock($1) as "locked!""#,
        IMPORT_LOCK_KEY
    )
    .fetch_one(db)
    .await
}
