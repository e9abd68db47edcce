//! Limits on the request bodies of groups of routes: their size, the time of their arrival, and the memory that they take
//! meanwhile.

use std::time::Duration;

use axum::RequestPartsExt;
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::CookieJar;
use http_body_util::Limited;
use tokio::time::timeout;
use tower_http::timeout::{RequestBodyDeadlineLayer, RequestBodyTimeoutLayer};

use crate::accounts::{Viewer, device};
use crate::app::App;
use crate::limits::BodyBudgetExhausted;
use crate::web::form::{BodyTimeouts, SMALL_BODY_BYTES, declared_length};
use crate::web::{ClientIp, Error, RouteTable};

/// Longest pause between two pieces of a request body.
const BODY_PAUSE_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest time that a handler may take once the body has arrived. If the database is unreachable, the response is a 503
/// sooner than that.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);

/// Largest admin form in bytes that is read from a browser in which nobody is or was signed in.
const SIGNED_OUT_BYTES: usize = 64 * 1024;

/// Limits on the bodies of a group of routes.
#[derive(Clone, Copy)]
pub struct BodyLimits {
    /// Largest body in bytes.
    max_bytes: usize,
    /// Longest time in which the whole body must arrive.
    total_timeout: Duration,
    /// Whether a body of more than [`SIGNED_OUT_BYTES`] is accepted only from a browser in which somebody is or was signed in.
    needs_session: bool,
}

impl BodyLimits {
    /// Limits of public forms: the longest comment with each byte percent-encoded (`%F0`), and room for the other fields. A
    /// long comment over a bad connection takes a while.
    pub const PUBLIC: Self = Self {
        max_bytes: 256 * 1024,
        total_timeout: Duration::from_secs(30),
        needs_session: false,
    };
    /// Limits of the sign-in form: the longest passphrase, and a username.
    pub const SIGN_IN: Self = Self {
        max_bytes: 4 * 1024,
        total_timeout: Duration::from_secs(10),
        needs_session: false,
    };
    /// Limits of the form that creates the first account: a passphrase, a username and a name.
    pub const SETUP: Self = Self {
        max_bytes: 8 * 1024,
        ..Self::SIGN_IN
    };
    /// Limits of admin forms: two word lists of a million bytes each, percent-encoded. A long article over a slow connection
    /// takes a while.
    pub const ADMIN: Self = Self {
        max_bytes: 8 * 1024 * 1024,
        total_timeout: Duration::from_secs(120),
        needs_session: true,
    };
    /// Time limits for a small body, whichever form it belongs to.
    pub const SMALL_TIMEOUTS: BodyTimeouts = BodyTimeouts {
        pause: BODY_PAUSE_TIMEOUT,
        total: Self::PUBLIC.total_timeout,
    };

    /// Adds these limits, and a time limit for the response, to the routes.
    pub fn apply(self, app: &App, routes: RouteTable) -> Router<App> {
        let app = app.clone();
        let respond_in_time = move |request: Request, next: Next| async move {
            // Only a request with a body gets the time that its body may take.
            let body_timeout = match *request.method() {
                Method::POST => self.total_timeout,
                _ => Duration::ZERO,
            };
            with_timeout(body_timeout + RESPONSE_TIMEOUT, request, next).await
        };
        let limit_body = move |request: Request, next: Next| {
            let app = app.clone();
            async move { self.limit_body(&app, request, next).await }
        };
        routes
            .into_router()
            .layer(DefaultBodyLimit::max(self.max_bytes))
            .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE_TIMEOUT))
            .layer(RequestBodyDeadlineLayer::new(self.total_timeout))
            .layer(from_fn(limit_body))
            .layer(from_fn(respond_in_time))
    }

    /// Passes a request on once there is memory for its body. Refuses a body that is too large before it is read.
    async fn limit_body(self, app: &App, request: Request, next: Next) -> Response {
        let length = declared_length(&request);
        let is_small = length.is_some_and(|length| length <= SMALL_BODY_BYTES.min(self.max_bytes));
        if *request.method() != Method::POST || is_small {
            return next.run(request).await;
        }
        let (mut parts, body) = request.into_parts();
        let mut max_bytes = self.max_bytes;
        if self.needs_session {
            match parts.extract_with_state::<Viewer, _>(app).await {
                // Staff are trusted with memory.
                Ok(_) => return next.run(Request::from_parts(parts, body)).await,
                // Who wrote a long article must get it back, although nothing can be verified now.
                Err(Error::Unavailable) => {}
                // So must somebody whose session has ended.
                Err(_) if is_known_device(app, &parts.headers).await => {}
                Err(_) => max_bytes = SIGNED_OUT_BYTES,
            }
        }
        let bytes = length.unwrap_or(max_bytes);
        if bytes > max_bytes {
            return StatusCode::PAYLOAD_TOO_LARGE.into_response();
        }
        if bytes <= SMALL_BODY_BYTES {
            return next.run(Request::from_parts(parts, body)).await;
        }
        let client = match parts.extract_with_state::<ClientIp, _>(app).await {
            Ok(client) => client,
            Err(error) => return error.into_response(),
        };
        match app.body_budget.acquire(bytes, client.0).await {
            Ok(_permit) => {
                let body = Body::new(Limited::new(body, max_bytes));
                next.run(Request::from_parts(parts, body)).await
            }
            Err(BodyBudgetExhausted) => {
                tracing::warn!("too many large forms arrive at once; one is answered with 503");
                Error::Unavailable.into_response()
            }
        }
    }
}

/// Returns whether a member of staff has signed in with this browser before.
async fn is_known_device(app: &App, headers: &HeaderMap) -> bool {
    let jar = CookieJar::from_headers(headers);
    match app.pool.acquire().await {
        Ok(mut db) => device::is_known(app, &mut db, &jar).await.unwrap_or(false),
        Err(_) => false,
    }
}

/// Passes a request without a body on, and answers 503 if the handler takes too long.
pub async fn respond_in_time(request: Request, next: Next) -> Response {
    with_timeout(RESPONSE_TIMEOUT, request, next).await
}

async fn with_timeout(limit: Duration, request: Request, next: Next) -> Response {
    let response = timeout(limit, next.run(request)).await;
    response.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
}
