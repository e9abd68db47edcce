//! Published articles as headlines, for all lists that readers see.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::ids::{AccountId, ArticleId, TopicId};
use crate::text::SafeHtml;

/// A published article in a list.
pub struct Headline {
    pub id: ArticleId,
    pub title: String,
    pub standfirst: String,
    /// Text of the article. If there is no standfirst, lists show its beginning.
    pub body_html: SafeHtml,
    pub path: String,
    pub published_at: Ts,
    /// Number of approved comments.
    pub replies: i64,
}

/// Lists headlines of published articles that match `$filter`, newest first. With `$before`, lists only articles older
/// than that one. The filter can use `$argument` as `$4`.
macro_rules! list_headlines {
    ($filter:literal, $db:expr, $before:expr, $limit:expr, $now:expr $(, $argument:expr)?) => {{
        let before: Option<ArticleId> = $before;
        // Paged by key, not by offset: a page costs the same however far down it is, and a new article shifts nothing. Without
        // `or`, so that a generic plan begins to read at the place, too.
        sqlx::query_as!(
            Headline,
            r#"select id, title, standfirst, body_html, path as "path!", published_at as "published_at!",
                   (select coalesce(sum(count), 0)::bigint from article_comment_counts where article_id = articles.id) as "replies!"
               from articles
               where state = 'published' and published_at <= $1 and "# + $filter + r#"
                 and (published_at, id) < (
                     case when $2::bigint is null then 'infinity' else
                         (select published_at from articles where id = $2 and state = 'published' and published_at <= $1) end,
                     coalesce($2, 9223372036854775807))
               order by published_at desc, id desc limit $3"#,
            $now as Ts,
            before.map(|id| id.0),
            $limit,
            $($argument)?
        )
        .fetch_all($db)
        .await
    }};
}

/// Returns the newest articles that are not pinned. With `before`, returns only older articles than that one.
pub async fn list_newest(
    db: &mut PgConnection,
    before: Option<ArticleId>,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<Headline>> {
    list_headlines!("kind = 'article' and not pinned", db, before, limit, now)
}

/// Returns the pinned articles, newest first.
pub async fn list_pinned(
    db: &mut PgConnection,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<Headline>> {
    list_headlines!("kind = 'article' and pinned", db, None, limit, now)
}

/// Returns the newest articles on a topic. With `before`, returns only older articles than that one.
pub async fn list_by_topic(
    db: &mut PgConnection,
    topic: TopicId,
    before: Option<ArticleId>,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<Headline>> {
    list_headlines!(
        // The topic's index yields the ids of one page, so that a topic that ended years ago costs what a busy one does.
        "id in (select article_id from article_topics
                where topic_id = $4 and listed_at <= $1
                  and (listed_at, article_id) < (coalesce((select published_at from articles where id = $2), 'infinity'),
                                                 coalesce($2, 9223372036854775807))
                order by listed_at desc, article_id desc limit $3)",
        db,
        before,
        limit,
        now,
        topic.0
    )
}

/// Returns the newest articles of an author. With `before`, returns only older articles than that one.
pub async fn list_by_author(
    db: &mut PgConnection,
    author: AccountId,
    before: Option<ArticleId>,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<Headline>> {
    list_headlines!(
        "kind = 'article' and author_id = $4",
        db,
        before,
        limit,
        now,
        author.0
    )
}
