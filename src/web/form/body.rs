//! Request bodies of forms, read with limits on size and time.

use std::time::Duration;
use std::{error, iter};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::{StreamExt, stream};
use http_body_util::LengthLimitError;
use tower_http::timeout::{DeadlineBody, TimeoutBody, TimeoutError};

/// Largest size in bytes of a form that is read before its handler is called. Nearly every comment is smaller.
pub const SMALL_BODY_BYTES: usize = 16 * 1024;

/// Largest memory in bytes that is reserved for a body before it arrives. The largest public form fits in.
const MAX_RESERVED_BYTES: usize = 256 * 1024;

/// Time limits for the arrival of a request body.
#[derive(Clone, Copy)]
pub struct BodyTimeouts {
    /// Longest pause between two pieces of the body.
    pub pause: Duration,
    /// Longest time until the whole body has arrived.
    pub total: Duration,
}

/// Reads the body of a small form into memory before calling the inner layers. Larger bodies are passed on unread.
pub async fn buffer_small_body(timeouts: BodyTimeouts, request: Request, next: Next) -> Response {
    if !declared_length(&request).is_some_and(|length| (1..=SMALL_BODY_BYTES).contains(&length)) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    // The inner layers hold many times the memory of a small body for each request, and poll each piece that arrives, so
    // a client that sends slowly is waited for out here.
    let body = buffer(body, timeouts).await;
    next.run(Request::from_parts(parts, body)).await
}

/// Returns the length in bytes that the request's `Content-Length` states.
pub fn declared_length(request: &Request) -> Option<usize> {
    let length = request.headers().get(header::CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

/// Reads a body completely and returns it as a new body. If reading fails, returns a body that fails with the same error.
async fn buffer(body: Body, timeouts: BodyTimeouts) -> Body {
    let limited = DeadlineBody::new(timeouts.total, TimeoutBody::new(timeouts.pause, body));
    match collect(Body::new(limited)).await {
        Ok(whole) => whole.into(),
        Err(error) => Body::from_stream(stream::iter([Err::<Bytes, _>(error)])),
    }
}

/// Reads a body completely into memory.
pub(super) async fn collect(body: Body) -> Result<Vec<u8>, axum::Error> {
    // Growing step by step would take up to three times as much at the end. What has not arrived takes no memory yet.
    let length = usize::try_from(body.size_hint().lower()).unwrap_or_default();
    let mut whole = Vec::with_capacity(length.min(MAX_RESERVED_BYTES));
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        // Copied, not kept: each piece holds the 8 kB buffer it was read into, so that 64 kB sent byte by byte would
        // otherwise take half a gigabyte.
        whole.extend_from_slice(&piece?);
    }
    Ok(whole)
}

/// Returns the status for an error in reading a request body: 408, 413 or 400.
pub(super) fn status_for(error: &axum::Error) -> StatusCode {
    let error: &(dyn error::Error + 'static) = error;
    let is = |kind: fn(&(dyn error::Error + 'static)) -> bool| {
        // The layers wrap each other's errors, so the cause may be some levels down.
        iter::successors(Some(error), |cause| cause.source()).any(kind)
    };
    if is(<dyn error::Error>::is::<TimeoutError>) {
        StatusCode::REQUEST_TIMEOUT
    } else if is(<dyn error::Error>::is::<LengthLimitError>) {
        StatusCode::PAYLOAD_TOO_LARGE
    } else {
        StatusCode::BAD_REQUEST
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::io;
    use std::sync::Arc;

    use tokio::time::timeout;

    use super::*;

    /// Byte with a token, by which the test counts the pieces that are still in memory.
    struct CountedPiece {
        byte: [u8; 1],
        _token: Arc<()>,
    }

    impl AsRef<[u8]> for CountedPiece {
        fn as_ref(&self) -> &[u8] {
            &self.byte
        }
    }

    #[tokio::test]
    async fn a_buffered_body_is_complete_or_fails_with_the_original_error() {
        let (short, long) = (Duration::from_millis(50), Duration::from_secs(60));
        let patient = BodyTimeouts {
            pause: long,
            total: long,
        };
        let pieces = || stream::iter(["co", "mment=", "x"].map(Ok::<_, io::Error>));
        let whole = buffer(Body::from_stream(pieces()), patient).await;
        assert_eq!(collect(whole).await.expect("a body"), b"comment=x");
        let broken = stream::iter([Ok("co"), Err(io::Error::from(io::ErrorKind::BrokenPipe))]);
        let paused = || Body::from_stream(pieces().chain(stream::pending()));
        let short_pause = BodyTimeouts {
            pause: short,
            ..patient
        };
        let short_total = BodyTimeouts {
            total: short,
            ..patient
        };
        for (body, timeouts, status) in [
            (Body::from_stream(broken), patient, StatusCode::BAD_REQUEST),
            (paused(), short_pause, StatusCode::REQUEST_TIMEOUT),
            (paused(), short_total, StatusCode::REQUEST_TIMEOUT),
        ] {
            let buffered = timeout(long / 2, buffer(body, timeouts)).await;
            let failed = collect(buffered.expect("buffering ends in time")).await;
            assert_eq!(
                status_for(&failed.expect_err("reading the body fails")),
                status
            );
        }
    }

    #[tokio::test]
    async fn the_pieces_of_a_request_body_are_freed_while_it_is_read() {
        let token = Arc::new(());
        let held = Arc::clone(&token);
        let pieces = (0..1000).map(move |_| {
            assert!(
                Arc::strong_count(&held) <= 3,
                "at most one piece of the body is held"
            );
            let piece = CountedPiece {
                byte: *b"a",
                _token: Arc::clone(&held),
            };
            Ok::<_, Infallible>(Bytes::from_owner(piece))
        });
        let body = collect(Body::from_stream(stream::iter(pieces))).await;
        assert_eq!(body.expect("a body"), [b'a'; 1000]);
        assert_eq!(Arc::strong_count(&token), 1);
    }
}
