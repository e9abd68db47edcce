//! How often one network may do a thing. Kept in memory, a node for itself: it dampens floods, it decides nothing.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// A limit on replies from one network.
pub struct Limits {
    replies: DefaultKeyedRateLimiter<IpAddr>,
}

/// Replies at once from one network before it has to wait: a household or a small newsroom behind one address.
const REPLY_BURST: NonZeroU32 = NonZeroU32::new(10).expect("ten is not zero");
/// After the burst, one reply in this time: WordPress's flood interval is 15 s for one address.
const REPLY_INTERVAL: Duration = Duration::from_secs(6);

impl Default for Limits {
    fn default() -> Self {
        let quota = Quota::with_period(REPLY_INTERVAL)
            .expect("the interval is not zero")
            .allow_burst(REPLY_BURST);
        Self {
            replies: RateLimiter::keyed(quota),
        }
    }
}

impl Limits {
    /// Counts a reply from `address`; `Err` gives the seconds to wait.
    pub fn reply_from(&self, address: IpAddr) -> Result<(), u64> {
        self.replies.check_key(&network(address)).map_err(|until| {
            until
                .wait_time_from(DefaultClock::default().now())
                .as_secs()
                + 1
        })
    }

    /// Forgets networks that have been quiet, so that memory stays bounded.
    pub fn forget_the_quiet(&self) {
        self.replies.retain_recent();
        self.replies.shrink_to_fit();
    }
}

/// The network one customer usually holds: an IPv4 address, or the /64 of an IPv6 one (RFC 6177).
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        v4 @ IpAddr::V4(_) => v4,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_from_one_network_waits_and_others_do_not() {
        let limits = Limits::default();
        let flood: IpAddr = "2001:db8::1".parse().unwrap();
        let neighbour: IpAddr = "2001:db8::2".parse().unwrap();
        for _ in 0..REPLY_BURST.get() {
            limits.reply_from(flood).unwrap();
        }
        let wait = limits.reply_from(neighbour).unwrap_err();
        assert!((1..=7).contains(&wait));
        limits
            .reply_from("2001:db8:0:1::1".parse().unwrap())
            .unwrap();
        limits.reply_from("192.0.2.1".parse().unwrap()).unwrap();
    }
}
