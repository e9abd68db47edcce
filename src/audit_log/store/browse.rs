//! SQL that lists audit log entries for the pages of the log. One page reads at most `MAX_SCANNED_ENTRIES` entries, so
//! its cost is bounded for every filter and every length of the log.

use sqlx::PgConnection;

use super::chain::find_end;
use crate::audit_log::EntryKind;
use crate::clock::Ts;
use crate::ids::{AccountId, ActionId, LogEntryId};

/// Largest number of entries that one page reads in search of entries that match the filter.
const MAX_SCANNED_ENTRIES: i64 = 2_000;
/// Largest difference, in seconds, by which an entry can have an earlier time than the entry before it. An entry has the
/// time of its request, but gets its position at the end of its transaction.
const MAX_TIME_SKEW_SECONDS: i64 = 60 * 60;

/// The author of an audit log entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    Account(AccountId),
    /// The site itself, for example when the retention period deletes old spam.
    System,
}

/// Conditions on audit log entries. A field that is `None` sets no condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogFilter {
    pub actor: Option<Actor>,
    pub kind: Option<EntryKind>,
    /// Status code that a decision under the entry must have given.
    pub to: Option<&'static str>,
    pub from: Option<Ts>,
    /// End of the time range. An entry of exactly this time is outside.
    pub until: Option<Ts>,
}

/// An audit log entry, together with the name of the member of staff who acted.
pub struct LogEntry {
    pub position: i64,
    pub id: LogEntryId,
    pub action_id: ActionId,
    pub kind: EntryKind,
    /// Name of the member of staff who acted; `None` if the site acted by itself.
    pub actor: Option<String>,
    /// Subject of the entry. Never show it unchanged: it can contain the id of a commenter.
    pub subject: String,
    pub note: String,
    pub at: Ts,
    /// Number of decisions under the entry.
    pub decisions: i32,
    /// Status code that the first decision under the entry gave.
    pub to: Option<String>,
    /// Hash of the previous entry; empty for the first entry.
    pub previous: Vec<u8>,
    pub hash: Vec<u8>,
}

/// One page of audit log entries, newest first.
pub struct LogListing {
    pub entries: Vec<LogEntry>,
    /// Position for the `before` argument of the next page; `None` if there are no older entries.
    pub next: Option<i64>,
}

/// Lists at most `limit` matching entries whose positions are lower than `before`. A page can be empty although older
/// entries match; `next` then leads to them.
pub async fn list_entries(
    db: &mut PgConnection,
    filter: &LogFilter,
    before: Option<i64>,
    limit: i64,
) -> sqlx::Result<LogListing> {
    // The dates narrow the range of positions first, so that a scan does not end before it reaches them.
    let mut before = before.unwrap_or(i64::MAX);
    if let Some(until) = filter.until {
        let latest = until.plus_seconds(MAX_TIME_SKEW_SECONDS);
        before = before.min(find_first_position(db, latest).await?);
    }
    let first = match filter.from {
        Some(from) => find_first_position(db, from.plus_seconds(-MAX_TIME_SKEW_SECONDS)).await?,
        None => 0,
    };
    let scanned = list_positions(db, filter, before, first).await?;
    // One more than asked for tells whether another page follows.
    let mut entries = list_matching(db, filter, &scanned, limit + 1).await?;
    let next = if i64::try_from(entries.len()).is_ok_and(|count| count > limit) {
        entries.pop();
        entries.last().map(|last| last.position)
    } else {
        let is_cut = i64::try_from(scanned.len()) == Ok(MAX_SCANNED_ENTRIES);
        scanned.last().copied().filter(|_| is_cut)
    };
    Ok(LogListing { entries, next })
}

/// Lists the positions of the entries to check against the filter. Uses the index on accounts if the filter has an actor,
/// otherwise the index on kinds.
async fn list_positions(
    db: &mut PgConnection,
    filter: &LogFilter,
    before: i64,
    first: i64,
) -> sqlx::Result<Vec<i64>> {
    macro_rules! list_where {
        ($condition:literal $(, $argument:expr)?) => {
            sqlx::query_scalar!(
                "select position from audit_log where " + $condition + " and position < $1 and position >= $2
                 order by position desc limit $3",
                before,
                first,
                MAX_SCANNED_ENTRIES,
                $($argument)?
            )
            .fetch_all(db)
            .await
        };
    }
    // A statement for each case: with optional conditions in one, Postgres would not choose the index by the filter.
    match (filter.actor, filter.kind) {
        (Some(Actor::Account(id)), _) => list_where!("account_id = $4", id.0),
        (Some(Actor::System), _) => list_where!("account_id is null"),
        (None, Some(kind)) => list_where!("kind = $4", kind as EntryKind),
        (None, None) => list_where!("true"),
    }
}

/// Lists the entries at these positions that match the filter, at most `limit`.
async fn list_matching(
    db: &mut PgConnection,
    filter: &LogFilter,
    positions: &[i64],
    limit: i64,
) -> sqlx::Result<Vec<LogEntry>> {
    // A decision gives all its comments one status, so the first decision of an entry is enough. Only an undo may
    // give several.
    sqlx::query_as!(
        LogEntry,
        r#"select position, audit_log.id, audit_log.action_id, kind as "kind: EntryKind", accounts.name as "actor?",
               subject, note, at, decisions, first.to_status::text as "to?", previous, hash
           from audit_log left join accounts on accounts.id = audit_log.account_id
           left join lateral (
               select to_status from decisions where entry_id = audit_log.id order by decisions.id limit 1
           ) first on true
           where position = any($1) and ($2::audit_kind is null or kind = $2)
             and ($3::text is null or first.to_status = $3::text::comment_status
                  or (kind = 'undone' and exists (
                      -- With a limit it is looked up for each entry_id, never gathered from all decisions there are.
                      select 1 from (select to_status from decisions where entry_id = audit_log.id order by decisions.id limit $7) given
                      where given.to_status = $3::text::comment_status)))
             and ($4::timestamptz is null or at >= $4) and ($5::timestamptz is null or at < $5)
           order by position desc limit $6"#,
        positions,
        filter.kind as Option<EntryKind>,
        filter.to,
        filter.from as Option<Ts>,
        filter.until as Option<Ts>,
        limit,
        MAX_SCANNED_ENTRIES,
    )
    .fetch_all(db)
    .await
}

/// Finds the position of the first entry at or after this time. If there is none, returns the position that follows the
/// last entry.
async fn find_first_position(db: &mut PgConnection, time: Ts) -> sqlx::Result<i64> {
    // A binary search: times grow along the chain, apart from the skew that the caller allows for.
    let (mut low, mut high) = (1, find_end(db).await?.map_or(1, |(last, _)| last + 1));
    while low < high {
        let middle = low + (high - low) / 2;
        let at = sqlx::query_scalar!("select at from audit_log where position = $1", middle)
            .fetch_optional(&mut *db)
            .await?;
        match at.is_some_and(|at| at < time) {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    Ok(low)
}

pub async fn find_entry(db: &mut PgConnection, position: i64) -> sqlx::Result<Option<LogEntry>> {
    let found = list_matching(db, &LogFilter::default(), &[position], 1).await?;
    Ok(found.into_iter().next())
}
