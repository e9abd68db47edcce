//! Lists of articles.

use sqlx::PgConnection;

use crate::articles::model::{Kind, State};
use crate::clock::Ts;
use crate::ids::{AccountId, ArticleId, TopicId};
use crate::text::{BodyFormat, SafeHtml, Slug};

/// An article in a list that readers page through.
pub struct Headline {
    /// Its number.
    pub id: ArticleId,
    /// Its headline.
    pub title: String,
    /// What stands under it.
    pub standfirst: String,
    /// The text, for articles without a standfirst.
    pub body: String,
    /// How it is written.
    pub format: BodyFormat,
    /// The text, as HTML, for the feed.
    pub body_html: SafeHtml,
    /// Its address.
    pub path: String,
    /// When it was published.
    pub published_at: Ts,
    /// Replies there are to read.
    pub replies: i64,
}

/// Headlines of published articles: what a list is of, in which order, and how many.
macro_rules! headlines {
    ($which:literal, $($argument:expr),+) => {
        sqlx::query_as!(
            Headline,
            r#"select id, title, standfirst, body, format, body_html, path as "path!", published_at as "published_at!",
                   (select coalesce(sum(count), 0)::bigint from article_comment_counts where article_id = articles.id) as "replies!"
               from articles
               where state = 'published' and published_at <= $1 and "# + $which,
            $($argument),+
        )
    };
}

/// The newest articles: at most `limit`, older than article `before`, those that are pinned among them or not.
pub async fn newest(
    db: &mut PgConnection,
    before: Option<ArticleId>,
    with_pinned: bool,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<Headline>> {
    headlines!(
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

/// Articles that stand first on the front page, newest first: at most `limit`.
pub async fn pinned(db: &mut PgConnection, limit: i64, now: Ts) -> sqlx::Result<Vec<Headline>> {
    headlines!(
        "kind = 'article' and pinned order by published_at desc, id desc limit $2",
        now as Ts,
        limit
    )
    .fetch_all(db)
    .await
}

/// The newest articles on a topic: at most `limit`, older than article `before`.
pub async fn on_topic(
    db: &mut PgConnection,
    topic: TopicId,
    before: Option<ArticleId>,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<Headline>> {
    headlines!(
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

/// The newest articles of an author: at most `limit`, older than article `before`.
pub async fn by_author(
    db: &mut PgConnection,
    author: AccountId,
    before: Option<ArticleId>,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<Headline>> {
    headlines!(
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

/// Articles and pages that hold all these words, newest first: at most `limit`, older than article `before`. `query` is
/// read as search engines read theirs (Postgres, `websearch_to_tsquery`).
pub async fn holding(
    db: &mut PgConnection,
    query: &str,
    before: Option<ArticleId>,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<Headline>> {
    headlines!(
        "search_vector @@ websearch_to_tsquery('simple', $4)
         and ($2::bigint is null or (published_at, id) < (select published_at, id from articles where id = $2))
         order by published_at desc, id desc limit $3",
        now as Ts,
        before.map(|id| id.0),
        limit,
        query
    )
    .fetch_all(db)
    .await
}

/// The article after which page `page` of the front page begins, if there are as many.
pub async fn last_before_page(
    db: &mut PgConnection,
    page: i64,
    per_page: i64,
    now: Ts,
) -> sqlx::Result<Option<ArticleId>> {
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

/// Just enough of an article to lead a reader to it.
pub struct Signpost {
    /// Its headline.
    pub title: String,
    /// Its address.
    pub path: String,
    /// When it was published.
    pub published_at: Ts,
}

/// The newest published articles, at most `limit`.
pub async fn signposts(db: &mut PgConnection, limit: i64, now: Ts) -> sqlx::Result<Vec<Signpost>> {
    sqlx::query_as!(
        Signpost,
        r#"select title, path as "path!", published_at as "published_at!"
           from articles where state = 'published' and published_at <= $1 and kind = 'article'
           order by published_at desc, id desc limit $2"#,
        now as Ts,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Published articles whose slug begins so, the nearest first: at most `limit`.
pub async fn of_slug(
    db: &mut PgConnection,
    slug: &Slug,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<Signpost>> {
    // The bytes of a slug are a-z, 0-9 and hyphens, all below the tilde.
    sqlx::query_as!(
        Signpost,
        r#"select title, path as "path!", published_at as "published_at!"
           from articles
           where state = 'published' and published_at <= $1
             and slug collate "C" >= $2 and slug collate "C" < $2 || '~'
           order by length(slug), published_at desc, id desc limit $3"#,
        now as Ts,
        slug.as_str(),
        limit,
    )
    .fetch_all(db)
    .await
}

/// An article as search engines list it.
pub struct Listed {
    /// Its address.
    pub path: String,
    /// When its words last changed.
    pub updated_at: Ts,
}

/// The newest published articles for search engines, at most `limit`.
pub async fn listed(db: &mut PgConnection, limit: i64, now: Ts) -> sqlx::Result<Vec<Listed>> {
    sqlx::query_as!(
        Listed,
        r#"select path as "path!", greatest(updated_at, published_at) as "updated_at!"
           from articles where state = 'published' and published_at <= $1
           order by published_at desc, id desc limit $2"#,
        now as Ts,
        limit,
    )
    .fetch_all(db)
    .await
}

/// An article in the editors' list.
pub struct Row {
    /// Its number.
    pub id: ArticleId,
    /// Its headline.
    pub title: String,
    /// Where it stands among the others.
    pub kind: Kind,
    /// Whether it stands first on the front page.
    pub pinned: bool,
    /// Whether it has been given to readers.
    pub state: State,
    /// When.
    pub published_at: Option<Ts>,
    /// Its address.
    pub path: Option<String>,
    /// When it was saved last.
    pub updated_at: Ts,
    /// Who began it.
    pub author: String,
    /// Replies there are to read.
    pub replies: i64,
}

/// All articles, begun last first: at most `limit`, from before article `before`.
pub async fn rows(
    db: &mut PgConnection,
    before: Option<ArticleId>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select articles.id, title, kind, pinned, state, published_at, path, updated_at, accounts.name as author,
               (select coalesce(sum(count), 0)::bigint from article_comment_counts where article_id = articles.id) as "replies!"
           from articles join accounts on accounts.id = author_id
           where articles.id < coalesce($1, 9223372036854775807)
           order by articles.id desc limit $2"#,
        before.map(|id| id.0),
        limit,
    )
    .fetch_all(db)
    .await
}
