//! SQL of the privacy check. It creates and drops the database for the copy, and inserts one row that no form can create.

use sqlx::{AssertSqlSafe, Executor, PgConnection};

use crate::clock::Ts;
use crate::ids::ArticleId;

/// Gives an article a WordPress id, as an import from WordPress does. The reply form of WordPress identifies the article
/// by this id.
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

/// Locale settings of a database that uses the locale provider libc.
pub struct DatabaseLocale {
    /// `LC_COLLATE`, which determines the sort order.
    pub collate: String,
    /// `LC_CTYPE`, which determines the classes of characters.
    pub ctype: String,
    /// Whether new databases on the server have the same locale by default.
    pub is_default: bool,
}

/// Returns the locale of the database that this connection uses.
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

/// Returns whether the account of this connection may create databases.
pub async fn may_create_databases(db: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select rolcreatedb or rolsuper as "may!" from pg_roles where rolname = current_user"#
    )
    .fetch_one(db)
    .await
}

/// Returns the major version of the Postgres server.
pub async fn find_major_version(db: &mut PgConnection) -> sqlx::Result<i32> {
    sqlx::query_scalar!(r#"select current_setting('server_version_num')::int / 10000 as "major!""#)
        .fetch_one(db)
        .await
}

/// Creates an empty database, for another role if `owner` names one. The caller must check names and locale first, because
/// they are inserted into the statement unquoted.
pub async fn create_database(
    db: &mut PgConnection,
    name: &str,
    owner: Option<&str>,
    locale: &DatabaseLocale,
) -> sqlx::Result<()> {
    let owner = owner.map_or_else(String::new, |owner| format!(" owner {owner}"));
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
        format!("create database {name}{owner} template template0 encoding 'UTF8'{with_locale}");
    db.execute(AssertSqlSafe(statement)).await?;
    Ok(())
}

/// Drops a database and ends all connections to it. The caller must check the name first, because it is inserted into the
/// statement unquoted.
pub async fn drop_database(db: &mut PgConnection, name: &str) -> sqlx::Result<()> {
    let statement = format!("drop database if exists {name} with (force)");
    db.execute(AssertSqlSafe(statement)).await?;
    Ok(())
}
