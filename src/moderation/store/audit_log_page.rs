//! SQL on the comments and members of staff that are shown on the pages of the audit log.

use sqlx::PgConnection;

use crate::comments::Status;
use crate::ids::{AccountId, ActionId, CommentId, LogEntryId};
use crate::text::{SafeHtml, excerpt, markdown};

/// Number of characters of a comment that the page of an audit log entry quotes.
const EXCERPT_CHARS: usize = 160;

/// Returns whether at least one decision of an action can be undone. Examines only its first thousand decisions.
pub async fn can_undo(db: &mut PgConnection, action: ActionId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select 1 from (select * from decisions where action_id = $1 order by id limit 1000) first
               join comments on comments.id = comment_id
               where comments.status = to_status and erased_at is null and (edited_at is null or edited_at < decided_at)
                 and not exists (select 1 from decisions later where later.comment_id = comments.id and later.id > first.id)
           ) as "can!""#,
        action.0,
    )
    .fetch_one(db)
    .await
}

/// A decision, with the comment that it was made on.
pub struct LoggedDecision {
    pub id: i64,
    pub comment_id: CommentId,
    /// Status of the comment before the decision.
    pub from: Status,
    /// Status of the comment after the decision.
    pub to: Status,
    /// Name of the comment's author.
    pub name: String,
    pub body_html: SafeHtml,
    /// Whether the text of the comment was deleted.
    pub is_erased: bool,
    /// Title of the article that the comment belongs to.
    pub title: String,
    /// Path of the article; `None` if it has no public page.
    pub path: Option<String>,
}

impl LoggedDecision {
    /// Returns the beginning of the comment as plain text.
    pub fn excerpt(&self) -> String {
        let text = markdown::html_to_text(self.body_html.as_str());
        excerpt::excerpt(&text, EXCERPT_CHARS)
    }
}

/// Lists at most `limit` decisions under an audit log entry, by id. Begins after the id `after`.
pub async fn list_decisions(
    db: &mut PgConnection,
    entry: LogEntryId,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<LoggedDecision>> {
    sqlx::query_as!(
        LoggedDecision,
        r#"select decisions.id, comment_id, from_status as "from", to_status as "to", comments.name, comments.body_html,
               erased_at is not null as "is_erased!", title, path
           from decisions join comments on comments.id = comment_id join articles on articles.id = article_id
           where entry_id = $1 and decisions.id > $2 order by decisions.id limit $3"#,
        entry.0,
        after,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Lists the names of the authors of these comments. Leaves out comments whose text was deleted.
pub async fn list_author_names(
    db: &mut PgConnection,
    ids: &[CommentId],
) -> sqlx::Result<Vec<(CommentId, String)>> {
    sqlx::query!(
        "select id, name from comments where id = any($1) and erased_at is null",
        ids as &[CommentId],
    )
    .map(|row| (row.id, row.name))
    .fetch_all(db)
    .await
}

/// Lists the ids and names of all accounts, ordered by name.
pub async fn list_staff(db: &mut PgConnection) -> sqlx::Result<Vec<(AccountId, String)>> {
    sqlx::query!("select id, name from accounts order by lower(name), id")
        .map(|row| (row.id, row.name))
        .fetch_all(db)
        .await
}
