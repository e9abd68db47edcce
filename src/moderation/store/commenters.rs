//! SQL on the commenter who wrote a comment. Moderators see the commenter's names and comments, but never the email.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{CommentId, CommenterId};
use crate::text::{SafeHtml, excerpt, markdown};

/// Number of comments of each status in which the names of a commenter are searched, the newest ones.
const MAX_SEARCHED_COMMENTS: i64 = 500;
/// Number of characters of a comment that the list on a commenter's page quotes.
const EXCERPT_CHARS: usize = 200;

/// The author of a comment: the name in the comment, and the commenter if there is one.
pub struct CommentAuthor {
    pub name: String,
    /// Id of the commenter, if an email was given. Never show it on a page.
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

/// Lists the names under which a commenter has commented, most recently used first, at most `limit`.
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

/// A comment in the list on the page of its commenter.
pub struct CommenterComment {
    pub id: CommentId,
    pub status: Status,
    pub body_html: SafeHtml,
    pub created_at: Ts,
    /// Title of the article that the comment belongs to.
    pub title: String,
}

impl CommenterComment {
    /// Returns the beginning of the comment as plain text.
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

/// The time at which a commenter became known, and whether the email is verified.
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
