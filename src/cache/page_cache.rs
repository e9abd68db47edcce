//! Cached pages, and the state that decides whether a rendered page may be cached.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use quick_cache::{DefaultHashBuilder, Lifecycle, OptionsBuilder, Weighter};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use super::invalidation_log::InvalidationLog;
use super::key::{CacheKey, CacheKeyRef};
use super::last_modified::ModificationTime;
use super::metrics::CacheMetrics;
use super::page::CachedPage;
use super::policy::CacheTag;
use super::render::{RenderGuard, RenderOutcome, RenderTable};
use super::tag_index::TagIndex;
use crate::clock::{Clock, Ts};

/// Typical memory of a cached page, used to estimate how many entries the cache will hold.
const TYPICAL_PAGE_BYTES: u64 = 16 * 1024;
/// Longest time that the response to a write waits until the cache has dropped the pages that the write changed.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(10);

/// Acknowledgement that the database listener sends once it has applied every invalidation committed before the request.
pub type FlushAck = oneshot::Sender<()>;

type CachedPages = quick_cache::sync::Cache<
    CacheKey,
    Arc<CachedPage>,
    PageWeighter,
    DefaultHashBuilder,
    EvictionHook,
>;

/// Cache of finished pages, bounded by the memory that they take.
pub struct PageCache {
    pages: CachedPages,
    /// Lock held while a page is added or removed, so that the pages, the index of tags and the invalidation log always
    /// agree.
    state: Mutex<CacheState>,
    clock: Clock,
    pub metrics: CacheMetrics,
}

#[derive(Default)]
struct CacheState {
    tags: TagIndex,
    log: InvalidationLog,
    /// Channel for flush requests to the task that listens to the database. `None` while no such task is connected;
    /// nothing new is cached then.
    listener: Option<UnboundedSender<FlushAck>>,
    renders: RenderTable,
    /// Time of the last invalidation, whatever its tags.
    invalidated_at: Option<Ts>,
}

/// Result of the lookup under the lock, after the lock-free [`PageCache::find`] found no page.
pub enum Lookup {
    Hit(Arc<CachedPage>),
    /// Nobody renders the page yet. The caller renders it, and other requests for it wait for the result.
    Lead(RenderGuard),
    /// Another request is rendering the page. The caller waits for its outcome.
    Follow(watch::Receiver<RenderOutcome>),
    /// Nothing can be cached now. The caller renders a page that only its own request gets.
    Bypass,
}

impl PageCache {
    /// Creates a cache that holds up to this many bytes of pages.
    pub fn new(capacity_bytes: u64, clock: Clock) -> Self {
        let slots = capacity_bytes / TYPICAL_PAGE_BYTES;
        let options = OptionsBuilder::new()
            .estimated_items_capacity(usize::try_from(slots).unwrap_or(usize::MAX).max(16))
            .weight_capacity(capacity_bytes)
            .build()
            .expect("both capacities are given");
        let hasher = DefaultHashBuilder::default();
        Self {
            pages: CachedPages::with_options(options, PageWeighter, hasher, EvictionHook),
            state: Mutex::default(),
            clock,
            metrics: CacheMetrics::default(),
        }
    }

    /// Returns whether any page is cached, fresh or not.
    pub fn holds_pages(&self) -> bool {
        !self.pages.is_empty()
    }

    /// Returns the cached page if it has not expired.
    pub fn find(&self, key: CacheKeyRef<'_>, now: impl FnOnce() -> Ts) -> Option<Arc<CachedPage>> {
        // No lock is taken on the way of most requests.
        let page = self.pages.get(&key)?;
        match page.policy.expires_at {
            Some(expires_at) if expires_at <= now() => None,
            _ => Some(page),
        }
    }

    /// Returns the cached page even if it has expired, for use while the database cannot be reached. A page that was
    /// invalidated is no longer in the cache: it may show what has been taken down since.
    pub fn find_stale(&self, key: CacheKeyRef<'_>) -> Option<Arc<CachedPage>> {
        self.pages.peek(&key)
    }

