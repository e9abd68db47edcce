//! Types for the entries of the audit log and the decisions recorded under them.

use strum::{EnumIter, EnumString, IntoStaticStr};

use crate::accounts::Moderator;
use crate::clock::Ts;
use crate::ids::{AccountId, ActionId, CommentId};

/// Codes of all comment statuses. The enum for statuses is in `comments`, which this module must not import because it is
/// a higher layer.
const STATUS_CODES: [&str; 4] = ["held", "approved", "spam", "trashed"];

/// Returns `text` as a static string if it is the code of a status.
pub fn find_status_code(text: &str) -> Option<&'static str> {
    STATUS_CODES.into_iter().find(|code| *code == text)
}

/// The kind of action that an entry records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type, EnumIter, EnumString, IntoStaticStr)]
#[sqlx(type_name = "audit_kind", rename_all = "kebab-case")]
// The codes are part of every hash of the log: renaming a variant makes older entries fail their verification.
#[strum(serialize_all = "kebab-case")]
pub enum EntryKind {
    /// A moderator gave comments another status.
    Decided,
    /// A moderator undid an earlier action.
    Undone,
    /// A member of staff edited a comment.
    Edited,
    /// An email, an email domain or an IP network was blocked.
    Blocked,
    Unblocked,
    /// A commenter's policy changed: comments are always held, always trusted, or follow the normal rules again.
    PolicyChanged,
    /// The texts of comments that had been spam or trash for the retention period were deleted.
    Emptied,
}

impl EntryKind {
    /// Returns the code used in the database, in URLs, in the keys of translated messages and in the hash of an entry.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

/// An audit log entry to append. It gets its position and hash when it is appended.
#[derive(Clone, Debug)]
pub struct NewEntry<'a> {
    /// The action that the entry belongs to. One action can write several entries.
    pub action: ActionId,
    pub kind: EntryKind,
    /// The member of staff who acted; `None` if the site acted by itself.
    pub actor: Option<AccountId>,
    /// The object of the action, such as `comment 17`, `commenter 4` or `domain example.org`. Must be a single line.
    /// Empty if the decisions under the entry already name the comments.
    pub subject: &'a str,
    /// The reason that the moderator entered. Must be a single line; may be empty.
    pub note: &'a str,
    pub at: Ts,
}

impl<'a> NewEntry<'a> {
    /// Returns an entry for an action of this moderator, with an empty subject and an empty note.
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

/// A decision under an audit log entry, with the fields that the hash of the entry covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecisionRecord {
    pub id: i64,
    pub comment_id: CommentId,
    /// Status code of the comment before the decision.
    pub from: &'static str,
    /// Status code of the comment after the decision.
    pub to: &'static str,
    /// Id of the earlier decision that this decision undoes, if it is an undo.
    pub undoes: Option<i64>,
}
