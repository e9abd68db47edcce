//! Speed of an import compared with COPY, and its memory: `cargo bench --bench transfer`.
//!
//! The real program imports a generated export into a Postgres of its own; its rows are then copied with COPY into the
//! same tables of another database, with the same indexes, checks and triggers. Both run in turn, and the median of each
//! is printed. Then an export of ten times the size is imported to measure its memory; `-- --small` skips that, and
//! `-- --articles 2000` makes a short run.

#[path = "../tests/support/cluster.rs"]
#[allow(dead_code, reason = "only folders are needed of it")]
mod cluster;
#[path = "../tests/support/sample_export.rs"]
mod sample_export;

use std::fs::{self, File};
use std::io::BufWriter;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use broadsheet::db::MIGRATOR;
use broadsheet::db::embedded::{CommitDurability, EmbeddedPostgres};
use futures_util::TryStreamExt;
use sqlx::postgres::PgPoolCopyExt;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool};

const ARTICLES: u64 = 20_000;
const COMMENTS_EACH: u64 = 10;
const ROUNDS: usize = 3;
/// Lowest accepted speed, as a share of the speed of COPY.
const MIN_SHARE: f64 = 0.25;
/// Highest accepted memory, in bytes.
const MAX_MEMORY: u64 = 128 << 20;

/// Tables that an import fills, in the order of their foreign keys. Counts are not among them: triggers maintain those,
/// for COPY as well.
const TABLES: [&str; 13] = [
    "accounts",
    "imported_sites",
    "imports",
    "imported_authors",
    "topics",
    "imported_topics",
    "articles",
    "article_paths",
    "article_revisions",
    "article_topics",
    "imported_articles",
    "commenters",
    "comments",
];

struct ImportBench {
    folder: PathBuf,
    postgres: EmbeddedPostgres,
    databases: u32,
}

/// Time and memory of one import.
struct ImportRun {
    time: Duration,
    memory: u64,
    database: String,
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)?.parse().ok()
    };
    let articles = value("--articles").unwrap_or(ARTICLES);
    let folder = cluster::folder("bench");
    let postgres = EmbeddedPostgres::start(&folder.join("data"), CommitDurability::Durable)
        .unwrap_or_else(|error| panic!("a Postgres to measure with: {error:#}"));
    let mut bench = ImportBench {
        folder,
        postgres,
        databases: 0,
    };
    let export = bench.write_export(articles);
    let (mut imports, mut copies, mut memory) = (Vec::new(), Vec::new(), 0);
    let mut rows = 0;
    for round in 1..=ROUNDS {
        let run = bench.import(&export).await;
        let (copied, count) = bench.copy(&run.database).await;
        println!(
            "round {round}: import {:.1} s, COPY {:.1} s, share {:.2}, memory {} MB",
            run.time.as_secs_f64(),
            copied.as_secs_f64(),
            copied.as_secs_f64() / run.time.as_secs_f64(),
            run.memory >> 20
        );
        imports.push(run.time.as_secs_f64());
        copies.push(copied.as_secs_f64());
        memory = memory.max(run.memory);
        rows = count;
        bench.drop_database(&run.database).await;
    }
    let (import, copy) = (median(&mut imports), median(&mut copies));
    let share = copy / import;
    println!(
        "{rows} rows: {:.0} rows a second imported, {:.0} copied; share {share:.2} (at least {MIN_SHARE})",
        rows as f64 / import,
        rows as f64 / copy
    );
    let mut is_good = share >= MIN_SHARE && memory < MAX_MEMORY;
    if !arguments.iter().any(|argument| argument == "--small") {
        fs::remove_file(&export).expect("the export file is removed");
        let large = bench.write_export(articles * 10);
        let run = bench.import(&large).await;
        println!(
            "ten times as large: {:.1} s, memory {} MB beside {} MB (less than {} MB)",
            run.time.as_secs_f64(),
            run.memory >> 20,
            memory >> 20,
            MAX_MEMORY >> 20
        );
        // The allowance of a fifth is for memory that the allocator does not return.
        is_good &= run.memory < MAX_MEMORY && run.memory < memory + memory / 5;
    }
    let folder = bench.folder.clone();
    bench.postgres.stop();
    fs::remove_dir_all(&folder).expect("the bench folder is removed");
    assert!(is_good, "speed or memory misses its bound");
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