    /// Looks again for a page that [`PageCache::find`] did not return. If it is still missing, starts rendering it or
    /// joins the render in progress.
    pub fn lookup(&self, key: CacheKeyRef<'_>, now: impl FnOnce() -> Ts) -> Lookup {
        let state = self.lock();
        // A render may have ended between the first lookup and the lock.
        if let Some(page) = self.find(key, now) {
            return Lookup::Hit(page);
        }
        if state.listener.is_none() {
            return Lookup::Bypass;
        }
        let position = state.log.position();
        let modified_at =
            ModificationTime::new(self.clock.now(), state.invalidated_at.unwrap_or(Ts::EPOCH));
        match state
            .renders
            .lead_or_follow(key.into(), position, modified_at)
        {
            Ok(guard) => Lookup::Lead(guard),
            Err(outcome) => Lookup::Follow(outcome),
        }
    }

    /// Ends a render. Caches the page if a database listener is connected and none of the page's tags was invalidated
    /// during the render.
    pub fn complete(&self, guard: RenderGuard, page: &Arc<CachedPage>) {
        let mut state = self.lock();
        let tags = &page.policy.tags;
        if state.listener.is_none() || state.log.is_invalidated_since(guard.log_position, tags) {
            guard.finish(RenderOutcome::Stale(page.clone()));
            return;
        }
        page.set_modified_at(guard.modified_at);
        // The old page may have had other tags.
        if let Some((key, old)) = self.pages.remove(&guard.key.borrowed()) {
            state.tags.remove(&key, &old.policy.tags);
        }
        state.tags.insert(&guard.key, tags);
        let mut evicted = Vec::new();
        self.pages
            // The hook only collects what is evicted: the index of tags is behind the lock that is held here.
            .insert_with_lifecycle(guard.key.clone(), page.clone(), &mut evicted);
        for (key, old) in evicted {
            self.metrics.evicted.inc();
            state.tags.remove(&key, &old.policy.tags);
        }
        // Under the lock: a lookup finds either the render or its page.
        guard.finish(RenderOutcome::Cached(page.clone()));
    }

    /// Registers the database listener and returns the flush requests that it has to acknowledge. Invalidates every page,
    /// because changes committed before this call were not received.
    pub fn attach_listener(&self) -> UnboundedReceiver<FlushAck> {
        let (sender, requests) = unbounded_channel();
        // Before the listener is set, so that renders that began without a listener are too old to be cached.
        self.invalidate_all();
        self.lock().listener = Some(sender);
        requests
    }

    pub fn has_listener(&self) -> bool {
        self.lock().listener.is_some()
    }

    /// Removes the database listener. Cached pages stay, since nothing changes while the database cannot be reached.
    pub fn detach_listener(&self) {
        self.lock().listener = None;
    }

    /// Drops all pages that have any of the tags in `payload`, which are separated by spaces.
    pub fn apply_invalidations(&self, payload: &str) {
        let state = &mut *self.lock();
        state.invalidated_at = Some(self.clock.now()).max(state.invalidated_at);
        for tag in payload.split_ascii_whitespace() {
            // A newer version may send tags that this one does not know; they could concern any page.
            let tag = tag.parse().unwrap_or(CacheTag::Site);
            state.log.push(tag);
            if tag == CacheTag::Site {
                self.drop_all(state);
                continue;
            }
            for key in state.tags.remove_tag(tag) {
                if let Some((key, page)) = self.pages.remove(&key.borrowed()) {
                    self.metrics.dropped.inc();
                    state.tags.remove(&key, &page.policy.tags);
                }
            }
        }
    }

    /// Waits until every invalidation committed before this call has been applied. Returns `false` if no database
    /// listener is connected or it does not answer within ten seconds.
    pub async fn flush_invalidations(&self) -> bool {
        let (ack, acknowledged) = oneshot::channel();
        let is_sent = match &self.lock().listener {
            Some(listener) => listener.send(ack).is_ok(),
            None => false,
        };
        is_sent && matches!(timeout(FLUSH_TIMEOUT, acknowledged).await, Ok(Ok(())))
    }

    /// Drops all cached pages, for use when invalidations may have been missed.
    pub fn invalidate_all(&self) {
        let state = &mut *self.lock();
        state.invalidated_at = Some(self.clock.now()).max(state.invalidated_at);
        // Renders in progress are out of date as well.
        state.log.push(CacheTag::Site);
        self.drop_all(state);
    }

