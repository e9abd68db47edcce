//! `Last-Modified` of cached pages, and the `If-Modified-Since` that answers it (RFC 9110, sections 8.8.2 and 13.1.3).
//!
//! The header counts seconds, and a page can change twice in one. A client that knows only this header must not be told
//! that nothing has changed, so two versions of a page never state the same second.

use std::time::{Duration, SystemTime};

use axum::http::{HeaderMap, HeaderValue, header};

use crate::clock::Ts;

const MICROS_PER_SECOND: i64 = 1_000_000;

/// Second that a version of a page states as its last modification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModificationTime(i64);

impl ModificationTime {
    /// Returns the second for a page whose render begins at `now`. `invalidated_at` is the time of the last invalidation:
    /// versions from before it may state any second up to that one.
    pub fn new(now: Ts, invalidated_at: Ts) -> Self {
        Self(to_second(now).max(to_second(invalidated_at) + 1))
    }

    /// Returns whether a page with this time can expire within the second, so that the next version could state it, too.
    pub fn is_ambiguous(self, expires_at: Option<Ts>) -> bool {
        expires_at.is_some_and(|expires_at| to_second(expires_at) <= self.0)
    }

    /// Returns whether a response at `now` may state the time. A time in the future is not allowed.
    pub fn has_come(self, now: Ts) -> bool {
        to_second(now) >= self.0
    }

    /// Formats the time as an HTTP date. Returns `None` before the Unix epoch.
    pub fn to_header(self) -> Option<HeaderValue> {
        let seconds = Duration::from_secs(self.0.try_into().ok()?);
        let text = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + seconds);
        HeaderValue::try_from(text).ok()
    }

    /// Returns whether `If-Modified-Since` states exactly this time. Later times do not count: they come from a clock that
    /// may differ from this one, such as that of another server of the site.
    pub fn is_known_to(self, request_headers: &HeaderMap) -> bool {
        let mut values = request_headers.get_all(header::IF_MODIFIED_SINCE).iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return false;
        };
        let known = value.to_str().ok().map(httpdate::parse_http_date);
        let Some(Ok(known)) = known else {
            return false;
        };
        known
            .duration_since(SystemTime::UNIX_EPOCH)
            .is_ok_and(|known| i64::try_from(known.as_secs()) == Ok(self.0))
    }
}

fn to_second(time: Ts) -> i64 {
    time.unix_micros().div_euclid(MICROS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Ts {
        Ts::new(time.parse().unwrap())
    }

    fn known(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::IF_MODIFIED_SINCE, value.parse().unwrap())])
    }

    #[test]
    fn two_versions_of_a_page_never_state_the_same_second() {
        let long_ago = at("2026-11-01T00:00:00Z");
        let first = ModificationTime::new(at("2026-11-30T10:00:00.2Z"), long_ago);
        let changed = at("2026-11-30T10:00:00.5Z");
        let second = ModificationTime::new(at("2026-11-30T10:00:00.6Z"), changed);
        assert_ne!(first, second);
        assert!(first.has_come(at("2026-11-30T10:00:00.2Z")));
        assert!(!second.has_come(at("2026-11-30T10:00:00.9Z")));
        assert!(second.has_come(at("2026-11-30T10:00:01Z")));
        // Stated at last, and changed again in the same second.
        let third =
            ModificationTime::new(at("2026-11-30T10:00:01.3Z"), at("2026-11-30T10:00:01.1Z"));
        assert_ne!(second, third);
        // The clock was set back.
        let fourth = ModificationTime::new(at("2026-11-30T09:00:00Z"), at("2026-11-30T10:00:02Z"));
        assert_ne!(third, fourth);
    }

    #[test]
    fn a_page_that_expires_within_its_second_states_none() {
        let time = ModificationTime::new(at("2026-11-30T10:00:00.2Z"), Ts::EPOCH);
        assert!(time.is_ambiguous(Some(at("2026-11-30T10:00:00.5Z"))));
        assert!(!time.is_ambiguous(Some(at("2026-11-30T10:00:01Z"))));
        assert!(!time.is_ambiguous(None));
    }

    #[test]
    fn only_the_stated_time_is_known() {
        let time = ModificationTime::new(at("2026-11-30T10:00:00Z"), Ts::EPOCH);
        let stated = "Mon, 30 Nov 2026 10:00:00 GMT";
        assert_eq!(time.to_header().unwrap(), stated);
        assert!(time.is_known_to(&known(stated)));
        for other in [
            "Mon, 30 Nov 2026 10:00:01 GMT",
            "Mon, 30 Nov 2026 09:59:59 GMT",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "2026-11-30T10:00:00Z",
            "nonsense",
            "",
        ] {
            assert!(!time.is_known_to(&known(other)), "{other}");
        }
        let mut twice = known(stated);
        twice.append(header::IF_MODIFIED_SINCE, stated.parse().unwrap());
        assert!(!time.is_known_to(&twice));
        assert!(!time.is_known_to(&HeaderMap::new()));
    }
}