impl ImportBench {
    fn write_export(&self, articles: u64) -> PathBuf {
        let file = self.folder.join(format!("made-{articles}.xml"));
        let mut out = BufWriter::new(File::create(&file).expect("a file"));
        sample_export::write(&mut out, articles, COMMENTS_EACH).expect("the export is written");
        drop(out);
        let bytes = fs::metadata(&file).expect("a file").len();
        println!(
            "made {articles} articles and {} comments, {} MB",
            articles * COMMENTS_EACH,
            bytes >> 20
        );
        file
    }

    async fn create_database(&mut self) -> String {
        self.databases += 1;
        let name = format!("bench_{}", self.databases);
        self.execute(&format!("create database {name}")).await;
        let (server, _) = self
            .postgres
            .url()
            .rsplit_once('/')
            .expect("the URL ends in a database");
        format!("{server}/{name}")
    }

    async fn drop_database(&self, database: &str) {
        let (_, name) = database
            .rsplit_once('/')
            .expect("the URL ends in a database");
        self.execute(&format!("drop database {name}")).await;
    }

    async fn execute(&self, statement: &str) {
        let mut db = PgConnection::connect(self.postgres.superuser_url())
            .await
            .expect("a connection");
        db.execute(AssertSqlSafe(statement.to_owned()))
            .await
            .expect("the statement runs");
    }

    /// Runs the import command and measures it.
    async fn import(&mut self, file: &Path) -> ImportRun {
        let database = self.create_database().await;
        let key = self.folder.join("key");
        fs::write(&key, "7".repeat(64)).expect("the key file is written");
        fs::set_permissions(&key, PermissionsExt::from_mode(0o600))
            .expect("the key file's permissions are set");
        let started = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_broadsheet"))
            .args(["import", "wordpress"])
            .arg(file)
            .env("DATABASE_URL", &database)
            .env("BROADSHEET_SECRET_KEY_FILE", &key)
            .env("BROADSHEET_LOG", "warn")
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the program starts");
        let mut memory = 0;
        let status = loop {
            // VmHWM is the peak (proc(5)), so the last value before the exit is the right one.
            memory = peak_memory(child.id()).unwrap_or(memory);
            if let Some(status) = child.try_wait().expect("the process can be polled") {
                break status;
            }
            sleep(Duration::from_millis(10));
        };
        let time = started.elapsed();
        assert!(status.success(), "the import failed");
        ImportRun {
            time,
            memory,
            database,
        }
    }

    /// Copies the rows of a database into another. Returns the time and the number of rows.
    async fn copy(&mut self, from: &str) -> (Duration, u64) {
        let to = self.create_database().await;
        let source = PgPool::connect(from).await.expect("a connection");
        for table in TABLES {
            let statement = format!("copy {table} to stdout");
            let mut rows = source
                .copy_out_raw(&statement)
                .await
                .expect("the rows are copied out");
            let mut file = File::create(self.folder.join(table)).expect("a file");
            while let Some(bytes) = rows.try_next().await.expect("the rows are copied out") {
                std::io::Write::write_all(&mut file, &bytes)
                    .expect("the rows are written to the file");
            }
        }
        source.close().await;
        let mut db = PgConnection::connect(&to).await.expect("a connection");
        MIGRATOR.run(&mut db).await.expect("migrations run");
        let started = Instant::now();
        let mut rows = 0;
        let mut transaction = db.begin().await.expect("a transaction");
        for table in TABLES {
            let statement = format!("copy {table} from stdin");
            let mut copy = transaction
                .copy_in_raw(&statement)
                .await
                .expect("COPY begins");
            let file = tokio::fs::File::open(self.folder.join(table))
                .await
                .expect("a file");
            copy.read_from(file)
                .await
                .expect("the rows are sent to Postgres");
            rows += copy.finish().await.expect("the rows are inserted");
        }
        transaction.commit().await.expect("the transaction commits");
        let time = started.elapsed();
        db.close().await.expect("the connection closes");
        self.drop_database(&to).await;
        (time, rows)
    }
}

fn peak_memory(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes << 10)
}
