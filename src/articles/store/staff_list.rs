//! SQL on the list of all articles for editors.

use sqlx::PgConnection;

use crate::articles::model::{ArticleKind, ArticleState};
use crate::clock::Ts;
use crate::ids::ArticleId;

/// An article in the list for editors.
pub struct ArticleRow {
    pub id: ArticleId,
    pub title: String,
    pub kind: ArticleKind,
    pub pinned: bool,
    pub state: ArticleState,
    pub published_at: Option<Ts>,
    pub path: Option<String>,
    pub updated_at: Ts,
    /// Name of the account that created the article.
    pub author: String,
    /// Number of approved comments.
    pub replies: i64,
}

/// Returns articles in any state, newest first. With `before`, returns only older articles than that one.
pub async fn list(
    db: &mut PgConnection,
    before: Option<ArticleId>,
    limit: i64,
) -> sqlx::Result<Vec<ArticleRow>> {
    // Without `before`, every id is below the largest bigint; one statement serves both cases.
    sqlx::query_as!(
        ArticleRow,
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
