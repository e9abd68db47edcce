//! Server-sent events (WHATWG HTML, §9.2) for open queue pages. They report decisions by any moderator, comments that
//! arrived or were removed without a decision, and the progress of bulk actions.
//!
//! Decisions are received by Postgres `LISTEN`. Other changes are found by polling every two seconds while a page is
//! open, because a `NOTIFY` for each new comment would make commits wait for one another.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderName, StatusCode};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum_extra::extract::cookie::CookieJar;
use futures_util::stream::unfold;
use serde_json::json;
use sqlx::PgConnection;
use sqlx::postgres::PgListener;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, interval, sleep, timeout_at};

use super::store;
use crate::accounts::{self, Moderator, session};
use crate::app::{AdminEvent, App};
use crate::comments::Status;
use crate::ids::{AccountId, ActionId, CommentId, LogEntryId};
use crate::web::{Error, Result};

/// Time between two polls for comments that arrived or were removed.
const POLL_INTERVAL: Duration = Duration::from_secs(2);
/// Time between two checks that the moderator who opened a stream is still signed in.
const SESSION_CHECK_INTERVAL: Duration = Duration::from_secs(30);
/// Time to wait before reconnecting after the connection to the database was lost.
const RECONNECT_DELAY: Duration = Duration::from_secs(2);
/// Largest number of event streams per process. Pages opened beyond it work without live updates.
const MAX_STREAMS: usize = 500;
/// Number of ids below the newest one that are polled again. A transaction can commit after another one that got a higher
/// comment id, so this must not be less than the number of comments posted at the same time.
const LATE_IDS: i64 = 200;
/// Number of held comments that are watched for removal, the newest ones. Moderators see the removal of older comments
/// only when they reload the page.
const MAX_WATCHED: i64 = 500;
/// Header that keeps nginx from buffering the stream.
const UNBUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");
/// Postgres channel for the ids of new audit log entries, and for the ids of bulk actions that finish without a new
/// entry.
const CHANNEL: &str = "admin_events";

/// Name of the event that closes every stream. It is sent when the server stops.
pub const SHUTDOWN_EVENT: &str = "ends";
/// Name of the event that makes the page reload, because it may have missed other events.
const RELOAD_EVENT: &str = "reset";

/// Streams events to an open queue page until the moderator signs out.
pub async fn stream_events(
    State(app): State<App>,
    moderator: Moderator,
    jar: CookieJar,
) -> Result<impl IntoResponse> {
    // Two requests may pass this check at once; a few streams too many do no harm.
    if app.admin_events.count_subscribers() >= MAX_STREAMS {
        return Err(Error::BadRequest(StatusCode::SERVICE_UNAVAILABLE));
    }
    let token_hash = session::session_token_hash(&app, &jar).ok_or(Error::SignInRequired)?;
    let stream = EventStream {
        events: app.admin_events.subscribe(),
        checked_at: Instant::now(),
        account_id: moderator.id,
        token_hash,
        app: app.clone(),
    };
    // The first stream starts the listener for all of this process.
    if !app.admin_events.has_listener.swap(true, Ordering::SeqCst) {
        tokio::spawn(run_listener(app));
    }
    let events = unfold(stream, |mut stream| async {
        let event = stream.next().await?;
        Some((Ok::<_, Infallible>(event), stream))
    });
    let events = Sse::new(events).keep_alive(KeepAlive::default());
    Ok(([UNBUFFERED], events))
}

/// The event stream of one open queue page.
struct EventStream {
    events: Receiver<AdminEvent>,
    /// Time of the last check that the moderator is signed in.
    checked_at: Instant,
    account_id: AccountId,
    token_hash: Vec<u8>,
    app: App,
}

