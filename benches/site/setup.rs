//! Setup of the measurement: a database full of articles and the real program on it, installed as an operator would.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use broadsheet::db::embedded::{CommitDurability, EmbeddedPostgres};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection as _, FromRow, PgConnection};
use tokio::runtime::{Builder, Runtime};

use super::http::{HttpConnection, HttpResponse};
use super::nginx::free_address;
use super::process::{
    CLIENT_CORE, ChildProcess, SERVER_CORE, child_pids, pin_command, pin_process,
};
use super::wrk::WrkCommand;
use crate::cluster::folder;
use crate::server::{broadsheet, run, text, wait_until};

const PASSPHRASE: &str = "nine unrelated quiet words";
/// Usual number of connections of readers.
const READERS: u32 = 64;

/// Postgres with its content, and everything that servers on it need.
pub struct BenchSetup {
    pub folder: PathBuf,
    postgres: Option<EmbeddedPostgres>,
    url: String,
    runtime: Runtime,
    /// Files with the paths and the ids of all articles, one per line.
    pub paths: PathBuf,
    pub ids: PathBuf,
    /// Path of the article with the median size.
    pub article: String,
    /// Session cookie of a signed-in admin.
    pub cookie: String,
}

/// Running server of the site.
pub struct SiteServer {
    process: ChildProcess,
    pub address: SocketAddr,
}

/// Comment about which a moderator decides again and again.
#[derive(Clone)]
pub struct PendingComment {
    pub id: i64,
    /// Path of its article.
    pub path: String,
    pub is_shown: bool,
}

impl BenchSetup {
    /// Starts Postgres and fills it.
    pub fn new() -> Self {
        let begun = Instant::now();
        let folder = folder("site");
        let key = folder.join("key");
        fs::write(&key, "7".repeat(64)).expect("a key");
        fs::set_permissions(&key, PermissionsExt::from_mode(0o600))
            .expect("the key file's permissions are set");
        let mut setup = Self {
            paths: folder.join("paths"),
            ids: folder.join("numbers"),
            folder,
            postgres: None,
            url: String::new(),
            runtime: Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime"),
            article: String::new(),
            cookie: String::new(),
        };
        setup.start_postgres();
        setup.fill();
        println!(
            "The site was set up in {:.0} s",
            begun.elapsed().as_secs_f64()
        );
        setup
    }

    fn fill(&mut self) {
        // The first start creates the tables and the settings.
        let site = self.start_server();
        let mut add = broadsheet(&self.folder);
        add.env("DATABASE_URL", &self.url)
            .env("BROADSHEET_SECRET_KEY_FILE", self.folder.join("key"))
            .args(["account", "add", "mo", "--name", "Mo", "--role", "admin"]);
        let added = run(add, PASSPHRASE);
        assert!(added.status.success(), "{}", text(&added));
        self.execute(include_str!("fill.sql"));
        // Background work on the new comments must not run during the measurements.
        wait_until("every comment is indexed", || {
            self.query::<(i64,)>("select count(*) from index_queue") == [(0,)]
        });
        self.cookie = sign_in(&site);
        self.write_article_lists(&site);
    }

    /// Vacuums the database, so that each part finds the same state whichever part came before it.
    pub fn vacuum(&self) {
        self.execute("vacuum analyze");
        self.execute("checkpoint");
    }

    fn write_article_lists(&mut self, site: &SiteServer) {
        let articles: Vec<(i64, String)> =
            self.query("select id, path from articles where id > 1000 order by id");
        let lines = |of: fn(&(i64, String)) -> String| {
            let lines: Vec<String> = articles.iter().map(of).collect();
            lines.join("\n") + "\n"
        };
        fs::write(&self.paths, lines(|(_, path)| path.clone())).expect("a file");
        fs::write(&self.ids, lines(|(id, _)| id.to_string())).expect("a file");
        let mut reader = site.connect();
        let mut sizes: Vec<(usize, &str)> = articles
            .iter()
            .map(|(_, path)| {
                (
                    get_page(&mut reader, path, "gzip").body.len(),
                    path.as_str(),
                )
            })
            .collect();
        sizes.sort_unstable();
        sizes[sizes.len() / 2].1.clone_into(&mut self.article);
    }

    /// Starts a server on its core and waits until it is ready.
    pub fn start_server(&self) -> SiteServer {
        self.start_server_with(SERVER_CORE, &self.url, &[])
    }

    /// Starts a server on other cores, another database or with other settings.
    pub fn start_server_with(
        &self,
        cores: &str,
        database: &str,
        settings: &[(&str, &str)],
    ) -> SiteServer {
        let (mut command, address) = self.server_command(cores, database);
        let site = SiteServer {
            process: ChildProcess::start(command.envs(settings.iter().copied())),
            address,
        };
        wait_until("the site answers", || {
            let response =
                HttpConnection::open(address).and_then(|mut site| site.get("/readyz", &[]));
            response.is_ok_and(|response| response.status == 200)
        });
        site
    }

