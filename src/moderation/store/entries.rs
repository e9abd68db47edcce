//! All SQL of reading the log at the desk. However long it is and whatever is asked for, a page looks at no more than
//! [`LOOKED_AT`] entries.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{AccountId, ActId, CommentId, EntryId};
use crate::moderation::EntryKind;
use crate::text::{SafeHtml, excerpt, markdown};

/// Entries that are looked at for those that are asked for.
pub const LOOKED_AT: i64 = 2_000;
/// Seconds by which the moments of entries may be out of order: an entry says when its button was pressed, and has its
/// place when that was done.
const OUT_OF_ORDER: i64 = 60 * 60;

/// Whose entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Of this account.
    Account(AccountId),
    /// What happened by itself.
    Nobody,
}

/// Which entries of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// Whose.
    pub by: Option<By>,
    /// Of which kind.
    pub kind: Option<EntryKind>,
    /// With a decision that gave this status.
    pub to: Option<Status>,
    /// From this moment on.
    pub from: Option<Ts>,
    /// Before this moment.
    pub until: Option<Ts>,
}

/// An entry, for people.
pub struct LogEntry {
    /// Its place.
    pub position: i64,
    /// The number that its decisions name.
    pub id: EntryId,
    /// The press of a button that it belongs to.
    pub act: ActId,
    /// What was done.
    pub kind: EntryKind,
    /// Who did it; nobody for what happened by itself.
    pub by: Option<String>,
    /// What it is about. Not for pages as it is: it may have the number of a person.
    pub about: String,
    /// Why.
    pub why: String,
    /// When.
    pub at: Ts,
    /// How many decisions are under it.
    pub decisions: i32,
    /// What the first of them gave.
    pub to: Option<Status>,
    /// The hash it has for the entry before.
    pub previous: Vec<u8>,
    /// Its own.
    pub hash: Vec<u8>,
}

/// A page of the log.
pub struct LogPart {
    /// Entries, newest first.
    pub entries: Vec<LogEntry>,
    /// From before where there may be more.
    pub next: Option<i64>,
}

/// What is sought from before a place, newest first, at most `limit`.
pub async fn find_entries(
    db: &mut PgConnection,
    sought: &Sought,
    before: Option<i64>,
    limit: i64,
) -> sqlx::Result<LogPart> {
    let mut before = before.unwrap_or(i64::MAX);
    if let Some(until) = sought.until {
        let late = until.plus_seconds(OUT_OF_ORDER);
        before = before.min(first_from(db, late).await?);
    }
    let least = match sought.from {
        Some(from) => first_from(db, from.plus_seconds(-OUT_OF_ORDER)).await?,
        None => 0,
    };
    let places = places(db, sought, before, least).await?;
    let mut entries = among(db, sought, &places, limit + 1).await?;
    let next = if i64::try_from(entries.len()).is_ok_and(|count| count > limit) {
        entries.pop();
        entries.last().map(|last| last.position)
    } else {
        let is_cut = i64::try_from(places.len()) == Ok(LOOKED_AT);
        places.last().copied().filter(|_| is_cut)
    };
    Ok(LogPart { entries, next })
}

/// The places that are looked at, by the index that narrows most.
async fn places(
    db: &mut PgConnection,
    sought: &Sought,
    before: i64,
    least: i64,
) -> sqlx::Result<Vec<i64>> {
    match (sought.by, sought.kind) {
        (Some(By::Account(id)), _) => {
            sqlx::query_scalar!(
                "select position from log_entries where account_id = $4 and position < $1 and position >= $2
                 order by position desc limit $3",
                before,
                least,
                LOOKED_AT,
                id.0,
            )
            .fetch_all(db)
            .await
        }
        (Some(By::Nobody), _) => {
            sqlx::query_scalar!(
                "select position from log_entries where account_id is null and position < $1 and position >= $2
                 order by position desc limit $3",
                before,
                least,
                LOOKED_AT,
            )
            .fetch_all(db)
            .await
        }
        (None, Some(kind)) => {
            sqlx::query_scalar!(
                "select position from log_entries where kind = $4 and position < $1 and position >= $2
                 order by position desc limit $3",
                before,
                least,
                LOOKED_AT,
                kind as EntryKind,
            )
            .fetch_all(db)
            .await
        }
        (None, None) => {
            sqlx::query_scalar!(
                "select position from log_entries where position < $1 and position >= $2 order by position desc limit $3",
                before,
                least,
                LOOKED_AT,
            )
            .fetch_all(db)
            .await
        }
    }
}

