//! Hears from the database what was touched.

use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::shelf::{Asker, Shelf};
use crate::app::App;

/// The channel of the database on which tags are said.
const CHANNEL: &str = "pages";
const NOT_OUR_SESSION: &str =
    "LISTEN does not last: a pooler in front of Postgres must pool sessions, not transactions";
/// Between looks whether the connection is still there: one that is cut without a word would be waited on for ever.
const LOOKS_EVERY: Duration = Duration::from_secs(5);
/// How long the database may take to answer that it is: long, since whoever listens anew begins with nothing.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
/// How long connecting may take, and the pause before it is tried again.
const CONNECTS_WITHIN: Duration = Duration::from_secs(2);
const TRIES_AGAIN_AFTER: Duration = Duration::from_millis(100);
/// How soon a database answers that is not away.
const IS_THERE_WITHIN: Duration = Duration::from_secs(1);

/// Listens for as long as the process runs.
pub async fn listen(app: &App, shelf: &Shelf) {
    let mut is_told = false;
    loop {
        let lost = listen_until_lost(app, shelf, &mut is_told).await;
        shelf.end_listening();
        // Once for each time that the database is away.
        if let Err(error) = lost
            && !is_told
        {
            is_told = true;
            tracing::warn!(%error, "nothing is heard of changes; while the database is away, pages stay as they were");
        }
        forget_unless_away(app, shelf).await;
        sleep(TRIES_AGAIN_AFTER).await;
    }
}

/// Forgets what is kept, where nobody listens though the database is there: others may be changing it.
pub async fn forget_unless_away(app: &App, shelf: &Shelf) {
    let is_there = async { app.pool.acquire().await?.ping().await };
    if matches!(timeout(IS_THERE_WITHIN, is_there).await, Ok(Ok(()))) {
        shelf.forget();
    }
}

async fn listen_until_lost(app: &App, shelf: &Shelf, is_told: &mut bool) -> sqlx::Result<()> {
    // A connection of its own: no crowd of requests keeps us from listening again.
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(CONNECTS_WITHIN)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with((*app.pool.connect_options()).clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    timeout(ANSWERS_WITHIN, listener.listen(CHANNEL))
        .await
        .map_err(|_| sqlx::Error::PoolTimedOut)??;
    *is_told = false;
    let mut asked = shelf.begin_listening();
    let mut look_at = Instant::now() + LOOKS_EVERY;
    loop {
        let mut askers = Vec::new();
        tokio::select! {
            heard = listener.try_recv() => match heard? {
                Some(heard) => {
                    shelf.hear_all(heard.payload());
                    continue;
                }
                None => return Ok(()),
            },
            Some(asker) = asked.recv() => askers.push(asker),
            () = sleep_until(look_at) => look_at = Instant::now() + LOOKS_EVERY,
        }
        while let Ok(asker) = asked.try_recv() {
            askers.push(asker);
        }
        catch_up(&mut listener, shelf, askers).await?;
    }
}

/// Hears everything that was said before now, and tells those who asked.
///
/// Postgres tells a listener what was committed before it answers the listener's next statement: a commit is answered
/// only after every listener was signalled (its source, `AtCommit_Notify`), and a statement only after the signal was
/// seen to (`PostgresMain`, before `ReadyForQuery`).
async fn catch_up(
    listener: &mut PgListener,
    shelf: &Shelf,
    askers: Vec<Asker>,
) -> sqlx::Result<()> {
    let listens = sqlx::query_scalar!(
        r#"select exists (select from pg_listening_channels() as channel where channel = $1) as "listens!""#,
        CHANNEL,
    );
    let listens = timeout(ANSWERS_WITHIN, listens.fetch_one(&mut *listener))
        .await
        .map_err(|_| sqlx::Error::PoolTimedOut)??;
    if !listens {
        // Something between us hands our statements to one session and then another.
        return Err(sqlx::Error::Protocol(NOT_OUR_SESSION.to_owned()));
    }
    while let Some(heard) = listener.next_buffered() {
        shelf.hear_all(heard.payload());
    }
    for asker in askers {
        // Whoever asked may be gone.
        let _ = asker.send(());
    }
    Ok(())
}
