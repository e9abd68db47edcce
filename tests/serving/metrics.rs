//! Tests of the metrics of the page cache, and of the memory settings of the process.

use std::fs;
use std::net::{SocketAddr, TcpListener};

use crate::support::cluster::folder;
use crate::support::server::{Server, get_at};
use crate::welcome_path;

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a local address")
}

/// Returns the value of the metric with this name in OpenMetrics text.
fn value(metrics: &str, name: &str) -> u64 {
    let line = metrics
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("no {name} in:\n{metrics}"))
}

#[test]
fn cache_metrics_are_served_on_a_separate_port() {
    let address = free_address();
    let settings = [("BROADSHEET_METRICS_LISTEN", &*address.to_string())];
    let server = Server::start_with(&folder("data"), &settings);
    let metrics = || {
        let response = get_at(address, "/metrics").expect("a response");
        assert_eq!(response.status, 200);
        let kind = response
            .header("content-type")
            .expect("the response has a content type");
        assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
        assert!(
            response.body.trim_end().ends_with("# EOF"),
            "{}",
            response.body
        );
        response.body
    };
    let path = welcome_path(&server);
    let before = metrics();
    for _ in 0..3 {
        assert_eq!(server.get(&path).status, 200);
    }
    let after = metrics();
    let difference = |name| value(&after, name) - value(&before, name);
    assert_eq!(difference("broadsheet_cache_misses_total"), 1);
    assert_eq!(difference("broadsheet_cache_hits_total"), 2);
    assert_eq!(difference("broadsheet_cache_pages"), 1);
    assert!(difference("broadsheet_cache_size_bytes") > 1000);
    // Neither port serves what belongs to the other.
    assert_eq!(server.get("/metrics").status, 404);
    assert_eq!(get_at(address, "/").expect("a response").status, 404);
}

#[test]
fn a_site_without_a_cache_serves_the_same_pages() {
    let address = free_address();
    let settings = [
        ("BROADSHEET_CACHE_MB", "0"),
        ("BROADSHEET_METRICS_LISTEN", &*address.to_string()),
    ];
    let server = Server::start_with(&folder("data"), &settings);
    let path = welcome_path(&server);
    let [first, second] = [server.get(&path), server.get(&path)];
    assert_eq!((first.status, second.status), (200, 200));
    assert!(
        first.body == second.body,
        "both responses contain the same page"
    );
    let metrics = get_at(address, "/metrics").expect("a response").body;
    assert!(!metrics.contains("broadsheet_cache_hits"), "{metrics}");
}

#[test]
fn transparent_huge_pages_are_disabled() {
    let server = Server::new();
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid()))
        .expect("the server is running");
    let is_enabled = status
        .lines()
        .find_map(|line| line.strip_prefix("THP_enabled:"));
    assert_eq!(is_enabled.map(str::trim), Some("0"), "{status}");
}
