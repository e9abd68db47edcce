//! Blocked emails, email domains and IP networks.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use super::Email;
use crate::limits::network_of;
use crate::text::input;

/// Shortest prefix of an IP network that may be blocked. A shorter prefix would exclude a continent.
const MIN_PREFIX_V4: u8 = 8;
const MIN_PREFIX_V6: u8 = 16;
/// Prefix length of the IPv6 network of a single customer (RFC 6177).
const CUSTOMER_PREFIX_V6: u8 = 64;
/// Prefix length of the IPv6 range that contains mapped IPv4 addresses (RFC 4291 §2.5.5.2).
const MAPPED_PREFIX_V4: u8 = 96;

/// Domain of an email address that can be blocked, normalised as in [`Email`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockableDomain(String);

impl BlockableDomain {
    /// Parses a domain as a moderator entered it. It may be international, or written as `@example.org` or
    /// `*.example.org`. Rejects a single label such as `org`, because that would block a country.
    pub fn parse(typed: &str) -> Option<Self> {
        let typed = input::address(typed);
        let typed = typed.strip_prefix("*.").unwrap_or(&typed);
        let typed = typed.strip_prefix('@').unwrap_or(typed);
        let typed = typed.strip_suffix('.').unwrap_or(typed);
        if typed.contains('@') {
            return None;
        }
        // Some address in it, so that it is read as the domains of addresses are.
        let email = Email::parse(&format!("a@{typed}")).ok()?;
        Some(Self(email.domain().to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockableNetwork(IpNet);

/// Reason why a text cannot be parsed as a [`BlockableNetwork`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkError {
    /// The text is neither an IP address nor an IP network.
    Malformed,
    /// The IP network is larger than the largest network that may be blocked.
    TooWide,
}

impl BlockableNetwork {
    /// Parses an IP address or IP network as a moderator entered it. A single IPv6 address becomes the /64 network that
    /// contains it.
    pub fn parse(typed: &str) -> Result<Self, NetworkError> {
        let typed = input::address(typed);
        let net = match typed.parse::<IpAddr>() {
            Ok(address) => match network_of(address) {
                IpAddr::V4(v4) => Ipv4Net::from(v4).into(),
                IpAddr::V6(v6) => Ipv6Net::new_assert(v6, CUSTOMER_PREFIX_V6).into(),
            },
            Err(_) => unmap_ipv4(typed.parse().map_err(|_| NetworkError::Malformed)?).trunc(),
        };
        let widest = match net {
            IpNet::V4(_) => MIN_PREFIX_V4,
            IpNet::V6(_) => MIN_PREFIX_V6,
        };
        if net.prefix_len() < widest {
            return Err(NetworkError::TooWide);
        }
        Ok(Self(net))
    }
}

impl std::fmt::Display for BlockableNetwork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Turns an IPv6 network of mapped IPv4 addresses into the IPv4 network. Returns other networks unchanged.
fn unmap_ipv4(net: IpNet) -> IpNet {
    let length = net.prefix_len().checked_sub(MAPPED_PREFIX_V4);
    match (net.addr().to_canonical(), length) {
        (IpAddr::V4(v4), Some(length)) if matches!(net, IpNet::V6(_)) => {
            Ipv4Net::new_assert(v4, length).into()
        }
        _ => net,
    }
}

/// Returns a domain and all its parent domains.
pub fn domains_of(domain: &str) -> Vec<String> {
    let above = domain
        .match_indices('.')
        .map(|(dot, _)| domain[dot + 1..].to_owned());
    [domain.to_owned()].into_iter().chain(above).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blocked_domain_is_normalised_like_the_domain_of_an_email() {
        for (typed, read) in [
            ("example.org", "example.org"),
            (" Mail.Example.ORG. ", "mail.example.org"),
            ("@example.org", "example.org"),
            ("\u{200B}@exam\u{AD}ple.org\u{2069}", "example.org"),
            ("\u{FEFF}*.example.org", "example.org"),
            ("*.example.org", "example.org"),
            ("пошта.укр", "xn--80a1acn3a.xn--j1amh"),
        ] {
            let domain = BlockableDomain::parse(typed).map(|domain| domain.0);
            assert_eq!(domain.as_deref(), Some(read), "{typed}");
        }
        for typed in [
            "",
            "org",
            ".",
            "*.org",
            "ann@example.org",
            "a b.org",
            "192.0.2.1",
            "example..org",
            "https://example.org",
        ] {
            assert_eq!(BlockableDomain::parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn ip_networks_are_parsed_in_every_notation_and_rejected_if_too_large() {
        for (typed, read) in [
            ("192.0.2.7", "192.0.2.7/32"),
            (" 192.0.2.7/24 ", "192.0.2.0/24"),
            ("\u{202A}192.0.2.7/24\u{202C}", "192.0.2.0/24"),
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("2001:db8::7/128", "2001:db8::7/128"),
            ("::ffff:192.0.2.7", "192.0.2.7/32"),
            ("::ffff:192.0.2.7/120", "192.0.2.0/24"),
        ] {
            let network = BlockableNetwork::parse(typed).map(|network| network.to_string());
            assert_eq!(network.as_deref(), Ok(read), "{typed}");
        }
        for (typed, wrong) in [
            ("", NetworkError::Malformed),
            ("192.0.2", NetworkError::Malformed),
            ("192.0.2.1/33", NetworkError::Malformed),
            ("example.org", NetworkError::Malformed),
            ("10.0.0.0/7", NetworkError::TooWide),
            ("0.0.0.0/0", NetworkError::TooWide),
            ("2000::/15", NetworkError::TooWide),
            ("::ffff:0.0.0.0/96", NetworkError::TooWide),
        ] {
            assert_eq!(BlockableNetwork::parse(typed), Err(wrong), "{typed}");
        }
    }
}
