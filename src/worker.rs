//! What happens by itself.

use std::time::Duration;

use crate::app::App;
use crate::{accounts, comments};

/// Between rounds of forgetting.
const ROUND: Duration = Duration::from_secs(10 * 60);
/// Between rounds of asking the checker: a reply that nothing else holds waits about as long.
const CHECK: Duration = Duration::from_secs(5);

/// Does what is due, until the process ends. Each task has rounds of its own, so that none waits for another.
pub async fn run(app: App) {
    tokio::join!(run_forget(&app), run_check(&app));
}

async fn run_forget(app: &App) {
    loop {
        if let Err(error) = forget(app).await {
            tracing::warn!(%error, "what has run out stays until the next round");
        }
        tokio::time::sleep(ROUND).await;
    }
}

async fn run_check(app: &App) {
    loop {
        if let Err(error) = check(app).await {
            tracing::warn!(%error, "the spam checker is not asked until the next round");
        }
        tokio::time::sleep(CHECK).await;
    }
}

/// One round of forgetting.
pub async fn forget(app: &App) -> sqlx::Result<()> {
    app.limits.forget_the_quiet();
    let now = app.clock.now();
    let mut db = app.pool.acquire().await?;
    accounts::store::delete_stale(&mut db, now).await?;
    comments::store::forget_where_from(&mut db, now).await
}

/// One round of asking the checker.
pub async fn check(app: &App) -> sqlx::Result<()> {
    comments::checker::ask_due(app).await?;
    Ok(())
}
