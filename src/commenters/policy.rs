//! Policies and notes that moderators write about commenters.

use super::FixedPolicy;
use crate::clock::Ts;
use crate::ids::AccountId;

/// Policy that applies to a commenter, including a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommenterPolicy {
    /// No policy is set, so that the screening rules decide.
    Default,
    /// Comments are always held, or always approved if the email was verified in the browser.
    Fixed(FixedPolicy),
    /// The commenter is blocked, so that new comments go to trash.
    Blocked,
}

impl CommenterPolicy {
    /// All policies, in the order in which they are shown.
    pub const ALL: [Self; 4] = [
        Self::Default,
        Self::Fixed(FixedPolicy::Hold),
        Self::Fixed(FixedPolicy::Trust),
        Self::Blocked,
    ];

    /// Returns the policy's name in forms, in the audit log and in message keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Fixed(fixed) => fixed.as_str(),
            Self::Blocked => "blocked",
        }
    }

    /// Parses a policy name as [`Self::as_str`] returns it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|policy| policy.as_str() == text)
    }

    /// Combines a commenter's policy and block. A block overrides the policy, which applies again once the block is
    /// lifted.
    pub(super) fn effective(fixed: Option<FixedPolicy>, is_blocked: bool) -> Self {
        match (is_blocked, fixed) {
            (true, _) => Self::Blocked,
            (false, Some(fixed)) => Self::Fixed(fixed),
            (false, None) => Self::Default,
        }
    }
}

/// A commenter's policy, with the moderator who set it and the time.
pub struct PolicyInfo {
    pub policy: CommenterPolicy,
    /// Policy that a moderator set, even if a block overrides it at the moment.
    pub fixed: Option<FixedPolicy>,
    pub at: Option<Ts>,
    pub by: Option<String>,
}

/// A moderator's note about a commenter.
pub struct CommenterNote {
    pub id: i64,
    pub note: String,
    pub written_at: Ts,
    pub account_id: AccountId,
    /// Name of the moderator who wrote the note.
    pub by: String,
}
