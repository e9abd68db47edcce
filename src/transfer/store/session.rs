//! Settings and locks of the connection that imports or exports.

use sqlx::PgConnection;

/// Key of the Postgres advisory lock that lets one import run at a time: "broadsht" in ASCII.
const IMPORT_LOCK_KEY: i64 = 0x6272_6f61_6473_6874;

/// Lets statements on this connection run for any length of time.
pub async fn disable_statement_timeout(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("set statement_timeout = 0")
        .execute(db)
        .await?;
    Ok(())
}

/// Tries to take the import lock, which is held until the connection closes. Returns `false` if another connection has it.
pub async fn try_import_lock(db: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select pg_try_advisory_lock($1) as "locked!""#,
        IMPORT_LOCK_KEY
    )
    .fetch_one(db)
    .await
}
