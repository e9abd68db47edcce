//! What open desks are told as it happens, as server-sent events (WHATWG HTML, §9.2): decisions, wherever they were made;
//! comments that have come in, or have left without a decision; how far acts in the background are.
//!
//! Decisions are heard by `LISTEN`. Other changes are not said with `NOTIFY`, for which commits wait for one another: while a
//! desk is open, each node looks every two seconds.

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
use crate::app::{App, Heard};
use crate::comments::Status;
use crate::ids::{AccountId, ActId, CommentId, EntryId};
use crate::web::{Error, Result};

/// Between looks for what has come in.
const LOOKS_EVERY: Duration = Duration::from_secs(2);
/// Between looks whether whoever listens is still signed in.
const SIGNED_IN_CHECKED_EVERY: Duration = Duration::from_secs(30);
/// After a lost connection to the database.
const LISTENS_AGAIN_AFTER: Duration = Duration::from_secs(2);
/// Desks that are told at one time. The rest does without.
const DESKS: usize = 500;
/// Comments that may become visible later than newer ones: as many as are being posted at one moment.
const STILL_COMING: i64 = 200;
/// The newest held comments of which a desk hears when they leave. Those who look further back read slower.
const WATCHED: i64 = 500;
/// Keeps nginx from waiting until there is more to send on.
const UNBUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");
/// The channel of the database on which entries are told, and acts that end without one.
const CHANNEL: &str = "desk";

/// The event after which nothing more comes.
pub const ENDS: &str = "ends";

/// Tells a desk, until its moderator signs out.
pub async fn show_live(
    State(app): State<App>,
    moderator: Moderator,
    jar: CookieJar,
) -> Result<impl IntoResponse> {
    if app.heard.receiver_count() >= DESKS {
        return Err(Error::BadRequest(StatusCode::SERVICE_UNAVAILABLE));
    }
    let token_hash = session::token_hash(&app, &jar).ok_or(Error::SignInFirst)?;
    let listener = Listener {
        heard: app.heard.subscribe(),
        checked_at: Instant::now(),
        id: moderator.id,
        token_hash,
        app: app.clone(),
    };
    if !app.is_listening.swap(true, Ordering::SeqCst) {
        tokio::spawn(listen(app));
    }
    let events = unfold(listener, |mut listener| async {
        let event = listener.next().await?;
        Some((Ok::<_, Infallible>(event), listener))
    });
    let events = Sse::new(events).keep_alive(KeepAlive::default());
    Ok(([UNBUFFERED], events))
}

/// A desk that is told.
struct Listener {
    heard: Receiver<Heard>,
    checked_at: Instant,
    id: AccountId,
    token_hash: Vec<u8>,
    app: App,
}

impl Listener {
    /// What there is to tell next; nothing once whoever listens has signed out.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let check_at = self.checked_at + SIGNED_IN_CHECKED_EVERY;
            let heard = match timeout_at(check_at, self.heard.recv()).await {
                Err(_) if self.is_signed_in().await => {
                    self.checked_at = Instant::now();
                    continue;
                }
                Err(_) => return None,
                Ok(heard) => heard,
            };
            return match heard {
                Ok(heard) if heard.name == ENDS => None,
                Ok(heard) => Some(Event::default().event(heard.name).data(heard.data)),
                // It was too slow, and has missed something.
                Err(RecvError::Lagged(_)) => Some(Event::default().event("anew").data("{}")),
                Err(RecvError::Closed) => None,
            };
        }
    }

    async fn is_signed_in(&self) -> bool {
        let found = async {
            let mut db = self.app.pool.acquire().await?;
            let now = self.app.clock.now();
            accounts::store::find_by_session(&mut db, &self.token_hash, now).await
        };
        match found.await {
            Ok(account) => account.is_some_and(|account| account.id == self.id),
            // While the database cannot say, nothing is told either.
            Err(_) => true,
        }
    }
}

/// Listens for all desks, until none is open.
async fn listen(app: App) {
    loop {
        while app.heard.receiver_count() > 0 {
            if let Err(error) = listen_until_alone(&app).await {
                tracing::warn!(%error, "open desks hear nothing until the database is back");
                sleep(LISTENS_AGAIN_AFTER).await;
            }
        }
        app.is_listening.store(false, Ordering::SeqCst);
        // Another desk may have been opened in this moment, and have relied on us.
        if app.heard.receiver_count() == 0 || app.is_listening.swap(true, Ordering::SeqCst) {
            return;
        }
    }
}

async fn listen_until_alone(app: &App) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(&app.pool).await?;
    listener.listen(CHANNEL).await?;
    // What was said while nobody listened is not known.
    tell(app, "anew", &json!({}));
    let mut arrivals = Arrivals::begin(app).await?;
    let mut looks = interval(LOOKS_EVERY);
    while app.heard.receiver_count() > 0 {
        tokio::select! {
            heard = listener.try_recv() => match heard? {
                Some(heard) => tell_of(app, heard.payload()).await?,
                None => tell(app, "anew", &json!({})),
            },
            _ = looks.tick() => arrivals.look(app).await?,
        }
    }
    Ok(())
}

