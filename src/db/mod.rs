//! The pool, the migrations, and the private Postgres that serves when no `DATABASE_URL` is given.

pub mod private;

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, ensure};
use sqlx::PgPool;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use private::{Durability, Private, StartError};

/// Every migration, inside the binary.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// Connections of one node. Fewer than a private Postgres takes, so that psql and a command find room beside it.
const CONNECTIONS: u32 = 24;
/// How long a request waits for a connection before the visitor is told that the database is away.
const PATIENCE: Duration = Duration::from_secs(3);

/// A database that is ready to serve.
pub struct Database {
    /// Connections to it.
    pub pool: PgPool,
    /// The Postgres we started for it, if we did.
    pub private: Option<Private>,
}

/// Connects to the database that was named, or to a private one in `data`, started if nobody has, and brings it up to
/// date.
pub async fn open(
    database_url: Option<&str>,
    data: &Path,
    durability: Durability,
) -> anyhow::Result<Database> {
    let (url, private) = match database_url {
        Some(url) => (url.to_owned(), None),
        None => start_or_join(data, durability).await?,
    };
    let pool = connect(&url).await?;
    check(&pool).await?;
    MIGRATOR
        .run(&pool)
        .await
        .context("bringing the database up to date")?;
    Ok(Database { pool, private })
}

/// A command beside a running server uses that server's Postgres.
async fn start_or_join(
    data: &Path,
    durability: Durability,
) -> anyhow::Result<(String, Option<Private>)> {
    let folder = data.to_owned();
    let started = tokio::task::spawn_blocking(move || Private::start(&folder, durability))
        .await
        .context("starting the private Postgres")?;
    match started {
        Ok(private) => Ok((private.url().to_owned(), Some(private))),
        Err(StartError::RunsElsewhere) => {
            let url = private::url_of_running(data).context("another process is just starting or stopping the Postgres in this data folder; try again in a moment")?;
            Ok((url, None))
        }
        Err(error) => Err(error.into()),
    }
}

/// A pool that gives up on a database that is away soon enough to tell a visitor.
pub async fn connect(url: &str) -> anyhow::Result<PgPool> {
    let options = PgConnectOptions::from_str(url)
        .context("the database address cannot be read")?
        .application_name("broadsheet")
        // What merely "already exists" is no news in the log.
        .options([("client_min_messages", "warning")]);
    PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(PATIENCE)
        .connect_with(options)
        .await
        .context("the database cannot be reached")
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
