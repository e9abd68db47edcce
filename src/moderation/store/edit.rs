//! SQL that reads a comment for the edit form and saves the edit. Earlier versions are kept.

use sqlx::PgConnection;

use crate::accounts::Moderator;
use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::CommentId;
use crate::text::{BodyFormat, SafeHtml};

/// The fields of a comment that the edit form needs.
pub struct EditableComment {
    pub id: CommentId,
    pub status: Status,
    /// Number of edits of the comment so far, by its author and by moderators.
    pub version: i32,
    pub name: String,
    pub website: Option<String>,
    /// Source text of the comment, in the markup language `format`.
    pub body: String,
    pub format: BodyFormat,
    pub created_at: Ts,
    pub is_erased: bool,
    /// Title of the article that the comment belongs to.
    pub title: String,
}

pub async fn find(db: &mut PgConnection, id: CommentId) -> sqlx::Result<Option<EditableComment>> {
    sqlx::query_as!(
        EditableComment,
        r#"select comments.id, comments.status, comments.version, comments.name, comments.website, comments.body,
               comments.format as "format: BodyFormat", comments.created_at, erased_at is not null as "is_erased!", title
           from comments join articles on articles.id = article_id where comments.id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

pub struct EditedText {
    pub name: String,
    pub website: Option<String>,
    /// Source text of the comment, in the markup language `format`.
    pub body: String,
    pub format: BodyFormat,
    pub body_html: SafeHtml,
}

/// Replaces the text of a comment and stores the old text as a version replaced by this moderator. Removes the comment
/// from its group of similar comments and deletes its spam score, because both belong to the old text. Returns `false`
/// without a change if the comment is no longer at `version` or was erased.
pub async fn update(
    db: &mut PgConnection,
    moderator: &Moderator,
    id: CommentId,
    version: i32,
    text: &EditedText,
    now: Ts,
) -> sqlx::Result<bool> {
    let updated = sqlx::query!(
        "with old as (
             select * from comments where id = $1 and version = $2 and erased_at is null for update
         ),
         kept as (
             insert into comment_versions (comment_id, version, name, website, body, format, body_html, replaced_at, replaced_by)
             select id, version, name, website, body, format, body_html, $3, $4 from old
         )
         update comments
         set name = $5, website = $6, body = $7, format = $8, body_html = $9, edited_at = $3, version = comments.version + 1,
             similar_group_id = null, score = null, signals = '{}'
         from old where comments.id = old.id",
        id.0,
        version,
        now as Ts,
        moderator.id.0,
        text.name,
        text.website,
        text.body,
        text.format as BodyFormat,
        text.body_html.as_str(),
    )
    .execute(db)
    .await?;
    Ok(updated.rows_affected() == 1)
}
