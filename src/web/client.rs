//! IP address of the client. `X-Forwarded-For` is used only if a trusted proxy sent it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Once;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use ipnet::IpNet;

use super::error::Error;
use crate::app::App;

/// IP address of the client. If the request came through trusted proxies, it is the address from which they were called.
#[derive(Clone, Copy, Debug)]
pub struct ClientIp(pub IpAddr);

impl FromRequestParts<App> for ClientIp {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            // Tests drive the router without a socket, so that there is no peer.
            .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
        let trusted = &app.config.trusted_proxies;
        if is_unlisted_proxy(peer, &parts.headers, trusted) {
            // Once per process: every request through that proxy would log it.
            UNLISTED_PROXY_WARNING.call_once(|| {
                tracing::warn!(
                    "a proxy in this network sends X-Forwarded-For but is not listed in BROADSHEET_TRUSTED_PROXIES; all visitors behind it share one rate limit until it is"
                );
            });
        }
        Ok(Self(client_ip(peer, &parts.headers, trusted)))
    }
}

static UNLISTED_PROXY_WARNING: Once = Once::new();

/// Returns whether the peer looks like a proxy that is missing from the settings. Only peers with a local IP address
/// count, since anyone else may send `X-Forwarded-For` as well.
fn is_unlisted_proxy(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> bool {
    let is_local = match peer.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    };
    is_local
        && headers.contains_key("x-forwarded-for")
        && !trusted.iter().any(|net| net.contains(&peer.to_canonical()))
}

/// Returns the last IP address in `X-Forwarded-For` that is not a trusted proxy. If the peer itself is not trusted,
/// returns the peer's. An entry that is no IP address, such as `unknown`, ends the search: its proxy's address counts.
fn client_ip(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|net| net.contains(&ip));
    let mut client = peer.to_canonical();
    let lines = headers.get_all("x-forwarded-for").iter();
    // A line that is not ASCII stays as an entry that ends the search; without it, the next would be taken for its proxy.
    let forwarded: Vec<&str> = lines
        .flat_map(|line| line.to_str().unwrap_or_default().split(','))
        .collect();
    // From the end: each proxy appends the peer it saw, and everything further left may be forged by the client.
    for entry in forwarded.into_iter().rev() {
        if !is_trusted(client) {
            break;
        }
        match parse_forwarded_ip(entry) {
            Some(ip) => client = ip.to_canonical(),
            None => break,
        }
    }
    client
}

