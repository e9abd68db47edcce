//! Site's database in the embedded Postgres, which is made or completed at every start.

use std::path::Path;

use anyhow::Context;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};

use super::socket::{PORT, ROLE_AND_DATABASE};
use super::store;

/// Database that every cluster has, for statements that concern the others.
const MAINTENANCE_DATABASE: &str = "postgres";

/// Makes what the site needs in a running cluster, or what is missing of it after an interrupted start. Blocks until it is
/// done.
pub fn prepare_site_database(socket_dir: &Path) -> anyhow::Result<()> {
    // A runtime of its own: this runs on threads for blocking work, with and without a runtime around.
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(prepare(socket_dir))
        .context("the site's database cannot be made in the embedded Postgres")
}

async fn prepare(socket_dir: &Path) -> anyhow::Result<()> {
    let mut db = connect(socket_dir, ROLE_AND_DATABASE, MAINTENANCE_DATABASE).await?;
    if !store::has_database(&mut db, ROLE_AND_DATABASE).await? {
        store::create_database(&mut db, ROLE_AND_DATABASE).await?;
    }
    db.close().await?;
    Ok(())
}

async fn connect(socket_dir: &Path, role: &str, database: &str) -> sqlx::Result<PgConnection> {
    PgConnectOptions::new_without_pgpass()
        .host(&socket_dir.to_string_lossy())
        .port(PORT.parse().unwrap_or(5432))
        .username(role)
        .database(database)
        .connect()
        .await
}
