//! All SQL of an import: many rows a statement, each column an array. Here the run and its journal; one file each for
//! articles, for what is said about them, for people, topics and uploads.

mod articles;
mod people;
mod talk;
mod topics;
mod uploads;

use sqlx::PgConnection;

use crate::clock::Ts;

pub use articles::*;
pub use people::*;
pub use talk::*;
pub use topics::*;
pub use uploads::*;

/// Only one import runs at a time: a number of our own choosing for Postgres's advisory lock.
const ONE_IMPORT: i64 = 0x6272_6f61_6473_6874;

/// Makes this connection the one that imports, until it is closed; `false` if another does.
pub async fn become_the_importer(db: &mut PgConnection) -> sqlx::Result<bool> {
    // What is imported takes as long as it takes.
    sqlx::query!("set statement_timeout = 0")
        .execute(&mut *db)
        .await?;
    sqlx::query_scalar!(
        r#"select pg_try_advisory_lock($1) as "locked!""#,
        ONE_IMPORT
    )
    .fetch_one(db)
    .await
}

/// The number of the site of this address, if anything has come from it.
pub async fn find_site(db: &mut PgConnection, address: &str) -> sqlx::Result<Option<i32>> {
    sqlx::query_scalar!("select id from imported_sites where address = $1", address)
        .fetch_optional(db)
        .await
}

/// The number of a new site.
pub async fn insert_site(db: &mut PgConnection, address: &str) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        "insert into imported_sites (address) values ($1) returning id",
        address
    )
    .fetch_one(db)
    .await
}

/// Whether articles have come from a site of this address.
pub async fn has_articles_of(db: &mut PgConnection, address: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select 1 from imported_articles join imported_sites on id = site_id where address = $1) as "has!""#,
        address
    )
    .fetch_one(db)
    .await
}

/// An import of the same files that was cut off, and how much it kept.
pub struct CutOff {
    /// Its number.
    pub id: i64,
    /// When it began.
    pub started_at: Ts,
    /// Articles and pages that it kept.
    pub kept: i64,
}

/// The last import of these files, if it was cut off.
pub async fn find_cut_off(db: &mut PgConnection, sources: &str) -> sqlx::Result<Option<CutOff>> {
    sqlx::query_as!(
        CutOff,
        r#"select id, started_at, (select count(*) from imported_articles where import_id = imports.id) as "kept!"
           from imports where sources = $1 and finished_at is null order by id desc limit 1"#,
        sources,
    )
    .fetch_optional(db)
    .await
}

/// Begins a run in the journal.
pub async fn insert_import(db: &mut PgConnection, sources: &str, now: Ts) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into imports (sources, started_at) values ($1, $2) returning id",
        sources,
        now as Ts,
    )
    .fetch_one(db)
    .await
}

/// Ends a run, and with it the older ones of the same files that were cut off.
pub async fn finish_import(db: &mut PgConnection, id: i64, now: Ts) -> sqlx::Result<()> {
    sqlx::query!(
        "update imports set finished_at = $2
         where finished_at is null and sources = (select sources from imports where id = $1)",
        id,
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Leaves the numbers up to these to what is imported: what is written here meanwhile gets higher ones.
pub async fn make_room(db: &mut PgConnection, article: i64, comment: i64) -> sqlx::Result<()> {
    // Nobody takes a number while it is looked at and raised.
    sqlx::query!("lock table articles, comments in share row exclusive mode")
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "select setval('articles_id_seq', greatest($1, (select last_value from articles_id_seq))) as articles,
                setval('comments_id_seq', greatest($2, (select last_value from comments_id_seq))) as comments",
        article,
        comment,
    )
    .fetch_one(db)
    .await?;
    Ok(())
}
