//! The transaction that saves a valid comment: duplicate check, flood control, screening, insert, subscription.

use sqlx::{PgConnection, Postgres, Transaction};

use super::emails;
use super::model::{Discussion, NewComment, Status};
use super::screen::{ScreenedAuthor, screen_comment};
use super::screening::{ReasonKind, Verdict};
use super::store::submissions;
use crate::app::App;
use crate::commenters::store::verification;
use crate::commenters::{self, BrowserToken, Email, SubscriptionScope};
use crate::crypto::KeyRing;
use crate::db::store::rate_limits::{SharedLimit, count_event};
use crate::ids::CommentId;
use crate::ids::{ArticleId, CommenterId};
use crate::limits::{REPLY_BURST, REPLY_INTERVAL, network_of};
use crate::text::Website;
use crate::web::{Error, Layout, Result};

/// Number of comments from one IP network on all servers together. Each server has the same limit on attempts for itself.
const NETWORK_LIMIT: SharedLimit = SharedLimit {
    burst: REPLY_BURST.get(),
    interval: REPLY_INTERVAL,
};

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
    /// Another comment came from the same IP network a moment ago, or too many came.
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
    // Whatever the email: a different response to the right one would tell somebody who guesses it.
    let public = submissions::find_public_duplicate(db, &app.keys, article_id, comment, now);
    if let Some(id) = public.await? {
        return Ok(SaveOutcome::Duplicate { id });
    }
    let known_id = commenter_id.filter(|_| !is_new);
    let is_verified = verification::is_verified(db, reply.browser, known_id).await?;
    let is_staff = comment.account_id.is_some();
    let mut is_too_fast = false;
    if !is_staff {
        if let Err(seconds) = check_network(app, db, comment, settings.flood_seconds).await? {
            // The check waits for a concurrent submission, which may have been the same one.
            let id = find_duplicate(app, db, article_id, commenter_id, comment).await?;
            return Ok(match id {
                Some(id) => SaveOutcome::Duplicate { id },
                None => SaveOutcome::RateLimited { seconds },
            });
        }
        // Anyone can type the email of somebody else, who would then have to wait. Its owner, once verified, does not. Nobody
        // is told, since that would confirm that a comment with this email came just now.
        if let Some(email) = comment.email.as_ref().filter(|_| !is_verified) {
            let key = flood_email_key(&app.keys, email);
            let checked = submissions::check_flood(db, &key, settings.flood_seconds, now).await?;
            is_too_fast = checked.is_err();
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
    let mut verdict = screen_comment(db, &app.keys, publication, &author, body, body_html).await?;
    if is_too_fast {
        verdict.hold_for(ReasonKind::TooFast);
    }
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
        let ip = Some(reply.comment.ip);
        emails::enqueue_verification(app, db, reply.layout, commenter_id, ip).await?;
    }
    Ok(())
}

/// Checks the limits on comments from an IP network. If one is exceeded, the inner error is the number of seconds to wait.
async fn check_network(
    app: &App,
    db: &mut PgConnection,
    comment: &NewComment,
    flood_seconds: i32,
) -> sqlx::Result<Result<(), i64>> {
    let now = app.clock.now();
    let network = network_of(comment.ip).to_string();
    let key = |purpose| app.keys.blind_index(purpose, network.as_bytes());
    let checked = count_event(db, &key("comments of a network"), NETWORK_LIMIT, now).await?;
    if checked.is_err() {
        return Ok(checked);
    }
    submissions::check_flood(db, &key("lately from a network"), flood_seconds, now).await
}

fn flood_email_key(keys: &KeyRing, email: &Email) -> Vec<u8> {
    keys.blind_index("lately from an address", &email.hash(keys))
        .to_vec()
}
