//! What a handler may reach.

use std::ops::Deref;
use std::sync::{Arc, Mutex};

use argon2::Argon2;
use sqlx::PgPool;
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::config::Config;
use crate::limits::Limits;
use crate::mail::Mailer;
use crate::publication::{self, Publication};
use crate::sealed::Keys;

/// Passphrases hashed at one time: each takes 19 MiB and a core for a moment, so a crowd at the door waits its turn.
const HASHES_AT_ONCE: usize = 2;

/// The application, shared by all requests.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// What all requests share.
pub struct Shared {
    /// Connections to the database.
    pub pool: PgPool,
    /// The time.
    pub clock: Clock,
    /// The keys that seal, find and sign.
    pub keys: Keys,
    /// The installation's settings.
    pub config: Config,
    /// How passphrases are hashed.
    pub argon2: Argon2<'static>,
    /// Leave to hash one.
    pub hashing: Arc<Semaphore>,
    /// How often one network may do a thing.
    pub limits: Limits,
    /// The way to the mail server, if there is one.
    pub mailer: Option<Mailer>,
    last_publication: Mutex<Arc<Publication>>,
}

impl App {
    /// Puts the parts together.
    pub fn new(
        pool: PgPool,
        clock: Clock,
        keys: Keys,
        config: Config,
        argon2: Argon2<'static>,
    ) -> Self {
        let publication = Publication::new(keys.id());
        let host = config.public_url.host_str().unwrap_or("localhost");
        let mailer = config.mail.as_ref().map(|mail| Mailer::new(mail, host));
        Self(Arc::new(Shared {
            pool,
            clock,
            keys,
            config,
            argon2,
            hashing: Arc::new(Semaphore::new(HASHES_AT_ONCE)),
            limits: Limits::default(),
            mailer,
            last_publication: Mutex::new(Arc::new(publication)),
        }))
    }

    /// The publication as it is now.
    pub async fn publication(&self) -> sqlx::Result<Arc<Publication>> {
        let mut db = self.pool.acquire().await?;
        let publication = publication::store::find(&mut db)
            .await?
            .ok_or(sqlx::Error::RowNotFound)?;
        let publication = Arc::new(publication);
        *self
            .last_publication
            .lock()
            .expect("no holder of the publication panics") = publication.clone();
        Ok(publication)
    }

    /// The publication as it last was: for pages that must be shown while the database is away.
    pub fn last_publication(&self) -> Arc<Publication> {
        self.last_publication
            .lock()
            .expect("no holder of the publication panics")
            .clone()
    }
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
