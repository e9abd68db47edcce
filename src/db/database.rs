//! Opening and closing of the database that a command or the server works with.

use std::path::{Path, PathBuf, absolute};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use sqlx::PgPool;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use super::embedded::{self, CommitDurability, EmbeddedPostgres, Standby, StartError};
use super::pool::{connect, migrate, parse_url, verify_server};
use super::schema::{SchemaState, find_schema_state};
use super::store;

/// Time during which opening the database is retried while another process is just stopping the Postgres that it shared.
const SHARE_TIMEOUT: Duration = Duration::from_secs(10);
const SHARE_RETRY_INTERVAL: Duration = Duration::from_millis(200);
const POOL_CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Permission to create the data folder, the cluster and the tables of a site that does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteCreation {
    Allowed,
    Refused,
}

/// Error of a command that must not create a site, and found none.
#[derive(Debug, thiserror::Error)]
pub enum MissingSite {
    #[error(
        "there is no site in the data folder {}; name another folder with --data-dir or BROADSHEET_DATA_DIR, or a database of your own with DATABASE_URL",
        .0.display()
    )]
    Folder(PathBuf),
    #[error(
        "there is no site in the database that DATABASE_URL names: it is empty; name another database with DATABASE_URL, or a data folder with --data-dir or BROADSHEET_DATA_DIR"
    )]
    Database,
}

impl MissingSite {
    /// Returns the error for this data folder, or for the database if one is named.
    pub fn new(database_url: Option<&str>, data: &Path) -> Self {
        match database_url {
            Some(_) => Self::Database,
            None => Self::Folder(absolute(data).unwrap_or_else(|_| data.to_owned())),
        }
    }
}

/// Migrated database with a connection pool, ready to serve.
pub struct Database {
    pub pool: PgPool,
    ownership: Ownership,
}

/// Relation of this process to the Postgres server that it uses.
enum Ownership {
    /// Postgres server that the operator named in `DATABASE_URL`.
    External,
    /// Embedded Postgres that this process started.
    Owned(EmbeddedPostgres),
    /// Embedded Postgres that another Broadsheet process started.
    Shared,
    /// Embedded Postgres that another process started. This process takes it over when that process exits.
    Standby(Standby),
}

impl Database {
    /// Takes over the embedded Postgres when the process that started it exits. Does nothing if this process started it,
    /// or if the database is external.
    pub fn take_over_on_exit(&mut self, data: &Path, durability: CommitDurability) {
        if matches!(self.ownership, Ownership::Shared) {
            let pool = self.pool.clone();
            // The path of the socket may be another now: it depends on the user and environment of the owner.
            let on_takeover = move |url: &str| match parse_url(url) {
                Ok(options) => pool.set_connect_options(options),
                Err(error) => tracing::error!("{error:#}"),
            };
            let standby = Standby::start(data.to_owned(), durability, on_takeover);
            self.ownership = Ownership::Standby(standby);
        }
    }

    /// Closes the connections. Stops Postgres if this process owns it.
    pub async fn close(self) -> anyhow::Result<()> {
        if timeout(POOL_CLOSE_TIMEOUT, self.pool.close())
            .await
            .is_err()
        {
            tracing::warn!(
                "some database connections did not close in time; going on without them"
            );
        }
        spawn_blocking(|| match self.ownership {
            Ownership::Owned(postgres) => postgres.stop(),
            Ownership::Standby(standby) => standby.stop(),
            Ownership::External | Ownership::Shared => {}
        })
        .await
        .context("stopping the embedded Postgres failed")
    }
}

