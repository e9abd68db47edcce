//! The transaction that saves a valid comment: duplicate check, flood control, screening, insert, subscription.

use sqlx::{PgConnection, Postgres, Transaction};

use super::emails;
use super::model::{Discussion, NewComment, Status};
use super::screen::{ScreenedAuthor, screen_comment};
use super::screening::Verdict;
use super::store::submissions;
use crate::app::App;
use crate::commenters::store::verification;
use crate::commenters::{self, BrowserToken, Email, SubscriptionScope};
use crate::crypto::KeyRing;
use crate::ids::CommentId;
use crate::ids::{ArticleId, CommenterId};
use crate::limits::network_of;
use crate::text::Website;
use crate::web::{Error, Layout, Result};

/// A valid comment with everything needed to decide whether and how it is saved.
pub(super) struct ValidReply<'a> {
    pub layout: &'a Layout,
    pub discussion: &'a Discussion,
    pub comment: &'a NewComment,
    pub browser: &'a BrowserToken,
    pub honeypot_filled: bool,
    /// Comments that the author asked to be notified of.
    pub scope: Option<SubscriptionScope>,
}

pub(super) enum SaveOutcome {
    Created {
        id: CommentId,
        status: Status,
    },
    Duplicate {
        id: CommentId,
    },
    /// Another comment came from the same IP network or with the same email a moment ago.
    RateLimited {
        seconds: i64,
    },
}

/// Saves a comment. Commits the transaction if the comment was created, and rolls it back otherwise.
pub(super) async fn save_reply(
    app: &App,
    mut db: Transaction<'static, Postgres>,
    reply: &ValidReply<'_>,
) -> Result<SaveOutcome> {
    let outcome = try_save(app, &mut db, reply).await?;
    // Awaited in both cases: the connection has to be free again before the caller takes another.
    match outcome {
        SaveOutcome::Created { .. } => db.commit().await?,
        SaveOutcome::Duplicate { .. } | SaveOutcome::RateLimited { .. } => db.rollback().await?,
    }
    Ok(outcome)
}

async fn try_save(app: &App, db: &mut PgConnection, reply: &ValidReply<'_>) -> Result<SaveOutcome> {
    let ValidReply {
        layout, comment, ..
    } = reply;
    let now = app.clock.now();
    let settings = &layout.publication.discussion;
    let article_id = reply.discussion.article_id;
    let commenter = match &comment.email {
        Some(email) => {
            Some(commenters::store::commenters::find_or_insert(db, &app.keys, email, now).await?)
        }
        None => None,
    };
    let commenter_id = commenter.as_ref().map(|commenter| commenter.id);
    // A new commenter has no comments and has verified nothing: two queries less.
    let is_new = commenter.is_some_and(|commenter| commenter.is_new);
    if !is_new && let Some(id) = find_duplicate(app, db, article_id, commenter_id, comment).await? {
        return Ok(SaveOutcome::Duplicate { id });
    }
    let known_id = commenter_id.filter(|_| !is_new);
    let is_verified = verification::is_verified(db, reply.browser, known_id).await?;
    let is_staff = comment.account_id.is_some();
    if !is_staff {
        let keys = flood_keys(&app.keys, comment, is_verified);
        let checked = submissions::check_flood(db, &keys, settings.flood_seconds, now).await?;
        if let Err(seconds) = checked {
            // The check waits for a concurrent submission, which may have been the same one.
            let id = find_duplicate(app, db, article_id, commenter_id, comment).await?;
            return Ok(match id {
                Some(id) => SaveOutcome::Duplicate { id },
                None => SaveOutcome::RateLimited { seconds },
            });
        }
    }
    let author = ScreenedAuthor {
        name: &comment.name,
        website: comment.website.as_ref().map(Website::as_str),
        commenter_id,
        email: comment.email.as_ref(),
        is_verified,
        ip: comment.ip,
        is_staff,
        honeypot_filled: reply.honeypot_filled,
    };
    let publication = &layout.publication;
    let (body, body_html) = (&comment.body, &comment.body_html);
    let verdict = screen_comment(db, &app.keys, publication, &author, body, body_html).await?;
    let inserted = submissions::insert(
        db,
        &app.keys,
        article_id,
        commenter_id,
        comment,
        &verdict,
        settings.network_expires_at(now),
        now,
    )
    .await?;
    let Some(id) = inserted else {
        // The unique index found a duplicate that another connection has inserted since the first look.
        let id = find_duplicate(app, db, article_id, commenter_id, comment).await?;
        let id = id.ok_or(Error::Unavailable)?;
        return Ok(SaveOutcome::Duplicate { id });
    };
    if let Some(commenter_id) = commenter_id {
        subscribe(app, db, reply, &verdict, commenter_id, is_verified).await?;
    }
    tracing::info!(comment = %id, status = verdict.status.as_str(), "comment saved");
    Ok(SaveOutcome::Created {
        id,
        status: verdict.status,
    })
}

async fn find_duplicate(
    app: &App,
    db: &mut PgConnection,
    article_id: ArticleId,
    commenter_id: Option<CommenterId>,
    comment: &NewComment,
) -> sqlx::Result<Option<CommentId>> {
    let now = app.clock.now();
    submissions::find_duplicate(db, &app.keys, article_id, commenter_id, comment, now).await
}

/// Subscribes the author to the notifications that the form asked for. Enqueues the verification email if the email
/// address was not verified in this browser.
async fn subscribe(
    app: &App,
    db: &mut PgConnection,
    reply: &ValidReply<'_>,
    verdict: &Verdict,
    commenter_id: CommenterId,
    is_verified: bool,
) -> Result<()> {
    // Robots type the emails of strangers: a refused comment must not cause mail to anyone.
    let is_accepted = matches!(verdict.status, Status::Approved | Status::Held);
    let Some(scope) = reply.scope.filter(|_| is_accepted) else {
        return Ok(());
    };
    let article_id = reply.discussion.article_id;
    let now = app.clock.now();
    commenters::store::subscriptions::subscribe(
        db,
        commenter_id,
        article_id,
        scope,
        is_verified,
        now,
    )
    .await?;
    if !is_verified {
        emails::enqueue_verification(app, db, reply.layout, commenter_id).await?;
    }
    Ok(())
}

/// Returns the keys by which flood control recognises an author: hashes of the IP network and of the email.
fn flood_keys(keys: &KeyRing, comment: &NewComment, is_verified: bool) -> Vec<Vec<u8>> {
    let network = network_of(comment.ip).to_string();
    let network_key = keys.blind_index("lately from a network", network.as_bytes());
    // Anyone can type the email of somebody else, who would then have to wait. Its owner, once verified, does not.
    let email = comment.email.as_ref().filter(|_| !is_verified);
    let email_key = email.map(|email| flood_email_key(keys, email));
    let mut flood_keys = vec![network_key.to_vec()];
    flood_keys.extend(email_key);
    flood_keys
}

fn flood_email_key(keys: &KeyRing, email: &Email) -> Vec<u8> {
    keys.blind_index("lately from an address", &email.hash(keys))
        .to_vec()
}
