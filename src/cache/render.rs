//! Renders in progress. Each cached page is rendered by one request at a time; other requests for it wait for the
//! outcome.

// The placeholder guards of quick_cache do not fit. A guard that ends without a value wakes one waiter at a time, so requests
// for a page that turns out not to be cacheable would run one after another. A guard replaces the old page, which has to stay
// available for the case that the database is away. And invalidation removes the placeholder together with the page.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::watch;

use super::key::CacheKey;
use super::last_modified::ModificationTime;
use super::page::CachedPage;

/// Outcome of a render, as sent to the requests that wait for it.
#[derive(Clone)]
pub enum RenderOutcome {
    Pending,
    Cached(Arc<CachedPage>),
    /// The page was invalidated while it was rendered, so it was not cached. It is correct for requests that arrived
    /// before the render began.
    Stale(Arc<CachedPage>),
    /// The response is not the same for everyone. Each request must render its own.
    NotCacheable,
}

type OutcomeReceivers = HashMap<CacheKey, watch::Receiver<RenderOutcome>>;

/// Table of all renders in progress, by cache key.
#[derive(Clone, Default)]
pub struct RenderTable(Arc<Mutex<OutcomeReceivers>>);

/// Exclusive permission to render one page. If it is dropped without an outcome, the requests that wait for the page try
/// again.
pub struct RenderGuard {
    table: RenderTable,
    pub key: CacheKey,
    /// Position in the invalidation log at which the render began.
    pub log_position: u64,
    /// Time that the page states as its last modification.
    pub modified_at: ModificationTime,
    outcome: watch::Sender<RenderOutcome>,
}

impl RenderTable {
    /// Starts a render if none is in progress for `key`. Otherwise returns, as the error, the receiver for the outcome of
    /// that render.
    pub fn lead_or_follow(
        &self,
        key: CacheKey,
        log_position: u64,
        modified_at: ModificationTime,
    ) -> Result<RenderGuard, watch::Receiver<RenderOutcome>> {
        match self.lock().entry(key) {
            Entry::Occupied(render) => Err(render.get().clone()),
            Entry::Vacant(place) => {
                let (outcome, receiver) = watch::channel(RenderOutcome::Pending);
                let guard = RenderGuard {
                    table: self.clone(),
                    key: place.key().clone(),
                    log_position,
                    modified_at,
                    outcome,
                };
                place.insert(receiver);
                Ok(guard)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, OutcomeReceivers> {
        self.0.lock().expect("the lock is not poisoned")
    }
}

impl RenderGuard {
    /// Ends the render and sends its outcome to the requests that wait for it.
    pub fn finish(self, outcome: RenderOutcome) {
        // `send` would fail without followers.
        self.outcome.send_replace(outcome);
    }
}

impl Drop for RenderGuard {
    fn drop(&mut self) {
        // Runs however the render ends, also if its client hangs up. The closed channel then wakes the followers, who
        // try again.
        self.table.lock().remove(&self.key);
    }
}