/// Parses an entry of `X-Forwarded-For`: an IP address, which some proxies write in brackets or with a port or an IPv6
/// zone.
fn parse_forwarded_ip(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim().trim_matches('"');
    if let Ok(ip) = entry.parse() {
        return Some(ip);
    }
    // Of IPv4, only the standard library's strict form, so that `0x7f.1:80` is refused like `0x7f.1`.
    if let Ok(v4) = entry.parse::<SocketAddr>()
        && v4.is_ipv4()
    {
        return Some(v4.ip());
    }
    let (bracketed, port) = match entry.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => (entry, ""),
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok();
    if !(port.is_empty() || port.strip_prefix(':').is_some_and(is_port)) {
        return None;
    }
    // A zone names an interface of the proxy, and is not part of the client's address (RFC 4007, section 11).
    let (ip, zone) = bracketed.split_once('%').unwrap_or((bracketed, "0"));
    (!zone.is_empty()).then(|| ip.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client_seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        client_ip(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a_local_proxy_that_the_settings_do_not_list_is_detected() {
        let mut headers = HeaderMap::new();
        let is_noticed = |peer: &str, headers: &HeaderMap, trusted: &[IpNet]| {
            is_unlisted_proxy(peer.parse().unwrap(), headers, trusted)
        };
        assert!(!is_noticed("127.0.0.1", &headers, &[]));
        headers.append("x-forwarded-for", "198.51.100.1".parse().unwrap());
        assert!(is_noticed("127.0.0.1", &headers, &[]));
        assert!(is_noticed("::ffff:10.0.0.1", &headers, &[]));
        assert!(!is_noticed("203.0.113.9", &headers, &[]));
        assert!(!is_noticed(
            "10.0.0.1",
            &headers,
            &["10.0.0.0/8".parse().unwrap()]
        ));
    }

    #[test]
    fn x_forwarded_for_of_an_untrusted_peer_is_ignored() {
        assert_eq!(
            client_seen("203.0.113.9", &["198.51.100.1"], &["10.0.0.0/8"]),
            "203.0.113.9"
        );
    }

    #[test]
    fn only_ip_addresses_appended_by_trusted_proxies_are_used() {
        let trusted = ["10.0.0.0/8"];
        assert_eq!(
            client_seen("10.0.0.1", &["198.51.100.1"], &trusted),
            "198.51.100.1"
        );
        assert_eq!(
            client_seen("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.2"], &trusted),
            "198.51.100.1"
        );
        assert_eq!(
            client_seen("10.0.0.1", &["1.1.1.1", "198.51.100.1"], &trusted),
            "198.51.100.1"
        );
        assert_eq!(client_seen("10.0.0.1", &["nonsense"], &trusted), "10.0.0.1");
        assert_eq!(
            client_seen("::ffff:10.0.0.1", &["198.51.100.1"], &trusted),
            "198.51.100.1"
        );
    }

    #[test]
    fn entries_with_a_port_brackets_or_a_zone_are_read() {
        for (entry, ip) in [
            ("203.0.113.7:4711", "203.0.113.7"),
            ("203.0.113.7:0", "203.0.113.7"),
            ("\"203.0.113.7:4711\"", "203.0.113.7"),
            ("2001:db8::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:1234", "2001:db8::1"),
            ("\"[2001:DB8::1]:1234\"", "2001:db8::1"),
            // Without brackets, the last group is part of the address.
            ("2001:db8::1:1234", "2001:db8::1:1234"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("[::ffff:203.0.113.7]:80", "203.0.113.7"),
            ("[::ffff:cb00:7107]", "203.0.113.7"),
            ("fe80::1%eth0", "fe80::1"),
            ("[fe80::1%25eth0]:443", "fe80::1"),
            ("  203.0.113.7:4711\t", "203.0.113.7"),
        ] {
            assert_eq!(
                client_seen("10.0.0.1", &[entry], &["10.0.0.0/8"]),
                ip,
                "{entry}"
            );
        }
    }

    #[test]
    fn entries_that_are_no_ip_address_end_the_search() {
        for entry in [
            "unknown",
            "_hidden",
            "_SEVKISEK:80",
            "",
            ",",
            "203.0.113.7:",
            "203.0.113.7:port",
            "203.0.113.7:70000",
            "203.0.113.7 198.51.100.1",
            "0x7f.1",
            "0x7f.1:80",
            "[203.0.113.7",
            "[]:80",
            "[2001:db8::1]80",
            "[2001:db8::1]:",
            "[2001:db8::1]:1:2",
            "2001:db8::1]:80",
            "fe80::1%",
            "example.org",
        ] {
            let forged = format!("198.51.100.1, {entry}");
            assert_eq!(
                client_seen("10.0.0.1", &[&forged], &["10.0.0.0/8"]),
                "10.0.0.1",
                "{entry}"
            );
        }
    }

    #[test]
    fn ports_and_several_header_lines_hide_no_trusted_proxy() {
        let trusted = ["10.0.0.0/8", "2001:db8:1::/48"];
        for lines in [
            &["1.1.1.1:5, 198.51.100.1:4711, 10.0.0.2:80"][..],
            &["1.1.1.1", "198.51.100.1:4711", "[2001:db8:1::7]:443"],
            &[
                "1.1.1.1",
                "198.51.100.1",
                "::ffff:10.0.0.3,[::ffff:10.0.0.2]:1",
            ],
        ] {
            assert_eq!(
                client_seen("10.0.0.1", lines, &trusted),
                "198.51.100.1",
                "{lines:?}"
            );
        }
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "198.51.100.1".parse().unwrap());
        let not_ascii = axum::http::HeaderValue::from_bytes(b"\xff").unwrap();
        headers.append("x-forwarded-for", not_ascii);
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        assert_eq!(
            client_ip(proxy, &headers, &["10.0.0.0/8".parse().unwrap()]),
            proxy
        );
    }
}
