//! The hash chain of the audit log: the hash of an entry covers its own fields, its decisions and the hash of the
//! previous entry. Changing an entry therefore changes every later hash. Anyone who noted a later hash can detect the
//! change.

use sha2::{Digest, Sha256};

use super::{DecisionRecord, NewEntry};
use crate::crypto::encode_hex;

/// Returns the hash of an entry at `position`. `previous` is the hash of the entry before it, empty for the first entry.
///
/// The hash is SHA-256 (FIPS 180-4) over UTF-8 lines, each ended by a line feed: position, previous hash in hexadecimal,
/// kind, action, account or `-`, microseconds since the Unix epoch, subject, note. Then follows one line per decision,
/// ordered by decision id, with spaces between the fields: id, comment, status before, status after, undone decision or
/// `-`.
pub fn hash_entry(
    position: i64,
    previous: &[u8],
    entry: &NewEntry<'_>,
    decisions: impl IntoIterator<Item = DecisionRecord>,
) -> [u8; 32] {
    let mut hasher = Sha256::new();
    let previous = encode_hex(previous);
    let kind = entry.kind.code();
    let actor = id_or_dash(entry.actor.map(|id| id.0));
    // Postgres stores no finer time, so the hash of a stored row comes out the same.
    let at = entry.at.unix_micros();
    // Subject and note are one line each, so no field can run into the next.
    let NewEntry {
        action,
        subject,
        note,
        ..
    } = entry;
    hasher.update(format!(
        "{position}\n{previous}\n{kind}\n{action}\n{actor}\n{at}\n{subject}\n{note}\n"
    ));
    for decision in decisions {
        let DecisionRecord {
            id,
            comment_id,
            from,
            to,
            undoes,
        } = decision;
        let undoes = id_or_dash(undoes);
        hasher.update(format!("{id} {comment_id} {from} {to} {undoes}\n"));
    }
    hasher.finalize().into()
}

fn id_or_dash(id: Option<i64>) -> String {
    id.map_or_else(|| "-".to_owned(), |id| id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit_log::EntryKind;
    use crate::clock::Ts;
    use crate::ids::{AccountId, ActionId, CommentId};

    fn entry() -> NewEntry<'static> {
        NewEntry {
            action: ActionId(7),
            kind: EntryKind::Decided,
            actor: Some(AccountId(3)),
            subject: "",
            note: "An advertisement",
            at: Ts::EPOCH.plus_seconds(1),
        }
    }

    const DECISION: DecisionRecord = DecisionRecord {
        id: 5,
        comment_id: CommentId(17),
        from: "held",
        to: "spam",
        undoes: None,
    };

    #[test]
    fn the_hash_is_computed_over_the_documented_lines() {
        let lines = "2\n00ff\ndecided\n7\n3\n1000000\n\nAn advertisement\n5 17 held spam -\n";
        let expected: [u8; 32] = Sha256::digest(lines).into();
        assert_eq!(hash_entry(2, &[0, 255], &entry(), [DECISION]), expected);
    }

    #[test]
    fn changing_any_field_of_an_entry_changes_its_hash() {
        let plain = hash_entry(2, &[1], &entry(), [DECISION]);
        let changed_entry = |change: fn(&mut NewEntry<'static>)| {
            let mut entry = entry();
            change(&mut entry);
            hash_entry(2, &[1], &entry, [DECISION])
        };
        let mut all = vec![
            plain,
            hash_entry(3, &[1], &entry(), [DECISION]),
            hash_entry(2, &[2], &entry(), [DECISION]),
            hash_entry(2, &[1], &entry(), []),
            changed_entry(|entry| entry.action = ActionId(8)),
            changed_entry(|entry| entry.kind = EntryKind::Undone),
            changed_entry(|entry| entry.actor = None),
            changed_entry(|entry| entry.subject = "comment 17"),
            changed_entry(|entry| entry.note = ""),
            changed_entry(|entry| entry.at = Ts::EPOCH),
        ];
        let changed_decisions = [
            DecisionRecord { id: 6, ..DECISION },
            DecisionRecord {
                comment_id: CommentId(18),
                ..DECISION
            },
            DecisionRecord {
                from: "approved",
                ..DECISION
            },
            DecisionRecord {
                to: "trashed",
                ..DECISION
            },
            DecisionRecord {
                undoes: Some(4),
                ..DECISION
            },
        ];
        all.extend(changed_decisions.map(|decision| hash_entry(2, &[1], &entry(), [decision])));
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
