//! What a balancer asks: is the process alive, and can it serve.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use crate::app::App;
use crate::web::error::Told;

/// Alive, whatever the database does.
pub async fn show_alive() -> &'static str {
    "alive\n"
}

/// Able to serve: the database answers.
pub async fn show_ready(State(app): State<App>) -> impl IntoResponse {
    match sqlx::query("select 1").execute(&app.pool).await {
        Ok(_) => (StatusCode::OK, Told, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready: the database is away");
            let status = StatusCode::SERVICE_UNAVAILABLE;
            (status, Told, "not ready: the database is away\n")
        }
    }
}
