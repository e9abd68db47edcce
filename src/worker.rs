//! What happens by itself.

use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use crate::app::App;
use crate::moderation::indexing::BATCH_SIZE;
use crate::{accounts, classifier, commenters, comments, moderation};

/// After the start: the first readers need the database more.
const REST_AT_FIRST: Duration = Duration::from_secs(1);
/// Between rounds of forgetting.
const FORGET_EVERY: Duration = Duration::from_secs(10 * 60);
/// Between looks into the outbox.
const DELIVER_EVERY: Duration = Duration::from_secs(5);
/// Between rounds of asking the checker: a reply that nothing else holds waits about as long.
const CHECK_EVERY: Duration = Duration::from_secs(5);

/// Between looks for what somebody has begun and not ended.
const WORK_EVERY: Duration = Duration::from_secs(5);
/// Between rounds of reading what came in, once all is read: so long it cannot be found by its words, nor is it gathered.
const READ_EVERY: Duration = Duration::from_secs(2);
/// As long as there is more to read, how long is paused, in times of what the round took.
const READ_PAUSES: u32 = 2;
/// The same in a flood, where a tenth of the time is enough: whoever replies goes first.
const READ_PAUSES_IN_A_FLOOD: u32 = 9;
/// The longest of these pauses: what is read when a flood lets up is not to wait.
const READ_PAUSE: Duration = Duration::from_secs(10);
/// After a round of learning: moderators decide one after another, and what they decide teaches as well together.
const LEARN_REST: Duration = Duration::from_secs(1);
/// Between looks for what others have decided.
const LEARN_EVERY: Duration = Duration::from_secs(5);

/// Does what is due, until the process ends. Each task has rounds of its own, so that none waits for another: a mail
/// server or a checker that hangs keeps nobody from forgetting.
pub async fn run(app: App) {
    sleep(REST_AT_FIRST).await;
    // Whoever waits for the bell is one, and rings for the next.
    let decided = Notify::new();
    tokio::join!(
        forget_in_rounds(&app),
        deliver_in_rounds(&app),
        check_in_rounds(&app),
        work_in_rounds(&app, &decided),
        learn_in_rounds(&app, &decided),
        read_in_rounds(&app)
    );
}

async fn forget_in_rounds(app: &App) {
    loop {
        if let Err(error) = forget(app).await {
            tracing::warn!(%error, "what has run out stays until the next round");
        }
        sleep(FORGET_EVERY).await;
    }
}

async fn deliver_in_rounds(app: &App) {
    loop {
        if let Err(error) = deliver(app).await {
            tracing::warn!(%error, "the outbox stays as it is until the next look");
        }
        sleep(DELIVER_EVERY).await;
    }
}

async fn check_in_rounds(app: &App) {
    loop {
        if let Err(error) = check(app).await {
            tracing::warn!(%error, "the spam checker is not asked until the next round");
        }
        sleep(CHECK_EVERY).await;
    }
}

async fn work_in_rounds(app: &App, decided: &Notify) {
    loop {
        if let Err(error) = work(app).await {
            tracing::warn!(%error, "what was begun in the background goes on in the next round");
        }
        decided.notify_one();
        // Rung by whoever has begun something; after a while we look for what others have left.
        let _ = timeout(WORK_EVERY, app.bell.notified()).await;
    }
}

async fn read_in_rounds(app: &App) {
    let mut newest = 0;
    loop {
        let pause = match moderation::indexing::index_batch(app).await {
            Ok(Some(round)) => {
                let came = round.newest_id - newest;
                newest = round.newest_id;
                pause_from_reading(round.duration, came)
            }
            Ok(None) => READ_EVERY,
            Err(error) => {
                tracing::warn!(%error, "what came in is read in the next round");
                READ_EVERY
            }
        };
        sleep(pause).await;
    }
}

/// How long nothing is read after a round that took so long, when so many comments came since the one before. It is a flood
/// if these are more than are read in one.
fn pause_from_reading(took: Duration, came: i64) -> Duration {
    match came > BATCH_SIZE {
        true => READ_PAUSE.min(READ_PAUSES_IN_A_FLOOD * took),
        false => READ_EVERY.min(READ_PAUSES * took),
    }
}

/// Reads all that came in.
pub async fn read(app: &App) -> sqlx::Result<()> {
    while moderation::indexing::index_batch(app).await?.is_some() {}
    Ok(())
}

async fn learn_in_rounds(app: &App, decided: &Notify) {
    loop {
        if let Err(error) = learn(app).await {
            tracing::warn!(%error, "what was decided teaches in the next round");
        }
        sleep(LEARN_REST).await;
        let _ = timeout(LEARN_EVERY, decided.notified()).await;
    }
}

/// One round of learning from what was decided.
pub async fn learn(app: &App) -> sqlx::Result<()> {
    classifier::learn(app).await?;
    classifier::rescore_held(app).await
}

/// One round of what moderators have begun.
pub async fn work(app: &App) -> sqlx::Result<()> {
    moderation::bulk::run_pending(app).await
}

/// One round of the post: what is news is written, and what is written is sent.
pub async fn deliver(app: &App) -> sqlx::Result<()> {
    comments::notices::write_due(app).await?;
    moderation::digest::write_due(app).await?;
    commenters::post::deliver(app).await
}

/// One round of asking the checker.
pub async fn check(app: &App) -> sqlx::Result<()> {
    comments::checker::ask_due(app).await?;
    Ok(())
}

/// One round of forgetting. What fails keeps nothing else from being forgotten.
pub async fn forget(app: &App) -> sqlx::Result<()> {
    app.limits.forget_the_quiet();
    let now = app.clock.now();
    let settings = app.publication().await?.discussion.clone();
    let emptied = moderation::retention::purge_expired(app, settings.trash_days).await;
    let mut db = app.pool.acquire().await?;
    let networks = comments::store::forget_where_from(&mut db, settings.network_days, now).await;
    let sessions = accounts::store::delete_stale(&mut db, now).await;
    let notices = comments::notices::forget(&mut db, now).await;
    let digests = moderation::digest::forget(&mut db, now).await;
    let likeness = moderation::indexing::delete_old_bands(&mut db, now).await;
    networks
        .and(sessions)
        .and(notices)
        .and(digests)
        .and(likeness)
        .and(emptied.map(drop))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_leaves_a_flood_to_whoever_replies() {
        for (took, came, pause) in [
            (50, 1, 100),
            (50, BATCH_SIZE, 100),
            (1_500, BATCH_SIZE, 2_000),
            (50, BATCH_SIZE + 1, 450),
            (500, BATCH_SIZE + 1, 4_500),
            (1_500, BATCH_SIZE + 1, 10_000),
        ] {
            assert_eq!(
                pause_from_reading(Duration::from_millis(took), came),
                Duration::from_millis(pause),
                "{came} came while {took} ms were read"
            );
        }
    }
}
