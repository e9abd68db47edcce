//! What happens by itself.

use std::time::Duration;

use crate::app::App;
use crate::{accounts, comments};

/// Between rounds.
const ROUND: Duration = Duration::from_secs(10 * 60);

/// Forgets what has run out, until the process ends.
pub async fn run(app: App) {
    loop {
        if let Err(error) = forget(&app).await {
            tracing::warn!(%error, "what has run out stays until the next round");
        }
        tokio::time::sleep(ROUND).await;
    }
}

/// One round.
pub async fn forget(app: &App) -> sqlx::Result<()> {
    app.limits.forget_the_quiet();
    let now = app.clock.now();
    let mut db = app.pool.acquire().await?;
    accounts::store::delete_stale(&mut db, now).await?;
    comments::store::forget_where_from(&mut db, now).await
}
