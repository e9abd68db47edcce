//! Telling those who asked of new replies: never before a reply is approved, each once, gathered, at most one letter an
//! hour for an article and person. The database notes every approved reply (see its migration); here they are handed
//! out to the subscribers and the letters written, and the outbox takes them from there.

use super::{letters, notices_store};
use crate::app::App;
use crate::mail::store::RelatedComments;
use crate::mail::{self, outbox};
use crate::web::Layout;

pub use super::notices_store::forget;

/// Between two letters to one person about one article, in seconds.
const GATHERED_FOR: i64 = 60 * 60;
/// Replies handed out to their article's subscribers in one go.
const HANDED_OUT_AT_ONCE: i64 = 50;
/// Subscriptions taken in one go, so that a round is short.
const AT_ONCE: i64 = 50;
/// Replies that a letter quotes; of more it tells the number.
const QUOTED: i64 = 20;

/// Writes the letters that are due; how many.
pub async fn write_due(app: &App) -> sqlx::Result<usize> {
    if app.config.mail.is_none() {
        return Ok(0);
    }
    let layout = Layout::new(app, app.publication().await?);
    let mut db = app.pool.acquire().await?;
    mail::store::cancel_stale(&mut db).await?;
    while notices_store::hand_out(&mut db, HANDED_OUT_AT_ONCE).await? > 0 {}
    drop(db);
    let mut written = 0;
    loop {
        let some = write_some(app, &layout).await?;
        written += some;
        if some == 0 {
            return Ok(written);
        }
    }
}

async fn write_some(app: &App, layout: &Layout) -> sqlx::Result<usize> {
    let now = app.clock.now();
    let mut db = app.pool.begin().await?;
    let told_before = now.plus_seconds(-GATHERED_FOR);
    let due = notices_store::take_due(&mut db, told_before, now, AT_ONCE).await?;
    for subscription in &due {
        let news = notices_store::set_told(&mut db, subscription.id, now).await?;
        let told = notices_store::oldest_of(&mut db, &news, QUOTED).await?;
        let count = i64::try_from(news.len()).unwrap_or(i64::MAX);
        if !told.is_empty() {
            let letter = letters::news(app, layout, subscription, &told, count);
            let tells = RelatedComments {
                subscription_id: subscription.id,
                quotes: told.iter().map(|told| told.id).collect(),
            };
            let to = subscription.commenter_id;
            outbox::enqueue(&mut db, &app.keys, to, &letter, Some(&tells), now).await?;
        }
    }
    db.commit().await?;
    Ok(due.len())
}
