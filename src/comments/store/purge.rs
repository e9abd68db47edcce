//! What lay in spam or trash for too long: its words go, and so does who wrote it. Unlike what its author took back, it keeps
//! its status and the kinds of its reasons, and is still counted by month.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use crate::classifier;
use crate::clock::Ts;
use crate::ids::CommenterId;

/// What was purged in one go.
#[derive(Debug, Default)]
pub struct Purged {
    /// How many comments.
    pub count: i64,
    /// Those who wrote them, of whom perhaps nothing is left.
    pub commenters: BTreeSet<CommenterId>,
}

/// Takes the words out of at most `limit` comments that have been spam or trash since before `until`, those that lay there
/// longest first. Rows that somebody else works on are left for the next time.
pub async fn purge(db: &mut PgConnection, until: Ts, limit: i64, now: Ts) -> sqlx::Result<Purged> {
    // Lessons come before the comments' own rows, for all who change both.
    classifier::store::state::lock_state(db).await?;
    let rows = sqlx::query!(
        r#"with wanted as (
             select id, commenter_id from comments
             where status in ('spam', 'trashed') and erased_at is null and status_since < $1
             order by status_since limit $2 for update skip locked
         ),
         unasked as (delete from checks using wanted where checks.comment_id = wanted.id),
         untaught as (delete from lessons using wanted where lessons.comment_id = wanted.id),
         unsaid as (delete from comment_versions using wanted where comment_versions.comment_id = wanted.id)
         update comments
         set name = '—', website = null, body = '', body_html = '', commenter_id = null, network_sealed = null, network_until = null,
             network_hash = null, lookalike_id = null, score = null, signals = '{}', said_once = int8send(comments.id),
             reasons = array(select distinct split_part(reason, ':', 1) from unnest(reasons) as reason order by 1),
             purged = true, erased_at = $3, version = version + 1
         from wanted where comments.id = wanted.id
         returning wanted.commenter_id as "commenter_id: CommenterId""#,
        until as Ts,
        limit,
        now as Ts,
    )
    .fetch_all(db)
    .await?;
    Ok(Purged {
        count: i64::try_from(rows.len()).unwrap_or(limit),
        commenters: rows.iter().filter_map(|row| row.commenter_id).collect(),
    })
}
