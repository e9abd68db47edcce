//! All SQL on decisions and the queue.

pub mod audit_log_page;
mod bulk;
mod cards;
pub mod commenters;
mod counting;
pub mod decision_log;
mod edit;
pub mod events;
mod learning;
mod queue;
mod reading;
pub mod reply;
pub mod transparency;

use sqlx::PgConnection;

use super::model::Ruling;
use super::trial::Said;
use crate::accounts::Moderator;
use crate::audit_log::store::chain::reserve_entry_id;
use crate::audit_log::{EntryKind, NewEntry};
use crate::clock::Ts;
use crate::comments::Status;
use crate::i18n::Words;
use crate::ids::{ActId, ArticleId, CommentId};
use decision_log::{Decision, append};

pub use bulk::*;
pub use cards::*;
pub use counting::*;
pub use edit::*;
pub use learning::*;
pub use queue::*;
pub use reading::*;

/// The last comments, at most `limit`, as far as word lists look at them; none whose words were taken back.
pub async fn last_said(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<Said>> {
    sqlx::query_as!(
        Said,
        "select status, name, website, body, body_html from comments where erased_at is null order by id desc limit $1",
        limit,
    )
    .fetch_all(db)
    .await
}

/// A number for one press of a button.
pub async fn next_act(db: &mut PgConnection) -> sqlx::Result<ActId> {
    let act = sqlx::query_scalar!(r#"select nextval('decision_acts') as "act!""#)
        .fetch_one(db)
        .await?;
    Ok(ActId(act))
}

/// Gives `to` to every comment that still is as the moderator saw it, in status and words, with the entry in the log. Gives their ids.
/// Rows are locked in one order, so that two moderators cannot lock each other out, and such that whoever answers one of
/// them does not wait.
pub async fn decide(
    db: &mut PgConnection,
    moderator: &Moderator,
    act: ActId,
    rulings: &[Ruling],
    to: Status,
    why: &str,
    now: Ts,
) -> sqlx::Result<Vec<CommentId>> {
    let ids: Vec<i64> = rulings.iter().map(|ruling| ruling.id.0).collect();
    let seen: Vec<Status> = rulings.iter().map(|ruling| ruling.seen).collect();
    let versions: Vec<i32> = rulings.iter().map(|ruling| ruling.version).collect();
    let entry = reserve_entry_id(db).await?;
    let decided = sqlx::query_as!(
        Decision,
        r#"with wanted as (
             select comments.id, status from comments
             -- A comment may stand in a form twice.
             join (select distinct * from unnest($1::bigint[], $2::comment_status[], $7::integer[]) as ruling (id, seen, version)) ruling
               on ruling.id = comments.id and ruling.seen = status and ruling.version = comments.version
             where status <> $3 and erased_at is null
             order by comments.id for no key update of comments
         ),
         changed as (
             update comments set status = $3, status_since = $6, reasons = array_remove(reasons, 'being-checked')
             from wanted where comments.id = wanted.id returning comments.id
         ),
         -- What a moderator has decided, no checker decides any more.
         unasked as (
             delete from checks using wanted where comment_id = wanted.id
         ),
         written as (
             insert into decisions (act, entry, comment_id, account_id, from_status, to_status, decided_at)
             select $4, $8, wanted.id, $5, wanted.status, $3, $6 from wanted join changed using (id) order by wanted.id
             returning id, comment_id, from_status, to_status, undoes
         )
         select id, comment_id, from_status as "from", to_status as "to", undoes from written order by id"#,
        &ids,
        &seen as &[Status],
        to as Status,
        act.0,
        moderator.id.0,
        now as Ts,
        &versions,
        entry.0,
    )
    .fetch_all(&mut *db)
    .await?;
    if !decided.is_empty() {
        let new = NewEntry::by_moderator(moderator, act, EntryKind::Decided, now).with_note(why);
        append(db, entry, &new, &decided).await?;
    }
    Ok(comments_of(&decided))
}

fn comments_of(decisions: &[Decision]) -> Vec<CommentId> {
    decisions.iter().map(|one| one.comment_id).collect()
}

/// Takes back what `undone` decided, for every comment about which nobody has decided since: at most `limit`, by decisions
/// after number `after`. Gives them, and the number of the last decision that was looked at, if there may be more.
pub async fn undo(
    db: &mut PgConnection,
    moderator: &Moderator,
    act: ActId,
    undone: ActId,
    after: i64,
    limit: i64,
    now: Ts,
) -> sqlx::Result<(Vec<CommentId>, Option<i64>)> {
    let looked_at = sqlx::query_scalar!(
        "select id from decisions where act = $1 and id > $2 order by id limit $3",
        undone.0,
        after,
        limit,
    )
    .fetch_all(&mut *db)
    .await?;
    let entry = reserve_entry_id(db).await?;
    let restored = sqlx::query_as!(
        Decision,
        r#"with wanted as (
             select comments.id, decisions.id as decision_id, from_status, to_status
             from decisions join comments on comments.id = comment_id
             where decisions.id = any($1) and status = to_status and erased_at is null and (edited_at is null or edited_at < decided_at)
               and not exists (select 1 from decisions later where later.comment_id = comments.id and later.id > decisions.id)
             order by comments.id for no key update of comments
         ),
         changed as (
             update comments set status = wanted.from_status, status_since = $4, reasons = array_remove(reasons, 'being-checked')
             from wanted where comments.id = wanted.id returning comments.id
         ),
         -- What a moderator has decided, no checker decides any more.
         unasked as (
             delete from checks using wanted where comment_id = wanted.id
         ),
         written as (
             insert into decisions (act, entry, comment_id, account_id, from_status, to_status, undoes, decided_at)
             select $2, $5, wanted.id, $3, wanted.to_status, wanted.from_status, wanted.decision_id, $4
             from wanted join changed using (id) order by wanted.id
             returning id, comment_id, from_status, to_status, undoes
         )
         select id, comment_id, from_status as "from", to_status as "to", undoes from written order by id"#,
        &looked_at,
        act.0,
        moderator.id.0,
        now as Ts,
        entry.0,
    )
    .fetch_all(&mut *db)
    .await?;
    if !restored.is_empty() {
        let new = NewEntry::by_moderator(moderator, act, EntryKind::Undone, now);
        append(db, entry, &new, &restored).await?;
    }
    let is_full = i64::try_from(looked_at.len()) == Ok(limit);
    let last = looked_at.last().copied().filter(|_| is_full);
    Ok((comments_of(&restored), last))
}

