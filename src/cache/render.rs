//! Renders in progress: one per key, joined by every other request for the same page.

// The placeholder guards of quick_cache do not fit. A guard that ends without a value wakes one waiter at a time, so requests
// for a page that turns out not to be cacheable would run one after another. A guard replaces the old page, which has to stay
// available for the case that the database is away. And invalidation removes the placeholder together with the page.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::watch;

use super::key::CacheKey;
use super::page::CachedPage;

/// Result of a render, as its followers see it.
#[derive(Clone)]
pub enum RenderOutcome {
    Pending,
    Cached(Arc<CachedPage>),
    /// Invalidated while it was rendered: correct for requests that came before the render began, and not cached.
    Stale(Arc<CachedPage>),
    /// Not the same for everyone; each request renders its own response.
    NotCacheable,
}

type OutcomeReceivers = HashMap<CacheKey, watch::Receiver<RenderOutcome>>;

/// All renders in progress.
#[derive(Clone, Default)]
pub struct RenderTable(Arc<Mutex<OutcomeReceivers>>);

/// Exclusive permission to render one page. If it is dropped without an outcome, its followers try again.
pub struct RenderGuard {
    table: RenderTable,
    key: CacheKey,
    /// Position of the invalidation log at which the render began.
    log_position: u64,
    outcome: watch::Sender<RenderOutcome>,
}

impl RenderTable {
    /// Starts a render, or returns the outcome of the one in progress.
    pub fn lead_or_follow(
        &self,
        key: CacheKey,
        log_position: u64,
    ) -> Result<RenderGuard, watch::Receiver<RenderOutcome>> {
        match self.lock().entry(key) {
            Entry::Occupied(render) => Err(render.get().clone()),
            Entry::Vacant(place) => {
                let (outcome, receiver) = watch::channel(RenderOutcome::Pending);
                let guard = RenderGuard {
                    table: self.clone(),
                    key: place.key().clone(),
                    log_position,
                    outcome,
                };
                place.insert(receiver);
                Ok(guard)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, OutcomeReceivers> {
        self.0.lock().expect("no holder of this lock panics")
    }
}

impl RenderGuard {
    pub fn key(&self) -> &CacheKey {
        &self.key
    }

    pub fn log_position(&self) -> u64 {
        self.log_position
    }

    /// Ends the render and sends its outcome to the followers.
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
