//! Health checks for load balancers.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use sqlx::Connection;

use crate::app::App;
use crate::web::error::SkipErrorPage;

/// Responds that the process is alive, without querying the database.
pub async fn show_alive() -> &'static str {
    "alive\n"
}

/// Responds with 200 if the database answers, otherwise with 503.
pub async fn show_ready(State(app): State<App>) -> impl IntoResponse {
    let ping = async { app.pool.acquire().await?.ping().await };
    match ping.await {
        Ok(()) => (StatusCode::OK, SkipErrorPage, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "the database does not answer; the health check says not ready");
            let status = StatusCode::SERVICE_UNAVAILABLE;
            (status, SkipErrorPage, "not ready: the database is away\n")
        }
    }
}
