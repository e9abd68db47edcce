//! Adds the digests that are due to the queue of outgoing emails.

use sqlx::Connection;

use super::email::{EmailContent, build_email};
use super::model::{DigestRecipient, HeldComment};
use super::store as digest_store;
use crate::accounts::Moderator;
use crate::app::App;
use crate::audit_log::store::chain;
use crate::clock::Ts;
use crate::comments::Status;
use crate::mail::outbox;
use crate::moderation::store;
use crate::web::Layout;

/// Largest number of comments in a digest, the same as on a page of the queue.
const MAX_COMMENTS: i64 = 50;
/// Seconds for which the page of a digest is available.
const LINK_LIFETIME_SECONDS: i64 = 7 * 24 * 60 * 60;

/// Enqueues an email for every recipient whose digest is due and who has new comments to see. Returns the number of
/// emails. Does nothing if no mail server is configured.
pub async fn enqueue_due(app: &App) -> sqlx::Result<usize> {
    // Without a mail server the outbox would only grow.
    if app.config.mail.is_none() {
        return Ok(0);
    }
    let layout = Layout::new(app, app.load_publication().await?);
    let mut db = app.pool.acquire().await?;
    let recipients = digest_store::list_recipients(&mut db).await?;
    // Each digest takes a connection of its own.
    drop(db);
    let mut enqueued = 0;
    for recipient in recipients {
        if let Some(cutoff) = recipient.due_cutoff(layout.now, &layout.publication.zone) {
            enqueued += usize::from(enqueue(app, &layout, &recipient, cutoff).await?);
        }
    }
    Ok(enqueued)
}

/// Enqueues the digest of one recipient. Returns `false` if no comment from before the cutoff is new, if another process
/// has enqueued the digest, or if the account may no longer moderate.
async fn enqueue(
    app: &App,
    layout: &Layout,
    recipient: &DigestRecipient,
    cutoff: Ts,
) -> sqlx::Result<bool> {
    let now = layout.now;
    let mut db = app.pool.acquire().await?;
    let mut db = db.begin().await?;
    // The role may have been taken away since the recipients were listed.
    let Some(moderator) = Moderator::load_active(&mut db, recipient.id).await? else {
        return Ok(false);
    };
    let held = digest_store::list_newest_held(&mut db, MAX_COMMENTS).await?;
    let last_comments = digest_store::list_last_comments(&mut db, recipient.id).await?;
    let new: Vec<&HeldComment> = held
        .iter()
        .filter(|comment| recipient.is_new(comment, &last_comments))
        .collect();
    if !new.iter().any(|comment| comment.held_at <= cutoff) {
        return Ok(false);
    }
    // Compare and set: of two processes that come here at once, the second waits for the row, finds another time and stops.
    if !digest_store::advance(&mut db, recipient, now).await? {
        return Ok(false);
    }
    // The page shows all that waits, so that nothing is missing on it that an earlier digest listed.
    let ids: Vec<i64> = held.iter().map(|comment| comment.id.0).collect();
    let expires_at = now.plus_seconds(LINK_LIFETIME_SECONDS);
    let digest = digest_store::insert(&mut db, moderator.id, &ids, now, expires_at).await?;
    let pending = store::counts::count_by_status(&mut db)
        .await?
        .of(Status::Held);
    let email = build_email(
        app,
        layout,
        &EmailContent {
            recipient,
            digest: &digest,
            new: &new,
            pending,
            log_end: chain::find_end(&mut db).await?,
        },
    );
    // In the transaction that sets the time: a digest is sent once or not at all.
    outbox::enqueue(&mut db, &app.keys, moderator.id, &email, None, now).await?;
    db.commit().await?;
    tracing::info!(account = %recipient.id, digest = %digest.id, new = new.len(), "digest enqueued");
    Ok(true)
}
