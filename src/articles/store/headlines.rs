//! Published articles as headlines, for all lists that readers see and for the feed.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::ids::{AccountId, ArticleId, TopicId};
use crate::text::{BodyFormat, SafeHtml};

/// A published article in a list.
pub struct Headline {
    pub id: ArticleId,
    pub title: String,
    pub standfirst: String,
    /// Source text in `format`. If there is no standfirst, lists show its beginning.
    pub body: String,
    pub format: BodyFormat,
    /// Text of the article as HTML, for the feed.
    pub body_html: SafeHtml,
    pub path: String,
    pub published_at: Ts,
    /// Number of approved comments.
    pub replies: i64,
}

/// Selects headlines of published articles with the given filter, order and limit. `$1` must be the current time.
macro_rules! select_headlines {
    ($filter:literal, $($argument:expr),+) => {
        sqlx::query_as!(
            Headline,
            r#"select id, title, standfirst, body, format, body_html, path as "path!", published_at as "published_at!",
                   (select coalesce(sum(count), 0)::bigint from article_comment_counts where article_id = articles.id) as "replies!"
               from articles
               where state = 'published' and published_at <= $1 and "# + $filter,
            $($argument),+
        )
    };
}

/// Returns the newest articles. With `before`, returns only older articles than that one. Pinned articles are included
/// only if `with_pinned` is true.
pub async fn list_newest(
    db: &mut PgConnection,
    before: Option<ArticleId>,
    with_pinned: bool,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<Headline>> {
    // Paged by key, not by offset: a page costs the same however far down it is, and a new article shifts nothing.
    select_headlines!(
        "kind = 'article' and ($4 or not pinned)
         and ($2::bigint is null or (published_at, id) < (select published_at, id from articles where id = $2))
         order by published_at desc, id desc limit $3",
        now as Ts,
        before.map(|id| id.0),
        limit,
        with_pinned
    )
    .fetch_all(db)
    .await
}

/// Returns the pinned articles, newest first.
pub async fn list_pinned(
    db: &mut PgConnection,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<Headline>> {
    select_headlines!(
        "kind = 'article' and pinned order by published_at desc, id desc limit $2",
        now as Ts,
        limit
    )
    .fetch_all(db)
    .await
}

/// Returns the newest articles on a topic. With `before`, returns only older articles than that one.
pub async fn list_by_topic(
    db: &mut PgConnection,
    topic: TopicId,
    before: Option<ArticleId>,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<Headline>> {
    select_headlines!(
        "kind = 'article' and exists (select 1 from article_topics where article_id = articles.id and topic_id = $4)
         and ($2::bigint is null or (published_at, id) < (select published_at, id from articles where id = $2))
         order by published_at desc, id desc limit $3",
        now as Ts,
        before.map(|id| id.0),
        limit,
        topic.0
    )
    .fetch_all(db)
    .await
}

/// Returns the newest articles of an author. With `before`, returns only older articles than that one.
pub async fn list_by_author(
    db: &mut PgConnection,
    author: AccountId,
    before: Option<ArticleId>,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<Headline>> {
    select_headlines!(
        "kind = 'article' and author_id = $4
         and ($2::bigint is null or (published_at, id) < (select published_at, id from articles where id = $2))
         order by published_at desc, id desc limit $3",
        now as Ts,
        before.map(|id| id.0),
        limit,
        author.0
    )
    .fetch_all(db)
    .await
}

/// Returns the newest articles that contain all words of a search text, including those of kind `Page`. With `before`,
/// returns only older articles than that one. Quotes, "or" and "-" mean the same as in search engines (Postgres,
/// `websearch_to_tsquery`).
pub async fn search(
    db: &mut PgConnection,
    search_text: &str,
    before: Option<ArticleId>,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<Headline>> {
    // The index was built with 'simple', too: no language's stemming fits texts in any language.
    select_headlines!(
        "search_vector @@ websearch_to_tsquery('simple', $4)
         and ($2::bigint is null or (published_at, id) < (select published_at, id from articles where id = $2))
         order by published_at desc, id desc limit $3",
        now as Ts,
        before.map(|id| id.0),
        limit,
        search_text
    )
    .fetch_all(db)
    .await
}
