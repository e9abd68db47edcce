//! What happens by itself.

use std::time::Duration;

use crate::accounts;
use crate::app::App;

/// Between rounds.
const ROUND: Duration = Duration::from_secs(10 * 60);

/// Forgets what has run out, until the process ends.
pub async fn run(app: App) {
    loop {
        app.limits.forget_the_quiet();
        if let Err(error) = forget_stale(&app).await {
            tracing::warn!(%error, "stale sessions stay until the next round");
        }
        tokio::time::sleep(ROUND).await;
    }
}

async fn forget_stale(app: &App) -> sqlx::Result<()> {
    let mut db = app.pool.acquire().await?;
    accounts::store::delete_stale(&mut db, app.clock.now()).await
}
