//! Verification of the whole audit log: recomputes every hash and compares the status of every comment with its last
//! decision. Faults are reported as sentences for an operator at a terminal. Malformed rows are reported as faults and do
//! not stop the verification.

use std::collections::HashMap;
use std::str::FromStr;

use sqlx::{Connection, PgConnection};

use super::chain::hash_entry;
use super::store::verify::{self as store, StoredDecision, StoredEntry};
use super::{DecisionRecord, NewEntry, find_status_code};
use crate::crypto::encode_hex;
use crate::ids::LogEntryId;

/// Number of audit log entries read by one query.
const ENTRY_BATCH: i64 = 500;
/// Number of decisions read by one query. A single entry with more decisions is still read by one query.
const DECISION_BATCH: i64 = 20_000;
/// Largest number of faults that a report lists. Further faults are only counted.
const MAX_LISTED_FAULTS: usize = 20;

/// A position and a hash that an earlier verification printed as the end of the chain. Written as `812:<64 hexadecimal
/// digits>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub position: i64,
    /// Hash of the entry at this position, in lower-case hexadecimal.
    pub hash: String,
}

impl FromStr for Checkpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.trim().split_once(':').and_then(|(position, hash)| {
            let position = position.parse().ok().filter(|position| *position > 0)?;
            let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            // Hashes are compared as text.
            let hash = hash.to_ascii_lowercase();
            is_hash.then_some(Self { position, hash })
        });
        parsed.ok_or_else(|| {
            "a place and a hash, as an earlier check printed them, with a colon between them"
                .to_owned()
        })
    }
}

/// The result of a verification.
#[derive(Debug, Default)]
pub struct VerifyReport {
    pub entries: i64,
    pub decisions: i64,
    /// Position of the last entry, and its hash in hexadecimal.
    pub end: Option<(i64, String)>,
    /// The first faults, one sentence each, up to `MAX_LISTED_FAULTS`.
    pub faults: Vec<String>,
    pub unlisted_faults: i64,
}

impl VerifyReport {
    pub fn is_intact(&self) -> bool {
        self.faults.is_empty()
    }

    fn add_fault(&mut self, fault: String) {
        if self.faults.len() < MAX_LISTED_FAULTS {
            self.faults.push(fault);
        } else {
            self.unlisted_faults += 1;
        }
    }

    /// Adds the faults that a query with a limit found. `listed` has those that were read, `total` is the number of all
    /// of them.
    fn add_faults(&mut self, total: i64, listed: impl ExactSizeIterator<Item = String>) {
        let unread = total - i64::try_from(listed.len()).unwrap_or(total);
        listed.for_each(|fault| self.add_fault(fault));
        self.unlisted_faults += unread;
    }
}

/// Reads the whole audit log in batches from one read-only snapshot, and reports every fault in it.
pub async fn verify_log(
    db: &mut PgConnection,
    checkpoint: Option<&Checkpoint>,
) -> sqlx::Result<VerifyReport> {
    let mut db = db.begin().await?;
    store::begin_snapshot(&mut db).await?;
    let mut report = VerifyReport::default();
    verify_chain(&mut db, &mut report, checkpoint).await?;
    // The walk goes from position to position, so a second entry at one position shows only in the total.
    let unvisited = store::count_entries(&mut db).await? - report.entries;
    if unvisited > 0 {
        report.add_fault(format!(
            "{unvisited} entries share their place with others."
        ));
    }
    verify_decisions(&mut db, &mut report).await?;
    // Nothing was written; this ends the snapshot.
    db.rollback().await?;
    Ok(report)
}

async fn verify_chain(
    db: &mut PgConnection,
    report: &mut VerifyReport,
    checkpoint: Option<&Checkpoint>,
) -> sqlx::Result<()> {
    let mut verifier = ChainVerifier {
        report,
        position: 0,
        hash: Vec::new(),
        checkpoint,
        reached_checkpoint: false,
    };
    loop {
        let entries = store::list_entries(db, verifier.position, ENTRY_BATCH).await?;
        if entries.is_empty() {
            break;
        }
        for batch in split_by_decisions(&entries) {
            let ids: Vec<LogEntryId> = batch.iter().map(|entry| entry.id).collect();
            let mut by_entry: HashMap<LogEntryId, Vec<StoredDecision>> = HashMap::new();
            for decision in store::list_decisions(db, &ids).await? {
                by_entry
                    .entry(decision.entry_id)
                    .or_default()
                    .push(decision);
            }
            for entry in batch {
                verifier.verify_entry(entry, &by_entry.remove(&entry.id).unwrap_or_default());
            }
        }
    }
    if let (Some(checkpoint), false) = (checkpoint, verifier.reached_checkpoint) {
        let (position, last) = (checkpoint.position, verifier.position);
        verifier.report.add_fault(format!(
            "Entry {position}, whose hash was noted, is not there: the log ends at {last}."
        ));
    }
    Ok(())
}