    fn drop_all(&self, state: &mut CacheState) {
        self.metrics.dropped.inc_by(self.pages.len() as u64);
        self.pages.clear();
        state.tags.clear();
    }

    /// Returns the cache metrics as OpenMetrics text.
    pub fn encode_metrics(&self) -> String {
        self.metrics
            .encode(self.pages.weight(), self.pages.len() as u64)
    }

    fn lock(&self) -> MutexGuard<'_, CacheState> {
        self.state.lock().expect("the lock is not poisoned")
    }
}

/// Weigher of cache entries: the weight of an entry is its memory in bytes.
#[derive(Clone)]
struct PageWeighter;

impl Weighter<CacheKey, Arc<CachedPage>> for PageWeighter {
    fn weight(&self, key: &CacheKey, page: &Arc<CachedPage>) -> u64 {
        page.weight() + key.path_len() as u64
    }
}

/// Hook that collects evicted pages, so that the caller can remove their tags from the index.
#[derive(Clone)]
struct EvictionHook;

impl Lifecycle<CacheKey, Arc<CachedPage>> for EvictionHook {
    type RequestState = Vec<(CacheKey, Arc<CachedPage>)>;

    fn on_evict(&self, evicted: &mut Self::RequestState, key: CacheKey, page: Arc<CachedPage>) {
        evicted.push((key, page));
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::super::encoding::ContentEncoding;
    use super::super::page::CompressionLevel;
    use super::super::policy::CachePolicy;
    use super::*;
    use crate::ids::ArticleId;

    fn now() -> Ts {
        Ts::EPOCH
    }

    fn page(tags: &[CacheTag]) -> Arc<CachedPage> {
        page_with(CachePolicy::tagged(tags.iter().copied()))
    }

    fn page_with(policy: CachePolicy) -> Arc<CachedPage> {
        let (encoding, level) = (ContentEncoding::Identity, CompressionLevel::Best);
        let headers = HeaderMap::new();
        Arc::new(CachedPage::new(headers, b"a page", encoding, level, policy))
    }

    fn key(path: &str) -> CacheKeyRef<'_> {
        CacheKeyRef {
            encoding: ContentEncoding::Identity,
            path,
        }
    }

    fn article(id: i64) -> CacheTag {
        CacheTag::Article(ArticleId(id))
    }

    fn cache() -> (PageCache, UnboundedReceiver<FlushAck>) {
        let cache = PageCache::new(1 << 20, Clock::fixed(now()));
        let requests = cache.attach_listener();
        (cache, requests)
    }

    fn lead(cache: &PageCache, path: &str) -> RenderGuard {
        match cache.lookup(key(path), now) {
            Lookup::Lead(guard) => guard,
            _ => panic!("{path} is being rendered or cached"),
        }
    }

    fn follow(cache: &PageCache, path: &str) -> watch::Receiver<RenderOutcome> {
        match cache.lookup(key(path), now) {
            Lookup::Follow(outcome) => outcome,
            _ => panic!("{path} is not being rendered"),
        }
    }

    fn is_cached(cache: &PageCache, path: &str) -> bool {
        cache.find(key(path), now).is_some()
    }

    fn insert(cache: &PageCache, path: &str, tags: &[CacheTag]) {
        cache.complete(lead(cache, path), &page(tags));
        assert!(is_cached(cache, path));
    }

    #[test]
    fn an_invalidation_drops_exactly_the_pages_with_its_tag() {
        let (cache, _requests) = cache();
        insert(&cache, "/", &[CacheTag::Articles, article(1), article(2)]);
        insert(&cache, "/one", &[article(1)]);
        insert(&cache, "/two", &[article(2)]);
        cache.apply_invalidations("article:1 replies");
        let cached = ["/", "/one", "/two"].map(|path| is_cached(&cache, path));
        assert_eq!(cached, [false, false, true]);
        cache.apply_invalidations("something-new");
        assert!(!is_cached(&cache, "/two"));
        assert_eq!(cache.lock().tags.tag_count(), 0);
    }

