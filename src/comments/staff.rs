//! What the staff says from the desk. Nobody judges it, and it waits for nothing.

use std::net::IpAddr;

use sqlx::PgConnection;

use super::model::{NewComment, Status};
use super::screening::Verdict;
use super::store;
use crate::accounts::Moderator;
use crate::clock::Ts;
use crate::crypto::Keys;
use crate::ids::{ArticleId, CommentId};
use crate::publication::DiscussionSettings;
use crate::text::SafeHtml;

/// An answer to a comment.
pub struct StaffAnswer {
    /// The article.
    pub article_id: ArticleId,
    /// The comment that is answered.
    pub parent_id: CommentId,
    /// The text, as Markdown.
    pub body: String,
    /// The text.
    pub body_html: SafeHtml,
    /// Where it came from.
    pub from: IpAddr,
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It is there now.
    New(CommentId),
    /// It was there already: the button was pressed twice.
    Already(CommentId),
}

/// Keeps an answer of the staff, approved, under the name that their account has.
pub async fn answer(
    db: &mut PgConnection,
    keys: &Keys,
    settings: &DiscussionSettings,
    by: &Moderator,
    answer: StaffAnswer,
    now: Ts,
) -> sqlx::Result<Option<Answered>> {
    let article_id = answer.article_id;
    let comment = NewComment {
        parent_id: Some(answer.parent_id),
        name: by.name.clone(),
        email: None,
        website: None,
        body: answer.body,
        body_html: answer.body_html,
        account_id: Some(by.id),
        from: answer.from,
    };
    if let Some(id) = store::find_said(db, keys, article_id, None, &comment, now).await? {
        return Ok(Some(Answered::Already(id)));
    }
    let inserted = store::insert(
        db,
        keys,
        article_id,
        None,
        &comment,
        &Verdict::new(Status::Approved, Vec::new()),
        settings.network_until(now),
        now,
    )
    .await?;
    Ok(inserted.map(Answered::New))
}
