//! Site's role and database in the embedded Postgres. They are made, or completed, at every start.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::time::sleep;

use super::socket::{PORT, SITE_ROLE, SUPERUSER};
use super::store;

/// Database that every cluster has, for statements that concern the others.
const MAINTENANCE_DATABASE: &str = "postgres";
/// Superuser that exists only while another one is renamed, which it cannot do itself.
const TEMPORARY_SUPERUSER: &str = "broadsheet_upgrade";
/// Interval between checks whether Postgres has replayed its log.
const RECOVERY_POLL_INTERVAL: Duration = Duration::from_millis(500);
/// SQLSTATE of a connection as a role that does not exist (`invalid_authorization_specification`).
const UNKNOWN_ROLE: &str = "28000";

/// Makes what the site needs in a running cluster: a role that owns one database and nothing else. Completes what is
/// missing after an interrupted start, and upgrades a cluster whose site ran as superuser. Blocks until it is done.
pub fn prepare_site_database(socket_dir: &Path) -> anyhow::Result<()> {
    // A runtime of its own: this runs on threads for blocking work, with and without a runtime around.
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(prepare(socket_dir))
        .context("the site's database cannot be made in the embedded Postgres")
}

async fn prepare(socket_dir: &Path) -> anyhow::Result<()> {
    let mut db = connect_as_superuser(socket_dir).await?;
    wait_for_recovery(&mut db).await?;
    store::drop_role(&mut db, TEMPORARY_SUPERUSER).await?;
    if !store::has_role(&mut db, SITE_ROLE).await? {
        store::create_role(&mut db, SITE_ROLE).await?;
    }
    store::restrict_role(&mut db, SITE_ROLE).await?;
    if !store::has_database(&mut db, SITE_ROLE).await? {
        store::create_database(&mut db, SITE_ROLE).await?;
    }
    store::set_database_owner(&mut db, SITE_ROLE, SITE_ROLE).await?;
    db.close().await?;
    let mut db = connect(socket_dir, SUPERUSER, SITE_ROLE).await?;
    for statement in store::list_owner_changes(&mut db, SITE_ROLE).await? {
        store::change_owner(&mut db, statement).await?;
    }
    db.close().await?;
    Ok(())
}

/// Waits until a restored backup has replayed its log. Until then nothing can be written.
async fn wait_for_recovery(db: &mut PgConnection) -> anyhow::Result<()> {
    let mut is_logged = false;
    while store::is_in_recovery(db).await? {
        if !is_logged {
            tracing::info!("Postgres is replaying its log; the site starts when that is done");
            is_logged = true;
        }
        sleep(RECOVERY_POLL_INTERVAL).await;
    }
    Ok(())
}

async fn connect_as_superuser(socket_dir: &Path) -> anyhow::Result<PgConnection> {
    let mut db = match connect(socket_dir, SUPERUSER, MAINTENANCE_DATABASE).await {
        Err(error) if is_unknown_role(&error) => {
            rename_superuser(socket_dir).await?;
            connect(socket_dir, SUPERUSER, MAINTENANCE_DATABASE).await?
        }
        connected => connected?,
    };
    ensure!(
        store::is_superuser(&mut db).await?,
        "its role {SUPERUSER} is not the superuser; rename that role"
    );
    Ok(db)
}

/// Renames the superuser of a cluster that an older version made. It has the name that the site's role has now.
async fn rename_superuser(socket_dir: &Path) -> sqlx::Result<()> {
    let mut db = connect(socket_dir, SITE_ROLE, MAINTENANCE_DATABASE).await?;
    // An interrupted start may have left it.
    if !store::has_role(&mut db, TEMPORARY_SUPERUSER).await? {
        store::create_superuser(&mut db, TEMPORARY_SUPERUSER).await?;
    }
    db.close().await?;
    let mut db = connect(socket_dir, TEMPORARY_SUPERUSER, MAINTENANCE_DATABASE).await?;
    // Both or neither: with one of them only, neither this nor an older version could go on.
    let mut transaction = db.begin().await?;
    store::rename_role(&mut transaction, SITE_ROLE, SUPERUSER).await?;
    store::create_role(&mut transaction, SITE_ROLE).await?;
    transaction.commit().await?;
    tracing::info!("the site has a database role of its own now, and is no superuser any more");
    db.close().await
}

fn is_unknown_role(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.as_deref() == Some(UNKNOWN_ROLE)
}

async fn connect(socket_dir: &Path, role: &str, database: &str) -> sqlx::Result<PgConnection> {
    PgConnectOptions::new_without_pgpass()
        .host(&socket_dir.to_string_lossy())
        .port(PORT.parse().expect("the port is a number"))
        .username(role)
        .database(database)
        .connect()
        .await
}
