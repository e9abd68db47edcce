//! Emails that notify subscribers of approved comments. A subscriber is notified once of each comment, and gets at most
//! one email an hour for an article. A database trigger queues approved comments. The code here assigns them to
//! subscriptions and puts the emails into the outbox.

use super::emails;
use super::store::notifications;
use crate::app::App;
use crate::commenters::store::verification;
use crate::mail::RelatedComments;
use crate::mail::{self, outbox};
use crate::web::Layout;

/// Seconds between two emails about the same article to the same subscriber.
const EMAIL_INTERVAL_SECONDS: i64 = 60 * 60;
/// Number of approved comments assigned to subscriptions per statement.
const FAN_OUT_BATCH: i64 = 50;
/// Number of subscriptions handled in one transaction. It is small, so that their rows are not locked for long.
const SUBSCRIPTION_BATCH: i64 = 50;
/// Maximum number of comments quoted in one email. The email states how many more there are.
const MAX_QUOTES: i64 = 20;

/// Enqueues every notification email that is due and returns the number of emails.
pub async fn enqueue_due_emails(app: &App) -> anyhow::Result<usize> {
    if app.config.mail.is_none() {
        return Ok(0);
    }
    let layout = Layout::new(app, app.load_publication().await?);
    let mut db = app.pool.acquire().await?;
    // First, so that an email of a comment that was taken down meanwhile does not leave.
    mail::store::cancel_stale(&mut db).await?;
    while notifications::fan_out(&mut db, FAN_OUT_BATCH).await? > 0 {}
    // Each batch takes a connection of its own.
    drop(db);
    enqueue_waiting_verifications(app, &layout).await?;
    let mut total = 0;
    loop {
        let enqueued = enqueue_batch(app, &layout).await?;
        total += enqueued;
        if enqueued == 0 {
            return Ok(total);
        }
    }
}

/// Enqueues the verification emails of commenters who had to wait until a comment of theirs was approved.
async fn enqueue_waiting_verifications(app: &App, layout: &Layout) -> anyhow::Result<()> {
    loop {
        let mut db = app.pool.begin().await?;
        let commenters = verification::take_approved(&mut db, SUBSCRIPTION_BATCH).await?;
        for id in &commenters {
            emails::enqueue_verification(app, &mut db, layout, *id, None).await?;
        }
        db.commit().await?;
        if commenters.is_empty() {
            return Ok(());
        }
    }
}

async fn enqueue_batch(app: &App, layout: &Layout) -> sqlx::Result<usize> {
    let now = app.clock.now();
    let mut db = app.pool.begin().await?;
    let emailed_before = now.plus_seconds(-EMAIL_INTERVAL_SECONDS);
    let due = notifications::lock_due(&mut db, emailed_before, now, SUBSCRIPTION_BATCH).await?;
    for subscription in &due {
        // Marked before the email is built: a comment approved in between belongs to the next email.
        let ids = notifications::mark_sent(&mut db, subscription.id, now).await?;
        let replies = notifications::list_oldest(&mut db, &ids, MAX_QUOTES).await?;
        let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        // Empty if the comments were unapproved between the two statements.
        if !replies.is_empty() {
            let email = emails::build_notification(app, layout, subscription, &replies, count);
            let related = RelatedComments {
                subscription_id: subscription.id,
                quotes: replies.iter().map(|reply| reply.id).collect(),
            };
            let to = subscription.commenter_id;
            outbox::enqueue(&mut db, &app.keys, to, &email, Some(&related), now).await?;
        }
    }
    db.commit().await?;
    Ok(due.len())
}
