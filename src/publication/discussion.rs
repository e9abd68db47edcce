//! How a publication's discussions are kept: WordPress's "Discussion Settings", with its defaults.

use std::net::IpAddr;

use url::{Host, Url};

use crate::clock::Ts;

/// Seconds of a minute and of a day.
const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * 60;

/// What holds for every discussion. The words that replies are held for are kept apart: they may be long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscussionSettings {
    /// Levels of answers that are shown indented, [`DEPTHS`](Self::DEPTHS).
    pub thread_depth: i32,
    /// The newest top-level reply stands first.
    pub newest_first: bool,
    /// Minutes for which its author may change a comment; 0 is not at all.
    pub edit_minutes: i32,
    /// Days after which an article takes no more replies; 0 is never.
    pub close_after_days: i32,
    /// Days for which the network a comment came from is kept, sealed; 0 is not at all.
    pub network_days: i32,
    /// Every reply waits for a moderator.
    pub hold_everything: bool,
    /// Replies wait until one by the same person was approved.
    pub hold_first_timers: bool,
    /// A name and an address that were approved before are enough for that, though anyone can type them.
    pub trust_unproven: bool,
    /// Links from which on a reply waits; 0 is never.
    pub hold_links: i32,
    /// Seconds between two replies from one address or one network; 0 is none.
    pub flood_seconds: i32,
    /// The remote checker, if one is asked.
    pub checker: Option<CheckerSettings>,
    /// Days for which spam and trash are kept; 0 is for ever.
    pub trash_days: i32,
    /// Readers are shown how much was published and refused, by month and reason.
    pub shows_transparency: bool,
    /// From which likelihood on, in thousandths, what the site has learnt decides that something is spam; 0 is never.
    pub learned_spam_from: i32,
}

/// A checker that speaks Akismet's protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckerSettings {
    /// Where it answers, such as `https://rest.akismet.com`.
    pub url: String,
    /// Its key, sealed.
    pub key_sealed: Vec<u8>,
    /// What it is told, by the words of [`CheckerSettings::TELLABLE`].
    pub told: Vec<String>,
}

impl CheckerSettings {
    /// What a checker may be told of a comment.
    pub const TELLABLE: [&str; 6] = ["words", "name", "website", "address", "network", "article"];

    /// Whether a checker at this address may be asked: what it is told goes over TLS, or does not leave the machine.
    pub fn is_safe(url: &Url) -> bool {
        let is_near = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(v4)) => v4.is_loopback(),
            Some(Host::Ipv6(v6)) => IpAddr::from(v6).to_canonical().is_loopback(),
            None => return false,
        };
        let is_closed = url.scheme() == "https" || (url.scheme() == "http" && is_near);
        is_closed && url.username().is_empty() && url.password().is_none()
    }

    /// Whether the checker is told `what`.
    pub fn is_told(&self, what: &str) -> bool {
        self.told.iter().any(|told| told == what)
    }
}

impl Default for DiscussionSettings {
    fn default() -> Self {
        Self {
            thread_depth: 5,
            newest_first: false,
            edit_minutes: 15,
            close_after_days: 0,
            network_days: 30,
            hold_everything: false,
            hold_first_timers: true,
            trust_unproven: false,
            hold_links: 2,
            flood_seconds: 15,
            checker: None,
            trash_days: 30,
            shows_transparency: false,
            learned_spam_from: 0,
        }
    }
}

impl DiscussionSettings {
    /// What a thread's depth may be: WordPress's own bounds.
    pub const DEPTHS: std::ops::RangeInclusive<i32> = 2..=10;

    /// When an article of that moment takes no more replies, if it ever closes.
    pub fn closes_at(&self, published_at: Ts) -> Option<Ts> {
        (self.close_after_days > 0)
            .then(|| published_at.plus_seconds(i64::from(self.close_after_days) * DAY))
    }

    /// Whether an article of that moment has become too old for replies by `now`.
    pub fn has_closed(&self, published_at: Option<Ts>, now: Ts) -> bool {
        published_at
            .and_then(|moment| self.closes_at(moment))
            .is_some_and(|end| end <= now)
    }

    /// Whether what stands open for replies takes them now. What does not grow old, a page, has no moment.
    pub fn takes_replies(&self, is_open: bool, published_at: Option<Ts>, now: Ts) -> bool {
        is_open && !self.has_closed(published_at, now)
    }

    /// When what takes replies now will take none any more, if that is set. What takes none does not change.
    pub fn closes_later(&self, is_open: bool, published_at: Option<Ts>, now: Ts) -> Option<Ts> {
        published_at
            .filter(|_| self.takes_replies(is_open, published_at, now))
            .and_then(|moment| self.closes_at(moment))
    }

    /// Seconds for which its author may change a comment.
    pub fn editable_for(&self) -> i64 {
        i64::from(self.edit_minutes) * MINUTE
    }

    /// Until when a comment of that moment may be changed by its author.
    pub fn editable_until(&self, created_at: Ts) -> Ts {
        created_at.plus_seconds(self.editable_for())
    }

    /// Until when the network of a comment of that moment is kept, if it is at all.
    pub fn network_until(&self, now: Ts) -> Option<Ts> {
        (self.network_days > 0).then(|| now.plus_seconds(i64::from(self.network_days) * DAY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_closes_to_the_second() {
        let begun = Ts::EPOCH;
        let mut settings = DiscussionSettings::default();
        assert!(!settings.has_closed(Some(begun), begun.plus_seconds(400 * DAY)));
        settings.close_after_days = 14;
        for (seconds, closed) in [(0, false), (14 * DAY - 1, false), (14 * DAY, true)] {
            assert_eq!(
                settings.has_closed(Some(begun), begun.plus_seconds(seconds)),
                closed
            );
        }
        assert!(!settings.has_closed(None, begun));
    }
}
