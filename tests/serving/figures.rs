//! What the program tells whoever watches it, and what it asks of the system.

use std::fs;
use std::net::{SocketAddr, TcpListener};

use crate::support::cluster::folder;
use crate::support::server::{Server, get_at};
use crate::welcome_path;

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address")
}

/// The number beside a name, of what is told.
fn figure(told: &str, name: &str) -> u64 {
    let line = told
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("{name} is not told:\n{told}"))
}

#[test]
fn figures_on_the_cache_are_told_at_an_address_of_their_own() {
    let address = free_address();
    let settings = [("BROADSHEET_METRICS_LISTEN", &*address.to_string())];
    let server = Server::start_with(&folder("data"), &settings);
    let told = || {
        let answer = get_at(address, "/metrics").expect("an answer");
        assert_eq!(answer.status, 200);
        let kind = answer.header("content-type").expect("a type");
        assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
        assert!(answer.body.trim_end().ends_with("# EOF"), "{}", answer.body);
        answer.body
    };
    let path = welcome_path(&server);
    let before = told();
    for _ in 0..3 {
        assert_eq!(server.get(&path).status, 200);
    }
    let after = told();
    let more = |name| figure(&after, name) - figure(&before, name);
    assert_eq!(more("broadsheet_cache_misses_total"), 1);
    assert_eq!(more("broadsheet_cache_hits_total"), 2);
    assert_eq!(more("broadsheet_cache_pages"), 1);
    assert!(more("broadsheet_cache_size_bytes") > 1000);
    // Readers are told nothing of it, and whoever watches sees nothing of the site.
    assert_eq!(server.get("/metrics").status, 404);
    assert_eq!(get_at(address, "/").expect("an answer").status, 404);
}

#[test]
fn where_nothing_is_kept_the_site_is_the_same() {
    let address = free_address();
    let settings = [
        ("BROADSHEET_CACHE_MB", "0"),
        ("BROADSHEET_METRICS_LISTEN", &*address.to_string()),
    ];
    let server = Server::start_with(&folder("data"), &settings);
    let path = welcome_path(&server);
    let [first, second] = [server.get(&path), server.get(&path)];
    assert_eq!((first.status, second.status), (200, 200));
    assert!(first.body == second.body, "twice the same page");
    let told = get_at(address, "/metrics").expect("an answer").body;
    assert!(!told.contains("broadsheet_cache_hits"), "{told}");
}

#[test]
fn memory_comes_in_small_pages() {
    let server = Server::new();
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).expect("it runs");
    let large = status
        .lines()
        .find_map(|line| line.strip_prefix("THP_enabled:"));
    assert_eq!(large.map(str::trim), Some("0"), "{status}");
}
