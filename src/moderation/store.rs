//! All SQL on decisions and the queue.

use sqlx::PgConnection;

use super::model::Ruling;
use super::trial::Said;
use crate::accounts::Moderator;
use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{ActId, CommentId};
use crate::text::SafeHtml;

/// A comment as a moderator sees it. The address is not in it.
pub struct Card {
    /// Its number.
    pub id: CommentId,
    /// What has been decided so far.
    pub status: Status,
    /// How often its author has changed it.
    pub version: i32,
    /// Why it was judged as it was at first.
    pub reasons: Vec<String>,
    /// The name given.
    pub name: String,
    /// The website given.
    pub website: Option<String>,
    /// The text.
    pub body_html: SafeHtml,
    /// When it was written.
    pub created_at: Ts,
    /// The article's title.
    pub title: String,
    /// The article's address.
    pub path: Option<String>,
    /// Whom it answers.
    pub answers: Option<String>,
    /// Of the same person's other comments: how many are approved, and how many were refused.
    pub approved_before: i64,
    /// Spam and trash together.
    pub refused_before: i64,
    /// Who decided last.
    pub decided_by: Option<String>,
}

impl Card {
    /// Whether its text would push its buttons off the screen, so that it scrolls in a place of its own.
    pub fn is_long(&self) -> bool {
        const BYTES: usize = 1_500;
        self.body_html.as_str().len() > BYTES
    }
}

/// Cards of one status, newest first: at most `limit`, from before comment `before`.
pub async fn cards(
    db: &mut PgConnection,
    status: Status,
    before: Option<CommentId>,
    limit: i64,
) -> sqlx::Result<Vec<Card>> {
    sqlx::query_as!(
        Card,
        r#"select comments.id, comments.status, comments.version, comments.reasons, comments.name, comments.website, comments.body_html,
               comments.created_at, title, path,
               (select parent.name from comments parent where parent.id = comments.parent_id) as answers,
               (select count(*) from comments other
                where other.commenter_id = comments.commenter_id and other.status = 'approved' and other.id <> comments.id) as "approved_before!",
               (select count(*) from comments other
                where other.commenter_id = comments.commenter_id and other.status in ('spam', 'trashed') and other.id <> comments.id) as "refused_before!",
               (select accounts.name from decisions join accounts on accounts.id = account_id
                where comment_id = comments.id order by decisions.id desc limit 1) as decided_by
           from comments join articles on articles.id = article_id
           where comments.status = $1 and erased_at is null and comments.id < coalesce($2, 9223372036854775807)
           order by comments.id desc limit $3"#,
        status as Status,
        before.map(|id| id.0),
        limit,
    )
    .fetch_all(db)
    .await
}

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

/// How many comments have each status, without those whose words are gone.
pub async fn counts(db: &mut PgConnection) -> sqlx::Result<Vec<(Status, i64)>> {
    let rows = sqlx::query!(
        r#"select status, (sum(count) - case when status = 'trashed'
               then (select count(*) from comments where erased_at is not null) else 0 end)::bigint as "count!"
           from comment_counts group by status"#
    )
    .fetch_all(db)
    .await?;
    let kept = |status| {
        rows.iter()
            .find(|row| row.status == status)
            .map_or(0, |row| row.count)
    };
    Ok(Status::ALL.map(|status| (status, kept(status))).to_vec())
}

