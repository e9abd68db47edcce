//! The log of the desk, as a chain: the hash of each entry is made of its own words, its decisions, and the hash of the
//! entry before it. Whoever changes one must make all that follow anew, and whoever noted how the chain ended some day
//! can tell.

use sha2::{Digest, Sha256};

use crate::accounts::Moderator;
use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{AccountId, ActId, CommentId};

/// What kind of thing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "log_kind", rename_all = "lowercase")]
pub enum EntryKind {
    /// Comments were given another status.
    Decided,
    /// An earlier act was taken back.
    Undone,
    /// The staff changed the words of a comment.
    Edited,
    /// An address, a domain or a network may not reply any more.
    Blocked,
    /// It may again.
    Unblocked,
    /// Someone is always held, always trusted, or neither any more.
    Treated,
    /// What lay in spam or trash for too long lost its words.
    Emptied,
}

impl EntryKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Decided,
        Self::Undone,
        Self::Edited,
        Self::Blocked,
        Self::Unblocked,
        Self::Treated,
        Self::Emptied,
    ];

    /// Its word in the database, in addresses and in the catalogue.
    pub fn word(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Undone => "undone",
            Self::Edited => "edited",
            Self::Blocked => "blocked",
            Self::Unblocked => "unblocked",
            Self::Treated => "treated",
            Self::Emptied => "emptied",
        }
    }

    /// The kind of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// What an entry says, before it has its place in the chain.
#[derive(Clone, Debug)]
pub struct NewEntry<'a> {
    /// The press of a button that it belongs to.
    pub act: ActId,
    /// What was done.
    pub kind: EntryKind,
    /// Who did it; nobody for what happens by itself.
    pub by: Option<AccountId>,
    /// What it is about, where its decisions do not say: `comment 17`, `commenter 4`, `domain example.org`. One line.
    pub about: &'a str,
    /// Why, in the words of who did it. One line; may be empty.
    pub why: &'a str,
    /// When.
    pub at: Ts,
}

impl<'a> NewEntry<'a> {
    /// An entry by a moderator.
    pub fn by(moderator: &Moderator, act: ActId, kind: EntryKind, at: Ts) -> Self {
        Self {
            act,
            kind,
            by: Some(moderator.id),
            about: "",
            why: "",
            at,
        }
    }

    /// The entry, with a reason.
    pub fn because(self, why: &'a str) -> Self {
        Self { why, ..self }
    }

    /// The entry, about this.
    pub fn about(self, about: &'a str) -> Self {
        Self { about, ..self }
    }
}

/// A decision under an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Its number.
    pub id: i64,
    /// The comment.
    pub comment_id: CommentId,
    /// What that was.
    pub from: Status,
    /// What it became.
    pub to: Status,
    /// The decision that this one takes back.
    pub undoes: Option<i64>,
}

/// The hash of an entry at a place in the chain, after one whose hash is `previous` (empty before the first).
///
/// SHA-256 (FIPS 180-4) over lines of text in UTF-8, each ended by a line feed: place, the hash before in hexadecimal
/// digits, kind, act, account or `-`, microseconds since the Unix epoch, what it is about, why; then for each decision, by
/// its number: that number, comment, from, to, and the decision it takes back or `-`, with a space between them.
pub fn hash(
    position: i64,
    previous: &[u8],
    entry: &NewEntry<'_>,
    decisions: impl IntoIterator<Item = Decision>,
) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let previous = crate::crypto::hex(previous);
    let kind = entry.kind.word();
    let by = number_or_dash(entry.by.map(|id| id.0));
    let at = entry.at.unix_micros();
    let NewEntry {
        act, about, why, ..
    } = entry;
    hasher.update(format!(
        "{position}\n{previous}\n{kind}\n{act}\n{by}\n{at}\n{about}\n{why}\n"
    ));
    for decision in decisions {
        let (id, comment) = (decision.id, decision.comment_id);
        let (from, to) = (decision.from.word(), decision.to.word());
        let undoes = number_or_dash(decision.undoes);
        hasher.update(format!("{id} {comment} {from} {to} {undoes}\n"));
    }
    hasher.finalize().into()
}

fn number_or_dash(number: Option<i64>) -> String {
    number.map_or_else(|| "-".to_owned(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> NewEntry<'static> {
        NewEntry {
            act: ActId(7),
            kind: EntryKind::Decided,
            by: Some(AccountId(3)),
            about: "",
            why: "An advertisement",
            at: Ts::EPOCH.plus_seconds(1),
        }
    }

    const DECISION: Decision = Decision {
        id: 5,
        comment_id: CommentId(17),
        from: Status::Held,
        to: Status::Spam,
        undoes: None,
    };

    #[test]
    fn the_hash_is_made_of_the_lines_that_are_promised() {
        let lines = "2\n00ff\ndecided\n7\n3\n1000000\n\nAn advertisement\n5 17 held spam -\n";
        let expected: [u8; 32] = Sha256::digest(lines).into();
        assert_eq!(hash(2, &[0, 255], &entry(), [DECISION]), expected);
    }

    #[test]
    fn everything_that_an_entry_says_is_in_its_hash() {
        let plain = hash(2, &[1], &entry(), [DECISION]);
        let other = |change: fn(&mut NewEntry<'static>)| {
            let mut entry = entry();
            change(&mut entry);
            hash(2, &[1], &entry, [DECISION])
        };
        let mut all = vec![
            plain,
            hash(3, &[1], &entry(), [DECISION]),
            hash(2, &[2], &entry(), [DECISION]),
            hash(2, &[1], &entry(), []),
            other(|entry| entry.act = ActId(8)),
            other(|entry| entry.kind = EntryKind::Undone),
            other(|entry| entry.by = None),
            other(|entry| entry.about = "comment 17"),
            other(|entry| entry.why = ""),
            other(|entry| entry.at = Ts::EPOCH),
        ];
        let changed = [
            Decision { id: 6, ..DECISION },
            Decision {
                comment_id: CommentId(18),
                ..DECISION
            },
            Decision {
                from: Status::Approved,
                ..DECISION
            },
            Decision {
                to: Status::Trashed,
                ..DECISION
            },
            Decision {
                undoes: Some(4),
                ..DECISION
            },
        ];
        all.extend(changed.map(|decision| hash(2, &[1], &entry(), [decision])));
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
