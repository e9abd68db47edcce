//! SQL on accounts as authors of articles.

use sqlx::PgConnection;

use crate::ids::AccountId;
use crate::text::Slug;

/// An account in its role as author of articles.
pub struct ArticleAuthor {
    pub id: AccountId,
    pub name: String,
}

/// Returns the account with a slug, even if it has published nothing.
pub async fn find(db: &mut PgConnection, slug: &Slug) -> sqlx::Result<Option<ArticleAuthor>> {
    sqlx::query_as!(
        ArticleAuthor,
        "select id, name from accounts where slug = $1",
        slug.as_str()
    )
    .fetch_optional(db)
    .await
}
