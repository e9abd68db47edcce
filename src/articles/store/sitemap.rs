//! Rows that the files of the sitemap list. Each statement reads one file's rows through an index.

use jiff::civil::Date;
use sqlx::PgConnection;

use crate::clock::Ts;

/// A month in which articles were published.
pub struct ArticleMonth {
    /// First day of the month, in UTC.
    pub first_day: Date,
    /// Number of articles, including scheduled ones.
    pub articles: i64,
}

/// Returns the months with published articles, newest first.
pub async fn list_months(db: &mut PgConnection, now: Ts) -> sqlx::Result<Vec<ArticleMonth>> {
    // Only in the newest months can all articles be scheduled.
    let rows = sqlx::query!(
        r#"select month::text as "month!", articles from article_months
           where articles > 0
             and exists (select 1 from articles
                         where state = 'published' and kind = 'article' and published_at <= $1
                           and published_at >= month::timestamp at time zone 'UTC'
                           and published_at < (month + interval '1 month') at time zone 'UTC')
           order by article_months.month desc"#,
        now as Ts,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            Some(ArticleMonth {
                first_day: row.month.parse().ok()?,
                articles: row.articles,
            })
        })
        .collect())
}

pub struct SitemapEntry {
    pub path: String,
    /// Time of publication or of the last change of the words, whichever is later.
    pub updated_at: Ts,
}

/// Returns published articles of the time from `from` up to but not including `to`, oldest first, without the first
/// `skipped`.
pub async fn list_articles(
    db: &mut PgConnection,
    (from, to): (Ts, Ts),
    skipped: i64,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<SitemapEntry>> {
    sqlx::query_as!(
        SitemapEntry,
        r#"select path as "path!", greatest(published_at, revised_at) as "updated_at!"
           from articles
           where state = 'published' and kind = 'article' and published_at >= $1 and published_at < $2 and published_at <= $3
           order by published_at, id offset $4 limit $5"#,
        from as Ts,
        to as Ts,
        now as Ts,
        skipped,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Returns the published articles of kind `Page`, oldest first.
pub async fn list_pages(
    db: &mut PgConnection,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<SitemapEntry>> {
    sqlx::query_as!(
        SitemapEntry,
        r#"select path as "path!", greatest(published_at, revised_at) as "updated_at!"
           from articles where kind = 'page' and state = 'published' and published_at <= $1
           order by id limit $2"#,
        now as Ts,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Returns the paths of all authors and topics that have a published article, authors first.
pub async fn list_lists(db: &mut PgConnection, limit: i64, now: Ts) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"(select '/authors/' || slug as "path!" from accounts
            where exists (select 1 from articles
                          where author_id = accounts.id and state = 'published' and published_at <= $1 and kind = 'article')
            order by id)
           union all
           (select '/topics/' || slug from topics
            where exists (select 1 from article_topics where topic_id = topics.id and listed_at <= $1)
            order by id)
           limit $2"#,
        now as Ts,
        limit,
    )
    .fetch_all(db)
    .await
}

/// An article in the sitemap for news search engines.
pub struct NewsEntry {
    pub title: String,
    pub path: String,
    pub published_at: Ts,
}

/// Returns the articles published since `since`, newest first.
pub async fn list_news(
    db: &mut PgConnection,
    since: Ts,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<NewsEntry>> {
    sqlx::query_as!(
        NewsEntry,
        r#"select title, path as "path!", published_at as "published_at!"
           from articles
           where state = 'published' and kind = 'article' and published_at > $1 and published_at <= $2
           order by published_at desc, id desc limit $3"#,
        since as Ts,
        now as Ts,
        limit,
    )
    .fetch_all(db)
    .await
}
