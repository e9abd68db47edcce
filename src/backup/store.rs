//! SQL of backups: the snapshot that a backup shows, and the checks after a restore.

use sqlx::PgConnection;

/// Numbers by which a restored database is compared with the one that was backed up.
#[derive(Debug, PartialEq, Eq)]
pub struct ContentCounts {
    pub articles: i64,
    pub comments: i64,
}

/// Begins a read-only snapshot in the current transaction, and returns its name for pg_dump.
pub async fn begin_snapshot(db: &mut PgConnection) -> sqlx::Result<String> {
    sqlx::query!("set transaction isolation level repeatable read, read only")
        .execute(&mut *db)
        .await?;
    // The transaction stays open until pg_dump has used its snapshot.
    sqlx::query!("set local statement_timeout = 0")
        .execute(&mut *db)
        .await?;
    sqlx::query_scalar!(r#"select pg_export_snapshot() as "name!""#)
        .fetch_one(db)
        .await
}

pub async fn count_content(db: &mut PgConnection) -> sqlx::Result<ContentCounts> {
    sqlx::query_as!(
        ContentCounts,
        r#"select (select count(*) from articles) as "articles!", (select count(*) from comments) as "comments!""#
    )
    .fetch_one(db)
    .await
}

pub async fn find_major_version(db: &mut PgConnection) -> sqlx::Result<i32> {
    sqlx::query_scalar!(r#"select current_setting('server_version_num')::int / 10000 as "major!""#)
        .fetch_one(db)
        .await
}

/// Makes every server that uses this database drop all of its cached pages.
pub async fn invalidate_pages(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_notify('pages', 'site')")
        .execute(db)
        .await?;
    Ok(())
}
