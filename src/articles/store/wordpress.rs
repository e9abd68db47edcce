//! Targets of the URLs that a site had in WordPress.

use sqlx::PgConnection;

use crate::articles::model::TopicKind;
use crate::clock::Ts;
use crate::ids::ArticleId;
use crate::text::Slug;

/// Returns the article after which page `page` of the front page begins; `None` if there are not so many articles.
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

/// Returns the slug of the topic that a category or tag was imported as. If there is none of this kind, one of the other kind
/// will do, and then any topic with the slug `name`.
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

/// Returns the path of the published article with this id in WordPress, or of the article that the upload with this id belonged
/// to. Of several imported sites, the first that has one counts.
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
