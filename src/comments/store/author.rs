//! Comments as their authors see and edit them.

use sqlx::PgConnection;

use super::akismet;
use crate::classifier;
use crate::clock::Ts;
use crate::comments::model::Status;
use crate::comments::screening::Verdict;
use crate::ids::{AccountId, ArticleId, CommentId, CommenterId};
use crate::text::{SafeHtml, excerpt, markdown};

/// A comment as its author sees it.
pub struct AuthorComment {
    pub id: CommentId,
    pub status: Status,
    /// Screening reasons in the form stored in the database.
    pub reasons: Vec<String>,
    pub commenter_id: Option<CommenterId>,
    /// Account of the signed-in member of staff who wrote the comment.
    pub account_id: Option<AccountId>,
    pub name: String,
    pub website: Option<String>,
    /// Comment text in Markdown.
    pub body: String,
    pub body_html: SafeHtml,
    pub created_at: Ts,
    /// Time of the last edit, either by the author or by staff.
    pub edited_at: Option<Ts>,
    pub staff_edited_at: Option<Ts>,
    /// Time at which the text was erased, either by the author or because the comment was in spam or trash for too long.
    pub erased_at: Option<Ts>,
    /// Days for which the comment was in spam or trash, if it was erased for that reason.
    pub kept_days: Option<i64>,
    /// Number of edits, by the author and by staff together.
    pub version: i32,
    pub article_id: ArticleId,
    /// Title of the article, or "…" while the article is not published.
    pub title: String,
    /// Path of the article. `None` while the article is not published.
    pub path: Option<String>,
}

impl AuthorComment {
    /// Returns whether the comment is held or approved, and its text is not erased.
    pub fn is_taken(&self) -> bool {
        matches!(self.status, Status::Held | Status::Approved) && self.erased_at.is_none()
    }

    /// Returns the beginning of the comment text, for lists of comments.
    pub fn beginning(&self) -> String {
        const MAX_CHARS: usize = 160;
        excerpt::excerpt(&markdown::html_to_text(self.body_html.as_str()), MAX_CHARS)
    }
}

/// Selects [`AuthorComment`]s. `$2` has to be the current time, because the title of an unpublished article is hidden.
macro_rules! select_author_comments {
    ($which:literal, $($argument:expr),+) => {
        sqlx::query_as!(
            AuthorComment,
            r#"select comments.id, status, reasons, commenter_id as "commenter_id: CommenterId", account_id as "account_id: AccountId",
                   name, website, comments.body, comments.body_html, comments.created_at, edited_at, erased_at, comments.version,
                   case when purged then extract(day from erased_at - status_since)::bigint end as kept_days,
                   (select max(replaced_at) from comment_versions where comment_versions.comment_id = comments.id) as "staff_edited_at: Ts",
                   article_id as "article_id: ArticleId",
                   case when state = 'published' and published_at <= $2 then title else '…' end as "title!",
                   case when state = 'published' and published_at <= $2 then path end as path
               from comments join articles on articles.id = article_id "# + $which,
            $($argument),+
        )
    };
}

/// Returns a comment in any status.
pub async fn find(
    db: &mut PgConnection,
    id: CommentId,
    now: Ts,
) -> sqlx::Result<Option<AuthorComment>> {
    select_author_comments!("where comments.id = $1", id.0, now as Ts)
        .fetch_optional(db)
        .await
}

/// Returns comments of a commenter in any status, newest first. With `before`, returns only comments older than that one.
pub async fn list(
    db: &mut PgConnection,
    id: CommenterId,
    before: Option<CommentId>,
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<AuthorComment>> {
    select_author_comments!(
        "where commenter_id = $1 and comments.id < coalesce($3, 9223372036854775807)
         order by comments.id desc limit $4",
        id.0,
        now as Ts,
        before.map(|id| id.0),
        limit
    )
    .fetch_all(db)
    .await
}

/// Returns whether any moderator has ever decided about a comment.
pub async fn was_decided(db: &mut PgConnection, id: CommentId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select 1 from decisions where comment_id = $1) as "was!""#,
        id.0,
    )
    .fetch_one(db)
    .await
}

/// Replaces the text of a comment and returns whether that was possible. It is impossible if the comment's version is no
/// longer `version`, if the comment is spam, trashed or erased, or if it was written before `written_after`.
#[expect(
    clippy::too_many_arguments,
    reason = "a new text, its verdict and the conditions for replacing the old one"
)]
pub async fn update_body(
    db: &mut PgConnection,
    id: CommentId,
    version: i32,
    body: &str,
    body_html: &SafeHtml,
    verdict: &Verdict,
    written_after: Ts,
    now: Ts,
) -> sqlx::Result<bool> {
    // The decision was about the old text: it is no training example any more.
    classifier::untrain(db, &[id]).await?;
    // Every condition is in the statement: a moderator or another tab may have changed the comment since it was loaded.
    let done = sqlx::query!(
        "update comments
         set body = $3, body_html = $4, format = 'markdown', status = $5, reasons = $6, edited_at = $7, version = version + 1,
             status_since = case when status = $5 then status_since else $7 end, similar_group_id = null, score = $9, signals = $10
         where id = $1 and version = $2 and status in ('held', 'approved') and erased_at is null and created_at > $8",
        id.0,
        version,
        body,
        body_html.as_str(),
        verdict.status as Status,
        &verdict.stored_reasons(),
        now as Ts,
        written_after as Ts,
        verdict.prediction.as_ref().map(|prediction| prediction.score),
        &verdict.stored_signals(),
    )
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    // A check of the old text must not decide about the new one.
    akismet::dequeue(db, &[id]).await?;
    akismet::enqueue(db, id, verdict, now).await?;
    Ok(true)
}