/// What is sought among these places. Every comment that is decided gets one status; only what is taken back may get several.
async fn among(
    db: &mut PgConnection,
    sought: &Sought,
    places: &[i64],
    limit: i64,
) -> sqlx::Result<Vec<LogEntry>> {
    sqlx::query_as!(
        LogEntry,
        r#"select position, log_entries.id, log_entries.act, kind as "kind: EntryKind", accounts.name as "by?", about, why, at, decisions,
               first.to_status as "to?: Status", previous, hash
           from log_entries left join accounts on accounts.id = log_entries.account_id
           left join lateral (
               select to_status from decisions where entry = log_entries.id order by decisions.id limit 1
           ) first on true
           where position = any($1) and ($2::log_kind is null or kind = $2)
             and ($3::comment_status is null or first.to_status = $3
                  or (kind = 'undone' and exists (
                      -- With a limit it is looked up for each entry, never gathered from all decisions there are.
                      select 1 from (select to_status from decisions where entry = log_entries.id order by decisions.id limit $7) given
                      where given.to_status = $3)))
             and ($4::timestamptz is null or at >= $4) and ($5::timestamptz is null or at < $5)
           order by position desc limit $6"#,
        places,
        sought.kind as Option<EntryKind>,
        sought.to as Option<Status>,
        sought.from as Option<Ts>,
        sought.until as Option<Ts>,
        limit,
        LOOKED_AT,
    )
    .fetch_all(db)
    .await
}

/// The first place whose entry was made at this moment or later; the one after the last if none was. Moments grow along the
/// chain, but for what is done at once, so that halving finds it.
async fn first_from(db: &mut PgConnection, moment: Ts) -> sqlx::Result<i64> {
    let (mut low, mut high) = (1, chain_end(db).await?.map_or(1, |(last, _)| last + 1));
    while low < high {
        let middle = low + (high - low) / 2;
        let at = sqlx::query_scalar!("select at from log_entries where position = $1", middle)
            .fetch_optional(&mut *db)
            .await?;
        match at.is_some_and(|at| at < moment) {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    Ok(low)
}

/// The last place of the chain, and the hash of its entry.
pub async fn chain_end(db: &mut PgConnection) -> sqlx::Result<Option<(i64, Vec<u8>)>> {
    let last =
        sqlx::query!("select position, hash from log_entries order by position desc limit 1")
            .fetch_optional(db)
            .await?;
    Ok(last.map(|last| (last.position, last.hash)))
}

/// The entry at a place.
pub async fn find_entry(db: &mut PgConnection, position: i64) -> sqlx::Result<Option<LogEntry>> {
    let found = among(db, &Sought::default(), &[position], 1).await?;
    Ok(found.into_iter().next())
}

/// Whether some of what an act decided can be taken back, as far as its first thousand decisions show.
pub async fn can_undo(db: &mut PgConnection, act: ActId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select 1 from (select * from decisions where act = $1 order by id limit 1000) first
               join comments on comments.id = comment_id
               where comments.status = to_status and erased_at is null and (edited_at is null or edited_at < decided_at)
                 and not exists (select 1 from decisions later where later.comment_id = comments.id and later.id > first.id)
           ) as "can!""#,
        act.0,
    )
    .fetch_one(db)
    .await
}

/// A decision, for people.
pub struct LoggedDecision {
    /// Its number.
    pub id: i64,
    /// The comment.
    pub comment_id: CommentId,
    /// What that was.
    pub from: Status,
    /// What it became.
    pub to: Status,
    /// Who wrote the comment.
    pub name: String,
    /// What it says.
    pub body_html: SafeHtml,
    /// Whether its words are gone.
    pub is_erased: bool,
    /// The title of its article.
    pub title: String,
    /// The article's address, if it has one.
    pub path: Option<String>,
}

impl LoggedDecision {
    /// How the comment begins, as plain words.
    pub fn beginning(&self) -> String {
        const CHARS: usize = 160;
        excerpt::excerpt(&markdown::html_to_text(self.body_html.as_str()), CHARS)
    }
}

/// Decisions under an entry after decision `after`, at most `limit`.
pub async fn decisions_in(
    db: &mut PgConnection,
    entry: EntryId,
    after: i64,
    limit: i64,
) -> sqlx::Result<Vec<LoggedDecision>> {
    sqlx::query_as!(
        LoggedDecision,
        r#"select decisions.id, comment_id, from_status as "from", to_status as "to", comments.name, comments.body_html,
               erased_at is not null as "is_erased!", title, path
           from decisions join comments on comments.id = comment_id join articles on articles.id = article_id
           where entry = $1 and decisions.id > $2 order by decisions.id limit $3"#,
        entry.0,
        after,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Who wrote these comments, for entries that are about them; none whose words are gone.
pub async fn writers_of(
    db: &mut PgConnection,
    ids: &[CommentId],
) -> sqlx::Result<Vec<(CommentId, String)>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        "select id, name from comments where id = any($1) and erased_at is null",
        &ids,
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// The staff, by name.
pub async fn staff(db: &mut PgConnection) -> sqlx::Result<Vec<(AccountId, String)>> {
    let rows = sqlx::query!("select id, name from accounts order by lower(name), id")
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}
