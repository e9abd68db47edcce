//! What tests of the whole site share: a database of one's own, a site around it, and visitors who click and type.

#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod article;
pub mod cluster;
pub mod made_export;
pub mod makers;
pub mod server;
pub mod smtp;
pub mod visitor;
pub mod wxr;

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, Version};
use axum::Router;
use broadsheet::app::App;
use broadsheet::cache::PageCacheService;
use broadsheet::clock::{Clock, Ts};
use broadsheet::config::{Config, Settings};
use broadsheet::crypto::KeyRing;
use broadsheet::publication::Publication;
use broadsheet::{publication, router};
use sqlx::PgPool;
use tokio::task::JoinHandle;
use tracing::subscriber::DefaultGuard;
use visitor::Visitor;

/// The moment at which every test begins.
pub const BEGINS: &str = "2026-03-14T15:09:26Z";

/// A site with a database, a clock and a log of its own.
pub struct TestSite {
    pub app: App,
    /// Every page, made anew.
    pub router: Router,
    /// The same, and what is kept of it.
    pub pages: PageCacheService,
    pub database_url: String,
    listening: JoinHandle<()>,
    log: Log,
    may_log_errors: bool,
    _logging: DefaultGuard,
}

/// How a test's site differs from the usual one.
pub struct Setup {
    settings: Settings,
    publication: Box<dyn FnOnce(&mut Publication)>,
}

impl Default for Setup {
    fn default() -> Self {
        let settings = Settings {
            log: "info".into(),
            ..Settings::default()
        };
        Self {
            settings,
            publication: Box::new(|_| {}),
        }
    }
}

impl Setup {
    pub fn settings(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// A site whose mail goes to this server.
    pub fn mail(self, sink: &smtp::Sink) -> Self {
        self.settings(|settings| sink.set_in(settings))
    }

    pub fn publication(mut self, change: impl FnOnce(&mut Publication) + 'static) -> Self {
        self.publication = Box::new(change);
        self
    }

    pub async fn build(self) -> TestSite {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter("broadsheet=trace,tower_http=debug,sqlx=debug")
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let logging = tracing::subscriber::set_default(subscriber);
        let database_url = cluster::new_database().await;
        let pool = PgPool::connect(&database_url)
            .await
            .expect("a new database can be reached");
        let keys = KeyRing::from_secret(&[42; 32]);
        let mut publication = Publication::new(&keys.active_id());
        publication.title = "The Test Courier".to_owned();
        // What most tests are not about: replies wait, for one reason, and many may come at once.
        publication.discussion.hold_everything = true;
        publication.discussion.hold_first_timers = false;
        publication.discussion.flood_seconds = 0;
        (self.publication)(&mut publication);
        let mut db = pool.acquire().await.expect("a connection");
        publication::store::insert(&mut db, &publication)
            .await
            .expect("settings go in");
        drop(db);
        let config: Config = self.settings.check().expect("the settings are right");
        let begins = Ts::new(BEGINS.parse().expect("a moment"));
        let cheap = Params::new(8, 1, 1, None).expect("the least argon2 takes");
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, cheap);
        let app = App::new(pool, Clock::fixed(begins), keys, config, argon2);
        let router = router::router(app.clone());
        let pages = PageCacheService::new(app.clone(), router.clone());
        let heard = pages.clone();
        let listening = tokio::spawn(async move { heard.listen().await });
        while app.config.cache_bytes > 0 && !pages.is_listening() {
            tokio::task::yield_now().await;
        }
        TestSite {
            app,
            router,
            pages,
            listening,
            database_url,
            log,
            may_log_errors: false,
            _logging: logging,
        }
    }
}

impl TestSite {
    pub async fn new() -> Self {
        Setup::default().build().await
    }

    /// Someone with a browser, not signed in.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.pages.clone())
    }

    pub fn now(&self) -> Ts {
        self.app.clock.now()
    }

    /// Everything logged so far.
    pub fn log(&self) -> String {
        String::from_utf8(self.log.0.lock().expect("the log").clone()).expect("logs are text")
    }

    /// For tests that break something on purpose.
    pub fn may_log_errors(&mut self) {
        self.may_log_errors = true;
    }

    /// One number from the database.
    pub async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query)
            .fetch_one(&self.app.pool)
            .await
            .expect("the query counts")
    }

    /// Until someone waits for what another holds in the database; nobody does, and this fails.
    pub async fn until_someone_waits(&self) {
        const PATIENCE: Duration = Duration::from_secs(20);
        let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        let someone = async {
            while self.count(waiting).await == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, someone)
            .await
            .expect("someone waits");
    }
}

impl Drop for TestSite {
    fn drop(&mut self) {
        self.listening.abort();
        if !std::thread::panicking() && !self.may_log_errors {
            let log = self.log();
            let errors: Vec<&str> = log
                .lines()
                .filter(|line| line.contains(" ERROR "))
                .collect();
            assert!(
                errors.is_empty(),
                "errors were logged:\n{}",
                errors.join("\n")
            );
        }
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
