//! All SQL on digests.

use sqlx::PgConnection;

use super::model::{Digest, DigestRecipient, HeldComment};
use crate::accounts::{DigestFrequency, Moderator};
use crate::clock::Ts;
use crate::ids::{AccountId, ActionId, DigestId};

/// Lists the accounts that want digests and have a confirmed email to which mail can be delivered.
pub(super) async fn list_recipients(db: &mut PgConnection) -> sqlx::Result<Vec<DigestRecipient>> {
    sqlx::query_as!(
        DigestRecipient,
        r#"select id, digest as "frequency: DigestFrequency", digest_at as "digest_at: Ts",
               email_confirmed_at as "confirmed_at!: Ts", email_set_at as "set_at!: Ts"
           from accounts
           where digest <> 'never' and email_sealed is not null and email_confirmed_at is not null and suppressed_at is null
           order by id"#
    )
    .fetch_all(db)
    .await
}

/// Lists the newest held comments, at most `limit`. Leaves out comments that the spam checker is still checking.
pub(super) async fn list_newest_held(
    db: &mut PgConnection,
    limit: i64,
) -> sqlx::Result<Vec<HeldComment>> {
    sqlx::query_as!(
        HeldComment,
        // A comment that is held again waits since then, not since it was written.
        r#"select comments.id, comments.name, title, comments.body_html,
               greatest(comments.created_at, comments.status_since) as "held_at!: Ts"
           from comments join articles on articles.id = article_id
           where status = 'held' and erased_at is null and not ('being-checked' = any(reasons))
           order by comments.created_at desc, comments.id desc limit $1"#,
        limit,
    )
    .fetch_all(db)
    .await
}

/// Lists the ids of the comments in an account's last digest. Empty if it had no digest yet.
pub(super) async fn list_last_comments(
    db: &mut PgConnection,
    id: AccountId,
) -> sqlx::Result<Vec<i64>> {
    let last = sqlx::query_scalar!(
        "select comments from digests where account_id = $1 order by id desc limit 1",
        id.0
    )
    .fetch_optional(db)
    .await?;
    Ok(last.unwrap_or_default())
}

/// Saves the time of a recipient's last digest. Returns `false`, and saves nothing, if another digest was made since the
/// recipient was read, or if the account no longer wants digests at this email.
pub(super) async fn advance(
    db: &mut PgConnection,
    recipient: &DigestRecipient,
    now: Ts,
) -> sqlx::Result<bool> {
    // Compares all that the decision to send was based on.
    let advanced = sqlx::query!(
        "update accounts set digest_at = $2
         where id = $1 and digest_at is not distinct from $3 and digest = $4
           and email_set_at = $5 and email_confirmed_at is not null and suppressed_at is null",
        recipient.id.0,
        now as Ts,
        recipient.digest_at as Option<Ts>,
        recipient.frequency as DigestFrequency,
        recipient.set_at as Ts,
    )
    .execute(db)
    .await?;
    Ok(advanced.rows_affected() == 1)
}

pub(super) async fn insert(
    db: &mut PgConnection,
    id: AccountId,
    comments: &[i64],
    now: Ts,
    expires_at: Ts,
) -> sqlx::Result<Digest> {
    sqlx::query_as!(
        Digest,
        r#"insert into digests (account_id, comments, created_at, expires_at) values ($1, $2, $3, $4)
           returning id, account_id, comments, digests.created_at, expires_at,
               (select link_seed::text from accounts where accounts.id = account_id) as "seed!""#,
        id.0,
        comments,
        now as Ts,
        expires_at as Ts,
    )
    .fetch_one(db)
    .await
}

/// Finds a digest whose page is still available.
pub(super) async fn find_unexpired(
    db: &mut PgConnection,
    id: DigestId,
    now: Ts,
) -> sqlx::Result<Option<Digest>> {
    sqlx::query_as!(
        Digest,
        r#"select digests.id, account_id, comments, digests.created_at, expires_at, link_seed::text as "seed!"
           from digests join accounts on accounts.id = account_id
           where digests.id = $1 and expires_at > $2"#,
        id.0,
        now as Ts,
    )
    .fetch_optional(db)
    .await
}

/// Counts the comments in this list whose text was deleted.
pub(super) async fn count_erased(db: &mut PgConnection, comments: &[i64]) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from comments where id = any($1) and erased_at is not null"#,
        comments,
    )
    .fetch_one(db)
    .await
}

/// Returns whether an action belongs to this digest: this moderator performed it after the digest was sent, and it
/// decided only on comments of the digest.
pub(super) async fn covers_action(
    db: &mut PgConnection,
    digest: &Digest,
    moderator: &Moderator,
    action: ActionId,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select coalesce(bool_and(comment_id = any($3) and account_id = $2 and decided_at >= $4), false) as "holds!"
           from (select comment_id, account_id, decided_at from decisions where action_id = $1 limit $5) of_act"#,
        action.0,
        moderator.id.0,
        &digest.comments,
        digest.created_at as Ts,
        // An action about the digest alone has at most as many decisions as it has comments. One more is enough to find a
        // foreign one, however large the action.
        i64::try_from(digest.comments.len()).unwrap_or(i64::MAX).saturating_add(1),
    )
    .fetch_one(db)
    .await
}

/// Deletes the digests whose pages are no longer available.
pub async fn delete_expired(db: &mut PgConnection, now: Ts) -> sqlx::Result<()> {
    sqlx::query!("delete from digests where expires_at <= $1", now as Ts)
        .execute(db)
        .await?;
    Ok(())
}
