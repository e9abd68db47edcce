//! Policies and notes that moderators set on commenters.

use super::FixedPolicy;
use crate::clock::Ts;
use crate::ids::AccountId;

/// The effective policy for a commenter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommenterPolicy {
    /// The screening rules decide.
    Default,
    /// Always held, or always approved when verified.
    Fixed(FixedPolicy),
    /// Comments go to trash.
    Blocked,
}

impl CommenterPolicy {
    /// All policies, in the order they are shown.
    pub const ALL: [Self; 4] = [
        Self::Default,
        Self::Fixed(FixedPolicy::Hold),
        Self::Fixed(FixedPolicy::Trust),
        Self::Blocked,
    ];

    /// Returns its name in forms, in the audit log and in the translations.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "anyone",
            Self::Fixed(treatment) => treatment.as_str(),
            Self::Blocked => "blocked",
        }
    }

    /// Parses a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|treated| treated.as_str() == text)
    }

    /// Combines both columns. A block hides the other policy, which applies again after it.
    pub(super) fn effective(treatment: Option<FixedPolicy>, is_blocked: bool) -> Self {
        match (is_blocked, treatment) {
            (true, _) => Self::Blocked,
            (false, Some(treatment)) => Self::Fixed(treatment),
            (false, None) => Self::Default,
        }
    }
}

/// A commenter's policy, with who set it and when.
pub struct PolicyInfo {
    pub policy: CommenterPolicy,
    /// The policy apart from a block.
    pub fixed: Option<FixedPolicy>,
    pub at: Option<Ts>,
    pub by: Option<String>,
}

/// A moderator's note on a commenter.
pub struct CommenterNote {
    pub id: i64,
    pub note: String,
    pub written_at: Ts,
    pub account_id: AccountId,
    /// The author's name.
    pub by: String,
}