/// Comments that an act decided about, as many as a script has on its screen.
pub async fn decided_by(db: &mut PgConnection, act: ActId) -> sqlx::Result<Vec<CommentId>> {
    const ON_A_SCREEN: i64 = 200;
    sqlx::query_scalar!(
        "select comment_id from decisions where act = $1 order by id limit $2",
        act.0,
        ON_A_SCREEN,
    )
    .fetch_all(db)
    .await
}

/// The act with which this moderator gave this status to all of these, if nobody has decided otherwise since.
pub async fn decided_so(
    db: &mut PgConnection,
    moderator: &Moderator,
    ids: &[CommentId],
    to: Status,
) -> sqlx::Result<Option<ActId>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let act = sqlx::query_scalar!(
        r#"select max(last.act) as "act!"
           from unnest($1::bigint[]) as asked (id)
           left join comments on comments.id = asked.id and comments.erased_at is null
           left join lateral (
               select act, account_id, to_status, undoes from decisions where comment_id = asked.id order by id desc limit 1
           ) last on true
           having count(distinct last.act) = 1
              and bool_and(coalesce(last.account_id = $2 and last.undoes is null and last.to_status = $3 and comments.status = $3, false))"#,
        &ids,
        moderator.id.0,
        to as Status,
    )
    .fetch_optional(db)
    .await?;
    Ok(act.map(ActId))
}

/// When a comment was written.
pub async fn written_at(db: &mut PgConnection, id: CommentId) -> sqlx::Result<Option<Ts>> {
    sqlx::query_scalar!("select created_at from comments where id = $1", id.0)
        .fetch_optional(db)
        .await
}

/// The title of an article, published or not.
pub async fn title_of(db: &mut PgConnection, id: ArticleId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select title from articles where id = $1", id.0)
        .fetch_optional(db)
        .await
}

/// How many comments an act decided about.
pub async fn decisions_of(db: &mut PgConnection, act: ActId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select coalesce(sum(decisions), 0)::bigint as "count!" from log_entries where act = $1"#,
        act.0,
    )
    .fetch_one(db)
    .await
}

/// What an act did, for the line above the queue.
pub struct Done {
    /// The status it gave.
    pub to: Status,
    /// To how many.
    pub count: i64,
    /// Whether it took another act back.
    pub was_undo: bool,
    /// Whether it can still be taken back, at least in part.
    pub can_undo: bool,
}

/// What an act of this moderator did. Whether a large one can be taken back is seen from its first thousand decisions.
pub async fn find_done(
    db: &mut PgConnection,
    moderator: &Moderator,
    act: ActId,
) -> sqlx::Result<Option<Done>> {
    sqlx::query_as!(
        Done,
        r#"select min(to_status) as "to!", min(counted.count) as "count!", bool_or(undoes is not null) as "was_undo!",
               bool_or(comments.status = to_status and erased_at is null and (edited_at is null or edited_at < decided_at)
                       and not exists (select 1 from decisions later
                                       where later.comment_id = comments.id and later.id > first.id)) as "can_undo!"
           from (select * from decisions where act = $1 and account_id = $2 order by id limit 1000) first
           join comments on comments.id = comment_id
           cross join (select sum(decisions)::bigint as count from log_entries where act = $1) counted
           having count(*) > 0"#,
        act.0,
        moderator.id.0,
    )
    .fetch_optional(db)
    .await
}

/// A comment someone else was faster with.
pub struct Overtaken {
    /// Which.
    pub id: CommentId,
    /// Who wrote it.
    pub name: String,
    /// What it is now.
    pub status: Status,
    /// Who made it so.
    pub decided_by: Option<String>,
    /// Its author changed its words, and nobody has decided on them since.
    pub is_changed: bool,
}

impl Overtaken {
    /// What happened to it, as a sentence.
    pub fn told(&self, words: Words) -> String {
        if self.is_changed {
            return words.with("queue-changed", "name", &self.name);
        }
        let status = words.say(&format!("status-{}", self.status.word()));
        let values = [
            ("name", self.name.as_str()),
            ("status", status.as_str()),
            ("by", self.decided_by.as_deref().unwrap_or("—")),
        ];
        words.with_all("queue-overtaken", &values)
    }
}

/// What became of comments that could not be decided as they were seen.
pub async fn overtaken(db: &mut PgConnection, ids: &[CommentId]) -> sqlx::Result<Vec<Overtaken>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        Overtaken,
        r#"select comments.id, comments.name, status,
               (select accounts.name from decisions join accounts on accounts.id = account_id
                where comment_id = comments.id order by decisions.id desc limit 1) as decided_by,
               edited_at is not null and not exists
                   (select 1 from decisions where comment_id = comments.id and decided_at > edited_at) as "is_changed!"
           from comments where id = any($1) order by id"#,
        &ids,
    )
    .fetch_all(db)
    .await
}
