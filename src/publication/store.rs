//! All SQL on the `settings` table.

use sqlx::PgConnection;

use super::model::{Publication, is_reserved};
use crate::text::Language;

/// The publication, if its first start has happened.
pub async fn find(db: &mut PgConnection) -> sqlx::Result<Option<Publication>> {
    let row = sqlx::query!(
        "select title, tagline, language, time_zone, permalink_pattern, appeal, appeal_html, hold_everything, key_id, version
         from settings"
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Publication {
        title: row.title,
        tagline: row.tagline,
        language: row.language,
        zone: crate::text::dates::zone(&row.time_zone).unwrap_or(jiff::tz::TimeZone::UTC),
        permalink: row.permalink_pattern.parse().unwrap_or_default(),
        appeal: row.appeal,
        appeal_html: row.appeal_html,
        hold_everything: row.hold_everything,
        key_id: row.key_id,
        version: row.version,
    }))
}

/// Writes the one row at first start; `false` if another process was first.
pub async fn insert(db: &mut PgConnection, publication: &Publication) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into settings (title, tagline, language, time_zone, permalink_pattern, appeal, appeal_html, hold_everything, key_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (only_one) do nothing",
        publication.title,
        publication.tagline,
        publication.language as Language,
        publication.zone_name(),
        publication.permalink.to_string(),
        publication.appeal,
        publication.appeal_html.as_str(),
        publication.hold_everything,
        publication.key_id,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives every published article the address that pattern and time zone make now; old addresses stay its own, and lead
/// on. An article whose new address is another's, or a page's of the site, keeps the one it has: gives how many do.
pub async fn move_addresses(db: &mut PgConnection, publication: &Publication) -> sqlx::Result<i64> {
    let articles = sqlx::query!(
        r#"select id, slug, published_at as "published_at!" from articles where state = 'published' and kind = 'article' order by id for update"#
    )
    .fetch_all(&mut *db)
    .await?;
    let (ids, paths): (Vec<i64>, Vec<String>) = articles
        .iter()
        .map(|article| {
            let path = publication.path_of(article.id, &article.slug, article.published_at);
            (article.id.0, path)
        })
        .filter(|(_, path)| !is_reserved(path))
        .unzip();
    let moved = sqlx::query_scalar!(
        r#"with wanted as (
             select id, path from unnest($1::bigint[], $2::text[]) as wanted (id, path)
         ),
         taken as (
             insert into article_paths (path, article_id) select distinct on (path) path, id from wanted order by path, id
             on conflict (path) do update set path = excluded.path
             returning path, article_id
         ),
         moved as (
             update articles set path = taken.path
             from taken join wanted on wanted.path = taken.path and wanted.id = taken.article_id
             where articles.id = wanted.id
             returning 1
         )
         select count(*) as "moved!" from moved"#,
        &ids,
        &paths,
    )
    .fetch_one(db)
    .await?;
    let all = i64::try_from(articles.len()).unwrap_or(i64::MAX);
    Ok(all - moved)
}

/// Writes changed settings, unless someone has saved since `publication.version` was read.
pub async fn change(db: &mut PgConnection, publication: &Publication) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update settings
         set title = $1, tagline = $2, language = $3, time_zone = $4, permalink_pattern = $5,
             appeal = $6, appeal_html = $7, hold_everything = $8, version = version + 1
         where version = $9",
        publication.title,
        publication.tagline,
        publication.language as Language,
        publication.zone_name(),
        publication.permalink.to_string(),
        publication.appeal,
        publication.appeal_html.as_str(),
        publication.hold_everything,
        publication.version,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
