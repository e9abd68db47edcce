//! SQL of the privacy check: the database for the copy, and one row that no form can create.

use sqlx::{AssertSqlSafe, Executor, PgConnection};

use crate::clock::Ts;
use crate::ids::ArticleId;

/// Gives an article a WordPress id, as an import does. The reply form of WordPress names the article by it.
pub async fn assign_wordpress_id(
    db: &mut PgConnection,
    article_id: ArticleId,
    now: Ts,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"with site as (insert into imported_sites (url) values ('canary.invalid') returning id),
           import as (insert into imports (sources, started_at, finished_at) values ('none', $2, $2) returning id)
           insert into imported_articles (site_id, wordpress_id, article_id, digest, version, import_id)
           select site.id, (select coalesce(max(wordpress_id), 0) + 1 from imported_articles), $1, 0, 0, import.id
           from site, import
           returning wordpress_id"#,
        article_id.0,
        now as Ts,
    )
    .fetch_one(db)
    .await
}

/// Locale of a database that uses libc.
pub struct DatabaseLocale {
    /// `LC_COLLATE`, the sort order.
    pub collate: String,
    /// `LC_CTYPE`, the classes of characters.
    pub ctype: String,
    /// Whether a new database has the same locale by default.
    pub is_default: bool,
}

/// Returns the locale of the connected database.
pub async fn find_locale(db: &mut PgConnection) -> sqlx::Result<DatabaseLocale> {
    sqlx::query_as!(
        DatabaseLocale,
        r#"select site.datcollate::text as "collate!", site.datctype::text as "ctype!",
               (site.datcollate, site.datctype) = (template.datcollate, template.datctype) as "is_default!"
           from pg_database site, pg_database template
           where site.datname = current_database() and template.datname = 'template0'"#
    )
    .fetch_one(db)
    .await
}

/// Returns whether the connected account may create databases.
pub async fn may_create_databases(db: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select rolcreatedb or rolsuper as "may!" from pg_roles where rolname = current_user"#
    )
    .fetch_one(db)
    .await
}

/// Returns the major version of the server.
pub async fn find_major_version(db: &mut PgConnection) -> sqlx::Result<i32> {
    sqlx::query_scalar!(r#"select current_setting('server_version_num')::int / 10000 as "major!""#)
        .fetch_one(db)
        .await
}

/// Creates an empty database. The name and the locale go into the statement unquoted, so the caller must have checked them.
pub async fn create_database(
    db: &mut PgConnection,
    name: &str,
    locale: &DatabaseLocale,
) -> sqlx::Result<()> {
    let with_locale = match locale.is_default {
        true => String::new(),
        false => format!(
            " lc_collate '{}' lc_ctype '{}'",
            locale.collate, locale.ctype
        ),
    };
    // Postgres takes no parameters in `create database`.
    // A database from template1 could not have another locale or encoding than that has.
    let statement =
        format!("create database {name} template template0 encoding 'UTF8'{with_locale}");
    db.execute(AssertSqlSafe(statement)).await?;
    Ok(())
}

/// Drops a database and ends the connections to it. The name goes into the statement unquoted.
pub async fn drop_database(db: &mut PgConnection, name: &str) -> sqlx::Result<()> {
    let statement = format!("drop database if exists {name} with (force)");
    db.execute(AssertSqlSafe(statement)).await?;
    Ok(())
}
