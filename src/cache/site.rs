//! The way of a request: past the pages that are kept, or on to the router.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::task::spawn_blocking;
use tower::ServiceExt;

use super::address::{Asked, kept_path};
use super::coding::Coding;
use super::figures;
use super::finished::{Answer, Effort, Finished};
use super::headers::Headers;
use super::keep::{Keep, Unseen};
use super::listener;
use super::message::Message;
use super::render::{Outcome, Render};
use super::sheet::Sheets;
use super::shelf::{Begun, Shelf};
use crate::app::App;
use crate::web::Error;

/// The part of the memory for pages that is for answers in files, if they can be so many.
const SHEETS: u64 = 8;
/// How often whoever waits for a page looks again, before making one alone.
const PATIENCE: usize = 3;

/// The whole site: the router, and what is kept of it.
#[derive(Clone)]
pub struct Site {
    app: App,
    router: Router,
    shelf: Option<Arc<Shelf>>,
    sheets: Arc<Sheets>,
}

impl Site {
    /// What `router` answers, kept in as much memory as the settings allow. Nothing is kept until somebody listens.
    pub fn new(app: App, router: Router) -> Self {
        let bytes = app.config.cache_bytes;
        let for_sheets = (bytes / SHEETS).min(Sheets::MOST_BYTES);
        Self {
            shelf: (bytes > 0).then(|| Arc::new(Shelf::of(bytes - for_sheets))),
            sheets: Arc::new(Sheets::of(for_sheets)),
            app,
            router,
        }
    }

    /// Hears from the database what changes, for as long as the process runs.
    pub async fn listen(&self) {
        if let Some(shelf) = &self.shelf {
            listener::listen(&self.app, shelf).await;
        }
    }

    /// Until everything is heard that was committed before this. Where that cannot be, and the database is there, nothing
    /// that was kept is taken for right any more.
    pub async fn settle(&self) {
        if let Some(shelf) = &self.shelf
            && !shelf.settle().await
        {
            listener::forget_unless_away(&self.app, shelf).await;
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

    /// The answer to a request for this path, with this query, if it is there already.
    pub fn answer_at_once(
        &self,
        method: &Method,
        path: &str,
        query: Option<&str>,
        headers: &(impl Headers + ?Sized),
    ) -> Option<Answer> {
        let shelf = self.shelf.as_ref()?;
        if !is_read(method) {
            return None;
        }
        let kept_path = kept_path(path, query)?;
        let coding = Coding::wanted(headers);
        let asked = Asked {
            coding,
            path: &kept_path,
        };
        let page = shelf.find(asked, || self.app.clock.now())?;
        shelf.figures.hits.inc();
        let answer = page.answer(method, headers);
        tracing::debug!(
            path,
            status = answer.status().as_u16(),
            "answered with what is kept"
        );
        Some(answer)
    }

    /// An answer that was there, as HTTP/1.1 sends it now.
    pub fn message<'a>(&self, answer: &'a Answer) -> Message<'a> {
        answer.message(&self.sheets, self.app.clock.now())
    }

    /// Whether there may be a page for everyone at this path, with this query.
    pub fn may_keep(&self, path: &str, query: Option<&str>) -> bool {
        self.shelf.is_some() && kept_path(path, query).is_some()
    }

    /// The answer that is not there yet.
    pub async fn answer(&self, request: Request) -> Answered {
        if is_read(request.method()) {
            self.read(request).await
        } else {
            Answered::Other(self.write(request).await)
        }
    }

    /// Does what is asked, and answers once nobody can miss it any more.
    async fn write(&self, request: Request) -> Response {
        let answer = self.route(request).await;
        // Also what was refused may say that something is there by now: that a reply was sent twice.
        let is_unseen = answer.extensions().get::<Unseen>().is_some();
        if !is_unseen && !answer.status().is_server_error() {
            self.settle().await;
        }
        answer
    }

    /// A page that is not there: by us, or by whoever makes it already.
    async fn read(&self, request: Request) -> Answered {
        let Some(shelf) = &self.shelf else {
            return self.make_once(request).await;
        };
        let uri = request.uri();
        let Some(path) = kept_path(uri.path(), uri.query()).map(Cow::into_owned) else {
            return self.make_once(request).await;
        };
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let coding = Coding::wanted(&headers);
        let asked = Asked {
            coding,
            path: &path,
        };
        for round in 0..PATIENCE {
            let mut outcome = match shelf.begin(asked, || self.app.clock.now()) {
                Begun::Kept(page) => {
                    shelf.figures.hits.inc();
                    return Answered::Page(page.answer(&method, &headers));
                }
                Begun::Ours(render) => {
                    shelf.figures.misses.inc();
                    return self.make(request, render, shelf.last(asked)).await;
                }
                Begun::Alone => break,
                Begun::Theirs(outcome) => outcome,
            };
            let outcome = outcome
                .wait_for(|outcome| !matches!(outcome, Outcome::Waits))
                .await
                .map(|outcome| outcome.clone());
            match outcome {
                Ok(Outcome::Kept(page)) => {
                    shelf.figures.hits.inc();
                    return Answered::Page(page.answer(&method, &headers));
                }
                // Its render began after we asked: what was true then is on it.
                Ok(Outcome::Overtaken(page)) if round > 0 => {
                    return Answered::Page(page.answer(&method, &headers));
                }
                Ok(Outcome::Own) => break,
                Ok(Outcome::Overtaken(_) | Outcome::Waits) | Err(_) => {}
            }
        }
        shelf.figures.misses.inc();
        let answer = self.make_once(request).await;
        or_last(answer, shelf.last(asked), &method, &headers)
    }

