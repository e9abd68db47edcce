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
/// returns the peer's.
fn client_ip(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|net| net.contains(&ip));
    let mut client = peer.to_canonical();
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    // From the end: each proxy appends the peer it saw, and everything further left may be forged by the client.
    for text in forwarded.into_iter().rev() {
        if !is_trusted(client) {
            break;
        }
        match text.parse::<IpAddr>() {
            Ok(ip) => client = ip.to_canonical(),
            Err(_) => break,
        }
    }
    client
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
}
