//! Metrics of the cache in the OpenMetrics text format.

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

/// Empty OpenMetrics text, served if the site has no cache.
pub const NO_METRICS: &str = "# EOF\n";

/// Counters of the page cache since the start of the process.
#[derive(Default)]
pub struct CacheMetrics {
    /// Responses served from the cache.
    pub hits: Counter,
    /// Public pages that had to be rendered.
    pub misses: Counter,
    /// Pages invalidated by a change or by the loss of the connection to the database.
    pub dropped: Counter,
    /// Pages evicted to make room for others.
    pub evicted: Counter,
}

impl CacheMetrics {
    /// Returns the counters and the current size of the cache as OpenMetrics text.
    pub fn encode(&self, cached_bytes: u64, cached_pages: u64) -> String {
        let mut registry = Registry::with_prefix("broadsheet_cache");
        for (name, help, counter) in [
            ("hits", "Responses served from the cache", &self.hits),
            ("misses", "Public pages rendered", &self.misses),
            ("dropped", "Pages dropped after a change", &self.dropped),
            ("evicted", "Pages evicted to make room", &self.evicted),
        ] {
            registry.register(name, help, counter.clone());
        }
        let size = gauge(cached_bytes);
        registry.register_with_unit("size", "Memory of the cached pages", Unit::Bytes, size);
        registry.register("pages", "Cached pages", gauge(cached_pages));
        let mut text = String::new();
        encode(&mut text, &registry).expect("writing to a String does not fail");
        text
    }
}

fn gauge(value: u64) -> Gauge {
    let gauge = <Gauge>::default();
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
    gauge
}
