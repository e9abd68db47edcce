//! Rules of discussion: WordPress's "Discussion Settings", with its defaults.

use std::net::IpAddr;

use url::{Host, Url};

use crate::clock::Ts;

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * 60;

/// Rules for every discussion. The word lists are not part of it, since they may be long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscussionSettings {
    /// Levels of nested comments, within [`DEPTHS`](Self::DEPTHS).
    pub thread_depth: i32,
    /// Whether top-level comments are shown newest first.
    pub newest_first: bool,
    /// Minutes for which its author may edit a comment; 0 means never.
    pub edit_minutes: i32,
    /// Days after which an article closes for comments; 0 means never.
    pub close_after_days: i32,
    /// Days for which the network of a comment is stored, sealed; 0 means it is not.
    pub network_days: i32,
    /// Whether every comment is held.
    pub hold_everything: bool,
    /// Whether comments are held until one by the same commenter was approved.
    pub hold_first_timers: bool,
    /// Whether a known name and email count for that even unverified, though anyone can type them.
    pub trust_unverified: bool,
    /// Number of links from which on a comment is held; 0 means never.
    pub hold_links: i32,
    /// Seconds between two comments from one email or one network; 0 means no limit.
    pub flood_seconds: i32,
    /// The remote spam checker, if one is used.
    pub checker: Option<CheckerSettings>,
    /// Days until spam and trash are deleted; 0 means never.
    pub trash_days: i32,
    /// Whether readers can see how many comments were published and refused, by month and reason.
    pub shows_transparency: bool,
    /// Spam probability in thousandths from which on the classifier marks a comment as spam; 0 means never.
    pub spam_threshold: i32,
}

/// A spam checker with Akismet's protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckerSettings {
    /// Base URL, such as `https://rest.akismet.com`.
    pub url: String,
    pub key_sealed: Vec<u8>,
    /// Fields of a comment that are sent to it, out of [`CheckerSettings::TELLABLE`].
    pub sent_fields: Vec<String>,
}

impl CheckerSettings {
    /// Fields of a comment that may be sent.
    pub const SENDABLE_FIELDS: [&str; 6] =
        ["words", "name", "website", "address", "network", "article"];

    /// Tells whether a URL is safe to send comments to: over TLS, or on this machine.
    pub fn is_safe(url: &Url) -> bool {
        let is_loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(v4)) => v4.is_loopback(),
            Some(Host::Ipv6(v6)) => IpAddr::from(v6).to_canonical().is_loopback(),
            None => return false,
        };
        let is_private = url.scheme() == "https" || (url.scheme() == "http" && is_loopback);
        is_private && url.username().is_empty() && url.password().is_none()
    }

    /// Tells whether a field is sent.
    pub fn sends(&self, what: &str) -> bool {
        self.sent_fields.iter().any(|told| told == what)
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
            trust_unverified: false,
            hold_links: 2,
            flood_seconds: 15,
            checker: None,
            trash_days: 30,
            shows_transparency: false,
            spam_threshold: 0,
        }
    }
}

impl DiscussionSettings {
    /// Bounds of `thread_depth`, as in WordPress.
    pub const THREAD_DEPTHS: std::ops::RangeInclusive<i32> = 2..=10;

    /// Returns the time at which an article closes for comments, if it ever does.
    pub fn closes_at(&self, published_at: Ts) -> Option<Ts> {
        (self.close_after_days > 0)
            .then(|| published_at.plus_seconds(i64::from(self.close_after_days) * DAY))
    }

    /// Tells whether an article has closed for comments by `now`.
    pub fn has_closed(&self, published_at: Option<Ts>, now: Ts) -> bool {
        published_at
            .and_then(|published_at| self.closes_at(published_at))
            .is_some_and(|end| end <= now)
    }

    /// Tells whether comments are accepted now. A page has no `published_at`, and never closes by age.
    pub fn accepts_comments(&self, is_open: bool, published_at: Option<Ts>, now: Ts) -> bool {
        is_open && !self.has_closed(published_at, now)
    }

    /// Returns the time at which comments will close that are open now.
    pub fn upcoming_close(&self, is_open: bool, published_at: Option<Ts>, now: Ts) -> Option<Ts> {
        published_at
            .filter(|_| self.accepts_comments(is_open, published_at, now))
            .and_then(|published_at| self.closes_at(published_at))
    }

    /// Returns the seconds for which its author may edit a comment.
    pub fn edit_seconds(&self) -> i64 {
        i64::from(self.edit_minutes) * MINUTE
    }

    /// Returns the time until which its author may edit a comment.
    pub fn editable_until(&self, created_at: Ts) -> Ts {
        created_at.plus_seconds(self.edit_seconds())
    }

    /// Returns the time until which the network of a comment is stored, if it is stored at all.
    pub fn network_expires_at(&self, now: Ts) -> Option<Ts> {
        (self.network_days > 0).then(|| now.plus_seconds(i64::from(self.network_days) * DAY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_closes_after_exactly_the_days_set() {
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
