//! SQL that decides on comments, undoes decisions, and recognises a form that was submitted twice.

use sqlx::PgConnection;

use crate::accounts::Moderator;
use crate::audit_log::store::chain::{append, reserve_entry_id};
use crate::audit_log::{DecisionRecord, EntryKind, NewEntry};
use crate::clock::Ts;
use crate::comments::Status;
use crate::ids::{ActionId, CommentId};
use crate::moderation::model::DecisionRequest;

/// Reserves the id of an action. All decisions that a moderator makes with one press of a button share it.
pub async fn reserve_action_id(db: &mut PgConnection) -> sqlx::Result<ActionId> {
    sqlx::query_scalar!(r#"select nextval('action_ids') as "id!: ActionId""#)
        .fetch_one(db)
        .await
}

/// Builds the record of a decision for the audit log from the row of a query. It is a macro because each query has a row
/// type of its own.
macro_rules! decision_record {
    ($row:expr) => {
        DecisionRecord {
            id: $row.id,
            comment_id: $row.comment_id,
            // The log knows codes only, since it is below the layer that defines the statuses.
            from: $row.from.as_str(),
            to: $row.to.as_str(),
            undoes: $row.undoes,
        }
    };
}

/// Gives the status `to` to every comment that still has the status and version that its [`DecisionRequest`] expects,
/// except erased comments. Cancels spam checks of these comments and appends an entry to the audit log. Returns the ids of
/// the changed comments.
pub async fn decide(
    db: &mut PgConnection,
    moderator: &Moderator,
    action_id: ActionId,
    requests: &[DecisionRequest],
    to: Status,
    note: &str,
    now: Ts,
) -> sqlx::Result<Vec<CommentId>> {
    let (ids, statuses, versions) = split_columns(requests);
    let entry_id = reserve_entry_id(db).await?;
    let decided = sqlx::query!(
        r#"with matching as (
             select comments.id, comments.status from comments
             -- A form can name a comment twice.
             join (select distinct * from unnest($1::bigint[], $2::comment_status[], $7::integer[]) as request (id, status, version)) request
               on request.id = comments.id and request.status = comments.status and request.version = comments.version
             where comments.status <> $3 and erased_at is null
             -- In one order, so that two moderators cannot deadlock; `no key`, so that replies, whose foreign key
             -- locks their parent, do not wait.
             order by comments.id for no key update of comments
         ),
         changed as (
             update comments set status = $3, status_since = $6, reasons = array_remove(reasons, 'being-checked')
             from matching where comments.id = matching.id returning comments.id
         ),
         -- A spam check must not overwrite the decision of a moderator.
         cancelled_checks as (
             delete from spam_checks using matching where comment_id = matching.id
         ),
         inserted as (
             insert into decisions (action_id, entry_id, comment_id, account_id, from_status, to_status, decided_at)
             select $4, $8, matching.id, $5, matching.status, $3, $6 from matching join changed using (id) order by matching.id
             returning id, comment_id, from_status, to_status, undoes
         )
         select id, comment_id, from_status as "from", to_status as "to", undoes from inserted order by id"#,
        &ids,
        &statuses as &[Status],
        to as Status,
        action_id.0,
        moderator.id.0,
        now as Ts,
        &versions,
        entry_id.0,
    )
    .map(|row| decision_record!(row))
    .fetch_all(&mut *db)
    .await?;
    // An action without a decision leaves no entry. The entry comes last because appending to the chain blocks all others.
    if !decided.is_empty() {
        let entry =
            NewEntry::by_moderator(moderator, action_id, EntryKind::Decided, now).with_note(note);
        append(db, entry_id, &entry, &decided).await?;
    }
    Ok(comment_ids(&decided))
}

/// Splits the requests into one array for each column, as the SQL function `unnest` needs them.
fn split_columns(requests: &[DecisionRequest]) -> (Vec<i64>, Vec<Status>, Vec<i32>) {
    let columns = requests.iter().map(|request| {
        let id = request.id.0;
        (id, request.expected_status, request.expected_version)
    });
    columns.collect()
}

fn comment_ids(decisions: &[DecisionRecord]) -> Vec<CommentId> {
    decisions.iter().map(|one| one.comment_id).collect()
}

