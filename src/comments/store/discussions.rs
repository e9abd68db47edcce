//! Published articles that comments may belong to.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::comments::model::{Discussion, PublishedArticle};
use crate::ids::ArticleId;
use crate::publication::{DiscussionSettings, PublicationVersion};

/// Returns a published article, and the version that the publication's settings have at the same moment. A caller that
/// has this version of the settings in its cache need not load them.
pub async fn find_published(
    db: &mut PgConnection,
    id: Option<ArticleId>,
    now: Ts,
) -> sqlx::Result<(PublicationVersion, Option<PublishedArticle>)> {
    // One query for both: `xmin` of the settings row changes with every update, so that it serves as their version.
    let found = sqlx::query!(
        r#"select settings.xmin::text::bigint as "edition!: PublicationVersion", articles.id as "id?", articles.title as "title?", path,
               articles.replies_open as "replies_open?", case when kind = 'article' then published_at end as ages_from
           from settings left join articles on articles.id = $1 and state = 'published' and published_at <= $2"#,
        id.map(|id| id.0),
        now as Ts,
    )
    .fetch_one(db)
    .await?;
    let article = || {
        Some(PublishedArticle {
            article_id: found.id?,
            title: found.title?,
            path: found.path?,
            replies_open: found.replies_open?,
            ages_from: found.ages_from,
        })
    };
    Ok((found.edition, article()))
}

/// Returns the discussion of a published article.
pub async fn find(
    db: &mut PgConnection,
    settings: &DiscussionSettings,
    id: ArticleId,
    now: Ts,
) -> sqlx::Result<Option<Discussion>> {
    let (_, article) = find_published(db, Some(id), now).await?;
    Ok(article.map(|article| article.into_discussion(settings, now)))
}

/// Returns the article that a post of the imported WordPress site became. If several imported sites used the same post
/// id, the site that was imported first wins.
pub async fn find_id_by_wordpress_id(
    db: &mut PgConnection,
    wordpress_id: i64,
) -> sqlx::Result<Option<ArticleId>> {
    sqlx::query_scalar!(
        "select article_id from imported_articles where wordpress_id = $1 order by site_id limit 1",
        wordpress_id,
    )
    .fetch_optional(db)
    .await
}
