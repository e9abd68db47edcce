//! SQL that finds the articles and topics to which WordPress URLs redirect.

use sqlx::PgConnection;

use crate::articles::model::TopicKind;
use crate::clock::Ts;
use crate::ids::ArticleId;
use crate::text::Slug;

/// Returns the last article before page `page` of the front page, not counting pinned articles. Returns `None` if there
/// are not enough articles.
pub async fn find_last_before_page(
    db: &mut PgConnection,
    page: i64,
    per_page: i64,
    now: Ts,
) -> sqlx::Result<Option<ArticleId>> {
    // Such a URL is old and rare, so an offset will do here, which every other list avoids.
    sqlx::query_scalar!(
        "select id from articles
         where state = 'published' and published_at <= $1 and kind = 'article' and not pinned
         order by published_at desc, id desc offset $2 limit 1",
        now as Ts,
        (page - 1).saturating_mul(per_page).saturating_sub(1),
    )
    .fetch_optional(db)
    .await
}

/// Returns the slug of the topic that was imported from the WordPress category or tag `name`. Prefers the given kind,
/// then the other kind, then a topic that has the slug `name` on this site.
pub async fn find_topic_slug(
    db: &mut PgConnection,
    name: &str,
    kind: TopicKind,
) -> sqlx::Result<Option<Slug>> {
    sqlx::query_scalar!(
        "select topics.slug from topics left join imported_topics on topic_id = topics.id
         where imported_topics.slug = $1 or topics.slug = $1
         order by imported_topics.slug = $1 and imported_topics.kind = $2 desc nulls last,
             imported_topics.slug = $1 desc nulls last, topics.id limit 1",
        name,
        kind as TopicKind,
    )
    .fetch_optional(db)
    .await
}

/// Returns the path of the published article that had this id in WordPress. If the id was that of an upload, returns the
/// path of the article to which the upload belonged. If several sites were imported, the first that matches wins.
pub async fn find_path(
    db: &mut PgConnection,
    wordpress_id: i64,
    now: Ts,
) -> sqlx::Result<Option<String>> {
    // An upload counts only if no article has the id, which cannot be unless two sites were imported.
    sqlx::query_scalar!(
        r#"with imported as (
             select article_id, site_id, 0 as far from imported_articles where wordpress_id = $1
             union all
             select article_id, media.site_id, 1 from imported_media media
             join imported_articles article on article.wordpress_id = article_wordpress_id and article.site_id = media.site_id
             where media.wordpress_id = $1
         )
         select path as "path!" from imported join articles on articles.id = article_id
         where state = 'published' and published_at <= $2 order by far, site_id limit 1"#,
        wordpress_id,
        now as Ts,
    )
    .fetch_optional(db)
    .await
}
