//! The way of a request: past the pages that are kept, or on to the router.

use std::borrow::Cow;
use std::convert::Infallible;
use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use tokio::task::spawn_blocking;
use tower::{Service, ServiceExt};
use url::form_urlencoded;

use super::coding::Coding;
use super::figures;
use super::finished::{Effort, Finished};
use super::keep::Keep;
use super::listener;
use super::shelf::{Asked, Begun, Outcome, Render, Shelf};
use crate::app::App;
use crate::web::Error;

/// Where every page is one person's, or a file: nobody waits there for what another asked for.
const NEVER_KEPT: [&str; 4] = ["/admin", "/media", "/healthz", "/readyz"];
/// What a page may depend on, of a query; each is a number.
const READ: [&str; 4] = ["comments", "before", "from", "to"];
/// What links from elsewhere carry for others to count by. No page of ours reads it.
const UNREAD: [&str; 7] = [
    "fbclid", "gclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid",
];
const UNREAD_PREFIX: &str = "utm_";
/// How often whoever waits for a page looks again, before making one alone.
const PATIENCE: usize = 3;

/// The whole site: the router, and what is kept of it.
#[derive(Clone)]
pub struct Site {
    app: App,
    router: Router,
    shelf: Option<Arc<Shelf>>,
}

impl Site {
    /// What `router` answers, kept in as much memory as the settings allow. Nothing is kept until somebody listens.
    pub fn new(app: App, router: Router) -> Self {
        let shelf =
            (app.config.cache_bytes > 0).then(|| Arc::new(Shelf::of(app.config.cache_bytes)));
        Self { app, router, shelf }
    }

    /// Hears from the database what changes, for as long as the process runs.
    pub async fn listen(&self) {
        if let Some(shelf) = &self.shelf {
            listener::listen(&self.app, shelf).await;
        }
    }

    /// Until everything is heard that was committed before this.
    pub async fn settle(&self) {
        if let Some(shelf) = &self.shelf {
            shelf.settle().await;
        }
    }

    /// Whether changes are heard of, and pages kept.
    pub fn is_listening(&self) -> bool {
        self.shelf.as_ref().is_some_and(|shelf| shelf.is_heard())
    }

    /// How well the cache does, as OpenMetrics text.
    pub fn figures(&self) -> String {
        figures::written(self.shelf.as_deref())
    }

