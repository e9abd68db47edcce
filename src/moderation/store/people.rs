//! All SQL on whoever is behind a comment, as moderators see them: by what they wrote, never by an address.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{CommentId, CommenterId};
use crate::moderation::DecisionRequest;
use crate::text::{SafeHtml, excerpt, markdown};

/// Of the comments of each status, among how many names are looked for.
const LOOKED_AT_FOR_NAMES: i64 = 500;

/// Whoever wrote a comment, as far as the comment itself says.
pub struct Writer {
    /// The name given.
    pub name: String,
    /// Whose address was given, if one was. Not for pages.
    pub commenter_id: Option<CommenterId>,
    /// Someone of the staff.
    pub is_staff: bool,
    /// Its author took it back.
    pub is_erased: bool,
}

/// Whoever wrote a comment.
pub async fn find_writer(db: &mut PgConnection, id: CommentId) -> sqlx::Result<Option<Writer>> {
    sqlx::query_as!(
        Writer,
        r#"select name, commenter_id as "commenter_id: CommenterId", account_id is not null as "is_staff!",
               erased_at is not null as "is_erased!"
           from comments where id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Names that someone gave, the newest first, at most `limit`.
pub async fn names_of(
    db: &mut PgConnection,
    id: CommenterId,
    limit: i64,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select name as "name!" from unnest(enum_range(null::comment_status)) as wanted (status)
           cross join lateral (
               select name, created_at, id from comments
               where commenter_id = $1 and comments.status = wanted.status
               order by created_at desc, id desc limit $2
           ) lately
           group by name order by max(created_at) desc, max(id) desc limit $3"#,
        id.0,
        LOOKED_AT_FOR_NAMES,
        limit,
    )
    .fetch_all(db)
    .await
}

/// A comment in the list of what someone wrote.
pub struct Theirs {
    /// Its number.
    pub id: CommentId,
    /// What has been decided.
    pub status: Status,
    /// The text.
    pub body_html: SafeHtml,
    /// When it was written.
    pub created_at: Ts,
    /// The title of its article.
    pub title: String,
}

impl Theirs {
    /// How it begins, as plain words.
    pub fn beginning(&self) -> String {
        const CHARS: usize = 200;
        excerpt::excerpt(&markdown::words_of_html(self.body_html.as_str()), CHARS)
    }
}

/// The last comments of someone, at most `limit`.
pub async fn last_of(
    db: &mut PgConnection,
    id: CommenterId,
    limit: i64,
) -> sqlx::Result<Vec<Theirs>> {
    sqlx::query_as!(
        Theirs,
        r#"select lately.id as "id!: CommentId", lately.status as "status!: Status", lately.body_html as "body_html!: SafeHtml",
               lately.created_at as "created_at!", title
           from unnest(enum_range(null::comment_status)) as wanted (status)
           cross join lateral (
               select id, comments.status, body_html, created_at, article_id from comments
               where commenter_id = $1 and comments.status = wanted.status and erased_at is null
               order by created_at desc, id desc limit $2
           ) lately
           join articles on articles.id = article_id
           order by lately.created_at desc, lately.id desc limit $2"#,
        id.0,
        limit,
    )
    .fetch_all(db)
    .await
}

/// When someone was first here, and whether they proved their address.
pub struct Standing {
    /// When they first wrote.
    pub first_seen: Ts,
    /// Whether the address is proved.
    pub is_proved: bool,
}

/// How long someone is known.
pub async fn standing_of(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<Option<Standing>> {
    sqlx::query_as!(
        Standing,
        r#"select created_at as first_seen, proved_at is not null as "is_proved!" from commenters where id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Whether a comment still is as it was seen, in status and words; if so, it is until the transaction ends.
pub async fn hold_if_still(db: &mut PgConnection, seen: &DecisionRequest) -> sqlx::Result<bool> {
    let held = sqlx::query!(
        "select id from comments where id = $1 and status = $2 and version = $3 and erased_at is null for update",
        seen.id.0,
        seen.expected_status as Status,
        seen.expected_version,
    )
    .fetch_optional(db)
    .await?;
    Ok(held.is_some())
}
