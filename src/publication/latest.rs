//! The publication as it was last read, and the secret key that goes with it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use sqlx::PgConnection;

use super::model::{Publication, PublicationVersion};
use super::store;
use crate::crypto::{KeyId, KeyRing, encode_hex, read_key_file};

/// The publication as it was last read. Reading it also switches to the secret key that the database asks for.
pub struct LatestPublication {
    publication: Mutex<Arc<Publication>>,
    keys: KeyRing,
    key_file: Option<PathBuf>,
    /// The key that the key file does not hold, so that this is logged once and not for every request.
    missing_key: Mutex<Option<KeyId>>,
}

impl LatestPublication {
    pub fn new(keys: KeyRing, key_file: Option<PathBuf>) -> Self {
        Self {
            publication: Mutex::new(Arc::new(Publication::new(&keys.active_id()))),
            keys,
            key_file,
            missing_key: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Arc<Publication>> {
        self.publication
            .lock()
            .expect("no holder of the publication panics")
    }

    /// Returns the publication as it was last read; the defaults before that.
    pub fn get(&self) -> Arc<Publication> {
        self.lock().clone()
    }

    /// Reads the publication from the database.
    pub async fn load(&self, db: &mut PgConnection) -> sqlx::Result<Arc<Publication>> {
        let publication = store::find(db).await?.ok_or(sqlx::Error::RowNotFound)?;
        let publication = Arc::new(publication);
        // The key changes under the same lock, so that nobody sees the new publication with the old key.
        let mut last = self.lock();
        self.follow_key(&publication.key_id);
        *last = publication.clone();
        Ok(publication)
    }

    /// Returns the publication at `edition`; reads it only if another edition is in memory.
    pub async fn load_if_changed(
        &self,
        db: &mut PgConnection,
        edition: PublicationVersion,
    ) -> sqlx::Result<Arc<Publication>> {
        let last = self.get();
        // While the key is missing, each load looks for it in the key file again.
        if last.row_version == edition && last.key_id == self.keys.active_id() {
            return Ok(last);
        }
        self.load(db).await
    }

    /// Tells whether the key in use is the one that the database asked for when the publication was last read.
    pub fn has_current_key(&self) -> bool {
        self.lock().key_id == self.keys.active_id()
    }

    /// Switches to the key that the database is sealed with now. A key rotation changes it while the site serves; then the
    /// key file is read again.
    fn follow_key(&self, id: &[u8]) {
        // A staged key is in memory already, and only has to be chosen.
        if self.keys.active_id() == id || self.keys.select_key(id) {
            return;
        }
        let Some(file) = &self.key_file else {
            return;
        };
        let found = match read_key_file(file) {
            Ok(Some(found)) => Some(found.key_ring()).filter(|ring| ring.select_key(id)),
            Ok(None) => None,
            Err(error) => {
                tracing::error!("{error:#}");
                None
            }
        };
        let mut missing = self
            .missing_key
            .lock()
            .expect("no holder of the missing key panics");
        if let Some(ring) = found {
            self.keys.replace(&ring);
            *missing = None;
            tracing::info!(
                key = encode_hex(id),
                "the secret key has changed; using the new one"
            );
            return;
        }
        let id = id.first_chunk().copied();
        if *missing != id {
            *missing = id;
            tracing::error!(
                "the database is encrypted with a new secret key that {} does not hold; replace it with the key file of the server where `broadsheet key rotate` ran. Until then pages are shown and comments are refused.",
                file.display()
            );
        }
    }
}