    /// The answer, if it is there already.
    pub fn answer_at_once(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Option<Response> {
        let shelf = self.shelf.as_ref()?;
        if !is_read(method) {
            return None;
        }
        let path = address(uri)?;
        let coding = Coding::wanted(headers);
        let asked = Asked {
            coding,
            path: &path,
        };
        let page = shelf.find(asked, || self.app.clock.now())?;
        shelf.figures.hits.inc();
        let answer = page.answer(method, headers);
        tracing::debug!(
            path = uri.path(),
            status = answer.status().as_u16(),
            "answered with what is kept"
        );
        Some(answer)
    }

    /// The answer that is not there yet.
    pub async fn answer(&self, request: Request) -> Response {
        if is_read(request.method()) {
            self.read(request).await
        } else {
            self.write(request).await
        }
    }

    /// Does what is asked, and answers once nobody can miss it any more.
    async fn write(&self, request: Request) -> Response {
        let answer = self.route(request).await;
        let status = answer.status();
        if status.is_success() || status.is_redirection() {
            self.settle().await;
        }
        answer
    }

    /// A page that is not there: by us, or by whoever makes it already.
    async fn read(&self, request: Request) -> Response {
        let Some(shelf) = &self.shelf else {
            return self.make_once(request).await;
        };
        let Some(path) = address(request.uri()).map(Cow::into_owned) else {
            return self.make_once(request).await;
        };
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let coding = Coding::wanted(&headers);
        let asked = Asked {
            coding,
            path: &path,
        };
        for _ in 0..PATIENCE {
            match shelf.begin(asked, || self.app.clock.now()) {
                Begun::Kept(page) => {
                    shelf.figures.hits.inc();
                    return page.answer(&method, &headers);
                }
                Begun::Ours(render) => {
                    shelf.figures.misses.inc();
                    let last = shelf.last(asked);
                    return self.make(request, coding, render, last).await;
                }
                Begun::Alone => {
                    shelf.figures.misses.inc();
                    let last = shelf.last(asked);
                    return or_last(self.make_once(request).await, last, &method, &headers);
                }
                Begun::Theirs(mut outcome) => {
                    let outcome = outcome
                        .wait_for(|outcome| !matches!(outcome, Outcome::Waits))
                        .await
                        .map(|outcome| outcome.clone());
                    match outcome {
                        Ok(Outcome::Kept(page)) => {
                            shelf.figures.hits.inc();
                            return page.answer(&method, &headers);
                        }
                        Ok(Outcome::Own) => break,
                        Ok(Outcome::Overtaken | Outcome::Waits) | Err(_) => {}
                    }
                }
            }
        }
        shelf.figures.misses.inc();
        self.make_once(request).await
    }

    /// Makes a page for everyone.
    async fn make(
        &self,
        request: Request,
        coding: Coding,
        render: Render,
        last: Option<Arc<Finished>>,
    ) -> Response {
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let answer = self.route(as_get(request)).await;
        let (of, bytes, keep) = match Made::of(answer).await {
            Made::ToKeep(headers, bytes, keep) => (headers, bytes, keep),
            Made::Other(answer) => {
                render.give_up();
                let answer = without_body_for(&method, answer);
                return or_last(answer, last, &method, &headers);
            }
        };
        let finish = move || Arc::new(Finished::new(of, &bytes, coding, Effort::Kept, keep));
        match spawn_blocking(finish).await {
            Ok(page) => {
                render.keep(&page);
                page.answer(&method, &headers)
            }
            Err(error) => Error::Internal(error.into()).into_response(),
        }
    }

    /// Makes a page for whoever asks.
    async fn make_once(&self, request: Request) -> Response {
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let answer = self.route(as_get(request)).await;
        let (of, bytes, keep) = match Made::of(answer).await {
            Made::ToKeep(headers, bytes, keep) => (headers, bytes, keep),
            Made::Other(answer) => return without_body_for(&method, answer),
        };
        let coding = Coding::wanted(&headers);
        let finish = move || Finished::new(of, &bytes, coding, Effort::Once, keep);
        match spawn_blocking(finish).await {
            Ok(page) => page.answer(&method, &headers),
            Err(error) => Error::Internal(error.into()).into_response(),
        }
    }

    async fn route(&self, request: Request) -> Response {
        let Ok(answer) = self.router.clone().oneshot(request).await;
        answer
    }
}

/// What the router answered.
enum Made {
    /// A page that may be kept.
    ToKeep(HeaderMap, Bytes, Keep),
    /// Anything else.
    Other(Response),
}

impl Made {
    async fn of(mut answer: Response) -> Self {
        let kept = answer.extensions_mut().remove::<Keep>();
        let headers = answer.headers();
        let is_for_one = headers.contains_key(header::SET_COOKIE)
            || headers
                .get(header::CACHE_CONTROL)
                .is_some_and(|value| value == "no-store");
        let Some(kept) = kept.filter(|_| answer.status() == StatusCode::OK && !is_for_one) else {
            return Self::Other(answer);
        };
        let (parts, body) = answer.into_parts();
        match to_bytes(body, usize::MAX).await {
            Ok(bytes) => Self::ToKeep(parts.headers, bytes, kept),
            Err(error) => Self::Other(Error::Internal(error.into()).into_response()),
        }
    }
}

/// The page as it last was, where the database is away.
fn or_last(
    answer: Response,
    last: Option<Arc<Finished>>,
    method: &Method,
    headers: &HeaderMap,
) -> Response {
    match last {
        Some(last) if answer.status() == StatusCode::SERVICE_UNAVAILABLE => {
            last.answer(method, headers)
        }
        _ => answer,
    }
}

/// A page is made whole, whoever asks for its head alone.
fn as_get(mut request: Request) -> Request {
    if request.method() == Method::HEAD {
        *request.method_mut() = Method::GET;
    }
    request
}

fn without_body_for(method: &Method, mut answer: Response) -> Response {
    if *method == Method::HEAD {
        let length = answer.body().size_hint().exact();
        if let Some(length) = length
            && !answer.headers().contains_key(header::CONTENT_LENGTH)
        {
            answer
                .headers_mut()
                .insert(header::CONTENT_LENGTH, length.into());
        }
        *answer.body_mut() = Body::empty();
    }
    answer
}

fn is_read(method: &Method) -> bool {
    *method == Method::GET || *method == Method::HEAD
}

/// What a page is kept by: its path, and what of its query it depends on. `None` where it may depend on more.
fn address(uri: &Uri) -> Option<Cow<'_, str>> {
    let path = uri.path();
    let is_below = |above: &&str| {
        path.strip_prefix(above)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if NEVER_KEPT.iter().any(|above| is_below(&above)) {
        return None;
    }
    let Some(query) = uri.query() else {
        return Some(Cow::Borrowed(path));
    };
    let mut address = path.to_owned();
    let mut before = '?';
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if UNREAD.contains(&&*name) || name.starts_with(UNREAD_PREFIX) {
            continue;
        }
        let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        if !READ.contains(&&*name) || !is_number {
            return None;
        }
        address.extend([before]);
        address.push_str(&name);
        address.push('=');
        address.push_str(&value);
        before = '&';
    }
    Some(Cow::Owned(address))
}

impl Service<Request> for Site {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if let Some(answer) =
            self.answer_at_once(request.method(), request.uri(), request.headers())
        {
            return Box::pin(ready(Ok(answer)));
        }
        let site = self.clone();
        Box::pin(async move { Ok(site.answer(request).await) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_count_by_is_not_part_of_an_address() {
        for (asked, kept_by) in [
            ("/", Some("/")),
            ("/a/b", Some("/a/b")),
            ("/a?comments=2", Some("/a?comments=2")),
            ("/a?utm_source=x&comments=2&fbclid=y", Some("/a?comments=2")),
            ("/a?utm_source=x", Some("/a")),
            ("/a?from=3&to=4", Some("/a?from=3&to=4")),
            ("/a?comments=two", None),
            ("/a?comments=", None),
            ("/a?p=17", None),
            ("/a?key=secret", None),
            ("/administration", Some("/administration")),
            ("/admin", None),
            ("/admin/comments", None),
            ("/media/a.webp", None),
        ] {
            let uri = asked.parse().unwrap();
            assert_eq!(address(&uri).as_deref(), kept_by, "{asked}");
        }
    }
}
