//! Retention of spam and trash: deletes the text of comments that have been spam or trash for the number of days in the
//! settings.

use super::store;
use crate::app::App;
use crate::audit_log::store::chain::append_single;
use crate::audit_log::{EntryKind, NewEntry};
use crate::commenters;
use crate::comments;

/// Largest number of comments whose text is deleted in one transaction. A larger batch would hold its row locks for
/// longer than others should wait.
const BATCH_SIZE: i64 = 2_000;
const DAY_SECS: i64 = 24 * 60 * 60;

/// Deletes the text of comments that have been spam or trash for at least `days`. Does nothing if `days` is 0. Returns
/// the number of these comments.
pub async fn purge_expired(app: &App, days: i32) -> sqlx::Result<i64> {
    if days == 0 {
        return Ok(0);
    }
    let mut total = 0;
    loop {
        let now = app.clock.now();
        let until = now.plus_seconds(-i64::from(days) * DAY_SECS);
        // One transaction per batch, each with its entry in the audit log, so that a failure loses no more than one batch.
        let mut db = app.pool.begin().await?;
        let purged = comments::store::purge::purge_refused(&mut db, until, BATCH_SIZE, now).await?;
        if purged.count == 0 {
            db.rollback().await?;
            return Ok(total);
        }
        // The email of a commenter must not outlive the last comment that it was given for.
        for id in &purged.commenters {
            commenters::store::commenters::delete_if_unused(&mut db, *id).await?;
        }
        let entry = NewEntry {
            action: store::decisions::reserve_action_id(&mut db).await?,
            kind: EntryKind::Emptied,
            actor: None,
            subject: &format!("{} comments", purged.count),
            note: "",
            at: now,
        };
        append_single(&mut db, &entry).await?;
        db.commit().await?;
        tracing::info!(comments = purged.count, "expired spam and trash purged");
        total += purged.count;
    }
}
