//! Reasons for a screening verdict: their kinds, their form in the database and their texts.

use std::str::FromStr;

use strum::{EnumIter, EnumString, IntoStaticStr};

use crate::i18n::Translator;

/// Longest detail of a reason in characters. It has room for any domain and for nearly every word list entry.
const MAX_DETAIL_CHARS: usize = 200;

/// Reason for a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScreeningReason {
    pub kind: ReasonKind,
    /// Detail such as the matching word. [`ReasonKind`] documents it for each kind.
    pub detail: Option<String>,
}

/// Kind of a screening reason, in the order in which a verdict lists its reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, EnumString, IntoStaticStr)]
// The codes are stored with comments: a renamed variant needs a migration.
#[strum(serialize_all = "kebab-case")]
pub enum ReasonKind {
    /// The author's name is or imitates the name of a member of staff or of the publication. The detail is that name.
    ImitatedName,
    /// The settings say that every comment is held.
    EverythingIsHeld,
    /// The commenter has no approved comment yet, and the settings hold comments of first-time commenters.
    FirstTimer,
    /// A moderator set the policy of the commenter to hold every comment.
    AlwaysHeld,
    /// Another comment with the same email came moments before. Its author is not told: anyone may have typed the email.
    TooFast,
    /// The comment has too many links. The detail is their number.
    Links,
    /// An entry of the word list for holding comments matched. The detail is the entry.
    HoldWord,
    /// An entry of the word list for refusing comments matched. The detail is the entry.
    RefuseWord,
    /// The email is blocked by a moderator.
    BlockedEmail,
    /// The domain of the email is blocked. The detail is the domain.
    BlockedDomain,
    /// The IP network of the request is blocked.
    BlockedNetwork,
    /// The honeypot field was filled in, which people do not see but bots do.
    HoneypotFilled,
    /// The classifier predicts spam. The detail is the probability in per cent.
    LearnedSpam,
    /// The remote spam check has not answered yet.
    BeingChecked,
    /// The remote spam check says that the comment is spam.
    CheckerSpam,
    /// The remote spam check never answered.
    CheckExpired,
}

impl ReasonKind {
    /// Returns the code that the database and message keys use.
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// Returns whether the author of a comment may see this reason.
    pub fn is_shown_to_author(self) -> bool {
        // The others would help spammers to avoid them, or tell who is on the staff.
        match self {
            Self::EverythingIsHeld
            | Self::FirstTimer
            | Self::AlwaysHeld
            | Self::Links
            | Self::HoldWord
            | Self::BeingChecked
            | Self::CheckExpired => true,
            Self::ImitatedName
            | Self::TooFast
            | Self::RefuseWord
            | Self::BlockedEmail
            | Self::BlockedDomain
            | Self::BlockedNetwork
            | Self::HoneypotFilled
            | Self::LearnedSpam
            | Self::CheckerSpam => false,
        }
    }
}

impl From<ReasonKind> for ScreeningReason {
    fn from(kind: ReasonKind) -> Self {
        Self { kind, detail: None }
    }
}

impl ScreeningReason {
    /// Makes a reason with a detail. The detail is truncated to 200 characters.
    pub fn with_detail(kind: ReasonKind, detail: &str) -> Self {
        Self {
            kind,
            detail: Some(detail.chars().take(MAX_DETAIL_CHARS).collect()),
        }
    }

    /// Returns the form stored in the database: `code` or `code:detail`.
    pub fn to_stored(&self) -> String {
        let code = self.kind.code();
        match &self.detail {
            Some(detail) => format!("{code}:{detail}"),
            None => code.to_owned(),
        }
    }

    /// Returns the sentence that moderators see.
    pub fn moderator_text(&self, translator: Translator) -> String {
        let detail = self.detail.as_deref().unwrap_or_default();
        match self.kind {
            ReasonKind::Links => {
                translator.plural("reason-links", detail.parse::<i64>().unwrap_or_default())
            }
            ReasonKind::ImitatedName => translator.format("reason-imitated-name", "name", detail),
            ReasonKind::HoldWord => translator.format("reason-hold-word", "word", detail),
            ReasonKind::RefuseWord => translator.format("reason-refuse-word", "word", detail),
            ReasonKind::LearnedSpam => {
                translator.format("reason-learned-spam", "likelihood", detail)
            }
            ReasonKind::BlockedDomain => {
                translator.format("reason-blocked-domain", "domain", detail)
            }
            kind => translator.text(&format!("reason-{}", kind.code())),
        }
    }

    /// Returns the sentence that the comment's author sees, or `None` if authors may not see the reason. It never names a
    /// word list entry.
    pub fn author_text(&self, translator: Translator) -> Option<String> {
        let detail = self.detail.as_deref().unwrap_or_default();
        self.kind.is_shown_to_author().then(|| match self.kind {
            ReasonKind::Links => translator.plural(
                "author-reason-links",
                detail.parse::<i64>().unwrap_or_default(),
            ),
            kind => translator.text(&format!("author-reason-{}", kind.code())),
        })
    }

    /// Parses the form stored in the database: `code` or `code:detail`.
    pub fn parse(stored: &str) -> Option<Self> {
        // Only the first colon separates: a detail may be a domain with a port or a regular expression.
        let (code, detail) = match stored.split_once(':') {
            Some((code, detail)) => (code, Some(detail)),
            None => (stored, None),
        };
        let kind = ReasonKind::from_str(code).ok()?;
        Some(detail.map_or_else(|| kind.into(), |detail| Self::with_detail(kind, detail)))
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::*;

    #[test]
    fn every_reason_survives_being_stored_and_parsed() {
        for kind in ReasonKind::iter() {
            let reason = ScreeningReason::from(kind);
            assert_eq!(reason.to_stored(), kind.code());
            assert_eq!(ScreeningReason::parse(&reason.to_stored()), Some(reason));
            for detail in ["3", "", ":", "a:b", "/(?:https?):/", "рідне слово", "a, b"] {
                let reason = ScreeningReason::with_detail(kind, detail);
                assert_eq!(reason.to_stored(), format!("{}:{detail}", kind.code()));
                assert_eq!(ScreeningReason::parse(&reason.to_stored()), Some(reason));
            }
        }
    }

    #[test]
    fn malformed_stored_reasons_are_rejected() {
        for stored in [
            "",
            ":",
            ":links",
            "link",
            "links ",
            "Links:2",
            "hold_word:a",
        ] {
            assert_eq!(ScreeningReason::parse(stored), None, "{stored:?}");
        }
    }

    #[test]
    fn a_long_detail_of_a_reason_is_truncated_at_a_character_boundary() {
        let reason = ScreeningReason::with_detail(ReasonKind::RefuseWord, &"є".repeat(201));
        assert_eq!(reason.detail, Some("є".repeat(200)));
        let stored = format!("refuse-word:{}", "є".repeat(201));
        assert_eq!(ScreeningReason::parse(&stored), Some(reason));
    }

    #[test]
    fn authors_do_not_see_reasons_that_help_spammers() {
        let shown = ReasonKind::iter().filter(|kind| kind.is_shown_to_author());
        assert_eq!(
            shown.map(ReasonKind::code).collect::<Vec<_>>(),
            [
                "everything-is-held",
                "first-timer",
                "always-held",
                "links",
                "hold-word",
                "being-checked",
                "check-expired",
            ]
        );
    }
}
