//! SQL that indexes articles for the search, and finds those that are still to be indexed.

use sqlx::PgConnection;

use crate::ids::ArticleId;
use crate::text::search::{ANALYZER_VERSION, build_vector};
use crate::text::{SafeHtml, markdown};

/// Texts of an article in which the search finds words.
struct SearchableArticle {
    id: ArticleId,
    title: String,
    standfirst: String,
    sources: String,
    body_html: SafeHtml,
    author: String,
    topics: Vec<String>,
}

impl SearchableArticle {
    fn build_vector(&self) -> String {
        let body = markdown::html_to_text(self.body_html.as_str());
        let topics = self.topics.join("\n");
        // The body last: of the longest articles the end is not indexed.
        build_vector([
            self.title.as_str(),
            &self.standfirst,
            &self.sources,
            &topics,
            &self.author,
            &body,
        ])
    }
}

/// Indexes articles and removes them from the queue. The transaction must hold their rows of the queue.
pub async fn index(db: &mut PgConnection, ids: &[i64]) -> sqlx::Result<()> {
    let articles = sqlx::query_as!(
        SearchableArticle,
        r#"select articles.id, title, standfirst, sources, body_html, accounts.name as author,
               array(select topics.name from article_topics join topics on topics.id = topic_id
                     where article_id = articles.id order by topics.id) as "topics!"
           from articles join accounts on accounts.id = author_id where articles.id = any($1) order by articles.id"#,
        ids,
    )
    .fetch_all(&mut *db)
    .await?;
    let ids: Vec<i64> = articles.iter().map(|article| article.id.0).collect();
    let vectors: Vec<String> = articles
        .iter()
        .map(SearchableArticle::build_vector)
        .collect();
    sqlx::query!(
        "insert into article_search (article_id, published_at, analyzer, search_vector)
         select id, case when state = 'published' then published_at end, $3, vector::tsvector
         from unnest($1::bigint[], $2::text[]) as indexed (article_id, vector) join articles on id = article_id order by id
         on conflict (article_id) do update
         set published_at = excluded.published_at, analyzer = excluded.analyzer, search_vector = excluded.search_vector",
        &ids,
        &vectors,
        ANALYZER_VERSION,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from article_index_queue where article_id = any($1)",
        &ids
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Locks at most `limit` articles that wait to be indexed until the transaction ends, newest first. Skips those that are
/// being saved or that another server is indexing.
pub async fn lock_pending(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar!(
        "select article_id from article_index_queue order by article_id desc limit $1 for update skip locked",
        limit,
    )
    .fetch_all(db)
    .await
}

/// Queues at most `limit` articles that an earlier version of the program has indexed. Returns how many.
pub async fn enqueue_outdated(db: &mut PgConnection, limit: i64) -> sqlx::Result<u64> {
    let queued = sqlx::query!(
        "insert into article_index_queue
         select article_id from article_search where analyzer < $1 order by article_id limit $2
         on conflict do nothing",
        ANALYZER_VERSION,
        limit,
    )
    .execute(db)
    .await?;
    Ok(queued.rows_affected())
}