fn tell(app: &App, name: &'static str, data: &serde_json::Value) {
    // Nobody may be listening any more.
    let _ = app.heard.send(Heard {
        name,
        data: data.to_string(),
    });
}

/// Tells what was said on the channel.
async fn tell_of(app: &App, payload: &str) -> sqlx::Result<()> {
    let mut db = app.pool.acquire().await?;
    match payload.split_once(' ') {
        Some(("entry", id)) => match id.parse() {
            Ok(id) => tell_of_entry(app, &mut db, EntryId(id)).await,
            Err(_) => Ok(()),
        },
        Some(("act", act)) => match act.parse() {
            Ok(act) => tell_of_bulk(app, &mut db, ActId(act)).await,
            Err(_) => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Tells what an entry decided: by whom, and what each comment is now; and how far its act has come, if that is done in the
/// background.
async fn tell_of_entry(app: &App, db: &mut PgConnection, id: EntryId) -> sqlx::Result<()> {
    let Some(entry) = store::told_of_entry(db, id).await? else {
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
            (!ids.is_empty()).then(|| (status.word().to_owned(), json!(ids)))
        })
        .collect();
    let data = json!({ "by": entry.by.map(|id| id.0), "name": entry.name, "act": entry.act.0, "changed": changed });
    tell(app, "decided", &data);
    tell_of_bulk(app, db, entry.act).await?;
    tell_counts(app, db).await
}

/// Tells how far an act has come, if it is done in the background.
async fn tell_of_bulk(app: &App, db: &mut PgConnection, act: ActId) -> sqlx::Result<()> {
    if let Some(bulk) = store::find_bulk(db, act).await? {
        let data = json!({
            "act": act.0,
            "decided": bulk.decided,
            "expected": bulk.expected.max(bulk.decided),
            "done": bulk.ended_at.is_some(),
        });
        tell(app, "bulk", &data);
    }
    Ok(())
}

async fn tell_counts(app: &App, db: &mut PgConnection) -> sqlx::Result<()> {
    tell(app, "counts", &json!(store::counts(db).await?));
    Ok(())
}

/// What is held while desks are open.
struct Arrivals {
    /// The number up to which was looked for what came in.
    newest: i64,
    /// What was held of those that came last, and how often their authors had changed them.
    known: HashMap<CommentId, i32>,
    /// The same of those that stand first in the queue, however long ago they came.
    watched: HashMap<CommentId, i32>,
}

impl Arrivals {
    async fn begin(app: &App) -> sqlx::Result<Self> {
        let mut db = app.pool.acquire().await?;
        let newest = store::newest(&mut db).await?;
        let known = store::held_after(&mut db, newest - STILL_COMING).await?;
        let watched = store::newest_held(&mut db, WATCHED).await?;
        Ok(Self {
            newest,
            known: known.into_iter().collect(),
            watched: watched.into_iter().collect(),
        })
    }

    /// Tells of those that came or left since the last look. What has other words now has left, and come.
    async fn look(&mut self, app: &App) -> sqlx::Result<()> {
        let mut db = app.pool.acquire().await?;
        let newest = store::newest(&mut db).await?;
        let held = store::held_after(&mut db, self.newest - STILL_COMING).await?;
        let watched: HashMap<_, _> = store::newest_held(&mut db, WATCHED)
            .await?
            .into_iter()
            .collect();
        let gone: Vec<(CommentId, i32)> = self
            .watched
            .iter()
            .filter(|(id, version)| watched.get(id) != Some(version))
            .map(|(id, version)| (*id, *version))
            .collect();
        // Others may stand before them, or an entry may have told of them.
        let left = store::left_untold(&mut db, &gone).await?;
        let changed = left.iter().copied().filter(|id| watched.contains_key(id));
        let mut fresh: Vec<i64> = held
            .iter()
            .filter(|(id, version)| self.known.get(id) != Some(version))
            .map(|(id, _)| *id)
            .chain(changed)
            .map(|id| id.0)
            .collect();
        fresh.sort_unstable();
        fresh.dedup();
        self.newest = match held.last() {
            Some((last, _)) if i64::try_from(held.len()) == Ok(store::HELD_AT_ONCE) => last.0,
            // What is not held need not be looked at again either.
            _ => self.newest.max(newest),
        };
        self.known = held.into_iter().collect();
        self.watched = watched;
        if !left.is_empty() {
            let left: Vec<i64> = left.iter().map(|id| id.0).collect();
            tell(app, "left", &json!({ "ids": left }));
        }
        if !fresh.is_empty() {
            tell(app, "arrived", &json!({ "ids": fresh }));
        }
        if left.is_empty() && fresh.is_empty() {
            return Ok(());
        }
        tell_counts(app, &mut db).await
    }
}
