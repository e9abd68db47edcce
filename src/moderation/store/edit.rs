//! All SQL on changing the words of a comment.

use sqlx::PgConnection;

use crate::accounts::Moderator;
use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::CommentId;
use crate::text::{Format, SafeHtml};

/// A comment as it can be changed.
pub struct Editable {
    /// Its number.
    pub id: CommentId,
    /// What has been decided so far. A change leaves it as it is.
    pub status: Status,
    /// Counts changes, its author's and the staff's.
    pub version: i32,
    /// The name given.
    pub name: String,
    /// The website given.
    pub website: Option<String>,
    /// The text, as it is written.
    pub body: String,
    /// How that is written.
    pub format: Format,
    /// When it was written.
    pub created_at: Ts,
    /// Its author took it back.
    pub is_erased: bool,
    /// The article's title.
    pub title: String,
}

/// A comment, to change it.
pub async fn find_editable(db: &mut PgConnection, id: CommentId) -> sqlx::Result<Option<Editable>> {
    sqlx::query_as!(
        Editable,
        r#"select comments.id, comments.status, comments.version, comments.name, comments.website, comments.body,
               comments.format as "format: Format", comments.created_at, erased_at is not null as "is_erased!", title
           from comments join articles on articles.id = article_id where comments.id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// What a comment is to say.
pub struct NewWords {
    /// The name.
    pub name: String,
    /// Where the name leads.
    pub website: Option<String>,
    /// The text, as it is written.
    pub body: String,
    /// How that is written.
    pub format: Format,
    /// The text.
    pub body_html: SafeHtml,
}

/// Gives a comment other words, unless it was changed since `version` or taken back; whether it did. What it said before is
/// kept, with who changed it.
pub async fn edit(
    db: &mut PgConnection,
    moderator: &Moderator,
    id: CommentId,
    version: i32,
    words: &NewWords,
    now: Ts,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "with old as (
             select * from comments where id = $1 and version = $2 and erased_at is null for update
         ),
         kept as (
             insert into comment_versions (comment_id, version, name, website, body, format, body_html, replaced_at, replaced_by)
             select id, version, name, website, body, format, body_html, $3, $4 from old
         )
         update comments
         set name = $5, website = $6, body = $7, format = $8, body_html = $9, edited_at = $3, version = comments.version + 1,
             lookalike_id = null, score = null, signals = '{}'
         from old where comments.id = old.id",
        id.0,
        version,
        now as Ts,
        moderator.id.0,
        words.name,
        words.website,
        words.body,
        words.format as Format,
        words.body_html.as_str(),
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
