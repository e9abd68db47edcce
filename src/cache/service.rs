//! Service that answers a request from the page cache or passes it on to the router.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;

use super::cacheable::CacheableResponse;
use super::encoding::ContentEncoding;
use super::key::{CacheKeyRef, normalize, normalize_path};
use super::listener;
use super::metrics::NO_METRICS;
use super::page::{CachedPage, CompressionLevel};
use super::page_cache::{Lookup, PageCache};
use super::policy::NoInvalidation;
use super::render::{RenderGuard, RenderOutcome};
use crate::app::App;
use crate::clock::Ts;

/// Number of times that a request waits for another request to render its page. After that it renders the page itself.
const MAX_RENDER_WAITS: usize = 3;

/// The whole site: the router with the page cache in front of it.
#[derive(Clone)]
pub struct PageCacheService {
    app: App,
    router: Router,
    /// Page cache; `None` if the settings give it no memory.
    cache: Option<Arc<PageCache>>,
}

/// Request extension that tells handlers whether the cache has pages to serve.
#[derive(Clone)]
pub struct CacheContents(Option<Arc<PageCache>>);

impl CacheContents {
    /// Returns whether the cache holds any page.
    pub fn holds_pages(&self) -> bool {
        self.0.as_ref().is_some_and(|cache| cache.holds_pages())
    }
}

impl PageCacheService {
    /// Puts a cache in front of `router`. Nothing is cached before [`PageCacheService::listen`] runs.
    pub fn new(app: App, router: Router) -> Self {
        let bytes = app.config.cache_bytes;
        Self {
            cache: (bytes > 0).then(|| Arc::new(PageCache::new(bytes, app.clock.clone()))),
            app,
            router,
        }
    }

    /// Receives invalidations from the database for as long as the process runs.
    pub async fn listen(&self) {
        if let Some(cache) = &self.cache {
            listener::listen(&self.app, cache).await;
        }
    }

    /// Waits until every invalidation committed before this call has been applied. If this fails although the database
    /// can be reached, invalidates every page.
    pub async fn wait_for_invalidations(&self) {
        if let Some(cache) = &self.cache
            && !cache.flush_invalidations().await
        {
            listener::invalidate_unless_away(&self.app, cache).await;
        }
    }

    /// Returns whether invalidations are being received from the database, so that pages are cached.
    pub fn is_listening(&self) -> bool {
        self.cache
            .as_ref()
            .is_some_and(|cache| cache.has_listener())
    }

    /// Returns the metrics of the cache and of refusals as OpenMetrics text.
    pub fn metrics(&self) -> String {
        let metrics = self.cache.as_ref().map(|cache| cache.encode_metrics());
        // The end mark is in the part of the cache.
        self.app.refusals.encode() + metrics.as_deref().unwrap_or(NO_METRICS)
    }

    /// Returns the cached response to a request without waiting; `None` if there is none.
    pub fn try_cached<B>(&self, request: &Request<B>) -> Option<Response> {
        let cache = self.cache.as_ref()?;
        let (method, headers) = (request.method(), request.headers());
        if !is_read(method) {
            return None;
        }
        let path = normalize(request.uri().path(), request.uri().query())?;
        let key = CacheKeyRef {
            encoding: ContentEncoding::negotiate(headers),
            path: &path,
        };
        // Taken before the page is found, which is then in the cache at that time.
        let now = self.app.clock.now();
        let page = cache.find(key, || now)?;
        cache.metrics.hits.inc();
        let response = page.respond(method, headers, now);
        let status = response.status().as_u16();
        tracing::debug!(path = request.uri().path(), status, "served from the cache");
        Some(response)
    }

    /// Responds to a request for which [`Self::try_cached`] returned nothing.
    pub async fn respond(&self, request: Request) -> Response {
        if is_read(request.method()) {
            self.respond_to_read(with_normal_path(request)).await
        } else {
            self.respond_to_write(request).await
        }
    }

    async fn respond_to_write(&self, request: Request) -> Response {
        let response = self.route(request).await;
        // The response goes out after the invalidations, so that its reader finds the change on every page. A refused
        // write waits too: it may report an earlier one, such as a reply that was sent twice.
        let changed_nothing = response.extensions().get::<NoInvalidation>().is_some();
        if !changed_nothing && !response.status().is_server_error() {
            self.wait_for_invalidations().await;
        }
        response
    }

    async fn respond_to_read(&self, request: Request) -> Response {
        let Some(cache) = &self.cache else {
            return self.render_once(request).await;
        };
        let Some(path) = normalize(request.uri().path(), request.uri().query()) else {
            return self.render_once(request).await;
        };
        let path = path.into_owned();
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let key = CacheKeyRef {
            encoding: ContentEncoding::negotiate(&headers),
            path: &path,
        };
        for wait in 0..MAX_RENDER_WAITS {
            let now = self.app.clock.now();
            let mut outcome = match cache.lookup(key, || now) {
                Lookup::Hit(page) => {
                    cache.metrics.hits.inc();
                    return page.respond(&method, &headers, now);
                }
                Lookup::Lead(guard) => {
                    cache.metrics.misses.inc();
                    return self.render_shared(request, cache, guard).await;
                }
                Lookup::Bypass => break,
                Lookup::Follow(outcome) => outcome,
            };
            let outcome = outcome
                .wait_for(|outcome| !matches!(outcome, RenderOutcome::Pending))
                .await
                .map(|outcome| outcome.clone());
            match outcome {
                Ok(RenderOutcome::Cached(page)) => {
                    cache.metrics.hits.inc();
                    return page.respond(&method, &headers, now);
                }
                // Right for this request only if the render began after it, and so not at the first wait: otherwise the
                // change that made the page stale may be the client's own.
                Ok(RenderOutcome::Stale(page)) if wait > 0 => {
                    return page.respond(&method, &headers, now);
                }
                // Waiting again would not help: each request has to render this page for itself.
                Ok(RenderOutcome::NotCacheable) => break,
                Ok(RenderOutcome::Stale(_) | RenderOutcome::Pending) | Err(_) => {}
            }
        }
        cache.metrics.misses.inc();
        let response = self.render_once(request).await;
        let stale = cache.find_stale(key);
        or_stale(response, stale, &method, &headers, self.app.clock.now())
    }

