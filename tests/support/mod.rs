//! Support for tests of the whole site: a site with its own database, and visitors who open pages and submit forms.

#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod article;
pub mod cluster;
pub mod makers;
pub mod markup;
pub mod sample_export;
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
use broadsheet::moderation::indexing::index_batch;
use broadsheet::publication::Publication;
use broadsheet::{articles, publication, router};
use sqlx::PgPool;
use tokio::task::JoinHandle;
use tracing::subscriber::DefaultGuard;
use visitor::Visitor;

/// Time on the site's clock when a test begins.
pub const START_TIME: &str = "2026-03-14T15:09:26Z";

/// Test site with its own database, clock and log.
pub struct TestSite {
    pub app: App,
    /// Router without the page cache, so that every request renders its page.
    pub router: Router,
    /// The whole site: the router with the page cache in front of it.
    pub pages: PageCacheService,
    pub database_url: String,
    listener: JoinHandle<()>,
    log: LogBuffer,
    may_log_errors: bool,
    _logging: DefaultGuard,
}

/// Settings in which a test site differs from the usual ones.
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

    /// Makes the site send its email to this SMTP server.
    pub fn mail(self, sink: &smtp::SmtpSink) -> Self {
        self.settings(|settings| sink.apply_to(settings))
    }

    pub fn publication(mut self, change: impl FnOnce(&mut Publication) + 'static) -> Self {
        self.publication = Box::new(change);
        self
    }

    pub async fn build(self) -> TestSite {
        let log = LogBuffer::default();
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
            .expect("the new database answers");
        let keys = KeyRing::from_secret(&[42; 32]);
        let mut publication = Publication::new(&keys.active_id());
        publication.title = "The Test Courier".to_owned();
        // Comments are held for exactly one reason and without a flood limit, which most tests are not about.
        publication.discussion.hold_everything = true;
        publication.discussion.hold_first_timers = false;
        publication.discussion.flood_seconds = 0;
        (self.publication)(&mut publication);
        let mut db = pool.acquire().await.expect("a connection");
        publication::store::insert(&mut db, &publication)
            .await
            .expect("settings are inserted");
        drop(db);
        let config: Config = self.settings.check().expect("the settings are valid");
        let start_time = Ts::new(START_TIME.parse().expect("a time"));
        let app = App::new(pool, Clock::fixed(start_time), keys, config, cheap_argon2());
        let router = router::router(app.clone());
        let pages = PageCacheService::new(app.clone(), router.clone());
        let listening_pages = pages.clone();
        let listener = tokio::spawn(async move { listening_pages.listen().await });
        while app.config.cache_bytes > 0 && !pages.is_listening() {
            tokio::task::yield_now().await;
        }
        TestSite {
            app,
            router,
            pages,
            listener,
            database_url,
            log,
            may_log_errors: false,
            _logging: logging,
        }
    }
}

/// Returns the least costly parameters of password hashing.
pub fn cheap_argon2() -> Argon2<'static> {
    let cheap = Params::new(8, 1, 1, None).expect("the minimum of argon2");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, cheap)
}

impl TestSite {
    pub async fn new() -> Self {
        Setup::default().build().await
    }

    /// Returns a new browser that is not signed in.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.pages.clone())
    }

    /// Indexes all comments that are not indexed yet.
    pub async fn index_comments(&self) {
        while index_batch(&self.app)
            .await
            .expect("a batch of comments is indexed")
            .is_some()
        {}
    }

    /// Moves the clock forward, after the cache has applied every change made before.
    pub async fn advance(&self, seconds: i64) {
        self.pages.wait_for_invalidations().await;
        self.app.clock.advance(seconds);
    }

    /// Indexes all articles that wait for it, as an import leaves them.
    pub async fn index_articles(&self) {
        while articles::indexing::index_batch(&self.app)
            .await
            .expect("a batch of articles is indexed")
            .is_some()
        {}
    }

    pub fn now(&self) -> Ts {
        self.app.clock.now()
    }

    /// Returns everything that the site has logged so far.
    pub fn log(&self) -> String {
        String::from_utf8(self.log.0.lock().expect("the lock is not poisoned").clone())
            .expect("the log is valid UTF-8")
    }

    /// Allows errors in the log, for tests that cause them on purpose. Otherwise dropping the site panics if any error
    /// was logged.
    pub fn may_log_errors(&mut self) {
        self.may_log_errors = true;
    }

    /// Runs an SQL query that returns one number.
    pub async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query)
            .fetch_one(&self.app.pool)
            .await
            .expect("the query returns a number")
    }

    /// Waits until a query of the site is blocked by a database lock. Panics after 20 seconds.
    pub async fn wait_for_blocked_query(&self) {
        const WAIT_LIMIT: Duration = Duration::from_secs(20);
        let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        let is_blocked = async {
            while self.count(waiting).await == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(WAIT_LIMIT, is_blocked)
            .await
            .expect("a query waits for a lock");
    }
}

impl Drop for TestSite {
    fn drop(&mut self) {
        self.listener.abort();
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
struct LogBuffer(Arc<Mutex<Vec<u8>>>);

impl io::Write for LogBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .expect("the lock is not poisoned")
            .extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