impl EventStream {
    /// Waits for the next event. Returns `None` when the stream must end.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let check_at = self.checked_at + SESSION_CHECK_INTERVAL;
            let received = match timeout_at(check_at, self.events.recv()).await {
                Err(_) if self.is_signed_in().await => {
                    self.checked_at = Instant::now();
                    continue;
                }
                Err(_) => return None,
                Ok(received) => received,
            };
            return match received {
                Ok(event) if event.name == SHUTDOWN_EVENT => None,
                Ok(event) => Some(Event::default().event(event.name).data(event.data)),
                // The page was too slow, and events were dropped.
                Err(RecvError::Lagged(_)) => Some(Event::default().event(RELOAD_EVENT).data("{}")),
                Err(RecvError::Closed) => None,
            };
        }
    }

    async fn is_signed_in(&self) -> bool {
        let account = async {
            let mut db = self.app.pool.acquire().await?;
            let now = self.app.clock.now();
            accounts::store::find_by_session(&mut db, &self.token_hash, now).await
        };
        match account.await {
            Ok(account) => account.is_some_and(|account| account.id == self.account_id),
            // Without the database there are no events that could be shown to the wrong person.
            Err(_) => true,
        }
    }
}

/// Publishes events to all streams of this process until the last stream ends.
async fn run_listener(app: App) {
    loop {
        while app.admin_events.count_subscribers() > 0 {
            if let Err(error) = publish_while_streams_exist(&app).await {
                tracing::warn!(%error, "open queue pages get no events; reconnecting in 2 s");
                sleep(RECONNECT_DELAY).await;
            }
        }
        app.admin_events.has_listener.store(false, Ordering::SeqCst);
        // A page opened just before the store saw `true` and started no listener of its own.
        if app.admin_events.count_subscribers() == 0
            || app.admin_events.has_listener.swap(true, Ordering::SeqCst)
        {
            return;
        }
    }
}

async fn publish_while_streams_exist(app: &App) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(&app.pool).await?;
    listener.listen(CHANNEL).await?;
    // Whatever happened before this `LISTEN` was missed.
    publish(app, RELOAD_EVENT, &json!({}));
    // After `LISTEN`, so that nothing can happen between the two unnoticed.
    let mut arrivals = ArrivalTracker::load(app).await?;
    let mut polls = interval(POLL_INTERVAL);
    while app.admin_events.count_subscribers() > 0 {
        tokio::select! {
            notification = listener.try_recv() => match notification? {
                Some(notification) => publish_notification(app, notification.payload()).await?,
                // The connection was lost and is back.
                None => publish(app, RELOAD_EVENT, &json!({})),
            },
            _ = polls.tick() => arrivals.poll(app).await?,
        }
    }
    Ok(())
}

fn publish(app: &App, name: &'static str, data: &serde_json::Value) {
    // Fails only if the last page has just been closed.
    app.admin_events.publish(AdminEvent {
        name,
        data: data.to_string(),
    });
}

/// Publishes the change that a Postgres notification is about: `entry 17` for an audit log entry, `act 17` for a bulk
/// action. Ignores other notifications.
async fn publish_notification(app: &App, payload: &str) -> sqlx::Result<()> {
    let Some((kind, id)) = payload.split_once(' ') else {
        return Ok(());
    };
    let Ok(id) = id.parse() else {
        return Ok(());
    };
    let mut db = app.pool.acquire().await?;
    match kind {
        "entry" => publish_entry(app, &mut db, LogEntryId(id)).await,
        "act" => publish_bulk_progress(app, &mut db, ActionId(id)).await,
        _ => Ok(()),
    }
}

/// Publishes the decisions of an audit log entry and the new number of comments per status. If the entry belongs to a
/// bulk action, also publishes its progress.
async fn publish_entry(app: &App, db: &mut PgConnection, id: LogEntryId) -> sqlx::Result<()> {
    let Some(entry) = store::events::find_entry_event(db, id).await? else {
        return Ok(());
    };
    let changed: serde_json::Map<_, _> = Status::ALL
        .into_iter()
        .filter_map(|status| {
            let ids: Vec<i64> = entry
                .changed
                .iter()
                .filter(|(_, to)| *to == status)
                .map(|(id, _)| id.0)
                .collect();
            (!ids.is_empty()).then(|| (status.as_str().to_owned(), json!(ids)))
        })
        .collect();
    let data = json!({ "by": entry.by.map(|id| id.0), "name": entry.name, "action": entry.action_id.0, "changed": changed });
    publish(app, "decided", &data);
    publish_bulk_progress(app, db, entry.action_id).await?;
    publish_counts(app, db).await
}

