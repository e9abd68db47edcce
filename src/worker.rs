//! Background tasks. Each runs in a loop of its own.

use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::app::App;
use crate::db::store::rate_limits;
use crate::moderation::indexing::BATCH_SIZE;
use crate::{accounts, articles, classifier, commenters, comments, moderation};

/// Delay after the start of the process, when the first readers need the database more than background tasks do.
const START_DELAY: Duration = Duration::from_secs(1);
const PURGE_INTERVAL: Duration = Duration::from_secs(10 * 60);
const MAIL_INTERVAL: Duration = Duration::from_secs(5);
/// Interval between requests to the remote spam checker. A comment that nothing else holds waits about this long for its
/// result.
const SPAM_CHECK_INTERVAL: Duration = Duration::from_secs(5);
/// Longest time until this server resumes a bulk action that another server began but did not finish.
const BULK_ACTION_INTERVAL: Duration = Duration::from_secs(5);
/// Interval between searches for new comments to index, once all comments are indexed. A comment that is not indexed
/// cannot be found by its text and is missing from its group of similar comments.
const INDEX_INTERVAL: Duration = Duration::from_secs(2);
/// Length of the pause before the next batch of comments is indexed, as a multiple of the time that the last batch took.
const INDEX_PAUSE_FACTOR: u32 = 2;
/// Length of the pause between batches during a flood of comments, as a multiple of the time that the last batch took.
/// Indexing then takes a tenth of the time, and visitors who post comments go first.
const INDEX_PAUSE_FACTOR_FLOOD: u32 = 9;
/// Longest pause between batches during a flood, so that indexing catches up soon after it.
const MAX_INDEX_PAUSE: Duration = Duration::from_secs(10);
/// Delay after the classifier was trained. Moderators often decide several comments in a row, and training on all of them
/// at once has the same effect.
const TRAIN_DELAY: Duration = Duration::from_secs(1);
/// Longest time until decisions made on other servers are used for training.
const TRAIN_INTERVAL: Duration = Duration::from_secs(5);

/// Runs all background tasks until the process ends.
pub async fn run(app: App) {
    sleep(START_DELAY).await;
    // Only the loop of bulk actions waits for the app's wake-up; it passes it on to the training.
    let decided = Notify::new();
    // A loop for each task, so that a mail server or a spam checker that hangs delays nothing else.
    tokio::join!(
        run_purge_loop(&app),
        run_mail_loop(&app),
        run_spam_check_loop(&app),
        run_bulk_action_loop(&app, &decided),
        run_training_loop(&app, &decided),
        run_index_loop(&app),
        run_article_index_loop(&app)
    );
}

async fn run_purge_loop(app: &App) {
    loop {
        if let Err(error) = purge_expired(app).await {
            tracing::warn!(%error, "purging expired data failed; retrying in 10 min");
        }
        sleep(PURGE_INTERVAL).await;
    }
}

async fn run_mail_loop(app: &App) {
    loop {
        if let Err(error) = send_mail(app).await {
            tracing::warn!(%error, "sending mail failed; retrying in 5 s");
        }
        sleep(MAIL_INTERVAL).await;
    }
}

async fn run_spam_check_loop(app: &App) {
    loop {
        if let Err(error) = check_spam(app).await {
            tracing::warn!(%error, "the remote spam check failed; retrying in 5 s");
        }
        sleep(SPAM_CHECK_INTERVAL).await;
    }
}

async fn run_bulk_action_loop(app: &App, decided: &Notify) {
    loop {
        if let Err(error) = run_bulk_actions(app).await {
            tracing::warn!(%error, "a bulk action failed; retrying in 5 s");
        }
        decided.notify_one();
        // Both outcomes are fine: woken by a handler of this server, or time to look for work of other servers.
        let _ = timeout(BULK_ACTION_INTERVAL, app.worker_wakeup.notified()).await;
    }
}

async fn run_index_loop(app: &App) {
    let mut newest = 0;
    loop {
        let pause = match moderation::indexing::index_batch(app).await {
            Ok(Some(batch)) => {
                let arrived = batch.newest_id - newest;
                newest = batch.newest_id;
                index_pause(batch.duration, arrived)
            }
            Ok(None) => INDEX_INTERVAL,
            Err(error) => {
                tracing::warn!(%error, "indexing comments failed; retrying in 2 s");
                INDEX_INTERVAL
            }
        };
        sleep(pause).await;
    }
}

