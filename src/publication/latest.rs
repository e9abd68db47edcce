//! In-memory copy of the publication's settings, kept together with the active secret key.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use sqlx::PgConnection;

use super::model::{Publication, PublicationVersion};
use super::store;
use crate::crypto::{KeyId, KeyRing, encode_hex, read_key_file};

/// In-memory copy of the publication's settings. Loading them also activates the secret key that the database is
/// encrypted with.
pub struct LatestPublication {
    publication: Mutex<Arc<Publication>>,
    keys: KeyRing,
    key_file: Option<PathBuf>,
    /// Id of a secret key that is needed but is not in the key file. Remembered so that the problem is logged once and
    /// not for every request.
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
        self.publication.lock().expect("the lock is not poisoned")
    }

    /// Returns the publication as last loaded, or the default settings if it was never loaded.
    pub fn get(&self) -> Arc<Publication> {
        self.lock().clone()
    }

    pub async fn load(&self, db: &mut PgConnection) -> sqlx::Result<Arc<Publication>> {
        let publication = store::find(db).await?.ok_or(sqlx::Error::RowNotFound)?;
        let publication = Arc::new(publication);
        // The key changes under the same lock, so that nobody sees the new publication with the old key.
        let mut last = self.lock();
        self.follow_key(&publication.key_id);
        *last = publication.clone();
        Ok(publication)
    }

    /// Returns the publication in the version `edition`. Loads it from the database only if the version in memory is a
    /// different one.
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

    /// Returns whether the active secret key is the one that the database used when the publication was last loaded.
    pub fn has_current_key(&self) -> bool {
        self.lock().key_id == self.keys.active_id()
    }

    /// Activates the secret key that the database is encrypted with. If a key rotation has introduced a new key, the key
    /// file is read again.
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
        let mut missing = self.missing_key.lock().expect("the lock is not poisoned");
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
