//! Digests, their recipients, and the rules for when a digest is due.

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::accounts::DigestFrequency;
use crate::clock::Ts;
use crate::ids::{AccountId, CommentId, DigestId};
use crate::text::SafeHtml;

/// Least seconds between two digests to moderators who want an email for each comment. Several comments in a short time
/// go into one email.
const IMMEDIATE_INTERVAL_SECONDS: i64 = 2 * 60;
/// Least seconds between two digests to moderators who want an email every hour.
const HOURLY_INTERVAL_SECONDS: i64 = 60 * 60;
/// Hour at which daily digests are due, in the publication's time zone.
const MORNING_HOUR: i8 = 8;
/// Longest expected time in seconds between the creation time of a comment and the commit of its transaction. A comment
/// that is older than the last digest by less than this counts as new if the digest did not list it.
const COMMIT_DELAY_SECONDS: i64 = 60;

/// A moderator who wants digests and has a confirmed email.
pub(super) struct DigestRecipient {
    pub id: AccountId,
    pub frequency: DigestFrequency,
    /// Time of the last digest; `None` before the first.
    pub digest_at: Option<Ts>,
    /// Time at which the moderator confirmed the email.
    pub confirmed_at: Ts,
    /// Time at which the moderator entered the email.
    pub set_at: Ts,
}

/// A digest that was sent, with the data that the signature in its URL covers.
pub(super) struct Digest {
    pub id: DigestId,
    pub account_id: AccountId,
    /// Current random seed of the account. The signature of the URL covers it, so a new seed makes the URL invalid.
    pub seed: String,
    /// Ids of the comments that the digest lists, newest first.
    pub comments: Vec<i64>,
    pub created_at: Ts,
    /// Time from which the digest's page is no longer available.
    pub expires_at: Ts,
}

/// A comment that is held for a decision by a moderator.
pub(super) struct HeldComment {
    pub id: CommentId,
    /// Name of the comment's author.
    pub name: String,
    /// Title of the article that the comment belongs to.
    pub title: String,
    pub body_html: SafeHtml,
    /// Time at which the comment was last held.
    pub held_at: Ts,
}

impl DigestRecipient {
    /// Returns `None` if no digest may be sent now. Otherwise returns the cutoff: a digest is sent only if at least one
    /// new comment was held at or before this time.
    pub(super) fn due_cutoff(&self, now: Ts, zone: &TimeZone) -> Option<Ts> {
        let last = self.digest_at;
        let has_rested = |seconds| last.is_none_or(|last| last.plus_seconds(seconds) <= now);
        match self.frequency {
            DigestFrequency::Never => None,
            DigestFrequency::Each => has_rested(IMMEDIATE_INTERVAL_SECONDS).then_some(now),
            DigestFrequency::Hourly => has_rested(HOURLY_INTERVAL_SECONDS).then_some(now),
            DigestFrequency::Daily => {
                // A comment from later in the day waits for the next morning.
                let morning = last_morning(now, zone);
                // Before the first digest, comments count from the confirmation of the email.
                let since = last.unwrap_or(self.confirmed_at);
                (since < morning).then_some(morning)
            }
        }
    }

    /// Returns whether a held comment is new since the recipient's last digest. `last_comments` are the ids in that
    /// digest.
    pub(super) fn is_new(&self, comment: &HeldComment, last_comments: &[i64]) -> bool {
        match self.digest_at {
            None => true,
            Some(last) if comment.held_at > last => true,
            // It may have been committed only after the last digest looked, although it is dated before.
            Some(last) => {
                comment.held_at > last.plus_seconds(-COMMIT_DELAY_SECONDS)
                    && !last_comments.contains(&comment.id.0)
            }
        }
    }
}

impl Digest {
    pub(super) fn contains(&self, id: CommentId) -> bool {
        self.comments.contains(&id.0)
    }
}

/// Returns the time of the last daily digest hour, which is 8:00 in the publication's time zone.
fn last_morning(now: Ts, zone: &TimeZone) -> Ts {
    let today = zone.to_datetime(now.timestamp()).date();
    let morning_of = |date: Date| {
        let at = zone.to_timestamp(date.at(MORNING_HOUR, 0, 0, 0));
        at.map_or(now, Ts::new)
    };
    match morning_of(today) {
        morning if morning <= now => morning,
        _ => morning_of(today.saturating_sub(1.day())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::dates;

    fn at(time: &str) -> Ts {
        Ts::new(time.parse().expect("a time"))
    }

    fn recipient(frequency: DigestFrequency, digest_at: Option<&str>) -> DigestRecipient {
        DigestRecipient {
            id: AccountId(1),
            frequency,
            digest_at: digest_at.map(at),
            confirmed_at: at("2026-03-10T00:00:00Z"),
            set_at: at("2026-03-10T00:00:00Z"),
        }
    }

    #[test]
    fn the_daily_digest_stays_at_eight_local_time_when_summer_time_begins() {
        let kyiv = dates::parse_zone("Europe/Kyiv").expect("a zone");
        for (now, expected) in [
            ("2026-03-14T05:59:59Z", "2026-03-13T06:00:00Z"),
            ("2026-03-14T06:00:00Z", "2026-03-14T06:00:00Z"),
            ("2026-03-14T23:30:00Z", "2026-03-14T06:00:00Z"),
            // Summer time begins on the 29th.
            ("2026-03-29T04:59:59Z", "2026-03-28T06:00:00Z"),
            ("2026-03-29T05:00:00Z", "2026-03-29T05:00:00Z"),
        ] {
            assert_eq!(last_morning(at(now), &kyiv), at(expected), "{now}");
        }
    }

    #[test]
    fn a_digest_is_due_when_the_interval_of_its_frequency_has_passed() {
        let now = at("2026-03-14T15:00:00Z");
        for (frequency, last, is_due) in [
            (DigestFrequency::Never, None, false),
            (DigestFrequency::Each, None, true),
            (DigestFrequency::Each, Some("2026-03-14T14:58:01Z"), false),
            (DigestFrequency::Each, Some("2026-03-14T14:58:00Z"), true),
            (DigestFrequency::Hourly, Some("2026-03-14T14:00:01Z"), false),
            (DigestFrequency::Hourly, Some("2026-03-14T14:00:00Z"), true),
            (DigestFrequency::Daily, None, true),
            (DigestFrequency::Daily, Some("2026-03-14T08:00:00Z"), false),
            (DigestFrequency::Daily, Some("2026-03-14T07:59:59Z"), true),
        ] {
            let due = recipient(frequency, last).due_cutoff(now, &TimeZone::UTC);
            assert_eq!(due.is_some(), is_due, "{frequency:?} after {last:?}");
        }
    }
}
