//! Responses of the router that may be cached, before they are compressed.

use std::sync::Arc;

use axum::body::{Bytes, to_bytes};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::task::spawn_blocking;

use super::encoding::ContentEncoding;
use super::page::{CachedPage, CompressionLevel};
use super::policy::CachePolicy;
use crate::clock::Ts;
use crate::web::Error;

/// Rendered page that is the same for everyone, before compression.
pub struct CacheableResponse {
    headers: HeaderMap,
    body: Bytes,
    policy: CachePolicy,
}

impl CacheableResponse {
    /// Reads a response that has a [`CachePolicy`] and may be cached. Returns any other response unchanged as the error.
    pub async fn read(mut response: Response) -> Result<Self, Response> {
        let policy = response.extensions_mut().remove::<CachePolicy>();
        let headers = response.headers();
        // A response with a cookie, or one that no cache may store, was made for one visitor.
        let is_private = headers.contains_key(header::SET_COOKIE)
            || headers
                .get(header::CACHE_CONTROL)
                .is_some_and(|value| value == "no-store");
        let is_cacheable = response.status() == StatusCode::OK && !is_private;
        let Some(policy) = policy.filter(|_| is_cacheable) else {
            return Err(response);
        };
        let (parts, body) = response.into_parts();
        // Without a limit: the body is a page of this site.
        match to_bytes(body, usize::MAX).await {
            Ok(body) => Ok(Self {
                headers: parts.headers,
                body,
                policy,
            }),
            Err(error) => Err(Error::Internal(error.into()).into_response()),
        }
    }

    /// Returns the name of the query parameter that the page depends on, if there is one.
    pub fn vary_by(&self) -> Option<&'static str> {
        self.policy.vary_by
    }

    /// Compresses the page on a thread for blocking work.
    pub async fn finish(
        self,
        encoding: ContentEncoding,
        level: CompressionLevel,
    ) -> Result<Arc<CachedPage>, Error> {
        let compress = move || {
            let page = CachedPage::new(self.headers, &self.body, encoding, level, self.policy);
            Arc::new(page)
        };
        spawn_blocking(compress)
            .await
            .map_err(|error| Error::Internal(error.into()))
    }

    /// Compresses the page quickly and returns it as the response to one request, without caching it. The response has no
    /// `Last-Modified`: nothing knows when a page has changed that is not cached.
    pub async fn respond(self, method: &Method, request_headers: &HeaderMap, now: Ts) -> Response {
        let encoding = ContentEncoding::negotiate(request_headers);
        match self.finish(encoding, CompressionLevel::Fast).await {
            Ok(page) => page.respond(method, request_headers, now),
            Err(error) => error.into_response(),
        }
    }
}
