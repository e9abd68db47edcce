//! Finds or creates the commenters who wrote imported comments.

use std::collections::HashMap;

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::commenters::Email;
use crate::crypto::KeyRing;
use crate::transfer::plan::ArticleComments;
use crate::transfer::store;

/// Number of commenters that are kept in memory. This is enough for the regular commenters of a site.
const MAX_CACHED: usize = 20_000;

/// IDs of commenters, by keyed hash of their email address.
#[derive(Default)]
pub struct CommenterRegistry(HashMap<[u8; 32], i64>);

impl CommenterRegistry {
    /// Loads the commenters who wrote the comments of a batch. Inserts those that do not exist yet, except in a dry run.
    pub async fn load_or_insert(
        &mut self,
        db: &mut PgConnection,
        keys: &KeyRing,
        batch: &[(i64, ArticleComments)],
        is_dry_run: bool,
    ) -> sqlx::Result<()> {
        if self.0.len() > MAX_CACHED {
            // Simply starting anew is cheap: the next batches load their commenters again.
            self.0.clear();
        }
        let mut missing: HashMap<[u8; 32], (&Email, Ts)> = HashMap::new();
        // Hashes under older keys, each with the hash of the same email under the current key.
        let mut older: HashMap<Vec<u8>, [u8; 32]> = HashMap::new();
        for comment in batch.iter().flat_map(|(_, comments)| &comments.comments) {
            let Some(email) = &comment.email else {
                continue;
            };
            let hash = email.hash(keys);
            if !self.0.contains_key(&hash) {
                let (_, since) = missing.entry(hash).or_insert((email, comment.created_at));
                // Comments are not in order of time, and a commenter exists since the first of them.
                *since = comment.created_at.min(*since);
                let hashes = email.hashes(keys).into_iter().skip(1);
                older.extend(hashes.map(|older| (older, hash)));
            }
        }
        if missing.is_empty() || is_dry_run {
            return Ok(());
        }
        // All writers lock commenters in the order of their hashes, so that an import and a reply cannot deadlock.
        let current = missing.keys().map(|hash| hash.to_vec());
        let mut hashes: Vec<Vec<u8>> = current.chain(older.keys().cloned()).collect();
        hashes.sort_unstable();
        let found = store::commenters::list(db, &hashes).await?.into_iter();
        let to_current = |hash: Vec<u8>| older.get(&hash).map_or(hash, |current| current.to_vec());
        self.cache(found.map(|(hash, id)| (to_current(hash), id)).collect());
        let mut new: Vec<(&[u8; 32], &(&Email, Ts))> = missing
            .iter()
            .filter(|(hash, _)| !self.0.contains_key(*hash))
            .collect();
        new.sort_unstable_by_key(|(hash, _)| **hash);
        let hashes: Vec<Vec<u8>> = new.iter().map(|(hash, _)| hash.to_vec()).collect();
        let sealed: Vec<Vec<u8>> = new
            .iter()
            .map(|(hash, (email, _))| email.seal(keys, hash))
            .collect();
        let since: Vec<Ts> = new.iter().map(|(_, (_, since))| *since).collect();
        if !hashes.is_empty() {
            self.cache(store::commenters::insert(db, &hashes, &sealed, &since).await?);
        }
        Ok(())
    }

    fn cache(&mut self, found: Vec<(Vec<u8>, i64)>) {
        for (hash, id) in found {
            // A hash of another length cannot be looked up, so it is not worth an error.
            if let Ok(hash) = hash.try_into() {
                self.0.insert(hash, id);
            }
        }
    }

    /// Returns the ID of the commenter with this email address. Returns `None` without an email address, and in a dry
    /// run.
    pub fn find(&self, keys: &KeyRing, email: Option<&Email>) -> Option<i64> {
        self.0.get(&email?.hash(keys)).copied()
    }
}
