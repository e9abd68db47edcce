//! SQL of the search. Its cost depends on what is found, not on how many articles there are.
//!
//! Vectors are stored out of line, and the planner does not know what reading them costs. So it is left no choice: words
//! are looked up in the GIN index, or in a bounded number of the newest articles.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::ids::ArticleId;
use crate::text::SafeHtml;

/// Begins the transaction of a search. Anyone can make up an expensive query, so it is cancelled soon.
pub const BEGIN_SEARCH: &str = "begin read only; set local statement_timeout = '2s'; set local enable_seqscan = off; set local jit = off";
/// Number of the newest articles that are read before the index if a query matches many. Reading them takes about 5 ms.
const NEWEST_ARTICLES: i64 = 500;
/// Largest number of matching articles that are counted.
const MAX_COUNT: i64 = 1_000;

/// A published article with the texts in which words may have been found.
pub struct FoundArticle {
    pub id: ArticleId,
    pub title: String,
    pub standfirst: String,
    pub sources: String,
    pub body_html: SafeHtml,
    pub author: String,
    pub topics: Vec<String>,
    pub path: String,
    pub published_at: Ts,
    /// Number of approved comments.
    pub replies: i64,
}

/// A page of the articles that match a query, newest first.
pub struct MatchPage {
    /// Number of all matching articles, if it is at most `MAX_COUNT`.
    pub count: Option<i64>,
    pub ids: Vec<ArticleId>,
}

/// Finds the newest published articles of any kind that match a `tsquery`. With `before`, lists only articles older than
/// that one.
pub async fn find_page(
    db: &mut PgConnection,
    tsquery: &str,
    before: Option<ArticleId>,
    limit: i64,
    now: Ts,
) -> sqlx::Result<MatchPage> {
    // `is true` keeps the index by time from being used: it would read the vectors of all articles.
    let found = sqlx::query!(
        r#"with found as materialized (
               select article_id, published_at from article_search
               where search_vector @@ $1::text::tsquery and (published_at <= $2) is true limit $5
           )
           select article_id, (select count(*) from found) as "count!" from found
           where (published_at, article_id)
               < (coalesce((select published_at from articles where id = $3), 'infinity'), coalesce($3, 9223372036854775807))
           order by published_at desc, article_id desc limit $4"#,
        tsquery,
        now as Ts,
        before.map(|id| id.0),
        limit,
        MAX_COUNT + 1,
    )
    .fetch_all(&mut *db)
    .await?;
    let count = found.first().map_or(0, |row| row.count);
    if count <= MAX_COUNT {
        return Ok(MatchPage {
            count: Some(count),
            ids: found.into_iter().map(|row| row.article_id).collect(),
        });
    }
    let mut ids = list_among_newest(db, tsquery, before, limit, now).await?;
    if i64::try_from(ids.len()).is_ok_and(|found| found < limit) {
        ids = list_among_all(db, tsquery, before, limit, now).await?;
    }
    Ok(MatchPage { count: None, ids })
}

async fn list_among_all(
    db: &mut PgConnection,
    tsquery: &str,
    before: Option<ArticleId>,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<ArticleId>> {
    sqlx::query_scalar!(
        "with found as materialized (
             select article_id, published_at from article_search where search_vector @@ $1::text::tsquery
         )
         select article_id from found
         where published_at <= $2 and (published_at, article_id)
             < (coalesce((select published_at from articles where id = $3), 'infinity'), coalesce($3, 9223372036854775807))
         order by published_at desc, article_id desc limit $4",
        tsquery,
        now as Ts,
        before.map(|id| id.0),
        limit,
    )
    .fetch_all(db)
    .await
}

/// Lists those of the newest articles that match, so that a word in every second article needs no list of them all.
async fn list_among_newest(
    db: &mut PgConnection,
    tsquery: &str,
    before: Option<ArticleId>,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<ArticleId>> {
    sqlx::query_scalar!(
        "select article_id from (
             select article_id, published_at, search_vector from article_search
             where published_at <= $2 and (published_at, article_id)
                 < (coalesce((select published_at from articles where id = $3), 'infinity'), coalesce($3, 9223372036854775807))
             order by published_at desc, article_id desc limit $5
         ) newest
         where search_vector @@ $1::text::tsquery order by published_at desc, article_id desc limit $4",
        tsquery,
        now as Ts,
        before.map(|id| id.0),
        limit,
        NEWEST_ARTICLES,
    )
    .fetch_all(db)
    .await
}

/// Loads articles, newest first.
pub async fn load(
    db: &mut PgConnection,
    ids: &[ArticleId],
    now: Ts,
) -> sqlx::Result<Vec<FoundArticle>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        FoundArticle,
        r#"select articles.id, title, standfirst, sources, body_html, accounts.name as author,
               array(select topics.name from article_topics join topics on topics.id = topic_id
                     where article_id = articles.id order by lower(topics.name), topics.id) as "topics!",
               path as "path!", published_at as "published_at!",
               (select coalesce(sum(count), 0)::bigint from article_comment_counts where article_id = articles.id) as "replies!"
           from articles join accounts on accounts.id = author_id
           where articles.id = any($1) and state = 'published' and published_at <= $2
           order by published_at desc, articles.id desc"#,
        &ids,
        now as Ts,
    )
    .fetch_all(db)
    .await
}

/// Returns whether a search was cancelled because it took too long.
pub fn is_timeout(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.as_deref() == Some("57014")
}
