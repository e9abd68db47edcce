//! Temporary Postgres for each test binary, with a migrated template database that each test copies. `TEST_DATABASE_URL`
//! names a server to use instead; its user must be allowed to create databases.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use broadsheet::db::embedded::{CommitDurability, EmbeddedPostgres};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};
use tokio::sync::OnceCell;

struct TestCluster {
    url: String,
    template: String,
    // A static is never dropped; the pipe to Postgres closes when the process ends, and Postgres with it.
    _postgres: Option<EmbeddedPostgres>,
}

static CLUSTER: OnceCell<TestCluster> = OnceCell::const_new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// Creates an empty, migrated database for one test and returns its URL.
pub async fn new_database() -> String {
    let cluster = CLUSTER.get_or_init(start_cluster).await;
    let name = format!(
        "test_{}_{}",
        process::id(),
        DATABASES.fetch_add(1, Ordering::Relaxed)
    );
    let mut admin = connect(&cluster.url).await;
    create_database(&mut admin, &name, Some(&cluster.template)).await;
    with_database(&cluster.url, &name)
}

/// Creates a database without any tables and returns its URL.
pub async fn new_empty_database() -> String {
    let cluster = CLUSTER.get_or_init(start_cluster).await;
    let name = format!(
        "empty_{}_{}",
        process::id(),
        DATABASES.fetch_add(1, Ordering::Relaxed)
    );
    create_database(&mut connect(&cluster.url).await, &name, None).await;
    with_database(&cluster.url, &name)
}

async fn start_cluster() -> TestCluster {
    let (url, postgres) = match std::env::var("TEST_DATABASE_URL") {
        Ok(url) => (url, None),
        Err(_) => {
            let postgres = tokio::task::spawn_blocking(|| {
                EmbeddedPostgres::start(&folder("cluster"), CommitDurability::Test)
            })
            .await
            .expect("starting Postgres does not panic")
            .unwrap_or_else(|error| panic!("a Postgres for tests: {error:#}"));
            (postgres.superuser_url().to_owned(), Some(postgres))
        }
    };
    let template = format!("template_{}", process::id());
    let mut admin = connect(&url).await;
    create_database(&mut admin, &template, None).await;
    let mut database = connect(&with_database(&url, &template)).await;
    broadsheet::db::MIGRATOR
        .run(&mut database)
        .await
        .expect("migrations run");
    // Ids of different tables are far apart, so that an id used with the wrong table finds no row.
    for (sequence, start) in [
        ("accounts_id_seq", 10_000),
        ("articles_id_seq", 20_000),
        ("commenters_id_seq", 30_000),
        ("comments_id_seq", 40_000),
        ("decisions_id_seq", 50_000),
        ("action_ids", 60_000),
    ] {
        let statement = format!("alter sequence {sequence} restart with {start}");
        database
            .execute(AssertSqlSafe(statement))
            .await
            .expect("the sequence restarts");
    }
    database.close().await.expect("the connection closes");
    TestCluster {
        url,
        template,
        _postgres: postgres,
    }
}

async fn create_database(admin: &mut PgConnection, name: &str, template: Option<&str>) {
    let template = template
        .map(|template| format!(" template {template}"))
        .unwrap_or_default();
    admin
        .execute(AssertSqlSafe(format!("create database {name}{template}")))
        .await
        .expect("the database is created");
}

async fn connect(url: &str) -> PgConnection {
    PgConnectOptions::from_str(url)
        .expect("a valid database URL")
        .connect()
        .await
        .expect("the test Postgres answers")
}

fn with_database(url: &str, name: &str) -> String {
    let (server, _) = url.rsplit_once('/').expect("the URL ends in a database");
    format!("{server}/{name}")
}

/// Creates an empty folder in the system's folder for temporary files. Deletes the folders of test runs that have ended.
pub fn folder(purpose: &str) -> PathBuf {
    static FOLDERS: AtomicU32 = AtomicU32::new(0);
    let all = std::env::temp_dir();
    for entry in fs::read_dir(&all).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name
            .strip_prefix("broadsheet-test-")
            .and_then(|rest| rest.split('-').next())
            .and_then(|pid| pid.parse::<u32>().ok());
        if owner.is_some_and(|pid| {
            Path::new("/proc/self").exists() && !Path::new(&format!("/proc/{pid}")).exists()
        }) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    let folder = all.join(format!(
        "broadsheet-test-{}-{purpose}-{}",
        process::id(),
        FOLDERS.fetch_add(1, Ordering::Relaxed)
    ));
    fs::create_dir_all(&folder).expect("the folder for the test is created");
    folder
}
