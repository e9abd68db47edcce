//! One throw-away Postgres for a test binary, one migrated template in it, one copy of that for each test.
//! `TEST_DATABASE_URL` names a server to use instead; its user must be allowed to create databases.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use broadsheet::db::embedded::{CommitDurability, EmbeddedPostgres};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};
use tokio::sync::OnceCell;

struct Cluster {
    url: String,
    template: String,
    // A static is never dropped; the pipe to Postgres closes when the process ends, and Postgres with it.
    _private: Option<EmbeddedPostgres>,
}

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// A database that nobody else uses, migrated, empty.
pub async fn new_database() -> String {
    let cluster = CLUSTER.get_or_init(start).await;
    let name = format!(
        "test_{}_{}",
        process::id(),
        DATABASES.fetch_add(1, Ordering::Relaxed)
    );
    let mut admin = admin_of(&cluster.url).await;
    create(&mut admin, &name, Some(&cluster.template)).await;
    with_database(&cluster.url, &name)
}

/// A database with nothing in it, not even tables.
pub async fn new_empty_database() -> String {
    let cluster = CLUSTER.get_or_init(start).await;
    let name = format!(
        "empty_{}_{}",
        process::id(),
        DATABASES.fetch_add(1, Ordering::Relaxed)
    );
    create(&mut admin_of(&cluster.url).await, &name, None).await;
    with_database(&cluster.url, &name)
}

async fn start() -> Cluster {
    let (url, private) = match std::env::var("TEST_DATABASE_URL") {
        Ok(url) => (url, None),
        Err(_) => {
            let private = tokio::task::spawn_blocking(|| {
                EmbeddedPostgres::start(&folder("cluster"), CommitDurability::Test)
            })
            .await
            .expect("starting does not panic")
            .unwrap_or_else(|error| panic!("a Postgres for tests: {error:#}"));
            (private.url().to_owned(), Some(private))
        }
    };
    let template = format!("template_{}", process::id());
    let mut admin = admin_of(&url).await;
    create(&mut admin, &template, None).await;
    let mut database = admin_of(&with_database(&url, &template)).await;
    broadsheet::db::MIGRATOR
        .run(&mut database)
        .await
        .expect("migrations run");
    // Numbers of different things are far apart, so that a mixed-up one finds nothing.
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
            .expect("a sequence restarts");
    }
    database.close().await.expect("the template is left alone");
    Cluster {
        url,
        template,
        _private: private,
    }
}

async fn create(admin: &mut PgConnection, name: &str, template: Option<&str>) {
    let template = template
        .map(|template| format!(" template {template}"))
        .unwrap_or_default();
    admin
        .execute(AssertSqlSafe(format!("create database {name}{template}")))
        .await
        .expect("a database is created");
}

async fn admin_of(url: &str) -> PgConnection {
    PgConnectOptions::from_str(url)
        .expect("a database address")
        .connect()
        .await
        .expect("the test Postgres answers")
}

fn with_database(url: &str, name: &str) -> String {
    let (server, _) = url
        .rsplit_once('/')
        .expect("an address ends in its database");
    format!("{server}/{name}")
}

/// A new empty folder, open enough for the account Postgres runs as. What dead test runs left is cleared away.
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
    fs::create_dir_all(&folder).expect("a folder for tests");
    folder
}
