//! Published articles as links, for the suggestions on the 404 page.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::text::Slug;

pub struct ArticleLink {
    pub title: String,
    pub path: String,
    pub published_at: Ts,
}

/// Returns the newest published articles, except those of kind `Page`.
pub async fn list_newest(
    db: &mut PgConnection,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<ArticleLink>> {
    sqlx::query_as!(
        ArticleLink,
        r#"select title, path as "path!", published_at as "published_at!"
           from articles where state = 'published' and published_at <= $1 and kind = 'article'
           order by published_at desc, id desc limit $2"#,
        now as Ts,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Number of slugs with a beginning from which the shortest are chosen.
const EXAMINED_SLUGS: i64 = 200;

/// Returns published articles of any kind whose slug begins with `prefix`, shortest slug first. Of more than 200 such
/// articles, only the first in alphabetical order are looked at.
pub async fn list_by_slug_prefix(
    db: &mut PgConnection,
    prefix: &Slug,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<ArticleLink>> {
    // A range, because an index serves no `like` with a parameter. A slug has only a-z, 0-9 and hyphens, all below the tilde.
    sqlx::query_as!(
        ArticleLink,
        r#"select title, path as "path!", published_at as "published_at!"
           from (
               select id, slug, title, path, published_at from articles
               where state = 'published' and published_at <= $1 and slug collate "C" >= $2
               order by slug collate "C" limit $4
           ) following
           -- Outside, so that the limit applies first whatever the plan is: half of all slugs may begin so.
           where slug collate "C" < $2 || '~'
           order by length(slug), published_at desc, id desc limit $3"#,
        now as Ts,
        prefix.as_str(),
        limit,
        EXAMINED_SLUGS,
    )
    .fetch_all(db)
    .await
}
