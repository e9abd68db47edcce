//! All SQL on comments about which the checker is to be asked.
//!
//! A comment waits for the checker while it is held, has `being-checked` among its reasons and still has words. Once a
//! moderator has decided or its author has taken it back, the checker has no say.

use sqlx::PgConnection;

use super::model::Status;
use super::screening::Kind;
use crate::clock::Ts;
use crate::ids::CommentId;

/// A comment that the checker is asked about now.
pub struct Due {
    /// Its number.
    pub comment_id: CommentId,
    /// Which of its author's changes these words are from.
    pub version: i32,
    /// How often the checker has been asked, this time included.
    pub tries: i32,
    /// Since when it waits: its sending, or the last change.
    pub waits_since: Ts,
    /// It answers another comment.
    pub is_answer: bool,
    /// The name given.
    pub name: String,
    /// The website given.
    pub website: Option<String>,
    /// The text, as it was typed.
    pub body: String,
    /// When it was written.
    pub created_at: Ts,
    /// What binds the address to its row.
    pub email_hash: Option<Vec<u8>>,
    /// The address, sealed.
    pub email_sealed: Option<Vec<u8>>,
    /// The network it came from, sealed.
    pub network_sealed: Option<Vec<u8>>,
    /// The address of its article.
    pub path: Option<String>,
}

/// Takes at most `limit` comments whose turn it is, and sets each one's next turn by how often it was tried: after
/// `again_after` seconds, the last of them from then on. So whoever fails, or dies, need not put anything back.
pub async fn take_due(
    db: &mut PgConnection,
    again_after: &[i64],
    limit: i64,
    now: Ts,
) -> sqlx::Result<Vec<Due>> {
    sqlx::query_as!(
        Due,
        r#"with due as (
             select comment_id from checks where next_try_at <= $1
             order by next_try_at, comment_id limit $3 for update skip locked
         ),
         taken as (
             update checks
             set tries = tries + 1,
                 next_try_at = $1 + make_interval(secs => ($2::bigint[])[least(tries + 1, cardinality($2::bigint[]))])
             from due where checks.comment_id = due.comment_id
             returning checks.comment_id, tries
         )
         select comments.id as comment_id, comments.version, taken.tries,
             greatest(comments.created_at, comments.edited_at) as "waits_since!",
             comments.parent_id is not null as "is_answer!",
             comments.name, comments.website, comments.body, comments.created_at,
             commenters.email_hash as "email_hash?", commenters.email_sealed as "email_sealed?",
             case when comments.network_until > $1 then comments.network_sealed end as network_sealed,
             case when articles.state = 'published' then articles.path end as path
         from taken
         join comments on comments.id = taken.comment_id
         join articles on articles.id = comments.article_id
         left join commenters on commenters.id = comments.commenter_id
         where comments.status = 'held' and 'being-checked' = any(comments.reasons) and comments.erased_at is null
         order by comments.id"#,
        now as Ts,
        again_after,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Takes away those whose turn it is though nobody waits for an answer any more.
pub async fn drop_decided(db: &mut PgConnection, now: Ts) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from checks using comments
         where comments.id = checks.comment_id and next_try_at <= $1
             and not (status = 'held' and 'being-checked' = any(reasons) and erased_at is null)",
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends the wait of a comment whose words are still those that the checker was told: gives it this status, or the one it
/// was to have if it is no spam, and `reason` in place of `being-checked`. `false` if it was decided or changed
/// meanwhile; changed words stay in the queue.
pub async fn settle(
    db: &mut PgConnection,
    comment_id: CommentId,
    version: i32,
    status: Option<Status>,
    reason: Option<Kind>,
    now: Ts,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update comments
         set status = coalesce($3, checks.otherwise),
             status_since = $5,
             reasons = case when $4::text is null then array_remove(reasons, 'being-checked')
                            else array_replace(reasons, 'being-checked', $4::text) end
         from checks
         where comments.id = $1 and checks.comment_id = comments.id and version = $2
             and status = 'held' and 'being-checked' = any(reasons) and erased_at is null",
        comment_id.0,
        version,
        status as Option<Status>,
        reason.map(Kind::code),
        now as Ts,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from checks where comment_id = $1 and not exists
             (select 1 from comments
              where id = $1 and status = 'held' and 'being-checked' = any(reasons) and erased_at is null)",
        comment_id.0,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Leaves at most `limit` waiting comments to the moderators; gives how many left the queue.
pub async fn give_up(db: &mut PgConnection, limit: i64) -> sqlx::Result<u64> {
    // Comments first, as everyone does who changes both.
    let given_up = sqlx::query_scalar!(
        "with waiting as (select comment_id from checks order by comment_id limit $1),
         told as (
             update comments set reasons = array_replace(reasons, 'being-checked', $2::text)
             from waiting
             where comments.id = waiting.comment_id
                 and status = 'held' and 'being-checked' = any(reasons) and erased_at is null
         )
         select comment_id from waiting",
        limit,
        Kind::CheckerSilent.code(),
    )
    .fetch_all(&mut *db)
    .await?;
    let done = sqlx::query!("delete from checks where comment_id = any($1)", &given_up)
        .execute(db)
        .await?;
    Ok(done.rows_affected())
}
