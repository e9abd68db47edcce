//! All SQL on the copy that no feature has a use for.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::ids::ArticleId;

/// Gives an article a number of WordPress's, as an import would: WordPress's form names it by that.
pub async fn give_number(
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

/// What tells a libc locale: how text is sorted, and what its letters are.
pub struct Locale {
    /// `LC_COLLATE`.
    pub collate: String,
    /// `LC_CTYPE`.
    pub ctype: String,
    /// Whether a new database has both anyhow.
    pub is_usual: bool,
}

/// The locale of the database that is connected to.
pub async fn locale(db: &mut PgConnection) -> sqlx::Result<Locale> {
    sqlx::query_as!(
        Locale,
        r#"select ours.datcollate::text as "collate!", ours.datctype::text as "ctype!",
               (ours.datcollate, ours.datctype) = (usual.datcollate, usual.datctype) as "is_usual!"
           from pg_database ours, pg_database usual
           where ours.datname = current_database() and usual.datname = 'template0'"#
    )
    .fetch_one(db)
    .await
}

/// Whether the account may make databases.
pub async fn may_create_databases(db: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select rolcreatedb or rolsuper as "may!" from pg_roles where rolname = current_user"#
    )
    .fetch_one(db)
    .await
}

/// The server's major version.
pub async fn major(db: &mut PgConnection) -> sqlx::Result<i32> {
    sqlx::query_scalar!(r#"select current_setting('server_version_num')::int / 10000 as "major!""#)
        .fetch_one(db)
        .await
}