async fn run_article_index_loop(app: &App) {
    loop {
        let pause = match articles::indexing::index_batch(app).await {
            Ok(Some(took)) => INDEX_INTERVAL.min(INDEX_PAUSE_FACTOR * took),
            Ok(None) => INDEX_INTERVAL,
            Err(error) => {
                tracing::warn!(%error, "indexing articles failed; retrying in 2 s");
                INDEX_INTERVAL
            }
        };
        sleep(pause).await;
    }
}

/// Returns the pause after a batch that took `took`. `arrived` is the number of comments posted since the previous batch.
fn index_pause(took: Duration, arrived: i64) -> Duration {
    // More than a batch can hold is a flood.
    match arrived > BATCH_SIZE {
        true => MAX_INDEX_PAUSE.min(INDEX_PAUSE_FACTOR_FLOOD * took),
        false => INDEX_INTERVAL.min(INDEX_PAUSE_FACTOR * took),
    }
}

async fn run_training_loop(app: &App, decided: &Notify) {
    loop {
        if let Err(error) = train(app).await {
            tracing::warn!(%error, "training the spam classifier failed; retrying in 5 s");
        }
        sleep(TRAIN_DELAY).await;
        // Both outcomes are fine, as in the loop of bulk actions.
        let _ = timeout(TRAIN_INTERVAL, decided.notified()).await;
    }
}

/// Trains the classifier with new decisions, and then computes the scores of held comments again.
pub async fn train(app: &App) -> sqlx::Result<()> {
    classifier::train(app).await?;
    classifier::rescore_held(app).await
}

/// Runs every unfinished bulk action to its end.
pub async fn run_bulk_actions(app: &App) -> sqlx::Result<()> {
    moderation::bulk::run_pending(app).await
}

/// Writes the notifications and digests that are due, and sends all emails in the outbox.
pub async fn send_mail(app: &App) -> anyhow::Result<()> {
    comments::notifications::enqueue_due_emails(app).await?;
    moderation::digest::enqueue_due(app).await?;
    Ok(commenters::delivery::send_due_mail(app).await?)
}

/// Sends the comments that wait for the remote spam checker to it.
pub async fn check_spam(app: &App) -> sqlx::Result<()> {
    comments::akismet::check_due(app).await?;
    Ok(())
}

/// Deletes expired data: comments in the trash, IP networks stored with comments, sessions, notifications and digests.
pub async fn purge_expired(app: &App) -> sqlx::Result<()> {
    app.limits.purge_idle();
    let now = app.clock.now();
    let settings = app.load_publication().await?.discussion.clone();
    // Each runs even if another fails; the first error is reported.
    let emptied = moderation::retention::purge_expired(app, settings.trash_days).await;
    let mut db = app.pool.acquire().await?;
    let limits = rate_limits::delete_expired(&mut db, now).await;
    let networks =
        comments::store::purge::purge_networks(&mut db, settings.network_days, now).await;
    let sessions = accounts::store::delete_expired(&mut db, now).await;
    let notifications = comments::store::notifications::purge(&mut db, now).await;
    let digests = moderation::digest::delete_expired(&mut db, now).await;
    let similarity = moderation::indexing::delete_old_bands(&mut db, now).await;
    limits
        .and(networks)
        .and(sessions)
        .and(notifications)
        .and(digests)
        .and(similarity)
        .and(emptied.map(drop))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexing_slows_down_during_a_flood_of_comments() {
        for (took, arrived, pause) in [
            (50, 1, 100),
            (50, BATCH_SIZE, 100),
            (1_500, BATCH_SIZE, 2_000),
            (50, BATCH_SIZE + 1, 450),
            (500, BATCH_SIZE + 1, 4_500),
            (1_500, BATCH_SIZE + 1, 10_000),
        ] {
            assert_eq!(
                index_pause(Duration::from_millis(took), arrived),
                Duration::from_millis(pause),
                "{arrived} arrived while a batch took {took} ms"
            );
        }
    }
}
