//! What goes wrong, and the page a visitor gets for it. Handlers return `Error`; one layer turns every failed answer,
//! whoever made it, into a page. The cause is only in the log.

use std::convert::Infallible;
use std::time::Duration;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, IntoResponseParts, Redirect, Response, ResponseParts};
use tokio::time::timeout;
use url::form_urlencoded;

use super::requests::Reference;
use super::{Layout, Page};
use crate::app::App;

/// What a handler answers when it cannot do as asked.
#[derive(Debug)]
pub enum Error {
    /// No such page.
    NotFound,
    /// Signed in, but not allowed.
    Forbidden,
    /// Not signed in.
    SignInFirst,
    /// The request itself cannot be used.
    BadRequest(StatusCode),
    /// The database is away.
    Unavailable,
    /// We broke.
    Internal(anyhow::Error),
}

/// A handler's answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Postgres refuses connections while it starts, stops or recovers (its documentation, appendix A, class 57), as it
/// cuts off a statement that takes too long, or has too many connections open (class 53).
const AWAY: [&str; 5] = ["57P01", "57P02", "57P03", "57014", "53300"];

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let away = match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Protocol(_)
            | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(error) => error.code().is_some_and(|code| AWAY.contains(&&*code)),
            _ => false,
        };
        if away {
            tracing::warn!(%error, "the database is away");
            Self::Unavailable
        } else {
            Self::Internal(error.into())
        }
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<sqlx::Error>() {
            Ok(error) => error.into(),
            Err(error) => Self::Internal(error),
        }
    }
}

/// How long a form may wait for the database before its writer gets the words back. They may be kept after all, if it
/// had only paused; nothing is lost by sending them again.
const FORM_PATIENCE: Duration = Duration::from_secs(10);

/// Does what a form asks for, or finds the database away when that takes too long.
pub async fn in_time<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(FORM_PATIENCE, work)
        .await
        .unwrap_or(Err(Error::Unavailable))
}

/// Says to the layer below that the visitor should be sent to sign in.
#[derive(Clone)]
struct SignIn;

/// Part of a failed answer that says all there is to say: no page takes its place.
#[derive(Clone)]
pub struct Told;

impl IntoResponseParts for Told {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}

/// Seconds after which a visitor may hope for the database again.
pub const RETRY_AFTER: u64 = 5;

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND.into_response(),
            Self::Forbidden => StatusCode::FORBIDDEN.into_response(),
            Self::SignInFirst => {
                (StatusCode::UNAUTHORIZED, axum::Extension(SignIn)).into_response()
            }
            Self::BadRequest(status) => status.into_response(),
            Self::Unavailable => {
                let retry_after = [(header::RETRY_AFTER, RETRY_AFTER.to_string())];
                (StatusCode::SERVICE_UNAVAILABLE, retry_after).into_response()
            }
            Self::Internal(cause) => {
                tracing::error!("a request failed: {cause:#}");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    layout: Layout,
    title: String,
    advice: String,
    reference: Option<String>,
}

/// Turns every failed answer that is not a page yet into one, and sends those who must sign in to the door.
pub async fn show_errors(State(app): State<App>, request: Request, next: Next) -> Response {
    let reference = request
        .extensions()
        .get::<Reference>()
        .map(|reference| reference.0.clone());
    let asked_for = (request.method() == Method::GET).then(|| request.uri().to_string());
    let response = next.run(request).await;
    if response.extensions().get::<SignIn>().is_some() {
        return Redirect::to(&sign_in_address(asked_for.as_deref())).into_response();
    }
    let status = response.status();
    let is_told = response.extensions().get::<Told>().is_some();
    if is_told || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let layout = Layout::at_any_rate(&app).await;
    let key = match status.as_u16() {
        403 => "error-forbidden",
        404 => "error-not-found",
        405 => "error-method",
        408 => "error-timeout",
        413 => "error-too-large",
        503 => "error-unavailable",
        400..=499 => "error-bad-request",
        _ => "error-internal",
    };
    let page = ErrorPage {
        title: layout.words.say(key),
        advice: layout.words.say(&format!("{key}-advice")),
        reference: reference.filter(|_| status.is_server_error()),
        layout,
    };
    let mut answer = Page(page).with_status(status);
    for name in [header::RETRY_AFTER, header::ALLOW, header::CONNECTION] {
        if let Some(value) = response.headers().get(&name) {
            answer.headers_mut().insert(name, value.clone());
        }
    }
    answer
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// The door, remembering where the visitor wanted to go.
fn sign_in_address(asked_for: Option<&str>) -> String {
    match asked_for {
        Some(next) if next != "/admin" => {
            let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
            format!("/admin/sign-in?next={next}")
        }
        _ => "/admin/sign-in".to_owned(),
    }
}
