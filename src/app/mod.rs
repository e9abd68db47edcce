//! State that all requests and background tasks share. State that only one feature uses is a type of that feature.

mod admin_events;
mod readiness;
mod refusal_metrics;

use std::ops::Deref;
use std::sync::Arc;

use argon2::Argon2;
use sqlx::{PgConnection, PgPool};
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::{KeyRing, PasswordHasher};
use crate::limits::{BodyBudget, RateLimits};
use crate::mail::Mailer;
use crate::publication::{LatestPublication, Publication, PublicationVersion};

pub use admin_events::{AdminEvent, AdminEvents};
pub use readiness::{LatestReadiness, ReadinessProblem};
pub use refusal_metrics::RefusalMetrics;

/// Handle to the shared state. Clones are cheap.
#[derive(Clone)]
pub struct App(Arc<AppState>);

/// State behind [`App`], shared by all requests and background tasks.
pub struct AppState {
    pub pool: PgPool,
    pub clock: Clock,
    pub keys: KeyRing,
    pub config: Config,
    pub password_hasher: PasswordHasher,
    pub limits: RateLimits,
    pub body_budget: BodyBudget,
    pub refusals: RefusalMetrics,
    /// Connection to the mail server; `None` if the site sends no mail.
    pub mailer: Option<Mailer>,
    pub admin_events: AdminEvents,
    pub readiness: LatestReadiness,
    /// Wakes the worker after a bulk action was started or a training example for the classifier was added.
    pub worker_wakeup: Notify,
    publication: LatestPublication,
}

impl App {
    pub fn new(
        pool: PgPool,
        clock: Clock,
        keys: KeyRing,
        config: Config,
        argon2: Argon2<'static>,
    ) -> Self {
        let mailer = config
            .mail
            .as_ref()
            .map(|mail| Mailer::new(mail, config.host()));
        let publication = LatestPublication::new(keys.clone(), config.secret_key_file.clone());
        Self(Arc::new(AppState {
            pool,
            clock,
            keys,
            config,
            password_hasher: PasswordHasher::new(argon2),
            limits: RateLimits::default(),
            body_budget: BodyBudget::default(),
            refusals: RefusalMetrics::default(),
            mailer,
            admin_events: AdminEvents::default(),
            readiness: LatestReadiness::default(),
            worker_wakeup: Notify::new(),
            publication,
        }))
    }

    /// Loads the publication (the site's settings) from the database.
    pub async fn load_publication(&self) -> sqlx::Result<Arc<Publication>> {
        let mut db = self.pool.acquire().await?;
        self.publication.load(&mut db).await
    }

    /// Returns the publication at `edition`, which the caller has just read from the database. Queries the database only
    /// if the publication in memory has another edition.
    pub async fn load_publication_version(
        &self,
        db: &mut PgConnection,
        edition: PublicationVersion,
    ) -> sqlx::Result<Arc<Publication>> {
        self.publication.load_if_changed(db, edition).await
    }

    /// Returns whether the active secret key is the one that the database requires, as of the last time the publication
    /// was loaded.
    pub fn has_current_key(&self) -> bool {
        self.publication.has_current_key()
    }

    /// Returns the publication as it was last loaded, for pages that must be shown even if the database is unreachable.
    pub fn last_known_publication(&self) -> Arc<Publication> {
        self.publication.get()
    }
}

impl Deref for App {
    type Target = AppState;

    fn deref(&self) -> &AppState {
        &self.0
    }
}
