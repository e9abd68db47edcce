//! Limits on what a stranger can cause: rates by IP network, and memory for request bodies. Each server keeps them in memory
//! for itself. They slow down floods of requests; nothing else depends on them.

mod body_budget;

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

pub use body_budget::{BodyBudget, BodyBudgetExhausted};

/// Rate limits on requests from one IP network.
pub struct RateLimits {
    replies: DefaultKeyedRateLimiter<IpAddr>,
    signed_actions: DefaultKeyedRateLimiter<IpAddr>,
    searches: DefaultKeyedRateLimiter<IpAddr>,
    unknown_urls: DefaultKeyedRateLimiter<IpAddr>,
    suggestions: DefaultDirectRateLimiter,
    refusal_lines: DefaultDirectRateLimiter,
}

/// Number of comments that one IP network may post in a row before it has to wait. A household or a small newsroom may
/// share one IP address.
pub const REPLY_BURST: NonZeroU32 = NonZeroU32::new(10).expect("the burst of comments is not zero");
/// Time to wait for each further comment after the burst. WordPress allows one comment per IP address in 15 s.
pub const REPLY_INTERVAL: Duration = Duration::from_secs(6);

/// Number of actions in a row on signed pages (opened from emails) from one IP network, enough for a moderator who works
/// through a digest.
const SIGNED_BURST: NonZeroU32 =
    NonZeroU32::new(60).expect("the burst of signed actions is not zero");
/// Time to wait for each further action on a signed page after the burst. It is shorter than reading takes.
const SIGNED_INTERVAL: Duration = Duration::from_secs(1);

/// Number of searches in a row from one IP network, and the time for one more. Somebody who searches changes the words every
/// few seconds, and an office may share one IP address.
const SEARCH_BURST: NonZeroU32 = NonZeroU32::new(60).expect("the burst of searches is not zero");
const SEARCH_INTERVAL: Duration = Duration::from_secs(1);

/// Number of requests for unknown URLs in a row from one IP network, and the time for one more. A site that moved in with
/// broken links shows a reader a few of them; a scanner asks for thousands.
const UNKNOWN_URL_BURST: NonZeroU32 =
    NonZeroU32::new(100).expect("the burst of unknown URLs is not zero");
const UNKNOWN_URL_INTERVAL: Duration = Duration::from_secs(1);

/// Number of 404 pages in a second, of the whole server, for which similar articles are looked up.
const SUGGESTIONS_PER_SECOND: NonZeroU32 =
    NonZeroU32::new(50).expect("the number of suggestions is not zero");

/// Number of log lines about refused requests in a second. Metrics count the others.
const REFUSAL_LINES_PER_SECOND: NonZeroU32 =
    NonZeroU32::new(10).expect("the number of lines is not zero");

impl Default for RateLimits {
    fn default() -> Self {
        let limiter = |burst, interval| {
            let quota = Quota::with_period(interval).expect("the interval is not zero");
            RateLimiter::keyed(quota.allow_burst(burst))
        };
        Self {
            replies: limiter(REPLY_BURST, REPLY_INTERVAL),
            signed_actions: limiter(SIGNED_BURST, SIGNED_INTERVAL),
            searches: limiter(SEARCH_BURST, SEARCH_INTERVAL),
            unknown_urls: limiter(UNKNOWN_URL_BURST, UNKNOWN_URL_INTERVAL),
            suggestions: RateLimiter::direct(Quota::per_second(SUGGESTIONS_PER_SECOND)),
            refusal_lines: RateLimiter::direct(Quota::per_second(REFUSAL_LINES_PER_SECOND)),
        }
    }
}

impl RateLimits {
    /// Counts a comment. If the limit is exceeded, the error is the number of seconds to wait.
    pub fn check_comment(&self, ip: IpAddr) -> Result<(), u64> {
        count(&self.replies, ip)
    }

    /// Counts an action on a signed page. If the limit is exceeded, the error is the number of seconds to wait.
    pub fn check_signed_action(&self, ip: IpAddr) -> Result<(), u64> {
        count(&self.signed_actions, ip)
    }

    /// Counts a search. If the limit is exceeded, the error is the number of seconds to wait.
    pub fn check_search(&self, ip: IpAddr) -> Result<(), u64> {
        count(&self.searches, ip)
    }

    /// Counts a request for an unknown URL. If the limit is exceeded, the error is the number of seconds to wait.
    pub fn check_unknown_url(&self, ip: IpAddr) -> Result<(), u64> {
        count(&self.unknown_urls, ip)
    }

    /// Counts a 404 page and returns whether it may look up similar articles.
    pub fn may_suggest(&self) -> bool {
        self.suggestions.check().is_ok()
    }

    /// Counts a refused request and returns whether it may be logged.
    pub fn may_log_refusal(&self) -> bool {
        self.refusal_lines.check().is_ok()
    }

    /// Removes the counts of IP networks that are far from any limit, so that memory stays bounded.
    pub fn purge_idle(&self) {
        // The keyed limiters never drop an entry by themselves.
        for limit in [
            &self.replies,
            &self.signed_actions,
            &self.searches,
            &self.unknown_urls,
        ] {
            limit.retain_recent();
            limit.shrink_to_fit();
        }
    }
}

fn count(limit: &DefaultKeyedRateLimiter<IpAddr>, ip: IpAddr) -> Result<(), u64> {
    limit.check_key(&network_of(ip)).map_err(|until| {
        until
            .wait_time_from(DefaultClock::default().now())
            .as_secs()
            // Rounded up, so that trying again after this wait succeeds.
            + 1
    })
}

/// Returns the IP network that usually belongs to one customer: a single IPv4 address, or a /64 of IPv6 (RFC 6177).
pub fn network_of(ip: IpAddr) -> IpAddr {
    // On a socket for both families IPv4 clients have mapped IPv6 addresses, and all of those are in one /64.
    match ip.to_canonical() {
        v4 @ IpAddr::V4(_) => v4,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
    }
}

/// Returns the IP network that one customer can have at most: a single IPv4 address, or a /48 of IPv6 (RFC 6177).
pub fn site_network_of(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        v4 @ IpAddr::V4(_) => v4,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 80))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_comments_limits_only_its_own_ip_network() {
        let limits = RateLimits::default();
        let flood: IpAddr = "2001:db8::1".parse().unwrap();
        let neighbour: IpAddr = "2001:db8::2".parse().unwrap();
        for _ in 0..REPLY_BURST.get() {
            limits.check_comment(flood).unwrap();
        }
        let wait = limits.check_comment(neighbour).unwrap_err();
        assert!((1..=7).contains(&wait));
        limits
            .check_comment("2001:db8:0:1::1".parse().unwrap())
            .unwrap();
        limits.check_comment("192.0.2.1".parse().unwrap()).unwrap();
    }
}
