//! SQL that concerns the database as a whole: settings of a session, facts about the server, and counts of encrypted
//! values over all tables.

pub mod rate_limits;

use sqlx::{Executor, PgConnection};

use crate::crypto::KeyId;

/// Begins a transaction in which Postgres plans each statement once instead of for every execution. Use it only if every
/// statement finds a few rows by key.
pub const BEGIN_WITH_GENERIC_PLANS: &str = "begin; set local plan_cache_mode = force_generic_plan";

/// Facts about a Postgres server that decide whether Broadsheet can work with it.
#[derive(sqlx::FromRow)]
pub struct ServerFacts {
    /// Version as one number, such as 140002 for 14.2.
    pub version: i32,
    pub encoding: String,
    /// Whether the server's locale converts Ukrainian letters to lower case.
    pub folds_ukrainian: bool,
}

/// Makes Postgres cancel every statement of this session that runs for more than 20 seconds.
pub async fn set_statement_timeout(db: &mut PgConnection) -> sqlx::Result<()> {
    // Less than a response may take in all, and more than the 10 seconds after which a reply is given back to its
    // author.
    db.execute("set statement_timeout = '20s'").await?;
    Ok(())
}

/// Keeps notices such as "relation already exists, skipping" out of the log of this session.
pub async fn silence_notices(db: &mut PgConnection) -> sqlx::Result<()> {
    db.execute("set client_min_messages = warning").await?;
    Ok(())
}

pub async fn find_server_facts(db: &mut PgConnection) -> sqlx::Result<ServerFacts> {
    // Checked at run time only: the server may be too old for what the macros were prepared with.
    sqlx::query_as(
        "select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding,
             lower('Ї') = 'ї' as folds_ukrainian",
    )
    .fetch_one(db)
    .await
}

/// Returns whether this session can write nothing: the server is a standby, or its settings say so.
pub async fn is_read_only(db: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select pg_is_in_recovery() or current_setting('transaction_read_only')::bool",
    )
    .fetch_one(db)
    .await
}

/// Returns whether migrations have been run on the database, by this or another program.
pub async fn has_migrations_table(db: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar("select to_regclass('_sqlx_migrations') is not null")
        .fetch_one(db)
        .await
}

/// Returns whether the database has tables in the schema that this session uses, apart from those of extensions.
pub async fn has_tables(db: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select from pg_class
             where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p')
               and not exists (select from pg_depend where objid = pg_class.oid and deptype = 'e'))",
    )
    .fetch_one(db)
    .await
}

/// Lists version and description of the migrations that were run on the database.
pub async fn list_applied_migrations(db: &mut PgConnection) -> sqlx::Result<Vec<(i64, String)>> {
    // Checked at run time only, as its table is made by sqlx and not by a migration.
    sqlx::query_as("select version, description from _sqlx_migrations order by version")
        .fetch_all(db)
        .await
}

/// Counts the stored values that are encrypted with one of these keys, over all tables.
pub async fn count_sealed_with(db: &mut PgConnection, ids: &[KeyId]) -> sqlx::Result<i64> {
    // Bytes 2 to 9 of a sealed value are the ID of its key.
    let ids: Vec<Vec<u8>> = ids.iter().map(|id| id.to_vec()).collect();
    sqlx::query_scalar!(
        r#"select (select count(*) from commenters where substring(email_sealed from 2 for 8) = any($1))
                + (select count(*) from accounts where substring(email_sealed from 2 for 8) = any($1))
                + (select count(*) from comments where substring(network_sealed from 2 for 8) = any($1))
                + (select count(*) from outbox where substring(message_sealed from 2 for 8) = any($1))
                + (select count(*) from settings where substring(akismet_key from 2 for 8) = any($1)) as "sealed!""#,
        &ids
    )
    .fetch_one(db)
    .await
}

/// Counts the stored values that are encrypted with any key except this one, over all tables.
pub async fn count_sealed_with_other_keys(db: &mut PgConnection, id: &KeyId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select (select count(*) from commenters where substring(email_sealed from 2 for 8) <> $1)
                + (select count(*) from accounts where substring(email_sealed from 2 for 8) <> $1)
                + (select count(*) from comments where substring(network_sealed from 2 for 8) <> $1)
                + (select count(*) from outbox where substring(message_sealed from 2 for 8) <> $1)
                + (select count(*) from settings where substring(akismet_key from 2 for 8) <> $1) as "sealed!""#,
        &id[..]
    )
    .fetch_one(db)
    .await
}
