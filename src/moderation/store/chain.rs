//! All SQL of reading the whole log to see whether it holds. What a column may not hold is read all the same: whoever
//! changed the log by hand may have changed the tables as well.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::ids::{AccountId, ActId, CommentId, EntryId};

/// An entry of the log as it is stored.
pub struct StoredEntry {
    /// Its place.
    pub position: i64,
    /// The number that its decisions name.
    pub id: EntryId,
    /// The press of a button that it belongs to.
    pub act: ActId,
    /// What was done, as a word.
    pub kind: String,
    /// Who did it.
    pub account_id: Option<AccountId>,
    /// What it is about.
    pub about: String,
    /// Why.
    pub why: String,
    /// When; none beyond the years that we know.
    pub at: Option<Ts>,
    /// How many decisions it says it has.
    pub decisions: i32,
    /// The hash it has for the entry before.
    pub previous: Vec<u8>,
    /// Its own.
    pub hash: Vec<u8>,
}

/// A decision as it is stored.
pub struct StoredDecision {
    /// The entry that it is under.
    pub entry: EntryId,
    /// Its number.
    pub id: i64,
    /// The press of a button that it belongs to.
    pub act: ActId,
    /// The comment.
    pub comment_id: CommentId,
    /// Who made it.
    pub account_id: AccountId,
    /// What the comment was, as a word.
    pub from: String,
    /// What it became, as a word.
    pub to: String,
    /// The decision that it takes back.
    pub undoes: Option<i64>,
    /// When; none beyond the years that we know.
    pub at: Option<Ts>,
}

/// Looks at the database as it is in this moment, for as long as it takes, and changes nothing. For the beginning of a
/// transaction.
pub async fn look_at_one_moment(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("set transaction isolation level repeatable read, read only")
        .execute(&mut *db)
        .await?;
    sqlx::query!("set local statement_timeout = 0")
        .execute(db)
        .await?;
    Ok(())
}

/// The next entries after a place.
pub async fn entries_after(
    db: &mut PgConnection,
    position: i64,
    limit: i64,
) -> sqlx::Result<Vec<StoredEntry>> {
    sqlx::query_as!(
        StoredEntry,
        r#"select position, id, act, kind::text as "kind!", account_id, about, why,
               case when isfinite(at) and at < '9999-12-31' then at end as "at: Ts", decisions, previous, hash
           from log_entries where position > $1 order by position limit $2"#,
        position,
        limit,
    )
    .fetch_all(db)
    .await
}

/// The decisions under these entries, by number.
pub async fn decisions_under(
    db: &mut PgConnection,
    entries: &[EntryId],
) -> sqlx::Result<Vec<StoredDecision>> {
    let ids: Vec<i64> = entries.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        StoredDecision,
        r#"select entry, id, act, comment_id, account_id, from_status::text as "from!", to_status::text as "to!", undoes,
               case when isfinite(decided_at) and decided_at < '9999-12-31' then decided_at end as "at: Ts"
           from decisions where entry = any($1) order by id"#,
        &ids,
    )
    .fetch_all(db)
    .await
}

/// How many entries there are, whatever their places.
pub async fn count_entries(db: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from log_entries"#)
        .fetch_one(db)
        .await
}

/// A decision that cannot be where it is.
pub struct StrayDecision {
    /// Its number.
    pub id: i64,
    /// The comment.
    pub comment_id: CommentId,
    /// The decision that it says it takes back.
    pub undoes: Option<i64>,
    /// How many such there are in all.
    pub all: i64,
}

/// Decisions that no entry of the log has, at most `limit`.
pub async fn decisions_without_entry(
    db: &mut PgConnection,
    limit: i64,
) -> sqlx::Result<Vec<StrayDecision>> {
    sqlx::query_as!(
        StrayDecision,
        r#"select id, comment_id, undoes, count(*) over () as "all!" from decisions
           where not exists (select 1 from log_entries where log_entries.id = decisions.entry) order by id limit $1"#,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Decisions that say they take one back which is no earlier decision of the same comment, the other way round.
pub async fn wrong_undos(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<StrayDecision>> {
    sqlx::query_as!(
        StrayDecision,
        r#"select undo.id, undo.comment_id, undo.undoes, count(*) over () as "all!"
           from decisions undo left join decisions undone on undone.id = undo.undoes
           where undo.undoes is not null
             and (undone.id is null or undone.id >= undo.id or undone.comment_id <> undo.comment_id
                  or undone.from_status <> undo.to_status or undone.to_status <> undo.from_status)
           order by undo.id limit $1"#,
        limit,
    )
    .fetch_all(db)
    .await
}

/// A comment that does not stand as was decided last.
pub struct StrayComment {
    /// Its number.
    pub id: CommentId,
    /// What it is, as a word; none if it is not there.
    pub status: Option<String>,
    /// The last decision about it.
    pub decision: i64,
    /// What that made of it, as a word.
    pub to: String,
    /// How many such there are in all.
    pub all: i64,
}

/// Comments that do not stand as was decided last, though their authors have not changed them since and their words are
/// there; at most `limit`.
pub async fn comments_decided_otherwise(
    db: &mut PgConnection,
    limit: i64,
) -> sqlx::Result<Vec<StrayComment>> {
    sqlx::query_as!(
        StrayComment,
        r#"with last as (
             select distinct on (comment_id) comment_id, id, to_status, decided_at from decisions order by comment_id, id desc
         )
         select last.comment_id as id, comments.status::text as status, last.id as decision, last.to_status::text as "to!",
             count(*) over () as "all!"
         from last left join comments on comments.id = last.comment_id
         where comments.id is null
            or (comments.status <> last.to_status and erased_at is null and not (
                 -- What its author changes is judged anew, for a reason if it is refused. What the staff changes stays what
                 -- it is, but may hide when its author did: that they ever did is seen from how many changes there were.
                 edited_at is not null and edited_at >= decided_at
                 and (comments.status in ('held', 'approved') or reasons <> '{}')
                 and version > (select count(*) from comment_versions where comment_versions.comment_id = comments.id)
               ))
         order by last.comment_id limit $1"#,
        limit,
    )
    .fetch_all(db)
    .await
}
