//! Counters of what was refused, by which an operator sees an attack.

use prometheus_client::encoding::text::encode_registry;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// Counters of refusals since the start of the process.
#[derive(Default)]
pub struct RefusalMetrics {
    responses: Family<[(&'static str, u64); 1], Counter>,
    access: Family<[(&'static str, &'static str); 1], Counter>,
    /// Connections that were closed without an answer, because their network has its share.
    pub connections: Counter,
}

impl RefusalMetrics {
    /// Counts a response that refuses a request.
    pub fn count_response(&self, status: u16) {
        self.responses
            .get_or_create(&[("status", u64::from(status))])
            .inc();
    }

    /// Counts a refused sign-in or passphrase.
    pub fn count_access(&self, reason: &'static str) {
        self.access.get_or_create(&[("reason", reason)]).inc();
    }

    /// Returns the counters as OpenMetrics text, without its end mark.
    pub fn encode(&self) -> String {
        let mut registry = Registry::with_prefix("broadsheet");
        let responses = self.responses.clone();
        registry.register("refused_requests", "Requests refused", responses);
        let access = self.access.clone();
        registry.register(
            "refused_sign_ins",
            "Passphrases and setup links refused",
            access,
        );
        let connections = self.connections.clone();
        registry.register("refused_connections", "Connections refused", connections);
        let mut text = String::new();
        encode_registry(&mut text, &registry).expect("writing to a String does not fail");
        text
    }
}
