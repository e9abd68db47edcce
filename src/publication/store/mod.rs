//! SQL on the `settings` table, which contains the publication in its only row.

pub mod rotation;

use sqlx::PgConnection;

use crate::publication::discussion::{CheckerSettings, DiscussionSettings};
use crate::publication::model::{Publication, PublicationVersion, is_reserved};
use crate::text::Language;
use crate::text::date_style::{DateOrder, HourCycle};

/// Loads the publication. Returns `None` before the first start.
pub async fn find(db: &mut PgConnection) -> sqlx::Result<Option<Publication>> {
    sqlx::query!(
        r#"select title, tagline, language, time_zone, date_order, hour_cycle, permalink_pattern, appeal, appeal_html, key_id, version,
             thread_depth, newest_first, edit_minutes, close_after_days, network_days,
             hold_everything, hold_first_timers, trust_unverified, hold_links, flood_seconds,
             akismet_url, akismet_key, akismet_fields, trash_days, shows_transparency, spam_threshold,
             guid_base, feed_seed::text as "feed_seed!", xmin::text::bigint as "edition!: PublicationVersion"
         from settings"#
    )
    .map(|row| Publication {
        title: row.title,
        tagline: row.tagline,
        language: row.language,
        // Both were checked when they were saved. Should one no longer be valid, the site goes on with a default.
        zone: crate::text::dates::parse_zone(&row.time_zone).unwrap_or(jiff::tz::TimeZone::UTC),
        date_order: row.date_order,
        hour_cycle: row.hour_cycle,
        permalink: row.permalink_pattern.parse().unwrap_or_default(),
        appeal: row.appeal,
        appeal_html: row.appeal_html,
        discussion: DiscussionSettings {
            thread_depth: row.thread_depth,
            newest_first: row.newest_first,
            edit_minutes: row.edit_minutes,
            close_after_days: row.close_after_days,
            network_days: row.network_days,
            hold_everything: row.hold_everything,
            hold_first_timers: row.hold_first_timers,
            trust_unverified: row.trust_unverified,
            hold_links: row.hold_links,
            flood_seconds: row.flood_seconds,
            checker: row.akismet_key.map(|key_sealed| CheckerSettings {
                url: row.akismet_url,
                key_sealed,
                sent_fields: row.akismet_fields,
            }),
            trash_days: row.trash_days,
            shows_transparency: row.shows_transparency,
            spam_threshold: row.spam_threshold,
        },
        key_id: row.key_id,
        version: row.version,
        guid_base: row.guid_base,
        feed_seed: row.feed_seed,
        row_version: row.edition,
    })
    .fetch_optional(db)
    .await
}

/// Inserts the publication at the first start. Returns `false` if another process has inserted it.
pub async fn insert(db: &mut PgConnection, publication: &Publication) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into settings (title, tagline, language, time_zone, permalink_pattern, appeal, appeal_html, hold_everything, key_id,
             date_order, hour_cycle)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict (only_one) do nothing",
        publication.title,
        publication.tagline,
        publication.language as Language,
        publication.zone_name(),
        publication.permalink.to_string(),
        publication.appeal,
        publication.appeal_html.as_str(),
        publication.discussion.hold_everything,
        publication.key_id,
        publication.date_order as DateOrder,
        publication.hour_cycle as HourCycle,
    )
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    update_discussion(db, &publication.discussion).await?;
    Ok(true)
}

/// Increments the version of the settings. Returns `false` if somebody has saved since `version` was loaded. The caller
/// saves in the same transaction.
pub async fn increment_version(db: &mut PgConnection, version: i32) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update settings set version = version + 1 where version = $1",
        version,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Updates the discussion settings. The caller must have checked the version in the same transaction.
pub async fn update_discussion(
    db: &mut PgConnection,
    settings: &DiscussionSettings,
) -> sqlx::Result<()> {
    let checker = settings.checker.as_ref();
    let sent_fields = checker.map_or(&[][..], |checker| &checker.sent_fields);
    sqlx::query!(
        "update settings
         set thread_depth = $1, newest_first = $2, edit_minutes = $3, close_after_days = $4, network_days = $5,
             hold_everything = $6, hold_first_timers = $7, trust_unverified = $8, hold_links = $9, flood_seconds = $10,
             akismet_url = $11, akismet_key = $12, akismet_fields = $13, trash_days = $14, shows_transparency = $15,
             spam_threshold = $16",
        settings.thread_depth,
        settings.newest_first,
        settings.edit_minutes,
        settings.close_after_days,
        settings.network_days,
        settings.hold_everything,
        settings.hold_first_timers,
        settings.trust_unverified,
        settings.hold_links,
        settings.flood_seconds,
        checker.map_or("", |checker| checker.url.as_str()),
        checker.map(|checker| checker.key_sealed.as_slice()),
        sent_fields,
        settings.trash_days,
        settings.shows_transparency,
        settings.spam_threshold,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Moves every published article, except those of kind `Page`, to the path that the permalink pattern and time zone of
/// `publication` give it. The old paths redirect to the new path. An article keeps its path if the new path is taken or
/// reserved. Returns the number of articles that kept their path for that reason.
pub async fn update_article_paths(
    db: &mut PgConnection,
    publication: &Publication,
) -> sqlx::Result<i64> {
    let articles = sqlx::query!(
        r#"select id, slug, published_at as "published_at!" from articles where state = 'published' and kind = 'article' order by id for update"#
    )
    .fetch_all(&mut *db)
    .await?;
    let (ids, paths): (Vec<i64>, Vec<String>) = articles
        .iter()
        .map(|article| {
            let path = publication.article_path(article.id, &article.slug, article.published_at);
            (article.id.0, path)
        })
        // A pattern of a bare slug can give an article the path of one of the site's own pages.
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
    let total = i64::try_from(articles.len()).unwrap_or(i64::MAX);
    Ok(total - moved)
}

/// Updates the settings. Returns `false` if somebody has saved since `publication.version` was loaded.
pub async fn update(db: &mut PgConnection, publication: &Publication) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update settings
         set title = $1, tagline = $2, language = $3, time_zone = $4, permalink_pattern = $5,
             appeal = $6, appeal_html = $7, date_order = $9, hour_cycle = $10, version = version + 1
         where version = $8",
        publication.title,
        publication.tagline,
        publication.language as Language,
        publication.zone_name(),
        publication.permalink.to_string(),
        publication.appeal,
        publication.appeal_html.as_str(),
        publication.version,
        publication.date_order as DateOrder,
        publication.hour_cycle as HourCycle,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Sets the URL that is part of the guids that are not stored, unless an earlier start has set it.
pub async fn set_guid_base(db: &mut PgConnection, base: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update settings set guid_base = $1 where guid_base is null",
        base
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Sets the id of the secret key with which data is encrypted from now on.
pub async fn set_key_id(db: &mut PgConnection, key_id: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("update settings set key_id = $1", key_id)
        .execute(db)
        .await?;
    Ok(())
}

/// Encryption context of the spam checker's API key. The encrypted key can only be decrypted in this context.
pub const CHECKER_KEY_ROW: &[u8] = b"settings.akismet_key";
