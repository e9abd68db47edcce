//! Whether the log holds: every hash is made anew, and every comment must stand as was decided last. What is wrong is said
//! in sentences, for whoever looks at a terminal; nothing that may be in the tables ends the search.

use std::collections::HashMap;
use std::str::FromStr;

use sqlx::{Connection, PgConnection};

use super::log::{self, Decision, EntryKind, NewEntry};
use super::store::{self, StoredDecision, StoredEntry};
use crate::comments::Status;
use crate::crypto::hex;
use crate::ids::EntryId;

/// Entries that are read at a time.
const ENTRIES: i64 = 500;
/// Decisions that are read at a time, unless one entry has more.
const DECISIONS: i64 = 20_000;
/// Faults that are said.
const FAULTS: usize = 20;

/// How the chain ended some day: what was noted then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// Its last place.
    pub position: i64,
    /// The hash of the entry there, in hexadecimal digits.
    pub hash: String,
}

impl FromStr for Noted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = text.trim().split_once(':').and_then(|(position, hash)| {
            let position = position.parse().ok().filter(|position| *position > 0)?;
            let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
            let hash = hash.to_ascii_lowercase();
            is_hash.then_some(Self { position, hash })
        });
        read.ok_or_else(|| {
            "a place and a hash, as an earlier check printed them, with a colon between them"
                .to_owned()
        })
    }
}

/// What was seen in the log.
#[derive(Debug, Default)]
pub struct Seen {
    /// Entries.
    pub entries: i64,
    /// Decisions under them.
    pub decisions: i64,
    /// The place of the last entry and its hash, in hexadecimal digits.
    pub end: Option<(i64, String)>,
    /// What is wrong, a sentence each; the first ones.
    pub faults: Vec<String>,
    /// How many more faults there are.
    pub more: i64,
}

impl Seen {
    /// Whether nothing is wrong.
    pub fn is_well(&self) -> bool {
        self.faults.is_empty()
    }

    fn fault(&mut self, fault: String) {
        if self.faults.len() < FAULTS {
            self.faults.push(fault);
        } else {
            self.more += 1;
        }
    }

    /// Faults that were looked for in one go: `all` of them, of which these were read.
    fn faults(&mut self, all: i64, read: impl ExactSizeIterator<Item = String>) {
        let unread = all - i64::try_from(read.len()).unwrap_or(all);
        read.for_each(|fault| self.fault(fault));
        self.more += unread;
    }
}

/// Reads the whole log, as it is in one moment, a part at a time.
pub async fn check(db: &mut PgConnection, noted: Option<&Noted>) -> sqlx::Result<Seen> {
    let mut db = db.begin().await?;
    store::look_at_one_moment(&mut db).await?;
    let mut seen = Seen::default();
    let mut walk = Walk {
        seen: &mut seen,
        last: 0,
        hash: Vec::new(),
        noted,
        found_noted: false,
    };
    loop {
        let entries = store::entries_after(&mut db, walk.last, ENTRIES).await?;
        if entries.is_empty() {
            break;
        }
        for some in parts(&entries) {
            let ids: Vec<EntryId> = some.iter().map(|entry| entry.id).collect();
            let mut under: HashMap<EntryId, Vec<StoredDecision>> = HashMap::new();
            for decision in store::decisions_under(&mut db, &ids).await? {
                under.entry(decision.entry).or_default().push(decision);
            }
            for entry in some {
                walk.meet(entry, &under.remove(&entry.id).unwrap_or_default());
            }
        }
    }
    if let (Some(noted), false) = (noted, walk.found_noted) {
        let (position, last) = (noted.position, walk.last);
        walk.seen.fault(format!(
            "Entry {position}, whose hash was noted, is not there: the log ends at {last}."
        ));
    }
    let beside = store::count_entries(&mut db).await? - seen.entries;
    if beside > 0 {
        seen.fault(format!("{beside} entries share their place with others."));
    }
    look_at_decisions(&mut db, &mut seen).await?;
    db.rollback().await?;
    Ok(seen)
}

/// Cuts entries where many decisions are under them.
fn parts(entries: &[StoredEntry]) -> Vec<&[StoredEntry]> {
    let mut sum = 0;
    let parts = entries.chunk_by(|entry, _| {
        sum += i64::from(entry.decisions.max(1));
        let fits = sum < DECISIONS;
        if !fits {
            sum = 0;
        }
        fits
    });
    parts.collect()
}

/// How far along the chain we are.
struct Walk<'a> {
    seen: &'a mut Seen,
    last: i64,
    hash: Vec<u8>,
    noted: Option<&'a Noted>,
    found_noted: bool,
}

