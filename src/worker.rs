//! What happens by itself.

use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use crate::app::App;
use crate::{accounts, commenters, comments, learning, moderation};

/// Between rounds of forgetting.
const FORGET_EVERY: Duration = Duration::from_secs(10 * 60);
/// Between looks into the outbox.
const DELIVER_EVERY: Duration = Duration::from_secs(5);
/// Between rounds of asking the checker: a reply that nothing else holds waits about as long.
const CHECK_EVERY: Duration = Duration::from_secs(5);

/// Between looks for what somebody has begun and not ended.
const WORK_EVERY: Duration = Duration::from_secs(5);
/// Between rounds of reading what came in: so long it cannot be found by its words, nor is it gathered.
const READ_EVERY: Duration = Duration::from_secs(2);
/// As long as there is something to read, how long is paused before the next look, in times of what reading took; and while
/// more comes in, since whoever replies goes first.
const READ_PAUSES: u32 = 2;
const READ_PAUSES_IN_A_FLOOD: u32 = 9;
/// After a round of learning: moderators decide one after another, and what they decide teaches as well together.
const LEARN_REST: Duration = Duration::from_secs(1);
/// Between looks for what others have decided.
const LEARN_EVERY: Duration = Duration::from_secs(5);

/// Does what is due, until the process ends. Each task has rounds of its own, so that none waits for another: a mail
/// server or a checker that hangs keeps nobody from forgetting.
pub async fn run(app: App) {
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
        tokio::time::sleep(FORGET_EVERY).await;
    }
}

async fn deliver_in_rounds(app: &App) {
    loop {
        if let Err(error) = deliver(app).await {
            tracing::warn!(%error, "the outbox stays as it is until the next look");
        }
        tokio::time::sleep(DELIVER_EVERY).await;
    }
}

async fn check_in_rounds(app: &App) {
    loop {
        if let Err(error) = check(app).await {
            tracing::warn!(%error, "the spam checker is not asked until the next round");
        }
        tokio::time::sleep(CHECK_EVERY).await;
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
    let mut newest_before = 0;
    loop {
        let begun = Instant::now();
        let pause = match moderation::reading::read_some(app).await {
            Ok(Some(newest)) => {
                let pauses = match newest == newest_before {
                    true => READ_PAUSES,
                    false => READ_PAUSES_IN_A_FLOOD,
                };
                newest_before = newest;
                READ_EVERY.min(pauses * begun.elapsed())
            }
            Ok(None) => READ_EVERY,
            Err(error) => {
                tracing::warn!(%error, "what came in is read in the next round");
                READ_EVERY
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// Reads all that came in.
pub async fn read(app: &App) -> sqlx::Result<()> {
    while moderation::reading::read_some(app).await?.is_some() {}
    Ok(())
}

async fn learn_in_rounds(app: &App, decided: &Notify) {
    loop {
        if let Err(error) = learn(app).await {
            tracing::warn!(%error, "what was decided teaches in the next round");
        }
        tokio::time::sleep(LEARN_REST).await;
        let _ = timeout(LEARN_EVERY, decided.notified()).await;
    }
}

/// One round of learning from what was decided.
pub async fn learn(app: &App) -> sqlx::Result<()> {
    learning::learn(app).await?;
    learning::rescore_held(app).await
}

/// One round of what moderators have begun.
pub async fn work(app: &App) -> sqlx::Result<()> {
    moderation::bulk::work_on_all(app).await
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
    let emptied = moderation::emptying::empty(app, settings.trash_days).await;
    let mut db = app.pool.acquire().await?;
    let networks = comments::store::forget_where_from(&mut db, settings.network_days, now).await;
    let sessions = accounts::store::delete_stale(&mut db, now).await;
    let notices = comments::notices::forget(&mut db, now).await;
    let digests = moderation::digest::forget(&mut db, now).await;
    let likeness = moderation::reading::forget(&mut db, now).await;
    networks
        .and(sessions)
        .and(notices)
        .and(digests)
        .and(likeness)
        .and(emptied.map(drop))
}
