//! Why a reply was judged as it was, how that is stored, and how it is said.

use crate::i18n::Words;

/// Characters. Enough for any domain and for nearly every entry of a word list.
const LONGEST_DETAIL: usize = 200;

/// Why a reply was judged as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What kind of reason it is.
    pub kind: Kind,
    /// What exactly, if the kind does not say it all.
    pub detail: Option<String>,
}

/// A kind of reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The publication holds every reply.
    EverythingIsHeld,
    /// Its author has not been approved before.
    FirstTimer,
    /// Moderators want to see whatever its author sends.
    AlwaysHeld,
    /// It has many links; the detail is how many.
    Links,
    /// It has words to hold it for; the detail is the entry of the list.
    HoldWord,
    /// It has words to refuse it for; the detail is the entry of the list.
    RefuseWord,
    /// Its author's address is blocked.
    BlockedAddress,
    /// The domain of that address is blocked; the detail is the domain.
    BlockedDomain,
    /// The network it came from is blocked.
    BlockedNetwork,
    /// The field that people do not see was filled in.
    TrapFilled,
    /// What this site has learnt from its decisions says that it is spam; the detail is how likely, in per cent.
    LearnedSpam,
    /// The remote checker has yet to answer.
    BeingChecked,
    /// The remote checker calls it spam.
    CheckerSpam,
    /// The remote checker never answered.
    CheckerSilent,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::EverythingIsHeld,
        Self::FirstTimer,
        Self::AlwaysHeld,
        Self::Links,
        Self::HoldWord,
        Self::RefuseWord,
        Self::BlockedAddress,
        Self::BlockedDomain,
        Self::BlockedNetwork,
        Self::TrapFilled,
        Self::LearnedSpam,
        Self::BeingChecked,
        Self::CheckerSpam,
        Self::CheckerSilent,
    ];

    /// Its code in the database; the catalogue has it as `reason-…`.
    pub fn code(self) -> &'static str {
        match self {
            Self::EverythingIsHeld => "everything-is-held",
            Self::FirstTimer => "first-timer",
            Self::AlwaysHeld => "always-held",
            Self::Links => "links",
            Self::HoldWord => "hold-word",
            Self::RefuseWord => "refuse-word",
            Self::BlockedAddress => "blocked-address",
            Self::BlockedDomain => "blocked-domain",
            Self::BlockedNetwork => "blocked-network",
            Self::TrapFilled => "trap-filled",
            Self::LearnedSpam => "learned-spam",
            Self::BeingChecked => "being-checked",
            Self::CheckerSpam => "checker-spam",
            Self::CheckerSilent => "checker-silent",
        }
    }

    /// Whether the reply's author is told, though never the words of a list. The rest would teach spammers.
    pub fn is_told(self) -> bool {
        match self {
            Self::EverythingIsHeld
            | Self::FirstTimer
            | Self::AlwaysHeld
            | Self::Links
            | Self::HoldWord
            | Self::BeingChecked
            | Self::CheckerSilent => true,
            Self::RefuseWord
            | Self::BlockedAddress
            | Self::BlockedDomain
            | Self::BlockedNetwork
            | Self::TrapFilled
            | Self::LearnedSpam
            | Self::CheckerSpam => false,
        }
    }
}

impl From<Kind> for Reason {
    fn from(kind: Kind) -> Self {
        Self { kind, detail: None }
    }
}

impl Reason {
    /// A reason with what exactly it was, which is cut if it is long.
    pub fn with(kind: Kind, detail: &str) -> Self {
        Self {
            kind,
            detail: Some(detail.chars().take(LONGEST_DETAIL).collect()),
        }
    }

    /// How it is stored: its code, and after a colon its detail.
    pub fn stored(&self) -> String {
        let code = self.kind.code();
        match &self.detail {
            Some(detail) => format!("{code}:{detail}"),
            None => code.to_owned(),
        }
    }

    /// The reason as a sentence for moderators.
    pub fn for_moderators(&self, words: Words) -> String {
        let detail = self.detail.as_deref().unwrap_or_default();
        match self.kind {
            Kind::Links => words.count("reason-links", detail.parse::<i64>().unwrap_or_default()),
            Kind::HoldWord => words.with("reason-hold-word", "word", detail),
            Kind::RefuseWord => words.with("reason-refuse-word", "word", detail),
            Kind::LearnedSpam => words.with("reason-learned-spam", "likelihood", detail),
            Kind::BlockedDomain => words.with("reason-blocked-domain", "domain", detail),
            kind => words.say(&format!("reason-{}", kind.code())),
        }
    }

    /// The reason as a sentence for the reply's author, if they are told.
    pub fn for_author(&self, words: Words) -> Option<String> {
        let detail = self.detail.as_deref().unwrap_or_default();
        self.kind.is_told().then(|| match self.kind {
            Kind::Links => words.count("told-links", detail.parse::<i64>().unwrap_or_default()),
            kind => words.say(&format!("told-{}", kind.code())),
        })
    }

    /// The reason that is stored so, if it is one.
    pub fn read(stored: &str) -> Option<Self> {
        let (code, detail) = match stored.split_once(':') {
            Some((code, detail)) => (code, Some(detail)),
            None => (stored, None),
        };
        let kind = Kind::ALL.into_iter().find(|kind| kind.code() == code)?;
        Some(detail.map_or_else(|| kind.into(), |detail| Self::with(kind, detail)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_read_as_it_was_stored() {
        for kind in Kind::ALL {
            let reason = Reason::from(kind);
            assert_eq!(reason.stored(), kind.code());
            assert_eq!(Reason::read(&reason.stored()), Some(reason));
            for detail in ["3", "", ":", "a:b", "/(?:https?):/", "рідне слово", "a, b"] {
                let reason = Reason::with(kind, detail);
                assert_eq!(reason.stored(), format!("{}:{detail}", kind.code()));
                assert_eq!(Reason::read(&reason.stored()), Some(reason));
            }
        }
    }

    #[test]
    fn what_is_no_reason_is_not_read() {
        for stored in [
            "",
            ":",
            ":links",
            "link",
            "links ",
            "Links:2",
            "hold_word:a",
        ] {
            assert_eq!(Reason::read(stored), None, "{stored:?}");
        }
    }

    #[test]
    fn a_long_detail_is_cut_between_characters() {
        let reason = Reason::with(Kind::RefuseWord, &"є".repeat(201));
        assert_eq!(reason.detail, Some("є".repeat(200)));
        let stored = format!("refuse-word:{}", "є".repeat(201));
        assert_eq!(Reason::read(&stored), Some(reason));
    }

    #[test]
    fn an_author_is_told_nothing_that_helps_a_spammer() {
        let told = Kind::ALL.into_iter().filter(|kind| kind.is_told());
        assert_eq!(
            told.map(Kind::code).collect::<Vec<_>>(),
            [
                "everything-is-held",
                "first-timer",
                "always-held",
                "links",
                "hold-word",
                "being-checked",
                "checker-silent",
            ]
        );
    }
}