impl Walk<'_> {
    fn meet(&mut self, entry: &StoredEntry, under: &[StoredDecision]) {
        let position = entry.position;
        if position != self.last + 1 {
            let missing = match position - self.last {
                2 => format!("Entry {} is", self.last + 1),
                _ => format!("Entries {} to {} are", self.last + 1, position - 1),
            };
            self.seen.fault(format!("{missing} not there."));
        } else if entry.previous != self.hash {
            let before = match self.last {
                0 => "it is the first, and has a hash for one before".to_owned(),
                last => format!("the hash that it has for entry {last} is not that entry's"),
            };
            self.seen
                .fault(format!("Entry {position} does not follow: {before}."));
        }
        let count = under.len();
        if i64::from(entry.decisions) != i64::try_from(count).unwrap_or(i64::MAX) {
            self.seen.fault(format!(
                "Entry {position} counts its decisions as {}; there are {count}.",
                entry.decisions
            ));
        }
        for decision in under {
            let is_its_own = decision.act == entry.act
                && Some(decision.account_id) == entry.account_id
                && decision.at == entry.at;
            if !is_its_own {
                self.seen.fault(format!(
                    "Decision {} about comment {} differs from its entry, {position}, in who made it, when, or with what.",
                    decision.id, decision.comment_id
                ));
            }
        }
        match hash_of(entry, under) {
            Some(hash) if entry.hash == hash => {}
            Some(_) => self.seen.fault(format!(
                "Entry {position} is not as it was written: what it says and decides does not make its hash."
            )),
            None => self.seen.fault(format!(
                "Entry {position} has a kind, a moment or a status that there is none of."
            )),
        }
        let hash = hex(&entry.hash);
        if let Some(noted) = self.noted.filter(|noted| noted.position == position) {
            self.found_noted = true;
            if noted.hash != hash {
                self.seen.fault(format!(
                    "Entry {position} has the hash {hash}, and {} was noted: it, or one before it, was written anew.",
                    noted.hash
                ));
            }
        }
        self.seen.entries += 1;
        self.seen.decisions += i64::try_from(count).unwrap_or_default();
        self.seen.end = Some((position, hash));
        self.last = position;
        self.hash.clone_from(&entry.hash);
    }
}

/// The hash that an entry must have.
fn hash_of(entry: &StoredEntry, under: &[StoredDecision]) -> Option<[u8; 32]> {
    let new = NewEntry {
        act: entry.act,
        kind: EntryKind::from_word(&entry.kind)?,
        by: entry.account_id,
        about: &entry.about,
        why: &entry.why,
        at: entry.at?,
    };
    let decisions: Option<Vec<Decision>> = under
        .iter()
        .map(|decision| {
            Some(Decision {
                id: decision.id,
                comment_id: decision.comment_id,
                from: Status::from_word(&decision.from)?,
                to: Status::from_word(&decision.to)?,
                undoes: decision.undoes,
            })
        })
        .collect();
    Some(log::hash(entry.position, &entry.previous, &new, decisions?))
}

async fn look_at_decisions(db: &mut PgConnection, seen: &mut Seen) -> sqlx::Result<()> {
    let limit = i64::try_from(FAULTS).expect("twenty fits");
    let strays = store::decisions_without_entry(db, limit).await?;
    seen.faults(
        strays.first().map_or(0, |first| first.all),
        strays.iter().map(|stray| {
            format!(
                "Decision {} about comment {} has no entry in the log.",
                stray.id, stray.comment_id
            )
        }),
    );
    let undos = store::wrong_undos(db, limit).await?;
    seen.faults(
        undos.first().map_or(0, |first| first.all),
        undos.iter().map(|stray| {
            format!(
                "Decision {} about comment {} says that it takes back decision {}, which is no earlier one about it the other way round.",
                stray.id,
                stray.comment_id,
                stray.undoes.unwrap_or_default()
            )
        }),
    );
    let comments = store::comments_decided_otherwise(db, limit).await?;
    seen.faults(
        comments.first().map_or(0, |first| first.all),
        comments.iter().map(|stray| match &stray.status {
            Some(status) => format!(
                "Comment {} is {status}, and the last decision about it, {}, made it {}.",
                stray.id, stray.decision, stray.to
            ),
            None => format!(
                "Comment {} is not there, and decision {} is about it.",
                stray.id, stray.decision
            ),
        }),
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_noted_is_read() {
        let hash = "0123456789abcdef".repeat(4);
        let noted: Noted = format!("812:{}", hash.to_uppercase())
            .parse()
            .expect("a place and a hash");
        let expected = Noted {
            position: 812,
            hash: hash.clone(),
        };
        assert_eq!(noted, expected);
        for wrong in ["", "812", "812:", "812:ff", &format!("0:{hash}"), &hash] {
            assert!(wrong.parse::<Noted>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn entries_are_read_in_parts_that_fit() {
        let entry = |position, decisions| StoredEntry {
            position,
            id: EntryId(position),
            act: crate::ids::ActId(1),
            kind: "decided".to_owned(),
            account_id: None,
            about: String::new(),
            why: String::new(),
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
        let cut: Vec<Vec<i64>> = parts(&entries)
            .iter()
            .map(|part| part.iter().map(|entry| entry.position).collect())
            .collect();
        assert_eq!(
            cut.concat(),
            entries
                .iter()
                .map(|entry| entry.position)
                .collect::<Vec<_>>()
        );
        for part in cut {
            let before_last: i64 = part[..part.len() - 1]
                .iter()
                .map(|position| {
                    i64::from(counts[usize::try_from(*position).expect("small") - 1].max(1))
                })
                .sum();
            assert!(before_last < DECISIONS, "{part:?}");
        }
    }
}
