//! Discussion settings, named after WordPress's "Discussion Settings" and with the same defaults.

use std::net::IpAddr;

use url::{Host, Url};

use crate::clock::Ts;

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * 60;

/// Settings for all discussions. The word lists are stored separately, because they may be long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiscussionSettings {
    /// Number of levels of nested comments, within [`THREAD_DEPTHS`](Self::THREAD_DEPTHS).
    pub thread_depth: i32,
    /// Whether top-level comments are shown newest first.
    pub newest_first: bool,
    /// Minutes for which authors may edit their comments; 0 means not at all.
    pub edit_minutes: i32,
    /// Days after which an article closes for comments; 0 means that it never closes.
    pub close_after_days: i32,
    /// Days for which the IP network of a comment is stored, encrypted; 0 means that it is not stored.
    pub network_days: i32,
    /// Whether every comment is held.
    pub hold_everything: bool,
    /// Whether comments are held until the commenter has an approved comment.
    pub hold_first_timers: bool,
    /// Whether the same name and email as in an approved comment make a commenter known without verification, although
    /// anyone can enter them.
    pub trust_unverified: bool,
    /// Minimum number of links for which a comment is held; 0 means that links are not counted.
    pub hold_links: i32,
    /// Shortest pause in seconds between two comments from the same email or the same IP network; 0 means no limit.
    pub flood_seconds: i32,
    /// The remote spam checker. `None` if the site uses none.
    pub checker: Option<CheckerSettings>,
    /// Days after which comments in spam and trash are erased; 0 means never.
    pub trash_days: i32,
    /// Whether readers can see the transparency report: how many comments were published and refused, by month and
    /// reason.
    pub shows_transparency: bool,
    /// Lowest predicted spam probability, in thousandths, for which a comment becomes spam; 0 means that predictions are
    /// not used.
    pub spam_threshold: i32,
}

/// Settings of a remote spam checker that uses Akismet's protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckerSettings {
    /// Base URL of the spam checker, such as `https://rest.akismet.com`.
    pub url: String,
    pub key_sealed: Vec<u8>,
    /// Fields of a comment that are sent to the spam checker, a subset of [`CheckerSettings::SENDABLE_FIELDS`].
    pub sent_fields: Vec<String>,
}

impl CheckerSettings {
    /// Fields of a comment that may be sent to the spam checker.
    pub const SENDABLE_FIELDS: [&str; 6] =
        ["words", "name", "website", "address", "network", "article"];

    /// Returns whether comments may be sent to a URL: over TLS, or to this machine.
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

    /// Returns whether a field of a comment is sent to the spam checker.
    pub fn sends(&self, what: &str) -> bool {
        self.sent_fields.iter().any(|sent| sent == what)
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
    /// Bounds of `thread_depth`, the same as in WordPress.
    pub const THREAD_DEPTHS: std::ops::RangeInclusive<i32> = 2..=10;

    /// Returns the time at which an article closes for comments because of its age. Returns `None` if it never does.
    pub fn closes_at(&self, published_at: Ts) -> Option<Ts> {
        (self.close_after_days > 0)
            .then(|| published_at.plus_seconds(i64::from(self.close_after_days) * DAY))
    }

    /// Returns whether an article has closed for comments by `now` because of its age.
    pub fn has_closed(&self, published_at: Option<Ts>, now: Ts) -> bool {
        published_at
            .and_then(|published_at| self.closes_at(published_at))
            .is_some_and(|end| end <= now)
    }

    /// Returns whether an article accepts comments at `now`. `is_open` is the editor's choice. `published_at` is `None`
    /// for articles of kind `Page`, which never close by age.
    pub fn accepts_comments(&self, is_open: bool, published_at: Option<Ts>, now: Ts) -> bool {
        is_open && !self.has_closed(published_at, now)
    }

    /// Returns the time at which an article that accepts comments at `now` will close for comments.
    pub fn upcoming_close(&self, is_open: bool, published_at: Option<Ts>, now: Ts) -> Option<Ts> {
        published_at
            .filter(|_| self.accepts_comments(is_open, published_at, now))
            .and_then(|published_at| self.closes_at(published_at))
    }

    /// Returns the seconds for which authors may edit their comments.
    pub fn edit_seconds(&self) -> i64 {
        i64::from(self.edit_minutes) * MINUTE
    }

    /// Returns the time until which the author of a comment may edit it.
    pub fn editable_until(&self, created_at: Ts) -> Ts {
        created_at.plus_seconds(self.edit_seconds())
    }

    /// Returns the time until which the IP network of a comment submitted at `now` is stored. Returns `None` if it is not
    /// stored.
    pub fn network_expires_at(&self, now: Ts) -> Option<Ts> {
        (self.network_days > 0).then(|| now.plus_seconds(i64::from(self.network_days) * DAY))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_closes_for_comments_after_exactly_the_set_number_of_days() {
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