    #[test]
    fn a_page_invalidated_during_its_render_is_not_cached() {
        let (cache, _requests) = cache();
        let guard = lead(&cache, "/one");
        cache.apply_invalidations("article:2");
        cache.complete(guard, &page(&[article(1)]));
        assert!(is_cached(&cache, "/one"));
        cache.apply_invalidations("article:1");
        let guard = lead(&cache, "/one");
        cache.apply_invalidations("article:1");
        let outcome = follow(&cache, "/one");
        cache.complete(guard, &page(&[article(1)]));
        assert!(!is_cached(&cache, "/one"));
        assert!(matches!(*outcome.borrow(), RenderOutcome::Stale(_)));
    }

    #[test]
    fn nothing_new_is_cached_without_a_database_listener() {
        let (cache, requests) = cache();
        insert(&cache, "/one", &[article(1)]);
        let guard = lead(&cache, "/two");
        cache.detach_listener();
        drop(requests);
        cache.complete(guard, &page(&[article(2)]));
        assert!(!is_cached(&cache, "/two"));
        assert!(matches!(cache.lookup(key("/two"), now), Lookup::Bypass));
        assert!(is_cached(&cache, "/one"), "known pages stay");
        let _requests = cache.attach_listener();
        assert!(
            cache.find_stale(key("/one")).is_none(),
            "pages with possibly missed invalidations are dropped"
        );
        assert_eq!(cache.lock().tags.tag_count(), 0);
    }

    #[test]
    fn a_render_is_not_cached_if_the_database_listener_was_lost_meanwhile() {
        let (cache, _requests) = cache();
        let guard = lead(&cache, "/one");
        cache.detach_listener();
        let _requests = cache.attach_listener();
        cache.complete(guard, &page(&[article(1)]));
        assert!(!is_cached(&cache, "/one"));
    }

    #[test]
    fn one_request_renders_and_the_others_wait_for_it() {
        let (cache, _requests) = cache();
        let guard = lead(&cache, "/one");
        let outcome = follow(&cache, "/one");
        drop(guard);
        assert!(outcome.has_changed().is_err(), "followers are released");
        let guard = lead(&cache, "/one");
        let outcome = follow(&cache, "/one");
        cache.complete(guard, &page(&[article(1)]));
        assert!(matches!(*outcome.borrow(), RenderOutcome::Cached(_)));
        assert!(matches!(cache.lookup(key("/one"), now), Lookup::Hit(_)));
    }

    #[test]
    fn a_page_is_not_served_after_its_expiry_time() {
        let (cache, _requests) = cache();
        let expires_at = now().plus_seconds(60);
        let policy = CachePolicy::tagged([CacheTag::Articles]).expires_at(Some(expires_at));
        cache.complete(lead(&cache, "/"), &page_with(policy));
        let find_at = |time: Ts| cache.find(key("/"), || time);
        assert!(find_at(expires_at.plus_seconds(-1)).is_some());
        assert!(find_at(expires_at).is_none());
        assert!(cache.find_stale(key("/")).is_some());
    }

    #[test]
    fn memory_is_bounded_and_evicted_pages_leave_the_tag_index() {
        let capacity_bytes = 512 * 1024;
        let cache = PageCache::new(capacity_bytes, Clock::fixed(now()));
        let _requests = cache.attach_listener();
        for id in 0..1000 {
            let path = format!("/{id}");
            cache.complete(lead(&cache, &path), &page(&[article(id)]));
            assert!(cache.pages.weight() <= capacity_bytes);
        }
        let cached = cache.pages.len();
        assert_eq!(cache.lock().tags.tag_count(), cached);
        assert_eq!(cache.metrics.evicted.get(), 1000 - cached as u64);
    }

    #[tokio::test]
    async fn a_flush_waits_for_the_database_listener_and_fails_without_a_listener() {
        let (cache, mut requests) = cache();
        insert(&cache, "/one", &[article(1)]);
        let listener = async {
            let ack = requests.recv().await.expect("a flush is requested");
            cache.apply_invalidations("article:2");
            ack.send(()).expect("the writer waits for the flush");
        };
        let (is_flushed, ()) = tokio::join!(cache.flush_invalidations(), listener);
        assert!(is_flushed && is_cached(&cache, "/one"));
        drop(requests);
        assert!(!cache.flush_invalidations().await);
        cache.invalidate_all();
        assert!(cache.find_stale(key("/one")).is_none());
    }
}