/// A number for one press of a button.
pub async fn next_act(db: &mut PgConnection) -> sqlx::Result<ActId> {
    let act = sqlx::query_scalar!(r#"select nextval('decision_acts') as "act!""#)
        .fetch_one(db)
        .await?;
    Ok(ActId(act))
}

/// Gives `to` to every comment that still is as the moderator saw it, in status and words, with the entry in the log. Gives their ids.
/// Rows are locked in one order, so that two moderators cannot lock each other out.
pub async fn decide(
    db: &mut PgConnection,
    moderator: &Moderator,
    act: ActId,
    rulings: &[Ruling],
    to: Status,
    now: Ts,
) -> sqlx::Result<Vec<CommentId>> {
    let ids: Vec<i64> = rulings.iter().map(|ruling| ruling.id.0).collect();
    let seen: Vec<String> = rulings
        .iter()
        .map(|ruling| ruling.seen.word().to_owned())
        .collect();
    let versions: Vec<i32> = rulings.iter().map(|ruling| ruling.version).collect();
    sqlx::query_scalar!(
        "with wanted as (
             select comments.id, status from comments
             join unnest($1::bigint[], $2::text[], $7::integer[]) as ruling (id, seen, version)
               on ruling.id = comments.id and ruling.seen = status::text and ruling.version = comments.version
             where status <> $3 and erased_at is null
             order by comments.id for update of comments
         ),
         changed as (
             update comments set status = $3, reasons = array_remove(reasons, 'being-checked')
             from wanted where comments.id = wanted.id returning comments.id
         ),
         -- What a moderator has decided, no checker decides any more.
         unasked as (
             delete from checks using wanted where comment_id = wanted.id
         )
         insert into decisions (act, comment_id, account_id, from_status, to_status, decided_at)
         select $4, wanted.id, $5, wanted.status, $3, $6 from wanted join changed using (id) order by wanted.id
         returning comment_id",
        &ids,
        &seen,
        to as Status,
        act.0,
        moderator.id.0,
        now as Ts,
        &versions,
    )
    .fetch_all(db)
    .await
}

/// Takes back what `undone` decided, for every comment about which nobody has decided since. Gives their ids.
pub async fn undo(
    db: &mut PgConnection,
    moderator: &Moderator,
    act: ActId,
    undone: ActId,
    now: Ts,
) -> sqlx::Result<Vec<CommentId>> {
    sqlx::query_scalar!(
        "with wanted as (
             select comments.id, decisions.id as decision_id, from_status, to_status
             from decisions join comments on comments.id = comment_id
             where act = $1 and status = to_status and erased_at is null and (edited_at is null or edited_at < decided_at)
               and not exists (select 1 from decisions later where later.comment_id = comments.id and later.id > decisions.id)
             order by comments.id for update of comments
         ),
         changed as (
             update comments set status = wanted.from_status, reasons = array_remove(reasons, 'being-checked')
             from wanted where comments.id = wanted.id returning comments.id
         ),
         -- What a moderator has decided, no checker decides any more.
         unasked as (
             delete from checks using wanted where comment_id = wanted.id
         )
         insert into decisions (act, comment_id, account_id, from_status, to_status, undoes, decided_at)
         select $2, wanted.id, $3, wanted.to_status, wanted.from_status, wanted.decision_id, $4
         from wanted join changed using (id) order by wanted.id
         returning comment_id",
        undone.0,
        act.0,
        moderator.id.0,
        now as Ts,
    )
    .fetch_all(db)
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

/// What an act of this moderator did.
pub async fn find_done(
    db: &mut PgConnection,
    moderator: &Moderator,
    act: ActId,
) -> sqlx::Result<Option<Done>> {
    sqlx::query_as!(
        Done,
        r#"select min(to_status) as "to!", count(*) as "count!", bool_or(undoes is not null) as "was_undo!",
               bool_or(comments.status = to_status and erased_at is null and (edited_at is null or edited_at < decided_at)
                       and not exists (select 1 from decisions later
                                       where later.comment_id = comments.id and later.id > decisions.id)) as "can_undo!"
           from decisions join comments on comments.id = comment_id
           where act = $1 and decisions.account_id = $2
           having count(*) > 0"#,
        act.0,
        moderator.id.0,
    )
    .fetch_optional(db)
    .await
}

/// A comment someone else was faster with.
pub struct Overtaken {
    /// Who wrote it.
    pub name: String,
    /// What it is now.
    pub status: Status,
    /// Who made it so.
    pub decided_by: Option<String>,
    /// Its author changed its words, and nobody has decided on them since.
    pub is_changed: bool,
}

/// What became of comments that could not be decided as they were seen.
pub async fn overtaken(db: &mut PgConnection, ids: &[CommentId]) -> sqlx::Result<Vec<Overtaken>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        Overtaken,
        r#"select comments.name, status,
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
