//! Middleware that gives each request an id and logs it at level debug. An error page shows the id, so that the operator
//! can find the request in the log.

use std::time::Instant;

use axum::extract::{FromRequestParts, MatchedPath, Request};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::error::Error;
use crate::crypto::{encode_hex, random_bytes};

/// Short random id of a request, in hexadecimal.
#[derive(Clone)]
pub struct RequestId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for RequestId {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let request_id = parts.extensions.get::<Self>().cloned();
        request_id.ok_or_else(|| Error::Internal(anyhow::anyhow!("the request has no id")))
    }
}

/// Gives the request an id, opens its tracing span and logs its status and duration.
pub async fn trace_request(mut request: Request, next: Next) -> Response {
    let request_id = RequestId(encode_hex(&random_bytes::<4>()));
    // The path as the router knows it, without ids and without the query: both may hold keys.
    let path = request.extensions().get::<MatchedPath>().map_or_else(
        || request.uri().path().to_owned(),
        |path| path.as_str().to_owned(),
    );
    let span =
        tracing::info_span!("request", reference = request_id.0, method = %request.method(), path);
    request.extensions_mut().insert(request_id);
    let started = Instant::now();
    async move {
        let response = next.run(request).await;
        let status = response.status().as_u16();
        tracing::debug!(
            status,
            milliseconds = started.elapsed().as_millis(),
            "answered a request"
        );
        response
    }
    .instrument(span)
    .await
}
