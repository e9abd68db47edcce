//! Everything that is stored about a commenter's comments, for the commenter's request to get their data.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::comments::model::Status;
use crate::ids::{CommentId, CommenterId};

/// A comment with everything that is stored about it.
pub struct StoredComment {
    pub id: CommentId,
    pub parent_id: Option<CommentId>,
    pub title: String,
    pub path: Option<String>,
    pub status: Status,
    pub name: String,
    pub website: Option<String>,
    /// Comment text as the author entered it.
    pub body: String,
    pub created_at: Ts,
    /// Time of the last edit, either by the author or by staff.
    pub edited_at: Option<Ts>,
    /// IP network of the request, encrypted in the context [`NETWORK_ROW`](crate::comments::NETWORK_ROW).
    pub network_sealed: Option<Vec<u8>>,
    /// Time at which the IP network will be deleted.
    pub network_until: Option<Ts>,
}

/// Returns every comment of a commenter with all stored data, oldest first.
pub async fn list_comments(
    db: &mut PgConnection,
    id: CommenterId,
) -> sqlx::Result<Vec<StoredComment>> {
    sqlx::query_as!(
        StoredComment,
        r#"select comments.id, parent_id, title, path, status, name, website, comments.body, comments.created_at, edited_at,
               network_sealed, network_until
           from comments join articles on articles.id = article_id
           where commenter_id = $1 order by comments.created_at, comments.id"#,
        id.0,
    )
    .fetch_all(db)
    .await
}

/// A moderation decision about a comment.
pub struct CommentDecision {
    pub comment_id: CommentId,
    pub from: Status,
    pub to: Status,
    pub at: Ts,
}

/// Returns the decisions about every comment of a commenter, without the moderators' names.
pub async fn list_decisions(
    db: &mut PgConnection,
    id: CommenterId,
) -> sqlx::Result<Vec<CommentDecision>> {
    sqlx::query_as!(
        CommentDecision,
        r#"select comment_id, from_status as "from!", to_status as "to!", decided_at as at
           from decisions join comments on comments.id = comment_id
           where commenter_id = $1 order by decisions.id"#,
        id.0,
    )
    .fetch_all(db)
    .await
}
