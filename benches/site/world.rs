//! What is measured: a database full of articles, and the real program on it, set up as an operator would.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use broadsheet::db::embedded::{Durability, Private};
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection as _, FromRow, PgConnection};
use tokio::runtime::{Builder, Runtime};

use super::http::{Answer, Connection};
use super::nginx::free_address;
use super::process::{OTHERS, Process, SERVERS, children, move_to, on};
use super::wrk::Wrk;
use crate::cluster::folder;
use crate::server::{broadsheet, run, text, wait_until};

const PASSPHRASE: &str = "nine unrelated quiet words";
/// Connections of readers, where nothing else is said.
const READERS: u32 = 64;

/// Postgres, what is in it, and what servers on it need.
pub struct World {
    pub folder: PathBuf,
    postgres: Option<Private>,
    url: String,
    runtime: Runtime,
    /// The paths of all articles, a line each, and their numbers.
    pub paths: PathBuf,
    pub numbers: PathBuf,
    /// The path of one of middling size.
    pub article: String,
    /// The cookie of a moderator who is signed in.
    pub cookie: String,
}

/// A running server.
pub struct Site {
    process: Process,
    pub address: SocketAddr,
}

/// A comment about which a moderator decides, again and again.
#[derive(Clone)]
pub struct Undecided {
    pub id: i64,
    /// Of its article.
    pub path: String,
    /// Whether it is approved.
    pub is_shown: bool,
}

impl World {
    /// Makes it.
    pub fn make() -> Self {
        let begun = Instant::now();
        let folder = folder("site");
        let key = folder.join("key");
        fs::write(&key, "7".repeat(64)).expect("a key");
        fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).expect("a closed key");
        let mut world = Self {
            paths: folder.join("paths"),
            numbers: folder.join("numbers"),
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
        world.start_postgres();
        world.fill();
        println!("The site is made in {:.0} s", begun.elapsed().as_secs_f64());
        world
    }

    fn fill(&mut self) {
        // The first start makes the tables and the publication.
        let site = self.start();
        let mut add = broadsheet(&self.folder);
        add.env("DATABASE_URL", &self.url)
            .env("BROADSHEET_SECRET_KEY_FILE", self.folder.join("key"))
            .args(["account", "add", "mo", "--role", "admin"]);
        let added = run(add, PASSPHRASE);
        assert!(added.status.success(), "{}", text(&added));
        self.run(include_str!("fill.sql"));
        // What the program does by itself with what is new it does now, and not while it is measured.
        wait_until("every comment is read", || {
            self.ask::<(i64,)>("select count(*) from unread") == [(0,)]
        });
        self.cookie = sign_in(&site);
        self.note_articles(&site);
    }

    /// Clears away what was done before, as Postgres does it by itself in time: each part finds the same, whichever came
    /// before it.
    pub fn tidy(&self) {
        self.run("vacuum analyze");
        self.run("checkpoint");
    }

    fn note_articles(&mut self, site: &Site) {
        let articles: Vec<(i64, String)> =
            self.ask("select id, path from articles where id > 1000 order by id");
        let lines = |of: fn(&(i64, String)) -> String| {
            let lines: Vec<String> = articles.iter().map(of).collect();
            lines.join("\n") + "\n"
        };
        fs::write(&self.paths, lines(|(_, path)| path.clone())).expect("a file");
        fs::write(&self.numbers, lines(|(id, _)| id.to_string())).expect("a file");
        let mut reader = site.connect();
        let mut sizes: Vec<(usize, &str)> = articles
            .iter()
            .map(|(_, path)| (get(&mut reader, path, "gzip").body.len(), path.as_str()))
            .collect();
        sizes.sort_unstable();
        sizes[sizes.len() / 2].1.clone_into(&mut self.article);
    }

    /// A server, ready to serve, on the core of what is measured.
    pub fn start(&self) -> Site {
        self.start_with(SERVERS, &self.url, &[])
    }

    /// The same, elsewhere, on another database, with other settings.
    pub fn start_with(&self, cores: &str, database: &str, settings: &[(&str, &str)]) -> Site {
        let (mut command, address) = self.server(cores, database);
        let site = Site {
            process: Process::start(command.envs(settings.iter().copied())),
            address,
        };
        wait_until("the site answers", || {
            let asked = Connection::open(address).and_then(|mut site| site.get("/readyz", &[]));
            asked.is_ok_and(|answer| answer.status == 200)
        });
        site
    }

    /// The command that starts a server, and where that will listen.
    pub fn server(&self, cores: &str, database: &str) -> (Command, SocketAddr) {
        let address = free_address();
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("server.log"))
            .expect("a log");
        let mut command = on(cores, &broadsheet(&self.folder));
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

