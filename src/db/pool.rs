//! Connection pool of a database, its migrations, and the check that Broadsheet can work with it.

use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, ensure};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, PgPool};

use super::store;

/// All database migrations, embedded in the binary.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// Largest number of connections in the pool of one server. The embedded Postgres accepts more, so that psql and a
/// command can connect at the same time.
const MAX_CONNECTIONS: u32 = 24;
/// Longest time that a request waits for a connection. After that the visitor gets a 503 page.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// Idle time after which a pooled connection is checked with a ping before it is used. A ping before every use would cost
/// a round trip each time.
const PING_AFTER_IDLE: Duration = Duration::from_secs(1);

/// Oldest version of Postgres on which the migrations run (14), as one number.
const MIN_SERVER_VERSION: i32 = 140_000;

/// Creates a connection pool and connects. Acquiring a connection from it fails after three seconds.
pub async fn connect(url: &str) -> anyhow::Result<PgPool> {
    PgPoolOptions::new()
        .max_connections(MAX_CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // `before_acquire` pings instead, and only connections that were idle for a while.
        .test_before_acquire(false)
        .before_acquire(|db, meta| {
            Box::pin(async move {
                if meta.idle_for > PING_AFTER_IDLE {
                    db.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(|db, _| Box::pin(store::set_statement_timeout(db)))
        .connect_with(parse_url(url)?)
        .await
        .context("the database cannot be reached")
}

pub(super) fn parse_url(url: &str) -> anyhow::Result<PgConnectOptions> {
    let options = PgConnectOptions::from_str(url)
        .context("DATABASE_URL cannot be read; it must look like postgres://user:password@host:5432/database")?;
    Ok(options.application_name("broadsheet"))
}

/// Runs the migrations that the database does not have yet.
pub async fn migrate(url: &str) -> anyhow::Result<()> {
    // Not from the pool, whose statement timeout would cut a long migration off.
    let mut db = parse_url(url)?
        .connect()
        .await
        .context("the database cannot be reached")?;
    store::silence_notices(&mut db).await?;
    MIGRATOR
        .run(&mut db)
        .await
        .context("migrating the database failed")?;
    db.close().await?;
    Ok(())
}

/// Checks that the server is new enough, encoded in UTF-8, and has a locale that knows Ukrainian letters.
pub async fn verify_server(pool: &PgPool) -> anyhow::Result<()> {
    let mut db = pool
        .acquire()
        .await
        .context("the database cannot be reached")?;
    let facts = store::find_server_facts(&mut db)
        .await
        .context("the database does not report its version")?;
    ensure!(
        facts.version >= MIN_SERVER_VERSION,
        "the database is Postgres {}; Broadsheet needs 14 or newer",
        facts.version / 10_000
    );
    ensure!(
        facts.encoding == "UTF8",
        "the database is encoded in {}; create it with encoding UTF8",
        facts.encoding
    );
    ensure!(
        facts.folds_ukrainian,
        "the database's locale does not know Ukrainian letters (lower('Ї') is not 'ї'); create it with the locale C.UTF-8"
    );
    Ok(())
}
