//! Replies that moderators write in the moderation queue. They are approved without screening.

use std::net::IpAddr;

use sqlx::PgConnection;

use super::model::{NewComment, Status};
use super::screening::Verdict;
use super::store::submissions;
use crate::accounts::Moderator;
use crate::clock::Ts;
use crate::crypto::KeyRing;
use crate::ids::{ArticleId, CommentId};
use crate::publication::DiscussionSettings;
use crate::text::SafeHtml;

/// A moderator's reply to a comment.
pub struct StaffReply {
    pub article_id: ArticleId,
    pub parent_id: CommentId,
    /// Text of the reply in Markdown.
    pub body: String,
    pub body_html: SafeHtml,
    /// IP address of the request.
    pub ip: IpAddr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaffReplyOutcome {
    Created(CommentId),
    /// The same reply is saved already, because the button was pressed twice.
    Duplicate(CommentId),
}

/// Saves a reply as approved, under the name of the moderator's account. Returns `None` if a simultaneous request
/// inserted the same reply.
pub async fn save_staff_reply(
    db: &mut PgConnection,
    keys: &KeyRing,
    settings: &DiscussionSettings,
    by: &Moderator,
    reply: StaffReply,
    now: Ts,
) -> sqlx::Result<Option<StaffReplyOutcome>> {
    let article_id = reply.article_id;
    let comment = NewComment {
        parent_id: Some(reply.parent_id),
        name: by.name.clone(),
        email: None,
        website: None,
        body: reply.body,
        body_html: reply.body_html,
        account_id: Some(by.id),
        ip: reply.ip,
    };
    if let Some(id) = submissions::find_duplicate(db, keys, article_id, None, &comment, now).await?
    {
        return Ok(Some(StaffReplyOutcome::Duplicate(id)));
    }
    // Approved without a verdict: moderators decide about others' comments, so that theirs need no screening.
    let inserted = submissions::insert(
        db,
        keys,
        article_id,
        None,
        &comment,
        &Verdict::new(Status::Approved, Vec::new()),
        settings.network_expires_at(now),
        now,
    )
    .await?;
    Ok(inserted.map(StaffReplyOutcome::Created))
}
