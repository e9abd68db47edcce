//! Simulated browser without JavaScript, which opens pages, fills in forms and presses buttons.

mod form;
mod page;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, header};
use broadsheet::cache::PageCacheService;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};
use url::form_urlencoded;

use super::markup;

pub use form::Form;
pub use page::Page;

/// Simulated browser with its own cookies and IP address.
#[derive(Clone)]
pub struct Visitor {
    site: PageCacheService,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
    ip: Arc<Mutex<String>>,
}

impl Visitor {
    pub fn new(site: PageCacheService) -> Self {
        Self {
            site,
            cookies: Arc::default(),
            ip: Arc::new(Mutex::new("192.0.2.1".to_owned())),
        }
    }

    /// Sets the IP address of the browser, as the trusted proxy reports it.
    pub fn at(self, ip: &str) -> Self {
        *self.ip.lock().expect("the lock is not poisoned") = ip.to_owned();
        self
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies
            .lock()
            .expect("the lock is not poisoned")
            .insert(name.to_owned(), value.to_owned());
    }

    /// Returns the value of a cookie that the browser has.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies
            .lock()
            .expect("the lock is not poisoned")
            .get(name)
            .cloned()
    }

    pub fn forget_cookie(&self, name: &str) {
        self.cookies
            .lock()
            .expect("the lock is not poisoned")
            .remove(name);
    }

    pub fn forget_cookies(&self) {
        self.cookies
            .lock()
            .expect("the lock is not poisoned")
            .clear();
    }

    /// Opens a path without following redirects.
    pub async fn open(&self, path: &str) -> Page {
        self.send(Request::get(path), Body::empty(), path).await
    }

    pub async fn head(&self, path: &str) -> Page {
        self.send(Request::head(path), Body::empty(), path).await
    }

    /// Posts any body with the headers that a form on the site would send.
    pub async fn post(&self, path: &str, body: impl Into<Body>) -> Page {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request, body.into(), path).await
    }

    /// Posts these fields as a form on the site would.
    pub async fn post_fields(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.post(path, body).await
    }

    pub async fn send(
        &self,
        request: axum::http::request::Builder,
        body: Body,
        path: &str,
    ) -> Page {
        let cookies: Vec<String> = self
            .cookies
            .lock()
            .expect("the lock is not poisoned")
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut request = request.header(header::HOST, "127.0.0.1:8600").header(
            "x-forwarded-for",
            self.ip.lock().expect("the lock is not poisoned").as_str(),
        );
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let request = request.body(body).expect("a request");
        // Tests also change the database directly. Such a change must be applied to the cache before the next request.
        self.site.wait_for_invalidations().await;
        // The same order as in the server: the cache first, then the router.
        let response = match self.site.try_cached(&request) {
            Some(response) => response,
            None => self.site.respond(request).await,
        };
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("the cookie is text");
            let (name, rest) = cookie.split_once('=').expect("the cookie has a value");
            let value = rest.split(';').next().unwrap_or_default();
            let mut cookies = self.cookies.lock().expect("the lock is not poisoned");
            if value.is_empty() || cookie.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let (parts, body) = response.into_parts();
        let body = read_body(&parts.headers, body).await;
        check_markup(path, &parts.headers, &body);
        Page {
            visitor: self.clone(),
            path: path.to_owned(),
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}

/// Panics if a page is not valid HTML. Fragments that scripts request are no pages.
fn check_markup(path: &str, headers: &HeaderMap, body: &[u8]) {
    let is_html = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let html = String::from_utf8_lossy(body);
    // A compressed page is checked where another test opens it uncompressed.
    if !is_html || !html.starts_with("<!doctype html>") || !is_checked(path) {
        return;
    }
    let faults = markup::list_faults(&html);
    assert!(
        faults.is_empty(),
        "{path} is not valid HTML:\n{}",
        faults.join("\n")
    );
}

/// Returns whether a page with this path is checked. A test that sends thousands of values to one form has the first pages
/// checked, since a check takes a tenth of a second in a debug build.
fn is_checked(path: &str) -> bool {
    const CHECKS_PER_PATH: u32 = 40;
    static CHECKS: LazyLock<Mutex<HashMap<String, u32>>> = LazyLock::new(Mutex::default);
    let route = path.replace(|c: char| c.is_ascii_digit(), "");
    let mut checks = CHECKS.lock().unwrap_or_else(PoisonError::into_inner);
    let count = checks.entry(route).or_default();
    *count += 1;
    *count <= CHECKS_PER_PATH
}

/// Reads a body completely. Of an event stream, reads only what arrives within 300 milliseconds.
async fn read_body(headers: &HeaderMap, body: Body) -> Vec<u8> {
    let kind = headers.get(header::CONTENT_TYPE);
    if kind.is_none_or(|kind| kind != "text/event-stream") {
        let body = to_bytes(body, usize::MAX)
            .await
            .expect("the whole body is read");
        return body.to_vec();
    }
    let mut bytes = Vec::new();
    let mut chunks = body.into_data_stream();
    let deadline = Instant::now() + Duration::from_millis(300);
    while let Ok(Some(chunk)) = timeout_at(deadline, chunks.next()).await {
        bytes.extend_from_slice(&chunk.expect("a part of the body is read"));
    }
    bytes
}