    /// Starts Postgres, again if it was stopped; it takes connections when this returns.
    pub fn start_postgres(&mut self) {
        let postgres = Private::start(&self.folder.join("database"), Durability::Durable)
            .unwrap_or_else(|error| panic!("a Postgres to measure with: {error:#}"));
        postgres.url().clone_into(&mut self.url);
        self.postgres = Some(postgres);
        self.move_postgres(OTHERS);
    }

    /// Stops Postgres, whoever is connected.
    pub fn stop_postgres(&mut self) {
        let postgres = self.postgres.take();
        postgres.expect("it runs").stop();
    }

    /// Moves Postgres to these cores.
    pub fn move_postgres(&self, cores: &str) {
        let postgres = self.postgres.as_ref().expect("it runs");
        let first = postgres.pid().expect("it runs");
        move_to(cores, first);
        for pid in children(first) {
            move_to(cores, pid);
        }
    }

    /// A copy of the database, for whoever leaves traces. Nobody may use the database meanwhile.
    pub fn copy(&self) -> String {
        self.in_database("postgres", "drop database if exists copy");
        self.in_database("postgres", "create database copy template broadsheet");
        self.in_database("postgres", "checkpoint");
        with_database(&self.url, "copy")
    }

    /// Runs statements.
    pub fn run(&self, statements: &str) {
        self.in_database("broadsheet", statements);
    }

    fn in_database(&self, name: &str, statements: &str) {
        let url = with_database(&self.url, name);
        self.runtime.block_on(async {
            let mut db = PgConnection::connect(&url).await.expect("a connection");
            sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
                .execute(&mut db)
                .await
                .unwrap_or_else(|error| panic!("{statements:.60}: {error}"));
            db.close().await.expect("it is left");
        });
    }

    /// The rows that a query gives.
    pub fn ask<T>(&self, query: &'static str) -> Vec<T>
    where
        T: for<'row> FromRow<'row, PgRow> + Send + Unpin,
    {
        self.ask_in(&self.url, query)
    }

    /// The same, of another database.
    pub fn ask_in<T>(&self, url: &str, query: &'static str) -> Vec<T>
    where
        T: for<'row> FromRow<'row, PgRow> + Send + Unpin,
    {
        self.runtime.block_on(async {
            let mut db = PgConnection::connect(url).await.expect("a connection");
            let rows = sqlx::query_as(query).fetch_all(&mut db).await;
            db.close().await.expect("it is left");
            rows.unwrap_or_else(|error| panic!("{query:.60}: {error}"))
        })
    }

    /// The five comments of each article that waited at first, in no order.
    pub fn undecided(&self) -> Vec<Undecided> {
        let rows: Vec<(i64, String, bool)> = self.ask(
            "select comments.id, path, status = 'approved'
             from comments join articles on articles.id = article_id
             where article_id > 1000 and reasons = '{first-timer}' order by sha256(int8send(comments.id))",
        );
        rows.into_iter()
            .map(|(id, path, is_shown)| Undecided { id, path, is_shown })
            .collect()
    }

    /// Readers of the one article.
    pub fn readers(&self, address: SocketAddr, seconds: u32) -> Wrk {
        Wrk::new(address, &self.article, READERS, seconds)
    }

    /// Readers of all articles.
    pub fn readers_of_all(&self, site: &Site, seconds: u32) -> Wrk {
        Wrk::new(site.address, "/", READERS, seconds).with_script("random.lua", &self.paths)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(postgres) = self.postgres.take() {
            postgres.stop();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Site {
    pub fn pid(&self) -> i32 {
        self.process.pid()
    }

    pub fn connect(&self) -> Connection {
        Connection::open(self.address).expect("the site takes connections")
    }
}

/// A page that is there, in a coding.
pub fn get(reader: &mut Connection, path: &str, coding: &str) -> Answer {
    let answer = reader.get(path, &[("accept-encoding", coding)]);
    let answer = answer.unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(answer.status, 200, "{path}");
    answer
}

fn sign_in(site: &Site) -> String {
    let fields = [("handle", "mo"), ("passphrase", PASSPHRASE)];
    let answer = site
        .connect()
        .post("/admin/sign-in", &[], &fields)
        .expect("the site answers");
    let cookie = answer
        .header("set-cookie")
        .and_then(|set| set.split(';').next());
    cookie
        .unwrap_or_else(|| panic!("nobody is signed in:\n{}", answer.head))
        .to_owned()
}

fn with_database(url: &str, name: &str) -> String {
    let (server, _) = url
        .rsplit_once('/')
        .expect("an address ends in its database");
    format!("{server}/{name}")
}