    /// Renders a page for this request and for all requests that wait for the same page.
    async fn render_shared(
        &self,
        request: Request,
        cache: &PageCache,
        guard: RenderGuard,
    ) -> Response {
        // Before the render: the page stays available even if it is dropped or evicted meanwhile.
        let stale = cache.find_stale(guard.key.borrowed());
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let response = self.route(as_get(request)).await;
        let page = match CacheableResponse::read(response).await {
            Ok(page) if guard.key.is_covered_by(page.vary_by()) => page,
            Ok(page) => {
                guard.finish(RenderOutcome::NotCacheable);
                return page.respond(&method, &headers, self.app.clock.now()).await;
            }
            Err(response) => {
                guard.finish(RenderOutcome::NotCacheable);
                let response = without_head_body(&method, response);
                return or_stale(response, stale, &method, &headers, self.app.clock.now());
            }
        };
        let encoding = guard.key.encoding;
        match page.finish(encoding, CompressionLevel::Best).await {
            Ok(page) => {
                let now = self.app.clock.now();
                cache.complete(guard, &page);
                page.respond(&method, &headers, now)
            }
            Err(error) => error.into_response(),
        }
    }

    /// Renders a response for this request alone, without caching it.
    async fn render_once(&self, request: Request) -> Response {
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let response = self.route(as_get(request)).await;
        match CacheableResponse::read(response).await {
            Ok(page) => page.respond(&method, &headers, self.app.clock.now()).await,
            Err(response) => without_head_body(&method, response),
        }
    }

    async fn route(&self, mut request: Request) -> Response {
        let contents = CacheContents(self.cache.clone());
        request.extensions_mut().insert(contents);
        let Ok(response) = self.router.clone().oneshot(request).await;
        response
    }
}

/// Replaces a 503 response, which means that the database is unreachable, with the stale page if there is one.
fn or_stale(
    response: Response,
    stale: Option<Arc<CachedPage>>,
    method: &Method,
    headers: &HeaderMap,
    now: Ts,
) -> Response {
    match stale {
        Some(page) if response.status() == StatusCode::SERVICE_UNAVAILABLE => {
            page.respond(method, headers, now)
        }
        _ => response,
    }
}

/// Rewrites the path of a request as its cache key has it, so that what is cached under the key is right for all requests
/// with that key.
fn with_normal_path(mut request: Request) -> Request {
    if let Cow::Owned(path) = normalize_path(request.uri().path()) {
        let query = request.uri().query().map(|query| format!("?{query}"));
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = (path + &query.unwrap_or_default()).parse().ok();
        // The parts come from a URI, and encoding a path makes no character invalid.
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}

/// Turns a HEAD request into GET, so that the page can be cached and its length is known.
fn as_get(mut request: Request) -> Request {
    if request.method() == Method::HEAD {
        *request.method_mut() = Method::GET;
    }
    request
}

/// Removes the body from the response to a HEAD request, and keeps its `Content-Length`.
fn without_head_body(method: &Method, mut response: Response) -> Response {
    if *method == Method::HEAD {
        let length = response.body().size_hint().exact();
        if let Some(length) = length {
            let headers = response.headers_mut();
            headers
                .entry(header::CONTENT_LENGTH)
                .or_insert(length.into());
        }
        *response.body_mut() = Body::empty();
    }
    response
}

fn is_read(method: &Method) -> bool {
    *method == Method::GET || *method == Method::HEAD
}

#[cfg(test)]
mod tests {
    use argon2::Argon2;
    use axum::Extension;
    use axum::routing::post;
    use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

    use super::*;
    use crate::clock::Clock;
    use crate::config::Settings;
    use crate::crypto::KeyRing;

    #[tokio::test]
    async fn the_response_to_a_write_waits_for_invalidations_unless_it_changed_no_page() {
        let pool = PgPoolOptions::new().connect_lazy_with(PgConnectOptions::new());
        let config = Settings::default()
            .check()
            .expect("the default settings are valid");
        let keys = KeyRing::from_secret(&[42; 32]);
        let app = App::new(pool, Clock::default(), keys, config, Argon2::default());
        let router = Router::new()
            .route("/seen", post(|| async {}))
            .route("/unseen", post(|| async { Extension(NoInvalidation) }));
        let site = PageCacheService::new(app, router);
        let cache = site.cache.as_ref().expect("pages are cached");
        let mut flush_requests = cache.attach_listener();
        let write = |path: &str| {
            let request = Request::post(path).body(Body::empty());
            site.respond(request.expect("a request"))
        };
        assert_eq!(write("/unseen").await.status(), 200);
        assert!(
            flush_requests.try_recv().is_err(),
            "a write without invalidation requests no flush"
        );
        tokio::select! {
            biased;
            _ = write("/seen") => panic!("the write does not wait for the flush"),
            ack = flush_requests.recv() => assert!(ack.is_some()),
        }
    }
}
