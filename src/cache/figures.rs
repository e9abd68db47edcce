//! How well the cache does, for whoever watches: in the text format of Prometheus, at an address of its own that readers
//! do not reach.

use axum::Router;
use axum::http::header;
use axum::routing::get;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use tokio::net::TcpListener;

use super::shelf::Shelf;
use super::site::Site;

/// OpenMetrics 1.0.
const KIND: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What is counted.
#[derive(Default)]
pub struct Figures {
    /// Answers that were there already.
    pub hits: Counter,
    /// Public pages that had to be made.
    pub misses: Counter,
    /// Pages dropped since something that they show was touched, or the listener was lost.
    pub dropped: Counter,
    /// Pages that had to make room for others.
    pub pushed_out: Counter,
}

/// Answers `GET /metrics` until the process ends.
pub async fn serve_figures(listener: TcpListener, site: Site) -> std::io::Result<()> {
    let show = move || {
        let figures = ([(header::CONTENT_TYPE, KIND)], site.figures());
        async move { figures }
    };
    axum::serve(listener, Router::new().route("/metrics", get(show))).await
}

/// The figures as text. Where nothing is kept there are none.
pub fn written(shelf: Option<&Shelf>) -> String {
    let mut registry = Registry::with_prefix("broadsheet_cache");
    if let Some(shelf) = shelf {
        let figures = &shelf.figures;
        let counted = [
            ("hits", "Answers that were there already", &figures.hits),
            (
                "misses",
                "Public pages that had to be made",
                &figures.misses,
            ),
            ("dropped", "Pages dropped for a change", &figures.dropped),
            (
                "evicted",
                "Pages that had to make room",
                &figures.pushed_out,
            ),
        ];
        for (name, help, counter) in counted {
            registry.register(name, help, counter.clone());
        }
        let (bytes, pages) = shelf.size();
        let size = <Gauge>::default();
        size.set(i64::try_from(bytes).unwrap_or(i64::MAX));
        registry.register_with_unit("size", "What pages take in memory", Unit::Bytes, size);
        let number = <Gauge>::default();
        number.set(i64::try_from(pages).unwrap_or(i64::MAX));
        registry.register("pages", "Pages kept", number);
    }
    let mut text = String::new();
    encode(&mut text, &registry).expect("a String takes any text");
    text
}