    /// Returns the command that starts a server, and the address on which that will listen.
    pub fn server_command(&self, cores: &str, database: &str) -> (Command, SocketAddr) {
        let address = free_address();
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("server.log"))
            .expect("a log");
        let mut command = pin_command(cores, &broadsheet(&self.folder));
        command
            .env("DATABASE_URL", database)
            .env("BROADSHEET_SECRET_KEY_FILE", self.folder.join("key"))
            .env("BROADSHEET_LISTEN", address.to_string())
            .env("BROADSHEET_TRUSTED_PROXIES", "127.0.0.1")
            .env("BROADSHEET_LOG", "warn")
            .stdout(Stdio::null())
            .stderr(log);
        (command, address)
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Starts Postgres, and waits until it takes connections.
    pub fn start_postgres(&mut self) {
        let postgres =
            EmbeddedPostgres::start(&self.folder.join("database"), CommitDurability::Durable)
                .unwrap_or_else(|error| panic!("a Postgres to measure with: {error:#}"));
        postgres.superuser_url().clone_into(&mut self.url);
        self.postgres = Some(postgres);
        self.move_postgres(CLIENT_CORE);
    }

    /// Stops Postgres and cuts its connections.
    pub fn stop_postgres(&mut self) {
        let postgres = self.postgres.take();
        postgres.expect("Postgres is running").stop();
    }

    /// Pins all processes of Postgres to cores.
    pub fn move_postgres(&self, cores: &str) {
        let pid_file = self.folder.join("database/postgres/postmaster.pid");
        let pid_file = fs::read_to_string(pid_file).expect("Postgres is running");
        let first = pid_file
            .lines()
            .next()
            .and_then(|pid| pid.parse::<i32>().ok());
        let first = first.expect("the first line is the id of the process");
        pin_process(cores, first);
        for pid in child_pids(first) {
            pin_process(cores, pid);
        }
    }

    /// Copies the database, for runs that write, and returns the URL of the copy. Fails while a server is connected.
    pub fn copy_database(&self) -> String {
        self.execute_in("postgres", "drop database if exists copy");
        self.execute_in("postgres", "create database copy template broadsheet");
        self.execute_in("postgres", "checkpoint");
        with_database(&self.url, "copy")
    }

    /// Executes statements.
    pub fn execute(&self, statements: &str) {
        self.execute_in("broadsheet", statements);
    }

    fn execute_in(&self, name: &str, statements: &str) {
        let url = with_database(&self.url, name);
        self.runtime.block_on(async {
            let mut db = PgConnection::connect(&url).await.expect("a connection");
            sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
                .execute(&mut db)
                .await
                .unwrap_or_else(|error| panic!("{statements:.60}: {error}"));
            db.close().await.expect("the connection closes");
        });
    }

    /// Returns the rows of a query.
    pub fn query<T>(&self, query: &'static str) -> Vec<T>
    where
        T: for<'row> FromRow<'row, PgRow> + Send + Unpin,
    {
        self.query_database(&self.url, query)
    }

    /// Returns the rows of a query on another database.
    pub fn query_database<T>(&self, url: &str, query: &'static str) -> Vec<T>
    where
        T: for<'row> FromRow<'row, PgRow> + Send + Unpin,
    {
        self.runtime.block_on(async {
            let mut db = PgConnection::connect(url).await.expect("a connection");
            let rows = sqlx::query_as(query).fetch_all(&mut db).await;
            db.close().await.expect("the connection closes");
            rows.unwrap_or_else(|error| panic!("{query:.60}: {error}"))
        })
    }

    /// Lists the five comments of each article that were held at first, in random order.
    pub fn list_pending_comments(&self) -> Vec<PendingComment> {
        let rows: Vec<(i64, String, bool)> = self.query(
            "select comments.id, path, status = 'approved'
             from comments join articles on articles.id = article_id
             where article_id > 1000 and reasons = '{first-timer}' order by sha256(int8send(comments.id))",
        );
        rows.into_iter()
            .map(|(id, path, is_shown)| PendingComment { id, path, is_shown })
            .collect()
    }

    /// Returns readers of the one article.
    pub fn article_readers(&self, address: SocketAddr, seconds: u32) -> WrkCommand {
        WrkCommand::new(address, &self.article, READERS, seconds)
    }

    /// Returns readers of all articles.
    pub fn all_article_readers(&self, site: &SiteServer, seconds: u32) -> WrkCommand {
        WrkCommand::new(site.address, "/", READERS, seconds).with_script("random.lua", &self.paths)
    }
}

impl Drop for BenchSetup {
    fn drop(&mut self) {
        if let Some(postgres) = self.postgres.take() {
            postgres.stop();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl SiteServer {
    pub fn pid(&self) -> i32 {
        self.process.pid()
    }

    pub fn connect(&self) -> HttpConnection {
        HttpConnection::open(self.address).expect("the site takes connections")
    }
}

/// Gets an existing page in an encoding.
pub fn get_page(reader: &mut HttpConnection, path: &str, encoding: &str) -> HttpResponse {
    let answer = reader.get(path, &[("accept-encoding", encoding)]);
    let answer = answer.unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(answer.status, 200, "{path}");
    answer
}

fn sign_in(site: &SiteServer) -> String {
    let fields = [("username", "mo"), ("passphrase", PASSPHRASE)];
    let answer = site
        .connect()
        .post("/admin/sign-in", &[], &fields)
        .expect("the site answers");
    let cookie = answer
        .header("set-cookie")
        .and_then(|set| set.split(';').next());
    cookie
        .unwrap_or_else(|| panic!("the sign-in failed:\n{}", answer.head))
        .to_owned()
}

fn with_database(url: &str, name: &str) -> String {
    let (server, _) = url.rsplit_once('/').expect("the URL ends in a database");
    format!("{server}/{name}")
}
