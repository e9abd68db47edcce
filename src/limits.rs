//! How often one network may do a thing. Kept in memory, a node for itself: it dampens floods, it decides nothing.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Limits on what comes from one network.
pub struct Limits {
    replies: DefaultKeyedRateLimiter<IpAddr>,
    signed_acts: DefaultKeyedRateLimiter<IpAddr>,
}

/// Replies at once from one network before it has to wait: a household or a small newsroom behind one address.
const REPLY_BURST: NonZeroU32 = NonZeroU32::new(10).expect("ten is not zero");
/// After the burst, one reply in this time: WordPress's flood interval is 15 s for one address.
const REPLY_INTERVAL: Duration = Duration::from_secs(6);

/// Presses of a button on a signed page at once from one network: a digest, one comment after the other.
const SIGNED_BURST: NonZeroU32 = NonZeroU32::new(60).expect("sixty is not zero");
/// After the burst, one in this time: faster than anyone reads.
const SIGNED_INTERVAL: Duration = Duration::from_secs(1);

impl Default for Limits {
    fn default() -> Self {
        let signed = Quota::with_period(SIGNED_INTERVAL)
            .expect("the interval is not zero")
            .allow_burst(SIGNED_BURST);
        let quota = Quota::with_period(REPLY_INTERVAL)
            .expect("the interval is not zero")
            .allow_burst(REPLY_BURST);
        Self {
            replies: RateLimiter::keyed(quota),
            signed_acts: RateLimiter::keyed(signed),
        }
    }
}

impl Limits {
    /// Counts a reply from `address`; `Err` gives the seconds to wait.
    pub fn reply_from(&self, address: IpAddr) -> Result<(), u64> {
        count(&self.replies, address)
    }

    /// Counts a press of a button on a signed page.
    pub fn signed_act_from(&self, address: IpAddr) -> Result<(), u64> {
        count(&self.signed_acts, address)
    }

    /// Forgets networks that have been quiet, so that memory stays bounded.
    pub fn forget_the_quiet(&self) {
        for limit in [&self.replies, &self.signed_acts] {
            limit.retain_recent();
            limit.shrink_to_fit();
        }
    }
}

fn count(limit: &DefaultKeyedRateLimiter<IpAddr>, address: IpAddr) -> Result<(), u64> {
    limit.check_key(&network(address)).map_err(|until| {
        until
            .wait_time_from(DefaultClock::default().now())
            .as_secs()
            + 1
    })
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
