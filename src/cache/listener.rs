//! Database listener that receives invalidations of cached pages.

use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::page_cache::{FlushAck, PageCache};
use super::store;
use crate::app::App;

/// Postgres notification channel on which the triggers send the invalidated tags.
const CHANNEL: &str = "pages";
const NO_SESSION_POOLING: &str =
    "LISTEN does not last: a pooler in front of Postgres must pool sessions, not transactions";
/// Interval between checks of an idle connection to the database. Without them, a connection that was cut silently would
/// never report an error.
const CHECK_INTERVAL: Duration = Duration::from_secs(5);
/// Longest time that the database may take to answer the listener. It is generous, because losing the listener
/// invalidates the whole cache.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const RECONNECT_PAUSE: Duration = Duration::from_millis(100);
/// Time after which a database that does not answer a ping counts as unreachable.
const PING_TIMEOUT: Duration = Duration::from_secs(1);

/// Applies invalidations from the database to the cache for as long as the process runs. Reconnects whenever the
/// connection is lost.
pub async fn listen(app: &App, cache: &PageCache) {
    let mut has_warned = false;
    loop {
        let lost = listen_until_lost(app, cache, &mut has_warned).await;
        cache.detach_listener();
        // Once per outage, not ten times a second.
        if let Err(error) = lost
            && !has_warned
        {
            has_warned = true;
            tracing::warn!(%error, "lost the connection for page invalidations; reconnecting, and serving the last known pages while the database is away");
        }
        invalidate_unless_away(app, cache).await;
        sleep(RECONNECT_PAUSE).await;
    }
}

/// Invalidates every page if the database answers a ping. In that case others may be changing content without this
/// process being notified.
pub async fn invalidate_unless_away(app: &App, cache: &PageCache) {
    let ping = async { app.pool.acquire().await?.ping().await };
    if matches!(timeout(PING_TIMEOUT, ping).await, Ok(Ok(()))) {
        cache.invalidate_all();
    }
}

async fn listen_until_lost(
    app: &App,
    cache: &PageCache,
    has_warned: &mut bool,
) -> sqlx::Result<()> {
    // Its own connection, so that a pool exhausted by requests does not keep the cache empty.
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(CONNECT_TIMEOUT)
        // The pool only makes connections; no timeout applies to the one that listens.
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with((*app.pool.connect_options()).clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    // A silent reconnect would lose the notifications in between.
    listener.eager_reconnect(false);
    timeout(ANSWER_TIMEOUT, listener.listen(CHANNEL))
        .await
        .map_err(|_| sqlx::Error::PoolTimedOut)??;
    *has_warned = false;
    // Only now: what was committed before `LISTEN` took effect was not received.
    let mut flush_requests = cache.attach_listener();
    let mut check_at = Instant::now() + CHECK_INTERVAL;
    loop {
        let mut acks = Vec::new();
        tokio::select! {
            notification = listener.try_recv() => match notification? {
                Some(notification) => {
                    cache.apply_invalidations(notification.payload());
                    continue;
                }
                // Without eager reconnection this means that the connection was lost.
                None => return Ok(()),
            },
            Some(ack) = flush_requests.recv() => acks.push(ack),
            () = sleep_until(check_at) => check_at = Instant::now() + CHECK_INTERVAL,
        }
        // One round trip to the database serves every write that waits by now.
        while let Ok(ack) = flush_requests.try_recv() {
            acks.push(ack);
        }
        // Even without requests, since the statement shows whether the connection still works.
        flush(&mut listener, cache, acks).await?;
    }
}

/// Applies every invalidation committed before this call, then acknowledges the flush requests.
async fn flush(
    listener: &mut PgListener,
    cache: &PageCache,
    acks: Vec<FlushAck>,
) -> sqlx::Result<()> {
    // Postgres sends a listener everything committed earlier before it answers the listener's next statement: a commit
    // returns only after every listener was signalled (`AtCommit_Notify` in its source), and a statement is answered only
    // after pending signals were handled (`PostgresMain`, before `ReadyForQuery`).
    let is_listening = store::is_listening(&mut *listener, CHANNEL);
    let is_listening = timeout(ANSWER_TIMEOUT, is_listening)
        .await
        .map_err(|_| sqlx::Error::PoolTimedOut)??;
    // A pooler may have given the connection to others since, with everything that it listens to.
    if !is_listening {
        return Err(sqlx::Error::Protocol(NO_SESSION_POOLING.to_owned()));
    }
    while let Some(notification) = listener.next_buffered() {
        cache.apply_invalidations(notification.payload());
    }
    for ack in acks {
        // The client may have hung up, and its request with it.
        let _ = ack.send(());
    }
    Ok(())
}