/// Undoes decisions of the action `undone` on comments that nobody has decided on or edited since. Examines at most
/// `limit` decisions with ids greater than `after`. Returns the ids of the restored comments, and the id of the last
/// examined decision. The latter is `None` if no decisions are left.
pub async fn undo(
    db: &mut PgConnection,
    moderator: &Moderator,
    action_id: ActionId,
    undone: ActionId,
    after: i64,
    limit: i64,
    now: Ts,
) -> sqlx::Result<(Vec<CommentId>, Option<i64>)> {
    // The decisions are chosen before the conditions are checked, so that the cursor moves on past those that cannot be undone.
    let batch = sqlx::query_scalar!(
        "select id from decisions where action_id = $1 and id > $2 order by id limit $3",
        undone.0,
        after,
        limit,
    )
    .fetch_all(&mut *db)
    .await?;
    let entry_id = reserve_entry_id(db).await?;
    let restored = sqlx::query!(
        r#"with matching as (
             select comments.id, decisions.id as decision_id, from_status, to_status
             from decisions join comments on comments.id = comment_id
             where decisions.id = any($1) and status = to_status and erased_at is null and (edited_at is null or edited_at < decided_at)
               and not exists (select 1 from decisions later where later.comment_id = comments.id and later.id > decisions.id)
             order by comments.id for no key update of comments
         ),
         changed as (
             update comments set status = matching.from_status, status_since = $4, reasons = array_remove(reasons, 'being-checked')
             from matching where comments.id = matching.id returning comments.id
         ),
         -- A spam check must not overwrite the decision of a moderator.
         cancelled_checks as (
             delete from spam_checks using matching where comment_id = matching.id
         ),
         inserted as (
             insert into decisions (action_id, entry_id, comment_id, account_id, from_status, to_status, undoes, decided_at)
             select $2, $5, matching.id, $3, matching.to_status, matching.from_status, matching.decision_id, $4
             from matching join changed using (id) order by matching.id
             returning id, comment_id, from_status, to_status, undoes
         )
         select id, comment_id, from_status as "from", to_status as "to", undoes from inserted order by id"#,
        &batch,
        action_id.0,
        moderator.id.0,
        now as Ts,
        entry_id.0,
    )
    .map(|row| decision_record!(row))
    .fetch_all(&mut *db)
    .await?;
    if !restored.is_empty() {
        let entry = NewEntry::by_moderator(moderator, action_id, EntryKind::Undone, now);
        append(db, entry_id, &entry, &restored).await?;
    }
    let is_full = i64::try_from(batch.len()) == Ok(limit);
    let last = batch.last().copied().filter(|_| is_full);
    Ok((comment_ids(&restored), last))
}

/// Finds the action in which this moderator gave this status to all these comments. Returns `None` if it is no longer the
/// last action on each of them.
pub async fn find_identical_action(
    db: &mut PgConnection,
    moderator: &Moderator,
    ids: &[CommentId],
    to: Status,
) -> sqlx::Result<Option<ActionId>> {
    sqlx::query_scalar!(
        r#"select max(last.action_id) as "id!: ActionId"
           from unnest($1::bigint[]) as asked (id)
           left join comments on comments.id = asked.id and comments.erased_at is null
           left join lateral (
               select action_id, account_id, to_status, undoes from decisions where comment_id = asked.id order by id desc limit 1
           ) last on true
           having count(distinct last.action_id) = 1
              and bool_and(coalesce(last.account_id = $2 and last.undoes is null and last.to_status = $3 and comments.status = $3, false))"#,
        ids as &[CommentId],
        moderator.id.0,
        to as Status,
    )
    .fetch_optional(db)
    .await
}

pub async fn find_created_at(db: &mut PgConnection, id: CommentId) -> sqlx::Result<Option<Ts>> {
    sqlx::query_scalar!("select created_at from comments where id = $1", id.0)
        .fetch_optional(db)
        .await
}

/// Locks a comment until the transaction ends, provided that it still has the status and version that the moderator saw.
/// Returns whether it was locked.
pub async fn lock_if_unchanged(
    db: &mut PgConnection,
    seen: &DecisionRequest,
) -> sqlx::Result<bool> {
    let locked = sqlx::query!(
        "select id from comments where id = $1 and status = $2 and version = $3 and erased_at is null for update",
        seen.id.0,
        seen.expected_status as Status,
        seen.expected_version,
    )
    .fetch_optional(db)
    .await?;
    Ok(locked.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit_log::find_status_code;

    #[test]
    fn every_comment_status_has_a_status_code_in_the_audit_log() {
        for status in Status::ALL {
            assert_eq!(find_status_code(status.as_str()), Some(status.as_str()));
        }
    }
}
