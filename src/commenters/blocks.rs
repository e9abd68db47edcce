//! Blocked emails, domains and networks.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use sqlx::PgConnection;

use super::Email;
use crate::accounts::Moderator;
use crate::clock::Ts;
use crate::ids::CommenterId;
use crate::limits::network_of;

/// The largest networks that may be blocked; a shorter prefix would exclude a continent.
const MIN_PREFIX_V4: u8 = 8;
const MIN_PREFIX_V6: u8 = 16;
/// The prefix of one customer's IPv6 network (RFC 6177).
const CUSTOMER_PREFIX_V6: u8 = 64;
/// The prefix of IPv4 addresses mapped into IPv6 (RFC 4291 §2.5.5.2).
const MAPPED_PREFIX_V4: u8 = 96;

/// An email's domain, normalised as in [`Email`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockableDomain(String);

impl BlockableDomain {
    /// Parses a domain as typed, international or not; accepts `@example.org` and `*.example.org`. Rejects a single label
    /// such as `org`, which would block a country.
    pub fn parse(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        let typed = typed.strip_prefix("*.").unwrap_or(typed);
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

/// A network that can be blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockableNetwork(IpNet);

/// The reason why a text is no [`BlockableNetwork`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkError {
    /// Neither an IP address nor a network.
    Malformed,
    /// Larger than the largest network that may be blocked.
    TooWide,
}

impl BlockableNetwork {
    /// Parses an IP address or a network as typed. A single IPv6 address becomes its customer's network.
    pub fn parse(typed: &str) -> Result<Self, NetworkError> {
        let typed = typed.trim();
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

/// Turns a network of mapped IPv4 addresses into the IPv4 network.
fn unmap_ipv4(net: IpNet) -> IpNet {
    let length = net.prefix_len().checked_sub(MAPPED_PREFIX_V4);
    match (net.addr().to_canonical(), length) {
        (IpAddr::V4(v4), Some(length)) if matches!(net, IpNet::V6(_)) => {
            Ipv4Net::new_assert(v4, length).into()
        }
        _ => net,
    }
}

/// A blocked email, which is never shown.
pub struct BlockedEmail {
    /// Not for pages: it would tell whether somebody commented here before.
    pub id: CommenterId,
    pub at: Ts,
    pub by: Option<String>,
}

/// A blocked domain or network.
pub struct BlockedPlace {
    pub place: String,
    pub at: Ts,
    pub by: Option<String>,
}

/// Lists the blocked emails, newest block first.
pub async fn addresses(
    db: &mut PgConnection,
    _moderator: &Moderator,
) -> sqlx::Result<Vec<BlockedEmail>> {
    sqlx::query_as!(
        BlockedEmail,
        r#"select commenters.id, blocked_at as "at!", accounts.name as "by?"
           from commenters left join accounts on accounts.id = blocked_by
           where blocked_at is not null order by blocked_at desc, commenters.id desc"#
    )
    .fetch_all(db)
    .await
}

/// Lists the blocked domains by name.
pub async fn domains(
    db: &mut PgConnection,
    _moderator: &Moderator,
) -> sqlx::Result<Vec<BlockedPlace>> {
    sqlx::query_as!(
        BlockedPlace,
        r#"select domain as place, blocked_at as at, accounts.name as "by?"
           from blocked_domains left join accounts on accounts.id = blocked_by order by domain"#
    )
    .fetch_all(db)
    .await
}

/// Lists the blocked networks in order.
pub async fn networks(
    db: &mut PgConnection,
    _moderator: &Moderator,
) -> sqlx::Result<Vec<BlockedPlace>> {
    sqlx::query_as!(
        BlockedPlace,
        r#"select network::text as "place!", blocked_at as at, accounts.name as "by?"
           from blocked_networks left join accounts on accounts.id = blocked_by order by network"#
    )
    .fetch_all(db)
    .await
}

/// Blocks a commenter's email; returns whether it was not blocked before.
pub async fn block(
    db: &mut PgConnection,
    moderator: &Moderator,
    id: CommenterId,
    now: Ts,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update commenters set blocked_at = $2, blocked_by = $3 where id = $1 and blocked_at is null",
        id.0,
        now as Ts,
        moderator.id.0,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Unblocks a commenter's email; returns whether it was blocked.
pub async fn unblock(
    db: &mut PgConnection,
    _moderator: &Moderator,
    id: CommenterId,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update commenters set blocked_at = null, blocked_by = null where id = $1 and blocked_at is not null",
        id.0,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Blocks a domain with its subdomains; returns whether it was not blocked before.
pub async fn block_domain(
    db: &mut PgConnection,
    moderator: &Moderator,
    domain: &BlockableDomain,
    now: Ts,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into blocked_domains (domain, blocked_by, blocked_at) values ($1, $2, $3) on conflict do nothing",
        domain.as_str(),
        moderator.id.0,
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Unblocks a domain; returns whether it was blocked.
pub async fn unblock_domain(
    db: &mut PgConnection,
    _moderator: &Moderator,
    domain: &BlockableDomain,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from blocked_domains where domain = $1",
        domain.as_str()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Blocks a network; returns whether it was not blocked before.
pub async fn block_network(
    db: &mut PgConnection,
    moderator: &Moderator,
    network: BlockableNetwork,
    now: Ts,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into blocked_networks (network, blocked_by, blocked_at) values ($1::text::cidr, $2, $3) on conflict do nothing",
        network.to_string(),
        moderator.id.0,
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Unblocks a network; returns whether it was blocked.
pub async fn unblock_network(
    db: &mut PgConnection,
    _moderator: &Moderator,
    network: BlockableNetwork,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "delete from blocked_networks where network = $1::text::cidr",
        network.to_string(),
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
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
    fn a_domain_is_read_as_the_domain_of_an_address_is() {
        for (typed, read) in [
            ("example.org", "example.org"),
            (" Mail.Example.ORG. ", "mail.example.org"),
            ("@example.org", "example.org"),
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
    fn a_network_is_read_in_every_form_and_not_wider_than_it_may_be() {
        for (typed, read) in [
            ("192.0.2.7", "192.0.2.7/32"),
            (" 192.0.2.7/24 ", "192.0.2.0/24"),
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
