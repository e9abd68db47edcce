//! What happens by itself.

use std::time::Duration;

use crate::app::App;
use crate::{accounts, commenters, comments};

/// Between rounds of forgetting.
const ROUND: Duration = Duration::from_secs(10 * 60);
/// Between looks into the outbox.
const POST: Duration = Duration::from_secs(5);

/// Forgets what has run out and sends what is to be sent, until the process ends. A mail server that hangs keeps nobody
/// from forgetting.
pub async fn run(app: App) {
    tokio::join!(run_forget(&app), run_deliver(&app));
}

async fn run_forget(app: &App) {
    loop {
        if let Err(error) = forget(app).await {
            tracing::warn!(%error, "what has run out stays until the next round");
        }
        tokio::time::sleep(ROUND).await;
    }
}

async fn run_deliver(app: &App) {
    loop {
        if let Err(error) = deliver(app).await {
            tracing::warn!(%error, "the outbox stays as it is until the next look");
        }
        tokio::time::sleep(POST).await;
    }
}

/// One round of the post.
pub async fn deliver(app: &App) -> sqlx::Result<()> {
    commenters::post::deliver(app).await
}

/// One round of forgetting.
pub async fn forget(app: &App) -> sqlx::Result<()> {
    app.limits.forget_the_quiet();
    let now = app.clock.now();
    let mut db = app.pool.acquire().await?;
    accounts::store::delete_stale(&mut db, now).await?;
    comments::store::forget_where_from(&mut db, now).await
}
