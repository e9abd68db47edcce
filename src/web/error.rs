//! Errors that handlers return. They do not depend on any feature; `error_page` turns them into pages.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, IntoResponseParts, Response, ResponseParts};
use tokio::time::timeout;

/// Reason for which a handler cannot give the requested response.
#[derive(Debug)]
pub enum Error {
    NotFound,
    /// The visitor is signed in, but may not do this.
    Forbidden,
    SignInRequired,
    /// The request is invalid. The status says why.
    BadRequest(StatusCode),
    /// The database is unreachable or overloaded.
    Unavailable,
    /// Something failed in the program. The cause is logged and never shown to the visitor.
    Internal(anyhow::Error),
}

/// Result of a request handler.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// SQLSTATEs of a database that cannot answer now: it is starting, stopping or recovering, it cancelled a slow statement
/// (class 57 of the PostgreSQL documentation, appendix A), it has too many connections or no disk space (class 53), or it
/// is a standby (25006, `read_only_sql_transaction`).
const UNAVAILABLE_SQLSTATES: [&str; 7] = [
    "57P01", "57P02", "57P03", "57014", "53300", "53100", "25006",
];

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

/// Longest time that saving a form may take. After that the visitor gets the form back to submit it again.
const FORM_TIMEOUT: Duration = Duration::from_secs(10);

/// Runs `work` for a submitted form. Fails with [`Error::Unavailable`] if it takes longer than ten seconds.
pub async fn with_timeout<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    // The database may still commit what was cut off here. Sending the form again is harmless: forms find duplicates.
    timeout(FORM_TIMEOUT, work)
        .await
        .unwrap_or(Err(Error::Unavailable))
}

/// Response extension that makes the error page layer redirect the visitor to the sign-in page.
#[derive(Clone)]
pub(super) struct RedirectToSignIn;

/// Response extension for a failed response that is already a complete page. It prevents the error page layer from
/// replacing it.
#[derive(Clone)]
pub struct SkipErrorPage;

impl IntoResponseParts for SkipErrorPage {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}

/// Seconds after which a visitor may try again while the database is unreachable, for the `Retry-After` header.
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
