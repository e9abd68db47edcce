//! The commenter behind a comment, as moderators see them: by their comments, never by their email.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{CommentId, CommenterId};
use crate::text::{SafeHtml, excerpt, markdown};

/// Comments of each status that are searched for the names of a commenter.
const MAX_SEARCHED_COMMENTS: i64 = 500;
/// Characters of a comment that the list quotes.
const EXCERPT_CHARS: usize = 200;

/// The author of a comment, as far as the comment itself says.
pub struct CommentAuthor {
    pub name: String,
    /// The commenter, if an email was given. Never show it.
    pub commenter_id: Option<CommenterId>,
    pub is_staff: bool,
    /// Whether the text of the comment was deleted.
    pub is_erased: bool,
}

pub async fn find_author(
    db: &mut PgConnection,
    id: CommentId,
) -> sqlx::Result<Option<CommentAuthor>> {
    sqlx::query_as!(
        CommentAuthor,
        r#"select name, commenter_id as "commenter_id: CommenterId", account_id is not null as "is_staff!",
               erased_at is not null as "is_erased!"
           from comments where id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Lists the names that a commenter gave, the most recent first, at most `limit`.
pub async fn list_names(
    db: &mut PgConnection,
    id: CommenterId,
    limit: i64,
) -> sqlx::Result<Vec<String>> {
    // One bounded index scan per status: a spammer may have a hundred thousand comments.
    sqlx::query_scalar!(
        r#"select name as "name!" from unnest(enum_range(null::comment_status)) as wanted (status)
           cross join lateral (
               select name, created_at, id from comments
               where commenter_id = $1 and comments.status = wanted.status
               order by created_at desc, id desc limit $2
           ) recent_submissions
           group by name order by max(created_at) desc, max(id) desc limit $3"#,
        id.0,
        MAX_SEARCHED_COMMENTS,
        limit,
    )
    .fetch_all(db)
    .await
}

/// A comment in the list of a commenter's comments.
pub struct CommenterComment {
    pub id: CommentId,
    pub status: Status,
    pub body_html: SafeHtml,
    pub created_at: Ts,
    /// Title of the article.
    pub title: String,
}

impl CommenterComment {
    /// Returns the first characters of the comment as plain text.
    pub fn excerpt(&self) -> String {
        let text = markdown::html_to_text(self.body_html.as_str());
        excerpt::excerpt(&text, EXCERPT_CHARS)
    }
}

/// Lists the newest comments of a commenter, at most `limit`.
pub async fn list_recent_comments(
    db: &mut PgConnection,
    id: CommenterId,
    limit: i64,
) -> sqlx::Result<Vec<CommenterComment>> {
    sqlx::query_as!(
        // The newest of each status, and of these the newest: each part is one bounded index scan.
        CommenterComment,
        r#"select recent_submissions.id as "id!: CommentId", recent_submissions.status as "status!: Status", recent_submissions.body_html as "body_html!: SafeHtml",
               recent_submissions.created_at as "created_at!", title
           from unnest(enum_range(null::comment_status)) as wanted (status)
           cross join lateral (
               select id, comments.status, body_html, created_at, article_id from comments
               where commenter_id = $1 and comments.status = wanted.status and erased_at is null
               order by created_at desc, id desc limit $2
           ) recent_submissions
           join articles on articles.id = article_id
           order by recent_submissions.created_at desc, recent_submissions.id desc limit $2"#,
        id.0,
        limit,
    )
    .fetch_all(db)
    .await
}

/// The age of a commenter's record, and whether the email is verified.
pub struct CommenterRecord {
    pub first_seen: Ts,
    pub is_verified: bool,
}

pub async fn find_record(
    db: &mut PgConnection,
    id: CommenterId,
) -> sqlx::Result<Option<CommenterRecord>> {
    sqlx::query_as!(
        CommenterRecord,
        r#"select created_at as first_seen, verified_at is not null as "is_verified!" from commenters where id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}
