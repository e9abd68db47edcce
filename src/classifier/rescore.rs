//! Comments that wait are scored anew when something was learnt: the queue is to show what is thought now.

use tokio::task::spawn_blocking;

use super::{hashed, noticed, store};
use crate::app::App;

/// Comments that are scored anew, the newest.
const NEWEST: i64 = 500;
/// Seconds between two rounds: who decides one comment after the other is not to have all others read each time.
const BETWEEN: i64 = 10;

/// Scores the newest comments that wait anew, if something was learnt since they were.
pub async fn rescore_held(app: &App) -> sqlx::Result<()> {
    let now = app.clock.now();
    let keys = app.keys.as_of_now();
    let mut db = app.pool.acquire().await?;
    if !store::take_rescoring(&mut db, now.plus_seconds(-BETWEEN), now).await? {
        return Ok(());
    }
    let waiting = store::waiting(&mut db, NEWEST).await?;
    let made_with = hashed::made_with(&keys);
    let reading = spawn_blocking(move || {
        let read = waiting.into_iter().map(|one| {
            let features = noticed(&one.name, one.website.as_deref(), one.body_html.as_str());
            let numbers: Vec<i64> = features
                .iter()
                .map(|one| hashed::number(&keys, one))
                .collect();
            (one.id, one.version, features, numbers)
        });
        read.collect::<Vec<_>>()
    });
    let read = reading
        .await
        .map_err(|error| sqlx::Error::Protocol(error.to_string()))?;
    let mut numbers: Vec<i64> = read.iter().flat_map(|one| one.3.iter().copied()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let (state, seen) = store::seen(&mut db, &numbers).await?;
    if state.made_with != Some(made_with) {
        return Ok(());
    }
    let mut thought = Vec::new();
    for (id, version, features, numbers) in read {
        let counts = numbers
            .iter()
            .map(|number| seen.get(number).copied().unwrap_or_default());
        if let Some(opinion) = state.learnt.opinion(features.into_iter().zip(counts)) {
            thought.push((id, version, opinion.score, opinion.stored()));
        }
    }
    store::set_scores(&mut db, &thought).await
}