    /// Makes a page for everyone.
    async fn make(
        &self,
        request: Request,
        render: Render,
        last: Option<Arc<Finished>>,
    ) -> Answered {
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let answer = self.route(as_get(request)).await;
        let made = match Made::of(answer).await {
            Ok(made) if render.is_of(made.keep.reads) => made,
            Ok(made) => {
                render.give_up();
                return made.send(&method, &headers).await;
            }
            Err(answer) => {
                render.give_up();
                let answer = Answered::Other(without_body_for(&method, answer));
                return or_last(answer, last, &method, &headers);
            }
        };
        match made.finish(render.coding(), Effort::Kept).await {
            Ok(page) => {
                render.end(&page);
                Answered::Page(page.answer(&method, &headers))
            }
            Err(error) => Answered::Other(error.into_response()),
        }
    }

    /// Makes a page for whoever asks.
    async fn make_once(&self, request: Request) -> Answered {
        let (method, headers) = (request.method().clone(), request.headers().clone());
        let answer = self.route(as_get(request)).await;
        match Made::of(answer).await {
            Ok(made) => made.send(&method, &headers).await,
            Err(answer) => Answered::Other(without_body_for(&method, answer)),
        }
    }

    async fn route(&self, request: Request) -> Response {
        let Ok(answer) = self.router.clone().oneshot(request).await;
        answer
    }
}

/// What there is to answer to a request.
pub enum Answered {
    /// A page for everyone.
    Page(Answer),
    /// Anything else.
    Other(Response),
}

impl IntoResponse for Answered {
    fn into_response(self) -> Response {
        match self {
            Self::Page(answer) => answer.into_response(),
            Self::Other(response) => response,
        }
    }
}

/// A page that may be kept, as the router made it.
struct Made {
    headers: HeaderMap,
    bytes: Bytes,
    keep: Keep,
}

impl Made {
    /// What the router answered, or the answer again if it is none that may be kept.
    async fn of(mut answer: Response) -> Result<Self, Response> {
        let keep = answer.extensions_mut().remove::<Keep>();
        let headers = answer.headers();
        let is_for_one = headers.contains_key(header::SET_COOKIE)
            || headers
                .get(header::CACHE_CONTROL)
                .is_some_and(|value| value == "no-store");
        let Some(keep) = keep.filter(|_| answer.status() == StatusCode::OK && !is_for_one) else {
            return Err(answer);
        };
        let (parts, body) = answer.into_parts();
        match to_bytes(body, usize::MAX).await {
            Ok(bytes) => Ok(Self {
                headers: parts.headers,
                bytes,
                keep,
            }),
            Err(error) => Err(Error::Internal(error.into()).into_response()),
        }
    }

    /// Makes it smaller, beside the threads on which requests are served.
    async fn finish(self, coding: Coding, effort: Effort) -> Result<Arc<Finished>, Error> {
        let finish =
            move || Finished::new(self.headers, &self.bytes, coding, effort, self.keep).into();
        spawn_blocking(finish)
            .await
            .map_err(|error| Error::Internal(error.into()))
    }

    /// Answers with it, once.
    async fn send(self, method: &Method, headers: &HeaderMap) -> Answered {
        match self.finish(Coding::wanted(headers), Effort::Once).await {
            Ok(page) => Answered::Page(page.answer(method, headers)),
            Err(error) => Answered::Other(error.into_response()),
        }
    }
}

/// The page as it last was, where the database is away.
fn or_last(
    answer: Answered,
    last: Option<Arc<Finished>>,
    method: &Method,
    headers: &HeaderMap,
) -> Answered {
    match (answer, last) {
        (Answered::Other(answer), Some(last))
            if answer.status() == StatusCode::SERVICE_UNAVAILABLE =>
        {
            Answered::Page(last.answer(method, headers))
        }
        (answer, _) => answer,
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

#[cfg(test)]
mod tests {
    use argon2::Argon2;
    use axum::Extension;
    use axum::routing::post;
    use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

    use super::*;
    use crate::clock::Clock;
    use crate::config::Settings;
    use crate::crypto::Keys;

    #[tokio::test]
    async fn a_write_is_answered_once_it_is_heard_unless_nobody_sees_it() {
        let nowhere = PgPoolOptions::new().connect_lazy_with(PgConnectOptions::new());
        let config = Settings::default().check().expect("they are right");
        let keys = Keys::from_secret(&[42; 32]);
        let app = App::new(nowhere, Clock::default(), keys, config, Argon2::default());
        let router = Router::new()
            .route("/seen", post(|| async {}))
            .route("/unseen", post(|| async { Extension(Unseen) }));
        let site = Site::new(app, router);
        let shelf = site.shelf.as_ref().expect("pages are kept");
        let mut asked = shelf.begin_listening();
        let write = |path: &str| {
            let request = Request::post(path).body(Body::empty());
            site.answer(request.expect("a request"))
        };
        let answer = write("/unseen").await.into_response();
        assert_eq!(answer.status(), 200);
        assert!(asked.try_recv().is_err(), "it waited to hear of nothing");
        tokio::select! {
            biased;
            _ = write("/seen") => panic!("it did not wait to hear of it"),
            asker = asked.recv() => assert!(asker.is_some()),
        }
    }
}