/// Connects to `database_url` and runs the migrations. Without a URL, uses the embedded Postgres in the data folder, and
/// starts it unless another process already runs it. Fails with [`MissingSite`] if there is no site and none may be
/// created.
pub async fn open(
    database_url: Option<&str>,
    data: &Path,
    durability: CommitDurability,
    creation: SiteCreation,
) -> anyhow::Result<Database> {
    if creation == SiteCreation::Refused && database_url.is_none() && !embedded::has_data(data) {
        return Err(MissingSite::new(None, data).into());
    }
    let deadline = Instant::now() + SHARE_TIMEOUT;
    loop {
        let (url, ownership) = match database_url {
            Some(url) => (url.to_owned(), Ownership::External),
            None => start_or_share(data, durability).await?,
        };
        match connect_and_migrate(&url, creation).await {
            Ok(Some(pool)) => return Ok(Database { pool, ownership }),
            Ok(None) => return Err(MissingSite::new(database_url, data).into()),
            // The owner has just exited; the next attempt starts Postgres.
            Err(_) if matches!(ownership, Ownership::Shared) && Instant::now() < deadline => {
                sleep(SHARE_RETRY_INTERVAL).await;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Database without any tables, for a restore.
pub struct EmptyDatabase {
    pub url: String,
    pub pool: PgPool,
    ownership: Ownership,
}

impl EmptyDatabase {
    /// Closes the connections. Stops Postgres if this process owns it.
    pub async fn close(self) -> anyhow::Result<()> {
        let Self {
            pool, ownership, ..
        } = self;
        Database { pool, ownership }.close().await
    }
}

/// Connects to `database_url`, or starts the embedded Postgres in the data folder, without creating tables. Fails if there
/// are any, or if another process runs the embedded Postgres.
pub async fn open_empty(
    database_url: Option<&str>,
    data: &Path,
    durability: CommitDurability,
) -> anyhow::Result<EmptyDatabase> {
    let (url, ownership) = match database_url {
        Some(url) => (url.to_owned(), Ownership::External),
        None => start_or_share(data, durability).await?,
    };
    let opened = connect_empty(&url, database_url, data).await;
    match opened {
        Ok(pool) => Ok(EmptyDatabase {
            url,
            pool,
            ownership,
        }),
        Err(error) => {
            if let Ownership::Owned(postgres) = ownership {
                spawn_blocking(|| postgres.stop()).await?;
            }
            Err(error)
        }
    }
}

async fn connect_empty(
    url: &str,
    database_url: Option<&str>,
    data: &Path,
) -> anyhow::Result<PgPool> {
    let pool = connect(url).await?;
    verify_server(&pool).await?;
    let state = find_schema_state(&mut *pool.acquire().await?).await?;
    match (state, database_url) {
        (SchemaState::Empty, _) => Ok(pool),
        (_, Some(_)) => bail!(
            "the database that DATABASE_URL names is not empty; a backup is restored only into an empty one"
        ),
        (_, None) => bail!(
            "there is a site in the data folder {}; a backup is restored only into an empty one: name another with --data-dir",
            absolute(data).unwrap_or_else(|_| data.to_owned()).display()
        ),
    }
}

/// Connects and runs the migrations. Returns `None` if the database is empty and no site may be created.
async fn connect_and_migrate(url: &str, creation: SiteCreation) -> anyhow::Result<Option<PgPool>> {
    let pool = connect(url).await?;
    // Before the migrations: an unsuitable server would fail in the middle of one, with a worse message.
    verify_server(&pool).await?;
    let mut db = pool.acquire().await?;
    ensure!(
        creation == SiteCreation::Refused || !store::is_read_only(&mut db).await?,
        "the database is read-only: it is a standby, or default_transaction_read_only is on; name the primary in DATABASE_URL"
    );
    let state = find_schema_state(&mut db).await?;
    drop(db);
    match state {
        SchemaState::Empty if creation == SiteCreation::Refused => return Ok(None),
        // Nothing to write, so that commands that only read work on a standby, too.
        SchemaState::Current => {}
        SchemaState::Foreign => bail!(
            "the database that DATABASE_URL names holds the tables of another program; create an empty database for Broadsheet, and name that"
        ),
        SchemaState::Newer => bail!(
            "the database was last used by a newer Broadsheet than this one; install that version again"
        ),
        SchemaState::Empty | SchemaState::Older => migrate(url).await?,
    }
    Ok(Some(pool))
}

async fn start_or_share(
    data: &Path,
    durability: CommitDurability,
) -> anyhow::Result<(String, Ownership)> {
    let folder = data.to_owned();
    let started = spawn_blocking(move || EmbeddedPostgres::start(&folder, durability))
        .await
        .context("starting the embedded Postgres failed")?;
    match started {
        Ok(postgres) => Ok((postgres.url().to_owned(), Ownership::Owned(postgres))),
        Err(StartError::RunsElsewhere) => {
            let url = embedded::find_running_url(data).context("another process is just starting or stopping the Postgres in this data folder; try again in a moment")?;
            Ok((url, Ownership::Shared))
        }
        Err(error) => Err(error.into()),
    }
}
