//! Entries of the audit log and the decisions recorded under them.

use crate::accounts::Moderator;
use crate::clock::Ts;
use crate::ids::{AccountId, ActionId, CommentId};

/// Codes of the comment statuses that a decision can start from or end in. The statuses themselves are defined above this
/// layer, in `comments`.
const STATUS_CODES: [&str; 4] = ["held", "approved", "spam", "trashed"];

/// Returns the known status code equal to `text`.
pub fn find_status_code(text: &str) -> Option<&'static str> {
    STATUS_CODES.into_iter().find(|code| *code == text)
}

/// The kind of action that an entry records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "audit_kind", rename_all = "lowercase")]
pub enum EntryKind {
    /// Comments were given another status.
    Decided,
    /// An earlier action was undone.
    Undone,
    /// A member of staff edited a comment.
    Edited,
    /// An email, a domain or a network was blocked.
    Blocked,
    Unblocked,
    /// A commenter is always held, always trusted, or neither any more.
    #[sqlx(rename = "treated")]
    PolicyChanged,
    /// The retention period deleted the texts of old spam and trash.
    Emptied,
}

impl EntryKind {
    pub const ALL: [Self; 7] = [
        Self::Decided,
        Self::Undone,
        Self::Edited,
        Self::Blocked,
        Self::Unblocked,
        Self::PolicyChanged,
        Self::Emptied,
    ];

    /// Returns the code used in the database, in URLs, in message keys and in the hash of an entry.
    pub fn code(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Undone => "undone",
            Self::Edited => "edited",
            Self::Blocked => "blocked",
            Self::Unblocked => "unblocked",
            // Part of every hash, so a code can never change.
            Self::PolicyChanged => "treated",
            Self::Emptied => "emptied",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// An entry that has no position in the chain yet.
#[derive(Clone, Debug)]
pub struct NewEntry<'a> {
    /// The action it belongs to; one action can write several entries.
    pub action: ActionId,
    pub kind: EntryKind,
    /// The member of staff; `None` for what the site does by itself.
    pub actor: Option<AccountId>,
    /// The object, if the decisions do not say it: `comment 17`, `commenter 4`, `domain example.org`. One line.
    pub subject: &'a str,
    /// The reason that the actor typed. One line; may be empty.
    pub note: &'a str,
    pub at: Ts,
}

impl<'a> NewEntry<'a> {
    /// Returns an entry without subject or note for an action of this moderator.
    pub fn by_moderator(moderator: &Moderator, action: ActionId, kind: EntryKind, at: Ts) -> Self {
        Self {
            action,
            kind,
            actor: Some(moderator.id),
            subject: "",
            note: "",
            at,
        }
    }

    pub fn with_note(self, note: &'a str) -> Self {
        Self { note, ..self }
    }

    pub fn with_subject(self, subject: &'a str) -> Self {
        Self { subject, ..self }
    }
}

/// A decision under an entry, as it goes into the hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecisionRecord {
    pub id: i64,
    pub comment_id: CommentId,
    /// Status code before the decision.
    pub from: &'static str,
    /// Status code after the decision.
    pub to: &'static str,
    /// The earlier decision that this one undoes.
    pub undoes: Option<i64>,
}
