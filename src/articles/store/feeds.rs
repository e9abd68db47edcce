//! Published articles with everything that a feed shows.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::ids::{AccountId, ArticleId, TopicId};
use crate::text::{SafeHtml, Slug};

/// A published article in a feed.
pub struct FeedArticle {
    pub id: ArticleId,
    /// `None`: older than the column. The guid is then made of the id.
    pub guid: Option<String>,
    pub title: String,
    pub standfirst: String,
    pub body_html: SafeHtml,
    pub path: String,
    pub published_at: Ts,
    /// Time of the last change of the words after publication.
    pub revised_at: Option<Ts>,
    pub author: String,
    pub author_slug: Slug,
    /// Names of the topics, sorted.
    pub topics: Vec<String>,
}

/// Lists the newest articles among the ids that `$ids` selects. That query can use the time as `$1`, the limit as `$2` and
/// `$argument` as `$3`.
macro_rules! list_articles {
    ($ids:literal, $db:expr, $limit:expr, $now:expr $(, $argument:expr)?) => {
        sqlx::query_as!(
            FeedArticle,
            r#"select articles.id, guid, title, standfirst, body_html, path as "path!", published_at as "published_at!",
                   case when revised_at > published_at then revised_at end as revised_at,
                   accounts.name as author, accounts.slug as author_slug,
                   array(select topics.name from article_topics join topics on topics.id = topic_id
                         where article_id = articles.id order by lower(topics.name), topics.id) as "topics!"
               from articles join accounts on accounts.id = author_id
               where articles.id in ("# + $ids + r#")
               order by published_at desc, articles.id desc"#,
            $now as Ts,
            $limit,
            $($argument)?
        )
        .fetch_all($db)
        .await
    };
}

/// Returns the newest articles. Pinned articles have no special place among them.
pub async fn list_newest(
    db: &mut PgConnection,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<FeedArticle>> {
    list_articles!(
        "select id from articles where state = 'published' and published_at <= $1 and kind = 'article'
         order by published_at desc, id desc limit $2",
        db,
        limit,
        now
    )
}

/// Returns the newest articles on a topic.
pub async fn list_by_topic(
    db: &mut PgConnection,
    topic: TopicId,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<FeedArticle>> {
    list_articles!(
        "select article_id from article_topics where topic_id = $3 and listed_at <= $1
         order by listed_at desc, article_id desc limit $2",
        db,
        limit,
        now,
        topic.0
    )
}

/// Returns the newest articles of an author.
pub async fn list_by_author(
    db: &mut PgConnection,
    author: AccountId,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<FeedArticle>> {
    list_articles!(
        "select id from articles where author_id = $3 and state = 'published' and published_at <= $1 and kind = 'article'
         order by published_at desc, id desc limit $2",
        db,
        limit,
        now,
        author.0
    )
}
