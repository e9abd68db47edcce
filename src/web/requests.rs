//! One line in the log for each request, at the level debug, and the reference by which a person and the log speak of
//! the same one.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use crate::crypto::{hex, random};

/// The short name of one request.
#[derive(Clone)]
pub struct Reference(pub String);

/// Names the request and logs how it was answered. The path is logged as the router knows it and without its query:
/// queries hold keys.
pub async fn name_and_log(mut request: Request, next: Next) -> Response {
    let reference = Reference(hex(&random::<4>()));
    let path = request.extensions().get::<MatchedPath>().map_or_else(
        || request.uri().path().to_owned(),
        |path| path.as_str().to_owned(),
    );
    let span =
        tracing::info_span!("request", reference = reference.0, method = %request.method(), path);
    request.extensions_mut().insert(reference);
    let started = Instant::now();
    async move {
        let response = next.run(request).await;
        let status = response.status().as_u16();
        tracing::debug!(
            status,
            milliseconds = started.elapsed().as_millis(),
            "answered"
        );
        response
    }
    .instrument(span)
    .await
}
