//! What a balancer asks: is the process alive, and can it serve.

use axum::extract::State;
use axum::http::StatusCode;

use crate::app::App;

/// Alive, whatever the database does.
pub async fn show_alive() -> &'static str {
    "alive\n"
}

/// Able to serve: the database answers.
pub async fn show_ready(
    State(app): State<App>,
) -> (StatusCode, [(&'static str, &'static str); 1], &'static str) {
    // Balancers read the status; a page would be wasted on them, but our error layer leaves only HTML alone.
    let html = [("content-type", "text/html; charset=utf-8")];
    match sqlx::query("select 1").execute(&app.pool).await {
        Ok(_) => (StatusCode::OK, html, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready: the database is away");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                html,
                "not ready: the database is away\n",
            )
        }
    }
}
