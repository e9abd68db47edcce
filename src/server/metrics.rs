//! Serves the metrics of the page cache on a port of its own, which readers cannot reach.

use axum::Router;
use axum::http::header;
use axum::routing::get;
use tokio::net::TcpListener;

use crate::cache::PageCacheService;

/// Content type of the OpenMetrics 1.0 text format.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Answers `GET /metrics` for as long as the process runs.
pub async fn serve_metrics(listener: TcpListener, pages: PageCacheService) {
    let show_metrics = move || {
        let response = ([(header::CONTENT_TYPE, OPENMETRICS)], pages.metrics());
        async move { response }
    };
    let router = Router::new().route("/metrics", get(show_metrics));
    if let Err(error) = axum::serve(listener, router).await {
        tracing::error!(%error, "stopped serving metrics");
    }
}