/// Splits entries into parts that have at most about [`DECISION_BATCH`] decisions each.
fn split_by_decisions(entries: &[StoredEntry]) -> Vec<&[StoredEntry]> {
    let mut sum = 0;
    let parts = entries.chunk_by(|entry, _| {
        // The stored count may have been tampered with; a negative one must not hide what comes after it.
        sum += i64::from(entry.decisions.max(1));
        let fits = sum < DECISION_BATCH;
        if !fits {
            sum = 0;
        }
        fits
    });
    parts.collect()
}

/// State of the check that visits the entries of the hash chain one after another.
struct ChainVerifier<'a> {
    report: &'a mut VerifyReport,
    /// Position of the last visited entry; 0 before the first entry.
    position: i64,
    /// Stored hash of the last visited entry.
    hash: Vec<u8>,
    checkpoint: Option<&'a Checkpoint>,
    reached_checkpoint: bool,
}

impl ChainVerifier<'_> {
    fn verify_entry(&mut self, entry: &StoredEntry, decisions: &[StoredDecision]) {
        self.verify_link(entry);
        self.verify_entry_decisions(entry, decisions);
        let position = entry.position;
        match compute_hash(entry, decisions) {
            Some(hash) if entry.hash == hash => {}
            Some(_) => self.report.add_fault(format!(
                "Entry {position} is not as it was written: what it says and decides does not make its hash."
            )),
            None => self.report.add_fault(format!(
                "Entry {position} has a kind, a moment or a status that there is none of."
            )),
        }
        let hash = encode_hex(&entry.hash);
        if let Some(checkpoint) = self.checkpoint.filter(|noted| noted.position == position) {
            self.reached_checkpoint = true;
            if checkpoint.hash != hash {
                self.report.add_fault(format!(
                    "Entry {position} has the hash {hash}, and {} was noted: it, or one before it, was written anew.",
                    checkpoint.hash
                ));
            }
        }
        self.report.entries += 1;
        self.report.decisions += i64::try_from(decisions.len()).unwrap_or_default();
        self.report.end = Some((position, hash));
        self.position = position;
        // The stored hash, not the computed one: a changed entry is one fault, and the entries after it still follow it.
        self.hash.clone_from(&entry.hash);
    }

    /// Checks that the position of an entry follows that of the last visited entry, and that the entry contains the hash
    /// of that entry.
    fn verify_link(&mut self, entry: &StoredEntry) {
        let position = entry.position;
        if position != self.position + 1 {
            let missing = match position - self.position {
                2 => format!("Entry {} is", self.position + 1),
                _ => format!("Entries {} to {} are", self.position + 1, position - 1),
            };
            self.report.add_fault(format!("{missing} not there."));
        } else if entry.previous != self.hash {
            let before = match self.position {
                0 => "it is the first, and has a hash for one before".to_owned(),
                last => format!("the hash that it has for entry {last} is not that entry's"),
            };
            self.report
                .add_fault(format!("Entry {position} does not follow: {before}."));
        }
    }

    /// Checks that an entry has as many decisions as its row says, and that they have the same actor, time and action as
    /// the entry.
    fn verify_entry_decisions(&mut self, entry: &StoredEntry, decisions: &[StoredDecision]) {
        let position = entry.position;
        let count = decisions.len();
        if i64::from(entry.decisions) != i64::try_from(count).unwrap_or(i64::MAX) {
            self.report.add_fault(format!(
                "Entry {position} counts its decisions as {}; there are {count}.",
                entry.decisions
            ));
        }
        for decision in decisions {
            // These three are not in the hash of a decision, since its entry has them.
            let matches_entry = decision.action_id == entry.action_id
                && Some(decision.account_id) == entry.account_id
                && decision.at == entry.at;
            if !matches_entry {
                self.report.add_fault(format!(
                    "Decision {} about comment {} differs from its entry, {position}, in who made it, when, or with what.",
                    decision.id, decision.comment_id
                ));
            }
        }
    }
}

