//! What a handler may reach.

use std::ops::Deref;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use argon2::Argon2;
use sqlx::{PgConnection, PgPool};
use tokio::sync::{Notify, Semaphore, broadcast};

use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::{KeyId, Keys, hex, read_key_file};
use crate::limits::Limits;
use crate::mail::Mailer;
use crate::publication::{self, Edition, Publication};

/// Passphrases hashed at one time: each takes 19 MiB and a core for a moment, so a crowd at the door waits its turn.
const HASHES_AT_ONCE: usize = 2;

/// What an open desk is behind by before it has to look at everything anew.
const HEARD_KEPT: usize = 256;

/// Something that open desks are told as it happens.
#[derive(Clone, Debug)]
pub struct Heard {
    /// What it is: the event's name.
    pub name: &'static str,
    /// What there is to say of it: a JSON object.
    pub data: String,
}

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
    /// What open desks are told as it happens.
    pub heard: broadcast::Sender<Heard>,
    /// Somebody listens to the database for them.
    pub is_listening: AtomicBool,
    /// Rung when there is work in the background that somebody waits for.
    pub bell: Notify,
    last_publication: Mutex<Arc<Publication>>,
    /// The key that could not be found in the key file, so that this is logged once.
    lacking_key: Mutex<Option<KeyId>>,
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
        let publication = Publication::new(&keys.id());
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
            heard: broadcast::channel(HEARD_KEPT).0,
            is_listening: AtomicBool::new(false),
            bell: Notify::new(),
            last_publication: Mutex::new(Arc::new(publication)),
            lacking_key: Mutex::default(),
        }))
    }

    /// The publication as it is now.
    pub async fn publication(&self) -> sqlx::Result<Arc<Publication>> {
        let mut db = self.pool.acquire().await?;
        self.publication_in(&mut db).await
    }

    /// The same, over a connection that is there already.
    async fn publication_in(&self, db: &mut PgConnection) -> sqlx::Result<Arc<Publication>> {
        let publication = publication::store::find(db)
            .await?
            .ok_or(sqlx::Error::RowNotFound)?;
        let publication = Arc::new(publication);
        let mut last = self
            .last_publication
            .lock()
            .expect("no holder of the publication panics");
        // Both at once: whoever asks finds the key that goes with the publication.
        self.follow_key(&publication.key_id);
        *last = publication.clone();
        Ok(publication)
    }

    /// The publication as it is now, where this edition was just seen to hold: read only if another was looked at last.
    pub async fn latest_publication(
        &self,
        db: &mut PgConnection,
        edition: Edition,
    ) -> sqlx::Result<Arc<Publication>> {
        let last = self.last_publication();
        // A key that is lacking is looked for each time.
        if last.edition == edition && last.key_id == self.keys.id() {
            return Ok(last);
        }
        self.publication_in(db).await
    }

    /// Uses the key that the database is sealed with now. It changes while we serve: then its file is read again.
    fn follow_key(&self, id: &[u8]) {
        if self.keys.id() == id || self.keys.use_key(id) {
            return;
        }
        let Some(file) = &self.config.secret_key_file else {
            return;
        };
        let found = match read_key_file(file) {
            Ok(Some(found)) => Some(found.keys()).filter(|ring| ring.use_key(id)),
            Ok(None) => None,
            Err(error) => {
                tracing::error!("{error:#}");
                None
            }
        };
        let mut lacking = self
            .lacking_key
            .lock()
            .expect("no holder of the lacking key panics");
        if let Some(ring) = found {
            self.keys.replace(&ring);
            *lacking = None;
            tracing::info!(key = hex(id), "the secret key has changed, and is in use");
            return;
        }
        let id = id.first_chunk().copied();
        if *lacking != id {
            *lacking = id;
            tracing::error!(
                "the database is being sealed with a new secret key that {} does not hold; copy the key file of the server that `broadsheet key rotate` ran on over it. Until then pages are shown and replies are not taken.",
                file.display()
            );
        }
    }

    /// Whether what is written now would be sealed with the key that the database asks for, as far as was known when
    /// the publication was last looked at.
    pub fn has_the_key(&self) -> bool {
        let last = self
            .last_publication
            .lock()
            .expect("no holder of the publication panics");
        last.key_id == self.keys.id()
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
