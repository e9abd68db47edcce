//! SQL on the verification of a commenter's email in a browser, and limits on the number of verification emails.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::commenters::BrowserToken;
use crate::ids::CommenterId;

/// Returns whether a commenter's email was verified in this browser. Returns `false` if there is no commenter.
pub async fn is_verified(
    db: &mut PgConnection,
    browser: &BrowserToken,
    id: Option<CommenterId>,
) -> sqlx::Result<bool> {
    let (Some(token_hash), Some(id)) = (browser.0.as_deref(), id) else {
        return Ok(false);
    };
    sqlx::query_scalar!(
        r#"select exists (select 1 from commenter_browsers where token_hash = $1 and commenter_id = $2) as "has!""#,
        token_hash,
        id.0,
    )
    .fetch_one(db)
    .await
}

/// Records that the email was verified in this browser. Since mail to it evidently arrives, the email is no longer
/// suppressed.
pub async fn verify_email(
    db: &mut PgConnection,
    id: CommenterId,
    token_hash: &[u8],
    now: Ts,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update commenters set verified_at = coalesce(verified_at, $2), suppressed_at = null, verifications_sent = 0 where id = $1",
        id.0,
        now as Ts,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into commenter_browsers (token_hash, commenter_id, verified_at) values ($1, $2, $3) on conflict do nothing",
        token_hash,
        id.0,
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Minimum number of seconds between two verification emails to a commenter, so that nobody can fill a mailbox by
/// submitting forms.
const VERIFICATION_INTERVAL_SECS: i64 = 60 * 60;

/// Maximum number of verification emails to a commenter who does not respond.
const MAX_VERIFICATIONS: i32 = 3;

/// Seconds after a bounce until a verification email may be sent again.
const SUPPRESSION_SECS: i64 = 7 * 24 * 60 * 60;

/// Remembers that a commenter is to get the verification email that was claimed just now once one of their comments is
/// approved.
pub async fn set_waiting(db: &mut PgConnection, id: CommenterId) -> sqlx::Result<()> {
    sqlx::query!(
        "update commenters
         set verification_waits = true, verification_sent_at = null, verifications_sent = greatest(verifications_sent - 1, 0)
         where id = $1",
        id.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Returns and locks at most `limit` commenters whose verification email waited for an approved comment, and who have one
/// now. They wait no longer.
pub async fn take_approved(db: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<CommenterId>> {
    sqlx::query_scalar!(
        r#"update commenters set verification_waits = false where id in (
               select id from commenters
               where verification_waits
                 and exists (select 1 from comments where commenter_id = commenters.id and status = 'approved')
               order by id limit $1 for update skip locked)
           returning id as "id: CommenterId""#,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Records that a verification email is sent now, if the limits allow it. Returns whether it may be sent.
pub async fn claim_email(db: &mut PgConnection, id: CommenterId, now: Ts) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update commenters set verification_sent_at = $2, verifications_sent = verifications_sent + 1, suppressed_at = null
         where id = $1 and blocked_at is null and verifications_sent < $4
           and (suppressed_at is null or suppressed_at <= $5) and (verification_sent_at is null or verification_sent_at <= $3)",
        id.0,
        now as Ts,
        now.plus_seconds(-VERIFICATION_INTERVAL_SECS) as Ts,
        MAX_VERIFICATIONS,
        now.plus_seconds(-SUPPRESSION_SECS) as Ts,
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
