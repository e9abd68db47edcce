//! Middleware that logs and counts refused requests.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

use crate::accounts::refusal_log::hash_network;
use crate::app::App;
use crate::web::ClientIp;

/// Statuses of requests that were refused because of their sender, their size or their number.
const REFUSED: [StatusCode; 4] = [
    StatusCode::FORBIDDEN,
    StatusCode::REQUEST_TIMEOUT,
    StatusCode::PAYLOAD_TOO_LARGE,
    StatusCode::TOO_MANY_REQUESTS,
];

/// Counts a refused request, and logs it with a keyed hash of the client's network. In a flood, only some are logged.
pub async fn record_refused_request(
    State(app): State<App>,
    client: ClientIp,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    if REFUSED.contains(&status) {
        app.refusals.count_response(status.as_u16());
        if app.limits.may_log_refusal() {
            let network = hash_network(&app.keys, client.0);
            tracing::info!(status = status.as_u16(), network, "request refused");
        }
    }
    response
}
