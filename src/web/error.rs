//! Errors that handlers return. They name no feature, and `error_page` turns them into pages.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use tokio::time::timeout;

/// Reasons why a handler cannot answer as asked.
#[derive(Debug)]
pub enum Error {
    NotFound,
    /// Signed in, but not allowed.
    Forbidden,
    SignInRequired,
    /// A request that cannot be used, with the status that says why.
    BadRequest(StatusCode),
    /// The database is away or overloaded.
    Unavailable,
    /// A fault of the program. Its cause goes to the log, never to the visitor.
    Internal(anyhow::Error),
}

/// Result of a handler.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// SQLSTATEs of a database that cannot answer now: it starts, stops or recovers, cancelled a slow statement (class 57 of the
/// PostgreSQL documentation, appendix A), or has too many connections (class 53).
const UNAVAILABLE_SQLSTATES: [&str; 5] = ["57P01", "57P02", "57P03", "57014", "53300"];

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let is_unavailable = match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Protocol(_)
            | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(error) => error
                .code()
                .is_some_and(|code| UNAVAILABLE_SQLSTATES.contains(&&*code)),
            _ => false,
        };
        if is_unavailable {
            tracing::warn!(%error, "the database is not available; the request is answered with 503");
            Self::Unavailable
        } else {
            Self::Internal(error.into())
        }
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        // A database that is away stays a 503 however deep the error was wrapped.
        match error.downcast::<sqlx::Error>() {
            Ok(error) => error.into(),
            Err(error) => Self::Internal(error),
        }
    }
}

/// The longest time a form waits for the database before its text is given back.
const FORM_TIMEOUT: Duration = Duration::from_secs(10);

/// Runs the work that a form asks for; fails with [`Error::Unavailable`] if it takes longer than ten seconds.
pub async fn with_timeout<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    // The database may still commit what was cut off here. Sending the form again is harmless: forms find duplicates.
    timeout(FORM_TIMEOUT, work)
        .await
        .unwrap_or(Err(Error::Unavailable))
}

/// Response extension: the visitor is redirected to the sign-in page.
#[derive(Clone)]
pub(super) struct RedirectToSignIn;

/// Response extension of a failed response that is complete, so that no error page replaces it.
#[derive(Clone)]
pub struct SkipErrorPage;

impl IntoResponseParts for SkipErrorPage {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}

/// Seconds after which a visitor may try again while the database is away.
pub const RETRY_AFTER_SECONDS: u64 = 5;

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND.into_response(),
            Self::Forbidden => StatusCode::FORBIDDEN.into_response(),
            Self::SignInRequired => {
                let redirect = axum::Extension(RedirectToSignIn);
                (StatusCode::UNAUTHORIZED, redirect).into_response()
            }
            Self::BadRequest(status) => status.into_response(),
            Self::Unavailable => {
                let retry_after = [(header::RETRY_AFTER, RETRY_AFTER_SECONDS.to_string())];
                (StatusCode::SERVICE_UNAVAILABLE, retry_after).into_response()
            }
            Self::Internal(cause) => {
                tracing::error!("a request failed and is answered with 500: {cause:#}");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}
