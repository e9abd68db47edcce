//! Emptying spam and trash: what lay there for as long as the publication says loses its words for good.

use super::log::{EntryKind, NewEntry};
use super::store;
use crate::app::App;
use crate::commenters;
use crate::comments;

/// Comments that lose their words in one transaction. More would hold their rows for longer than others should wait.
const BATCH: i64 = 2_000;
/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// Empties spam and trash of what has been there for `days`; 0 is never. Gives how many comments that were.
pub async fn empty(app: &App, days: i32) -> sqlx::Result<i64> {
    if days == 0 {
        return Ok(0);
    }
    let mut all = 0;
    loop {
        let now = app.clock.now();
        let until = now.plus_seconds(-i64::from(days) * DAY);
        let mut db = app.pool.begin().await?;
        let purged = comments::store::purge(&mut db, until, BATCH, now).await?;
        if purged.count == 0 {
            db.rollback().await?;
            return Ok(all);
        }
        for id in &purged.commenters {
            commenters::store::delete_if_nothing_is_left(&mut db, *id).await?;
        }
        let entry = NewEntry {
            act: store::next_act(&mut db).await?,
            kind: EntryKind::Emptied,
            by: None,
            about: &format!("{} comments", purged.count),
            why: "",
            at: now,
        };
        store::note(&mut db, &entry).await?;
        db.commit().await?;
        tracing::info!(comments = purged.count, "emptied spam and trash");
        all += purged.count;
    }
}
