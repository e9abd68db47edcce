//! Background indexing of articles for the search. An editor's save indexes its article at once; this is for imported
//! articles, renamed topics and authors, and for all articles after a new version has other rules for words.

use std::time::{Duration, Instant};

use super::store;
use crate::app::App;

/// Number of articles indexed in one transaction. An editor who saves one of them waits for its end.
const BATCH_SIZE: i64 = 20;
/// Number of outdated articles that are queued at a time.
const OUTDATED_BATCH_SIZE: i64 = 1_000;

/// Indexes the next batch of articles. Returns how long that took, or `None` if no article is waiting.
pub async fn index_batch(app: &App) -> sqlx::Result<Option<Duration>> {
    let started = Instant::now();
    let mut db = app.pool.begin().await?;
    let pending = store::search_index::lock_pending(&mut db, BATCH_SIZE).await?;
    if pending.is_empty() {
        let queued = store::search_index::enqueue_outdated(&mut db, OUTDATED_BATCH_SIZE).await?;
        db.commit().await?;
        return Ok((queued > 0).then(|| started.elapsed()));
    }
    store::search_index::index(&mut db, &pending).await?;
    db.commit().await?;
    Ok(Some(started.elapsed()))
}