/// Computes the correct hash of an entry. Returns `None` if its kind, its time or a status is unknown.
fn compute_hash(entry: &StoredEntry, decisions: &[StoredDecision]) -> Option<[u8; 32]> {
    let new_entry = NewEntry {
        action: entry.action_id,
        kind: entry.kind.parse().ok()?,
        actor: entry.account_id,
        subject: &entry.subject,
        note: &entry.note,
        at: entry.at?,
    };
    let decisions: Option<Vec<DecisionRecord>> = decisions
        .iter()
        .map(|decision| {
            Some(DecisionRecord {
                id: decision.id,
                comment_id: decision.comment_id,
                from: find_status_code(&decision.from)?,
                to: find_status_code(&decision.to)?,
                undoes: decision.undoes,
            })
        })
        .collect();
    Some(hash_entry(
        entry.position,
        &entry.previous,
        &new_entry,
        decisions?,
    ))
}

/// Checks for all decisions that their entry exists, that undo decisions match the decisions they undo, and that comments
/// have the status that their last decision gave.
async fn verify_decisions(db: &mut PgConnection, report: &mut VerifyReport) -> sqlx::Result<()> {
    let limit = i64::try_from(MAX_LISTED_FAULTS).expect("the number of listed faults fits i64");
    let orphans = store::list_orphan_decisions(db, limit).await?;
    report.add_faults(
        orphans.first().map_or(0, |first| first.total),
        orphans.iter().map(|orphan| {
            format!(
                "Decision {} about comment {} has no entry in the log.",
                orphan.id, orphan.comment_id
            )
        }),
    );
    let undos = store::list_wrong_undos(db, limit).await?;
    report.add_faults(
        undos.first().map_or(0, |first| first.total),
        undos.iter().map(|undo| {
            format!(
                "Decision {} about comment {} says that it takes back decision {}, which is no earlier one about it the other way round.",
                undo.id,
                undo.comment_id,
                undo.undoes.unwrap_or_default()
            )
        }),
    );
    let mismatches = store::list_status_mismatches(db, limit).await?;
    report.add_faults(
        mismatches.first().map_or(0, |first| first.total),
        mismatches.iter().map(|comment| match &comment.status {
            Some(status) => format!(
                "Comment {} is {status}, and the last decision about it, {}, made it {}.",
                comment.id, comment.decision, comment.to
            ),
            None => format!(
                "Comment {} is not there, and decision {} is about it.",
                comment.id, comment.decision
            ),
        }),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_parsed_and_a_malformed_one_is_refused() {
        let hash = "0123456789abcdef".repeat(4);
        let checkpoint: Checkpoint = format!("812:{}", hash.to_uppercase())
            .parse()
            .expect("a position and a hash are a checkpoint");
        let expected = Checkpoint {
            position: 812,
            hash: hash.clone(),
        };
        assert_eq!(checkpoint, expected);
        for wrong in ["", "812", "812:", "812:ff", &format!("0:{hash}"), &hash] {
            assert!(wrong.parse::<Checkpoint>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn entries_are_split_into_parts_with_a_bounded_number_of_decisions() {
        let entry = |position, decisions| StoredEntry {
            position,
            id: LogEntryId(position),
            action_id: crate::ids::ActionId(1),
            kind: "decided".to_owned(),
            account_id: None,
            subject: String::new(),
            note: String::new(),
            at: None,
            decisions,
            previous: Vec::new(),
            hash: Vec::new(),
        };
        let counts = [2_000, 30_000, 1, 19_998, 1, 0, -5, i32::MAX, 7];
        let entries: Vec<StoredEntry> = counts
            .iter()
            .zip(1..)
            .map(|(count, position)| entry(position, *count))
            .collect();
        let parts: Vec<Vec<i64>> = split_by_decisions(&entries)
            .iter()
            .map(|part| part.iter().map(|entry| entry.position).collect())
            .collect();
        assert_eq!(
            parts.concat(),
            entries
                .iter()
                .map(|entry| entry.position)
                .collect::<Vec<_>>()
        );
        for part in parts {
            let before_last: i64 = part[..part.len() - 1]
                .iter()
                .map(|position| {
                    i64::from(
                        counts[usize::try_from(*position).expect("the position fits usize") - 1]
                            .max(1),
                    )
                })
                .sum();
            assert!(before_last < DECISION_BATCH, "{part:?}");
        }
    }
}
