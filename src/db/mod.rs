//! The pool, the migrations, and the private Postgres that serves when no `DATABASE_URL` is given.

pub mod embedded;

use std::path::Path;
use std::str::FromStr;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor, PgPool};
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use embedded::{Durability, Heir, Private, StartError};

/// Every migration, inside the binary.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// Connections of one node. Fewer than a private Postgres takes, so that psql and a command find room beside it.
const CONNECTIONS: u32 = 24;
/// How long a request waits for a connection before the visitor is told that the database is away.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long a connection that was given back is taken for alive. Asking each time costs a way to the database and back.
const FRESH_FOR: Duration = Duration::from_secs(1);

/// How long one statement may take, so that none holds a connection for good: less than an answer may take in all, and
/// more than a form's writer waits for the words to come back.
const STATEMENT_WITHIN: &str = "set statement_timeout = '20s'";
/// What merely "already exists" is no news in the log.
const ONLY_WARNINGS: &str = "set client_min_messages = warning";
/// Begins a transaction each of whose statements finds a few rows by their keys, whatever these are: their plans are made
/// once and not each time.
pub const BEGIN_BY_KEYS: &str = "begin; set local plan_cache_mode = force_generic_plan";
/// How long we go on trying to use a Postgres that another process is just stopping.
const JOINING: Duration = Duration::from_secs(10);
const BETWEEN_ROUNDS: Duration = Duration::from_millis(200);
/// How long connections may take to close when we end.
const CLOSING: Duration = Duration::from_secs(5);

/// A database that is ready to serve.
pub struct Database {
    /// Connections to it.
    pub pool: PgPool,
    postgres: Postgres,
}

/// Whose Postgres it is.
enum Postgres {
    /// One that was named.
    Named,
    /// Our own.
    Own(Private),
    /// Another process's of ours.
    Joined,
    /// That, until the other process ends; then our own.
    Inherited(Heir),
}

impl Database {
    /// Outlives the process whose Postgres this is: starts it again when that process has ended.
    pub fn outlive_its_owner(&mut self, data: &Path, durability: Durability) {
        if matches!(self.postgres, Postgres::Joined) {
            let pool = self.pool.clone();
            // Its socket may be elsewhere now: that folder depends on who starts it.
            let lead_there = move |url: &str| match options(url) {
                Ok(options) => pool.set_connect_options(options),
                Err(error) => tracing::error!("{error:#}"),
            };
            let heir = Heir::wait(data.to_owned(), durability, lead_there);
            self.postgres = Postgres::Inherited(heir);
        }
    }

    /// Closes the connections, and stops the Postgres if it is ours.
    pub async fn close(self) -> anyhow::Result<()> {
        if timeout(CLOSING, self.pool.close()).await.is_err() {
            tracing::warn!("some connections to the database did not close in time");
        }
        spawn_blocking(|| match self.postgres {
            Postgres::Own(private) => private.stop(),
            Postgres::Inherited(heir) => heir.stop(),
            Postgres::Named | Postgres::Joined => {}
        })
        .await
        .context("stopping the private Postgres")
    }
}

/// Connects to the database that was named, or to a private one in `data`, started if nobody has, and brings it up to
/// date.
pub async fn open(
    database_url: Option<&str>,
    data: &Path,
    durability: Durability,
) -> anyhow::Result<Database> {
    let deadline = Instant::now() + JOINING;
    loop {
        let (url, postgres) = match database_url {
            Some(url) => (url.to_owned(), Postgres::Named),
            None => start_or_join(data, durability).await?,
        };
        match make_ready(&url).await {
            Ok(pool) => return Ok(Database { pool, postgres }),
            // Its owner has ended in this very moment; the next round starts it.
            Err(_) if matches!(postgres, Postgres::Joined) && Instant::now() < deadline => {
                sleep(BETWEEN_ROUNDS).await;
            }
            Err(error) => return Err(error),
        }
    }
}

async fn make_ready(url: &str) -> anyhow::Result<PgPool> {
    let pool = connect(url).await?;
    check(&pool).await?;
    bring_up_to_date(url).await?;
    Ok(pool)
}

/// A command beside a running server uses that server's Postgres.
async fn start_or_join(data: &Path, durability: Durability) -> anyhow::Result<(String, Postgres)> {
    let folder = data.to_owned();
    let started = spawn_blocking(move || Private::start(&folder, durability))
        .await
        .context("starting the private Postgres")?;
    match started {
        Ok(private) => Ok((private.url().to_owned(), Postgres::Own(private))),
        Err(StartError::RunsElsewhere) => {
            let url = embedded::url_of_running(data).context("another process is just starting or stopping the Postgres in this data folder; try again in a moment")?;
            Ok((url, Postgres::Joined))
        }
        Err(error) => Err(error.into()),
    }
}

/// Over a connection of its own: a migration may take as long as it needs.
async fn bring_up_to_date(url: &str) -> anyhow::Result<()> {
    let mut db = options(url)?
        .connect()
        .await
        .context("the database cannot be reached")?;
    db.execute(ONLY_WARNINGS).await?;
    MIGRATOR
        .run(&mut db)
        .await
        .context("bringing the database up to date")?;
    db.close().await?;
    Ok(())
}

/// A pool that gives up on a database that is away soon enough to tell a visitor.
pub async fn connect(url: &str) -> anyhow::Result<PgPool> {
    PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|db, met| {
            Box::pin(async move {
                if met.idle_for > FRESH_FOR {
                    db.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(|db, _| {
            Box::pin(async move {
                db.execute(STATEMENT_WITHIN).await?;
                Ok(())
            })
        })
        .connect_with(options(url)?)
        .await
        .context("the database cannot be reached")
}

fn options(url: &str) -> anyhow::Result<PgConnectOptions> {
    let options = PgConnectOptions::from_str(url).context("the database address cannot be read")?;
    Ok(options.application_name("broadsheet"))
}

/// What we rely on: a server new enough, UTF-8, and a locale that knows the letters of the languages we speak.
pub async fn check(pool: &PgPool) -> anyhow::Result<()> {
    let (version, encoding, folds): (i32, String, bool) = sqlx::query_as(
        "select current_setting('server_version_num')::int, current_setting('server_encoding'), lower('Ї') = 'ї'",
    )
    .fetch_one(pool)
    .await
    .context("asking the database for its version")?;
    ensure!(
        version >= 140_000,
        "the database is Postgres {}; Broadsheet needs 14 or newer",
        version / 10_000
    );
    ensure!(
        encoding == "UTF8",
        "the database is encoded in {encoding}; create it with encoding UTF8"
    );
    ensure!(
        folds,
        "the database's locale does not know Ukrainian letters (lower('Ї') is not 'ї'); create it with the locale C.UTF-8"
    );
    Ok(())
}
