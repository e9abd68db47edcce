//! The state that all requests and background tasks share. What belongs to a feature is a type of that feature.

mod admin_events;

use std::ops::Deref;
use std::sync::Arc;

use argon2::Argon2;
use sqlx::{PgConnection, PgPool};
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::{Keys, PasswordHasher};
use crate::limits::Limits;
use crate::mail::Mailer;
use crate::publication::{Edition, LatestPublication, Publication};

pub use admin_events::{AdminEvents, Heard};

/// Handle to the shared state; clones are cheap.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// The fields of [`App`].
pub struct Shared {
    pub pool: PgPool,
    pub clock: Clock,
    pub keys: Keys,
    pub config: Config,
    pub password_hasher: PasswordHasher,
    /// Rate limits by network.
    pub limits: Limits,
    /// Connection to the mail server; `None` if the site sends no mail.
    pub mailer: Option<Mailer>,
    pub heard: AdminEvents,
    /// Wakes the worker when a bulk action was started or an example for the classifier was added.
    pub bell: Notify,
    publication: LatestPublication,
}

impl App {
    pub fn new(
        pool: PgPool,
        clock: Clock,
        keys: Keys,
        config: Config,
        argon2: Argon2<'static>,
    ) -> Self {
        let host = config.public_url.host_str().unwrap_or("localhost");
        let mailer = config.mail.as_ref().map(|mail| Mailer::new(mail, host));
        let publication = LatestPublication::new(keys.clone(), config.secret_key_file.clone());
        Self(Arc::new(Shared {
            pool,
            clock,
            keys,
            config,
            password_hasher: PasswordHasher::new(argon2),
            limits: Limits::default(),
            mailer,
            heard: AdminEvents::default(),
            bell: Notify::new(),
            publication,
        }))
    }

    /// Reads the publication from the database.
    pub async fn publication(&self) -> sqlx::Result<Arc<Publication>> {
        let mut db = self.pool.acquire().await?;
        self.publication.load(&mut db).await
    }

    /// Returns the publication at `edition`, which the caller has just read; asks the database only if another one is in
    /// memory.
    pub async fn latest_publication(
        &self,
        db: &mut PgConnection,
        edition: Edition,
    ) -> sqlx::Result<Arc<Publication>> {
        self.publication.load_if_changed(db, edition).await
    }

    /// Tells whether the secret key in use is the one the database asks for, as of the last time the publication was read.
    pub fn has_the_key(&self) -> bool {
        self.publication.has_current_key()
    }

    /// Returns the publication as it was last read, for pages that are shown even while the database is away.
    pub fn last_publication(&self) -> Arc<Publication> {
        self.publication.get()
    }
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
