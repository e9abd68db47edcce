//! Where a request comes from. A proxy's word is taken only from a proxy that is trusted.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Once;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use ipnet::IpNet;

use super::error::Error;
use crate::app::App;

/// The address of whoever asks.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

impl FromRequestParts<App> for ClientAddress {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
        let trusted = &app.config.trusted_proxies;
        if is_unlisted_proxy(peer, &parts.headers, trusted) {
            UNLISTED.call_once(|| {
                tracing::warn!(
                    "a proxy on this machine or network says for whom it asks, but BROADSHEET_TRUSTED_PROXIES does not list it: everyone behind it counts as one network, and one person's flood slows all of them"
                );
            });
        }
        Ok(Self(client(peer, &parts.headers, trusted)))
    }
}

/// Said once: it would be said for every request.
static UNLISTED: Once = Once::new();

/// Whether the neighbour that asks looks like a proxy that the settings forgot. A header from afar is anyone's.
fn is_unlisted_proxy(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> bool {
    let is_neighbour = match peer.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    };
    is_neighbour
        && headers.contains_key("x-forwarded-for")
        && !trusted.iter().any(|net| net.contains(&peer.to_canonical()))
}

/// The nearest address in `X-Forwarded-For` that is not a trusted proxy's own, read from the end: what stands further
/// left was written by whoever asked.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|net| net.contains(&address));
    let mut client = peer.to_canonical();
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    for text in forwarded.into_iter().rev() {
        if !is_trusted(client) {
            break;
        }
        match text.parse::<IpAddr>() {
            Ok(address) => client = address.to_canonical(),
            Err(_) => break,
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        client(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a_neighbour_that_speaks_for_others_is_noticed() {
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
    fn a_stranger_is_not_believed() {
        assert_eq!(
            seen("203.0.113.9", &["198.51.100.1"], &["10.0.0.0/8"]),
            "203.0.113.9"
        );
    }

    #[test]
    fn a_trusted_proxy_is_believed_up_to_what_it_wrote_itself() {
        let trusted = ["10.0.0.0/8"];
        assert_eq!(
            seen("10.0.0.1", &["198.51.100.1"], &trusted),
            "198.51.100.1"
        );
        assert_eq!(
            seen("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.2"], &trusted),
            "198.51.100.1"
        );
        assert_eq!(
            seen("10.0.0.1", &["1.1.1.1", "198.51.100.1"], &trusted),
            "198.51.100.1"
        );
        assert_eq!(seen("10.0.0.1", &["nonsense"], &trusted), "10.0.0.1");
        assert_eq!(
            seen("::ffff:10.0.0.1", &["198.51.100.1"], &trusted),
            "198.51.100.1"
        );
    }
}