/// Publishes the progress of an action if it is a bulk action; otherwise does nothing.
async fn publish_bulk_progress(
    app: &App,
    db: &mut PgConnection,
    action_id: ActionId,
) -> sqlx::Result<()> {
    if let Some(bulk) = store::bulk::find(db, action_id).await? {
        let data = json!({
            "action": action_id.0,
            "decided": bulk.decided,
            "expected": bulk.expected.max(bulk.decided),
            "done": bulk.finished_at.is_some(),
        });
        publish(app, "bulk", &data);
    }
    Ok(())
}

async fn publish_counts(app: &App, db: &mut PgConnection) -> sqlx::Result<()> {
    let counts = store::counts::count_by_status(db).await?;
    publish(app, "counts", &json!(counts));
    Ok(())
}

/// The held comments that the last poll found, by which the next poll recognises arrivals and removals.
struct ArrivalTracker {
    /// Highest comment id that was already checked for arrivals.
    newest_id: i64,
    /// Held comments with the highest ids at the last poll, each with its version.
    recent: HashMap<CommentId, i32>,
    /// Held comments at the top of the queue at the last poll, each with its version.
    watched: HashMap<CommentId, i32>,
}

impl ArrivalTracker {
    async fn load(app: &App) -> sqlx::Result<Self> {
        let mut db = app.pool.acquire().await?;
        let newest_id = store::events::find_newest_id(&mut db).await?;
        let recent = store::events::list_held_after(&mut db, newest_id - LATE_IDS).await?;
        let watched = store::events::list_newest_held(&mut db, MAX_WATCHED).await?;
        Ok(Self {
            newest_id,
            recent: recent.into_iter().collect(),
            watched: watched.into_iter().collect(),
        })
    }

    /// Publishes the comments that arrived or were removed since the last poll. An edited comment is published as both.
    async fn poll(&mut self, app: &App) -> sqlx::Result<()> {
        let mut db = app.pool.acquire().await?;
        let newest_id = store::events::find_newest_id(&mut db).await?;
        // The newest id is read first: what is inserted between the two statements is found again by the next poll.
        let held = store::events::list_held_after(&mut db, self.newest_id - LATE_IDS).await?;
        let watched = store::events::list_newest_held(&mut db, MAX_WATCHED).await?;
        let watched: HashMap<_, _> = watched.into_iter().collect();
        let missing: Vec<(CommentId, i32)> = self
            .watched
            .iter()
            .filter(|(id, version)| watched.get(id) != Some(version))
            .map(|(id, version)| (*id, *version))
            .collect();
        // Newer comments may have pushed them out of the watched ones, and decisions are published by their entries.
        let removed = store::events::list_silently_removed(&mut db, &missing).await?;
        let edited = removed.iter().filter(|id| watched.contains_key(*id));
        let mut arrived: Vec<i64> = held
            .iter()
            .filter(|(id, version)| self.recent.get(id) != Some(version))
            .map(|(id, _)| id.0)
            .chain(edited.map(|id| id.0))
            .collect();
        // An edited comment can be among both the recent and the watched ones.
        arrived.sort_unstable();
        arrived.dedup();
        self.newest_id = match held.last() {
            // The list was cut off; the next poll goes on from its end.
            Some((last, _)) if i64::try_from(held.len()) == Ok(store::events::MAX_HELD_AFTER) => {
                last.0
            }
            _ => self.newest_id.max(newest_id),
        };
        self.recent = held.into_iter().collect();
        self.watched = watched;
        // Removals go first: an edited comment is in both events, and its new card must stay.
        if !removed.is_empty() {
            let ids: Vec<i64> = removed.iter().map(|id| id.0).collect();
            publish(app, "removed", &json!({ "ids": ids }));
        }
        if !arrived.is_empty() {
            publish(app, "arrived", &json!({ "ids": arrived }));
        }
        if removed.is_empty() && arrived.is_empty() {
            return Ok(());
        }
        publish_counts(app, &mut db).await
    }
}
