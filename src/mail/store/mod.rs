//! SQL on the outbox, the queue of emails to be sent.

pub mod rotation;

use sqlx::{Connection, PgConnection};

use crate::clock::Ts;
use crate::ids::{AccountId, CommentId, CommenterId, EmailId};
use crate::mail::model::{Recipient, RelatedComments};

/// A message that is due to be sent.
pub struct DueEmail {
    pub id: EmailId,
    pub to: Recipient,
    pub message_sealed: Vec<u8>,
    /// Number of attempts to send the message, including this attempt.
    pub tries: i32,
    pub written_at: Ts,
}

/// The encrypted email address of a recipient.
pub struct SealedRecipient {
    /// Hash that is needed to decrypt a commenter's email address. `None` for a staff account.
    pub email_hash: Option<Vec<u8>>,
    pub email_sealed: Vec<u8>,
}

/// Deletes messages that quote a comment that is no longer approved. The other comments that they quoted will be notified
/// again in new messages.
pub async fn cancel_stale(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!(
        "with gone as (
             delete from outbox
             where exists (select 1 from unnest(quotes) as quoted (id) left join comments on comments.id = quoted.id
                           where comments.status is distinct from 'approved')
             returning subscription_id, quotes
         )
         update notifications set sent_at = null
         from gone where notifications.subscription_id = gone.subscription_id and comment_id = any(gone.quotes)"
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Inserts a message that is to be sent at once.
pub(super) async fn insert(
    db: &mut PgConnection,
    to: Recipient,
    message_sealed: &[u8],
    related: Option<&RelatedComments>,
    now: Ts,
) -> sqlx::Result<()> {
    let quotes = related.map_or(&[][..], |related| related.quotes.as_slice());
    let (commenter_id, account_id) = recipient_columns(to);
    sqlx::query!(
        "insert into outbox (commenter_id, account_id, message_sealed, subscription_id, quotes, next_try_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $6)",
        commenter_id,
        account_id,
        message_sealed,
        related.map(|related| related.subscription_id.0),
        quotes as &[CommentId],
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Returns the recipient's id for the columns `commenter_id` and `account_id`. One of the two is `None`.
fn recipient_columns(to: Recipient) -> (Option<i64>, Option<i64>) {
    match to {
        Recipient::Commenter(id) => (Some(id.0), None),
        Recipient::Account(id) => (None, Some(id.0)),
    }
}

/// Returns the recipient from two columns, of which a database constraint guarantees that one is set.
pub(super) fn recipient_from_columns(
    commenter_id: Option<CommenterId>,
    account_id: Option<AccountId>,
) -> sqlx::Result<Recipient> {
    match (commenter_id, account_id) {
        (Some(id), None) => Ok(id.into()),
        (None, Some(id)) => Ok(id.into()),
        _ => Err(sqlx::Error::Decode(
            "an email is to one commenter or one account".into(),
        )),
    }
}

/// Reserves due messages for this process until `lease_ends`. If the process dies before it has sent them, they are due
/// again after that time.
pub async fn lease_due(
    db: &mut PgConnection,
    now: Ts,
    lease_ends: Ts,
    at_most: i64,
) -> sqlx::Result<Vec<DueEmail>> {
    sqlx::query!(
        r#"update outbox set tries = tries + 1, next_try_at = $2
           where id in (
               select id from outbox where next_try_at <= $1
               order by next_try_at, id limit $3 for update skip locked
           )
           returning id as "id: EmailId", commenter_id as "commenter_id: CommenterId", account_id as "account_id: AccountId",
               message_sealed, tries, created_at as "written_at: Ts""#,
        now as Ts,
        lease_ends as Ts,
        at_most,
    )
    .try_map(|row| {
        Ok(DueEmail {
            id: row.id,
            to: recipient_from_columns(row.commenter_id, row.account_id)?,
            message_sealed: row.message_sealed,
            tries: row.tries,
            written_at: row.written_at,
        })
    })
    .fetch_all(db)
    .await
}

/// Returns the encrypted email address of a leased message's recipient. Returns `None` if the lease is over, or if mail
/// to the recipient is suppressed or blocked.
pub async fn find_sealed_recipient(
    db: &mut PgConnection,
    id: EmailId,
    lease_ends: Ts,
) -> sqlx::Result<Option<SealedRecipient>> {
    sqlx::query_as!(
        SealedRecipient,
        r#"select email_hash as "email_hash?", coalesce(commenters.email_sealed, accounts.email_sealed) as "email_sealed!"
           from outbox
           left join commenters on commenters.id = outbox.commenter_id
               and commenters.suppressed_at is null and commenters.blocked_at is null
           left join accounts on accounts.id = outbox.account_id and accounts.suppressed_at is null
           where outbox.id = $1 and next_try_at = $2
             and coalesce(commenters.email_sealed, accounts.email_sealed) is not null"#,
        id.0,
        lease_ends as Ts,
    )
    .fetch_optional(db)
    .await
}

/// Deletes a message from the outbox.
pub async fn delete(db: &mut PgConnection, id: EmailId) -> sqlx::Result<()> {
    sqlx::query!("delete from outbox where id = $1", id.0)
        .execute(db)
        .await?;
    Ok(())
}

pub async fn reschedule(db: &mut PgConnection, id: EmailId, next: Ts) -> sqlx::Result<()> {
    sqlx::query!(
        "update outbox set next_try_at = $2 where id = $1",
        id.0,
        next as Ts
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Stops all mail to a recipient after a bounce, and deletes the recipient's messages from the outbox.
pub async fn suppress(db: &mut PgConnection, to: Recipient, now: Ts) -> sqlx::Result<()> {
    let mut transaction = db.begin().await?;
    let (commenter_id, account_id) = recipient_columns(to);
    sqlx::query!(
        "update commenters set suppressed_at = $2 where id = $1 and suppressed_at is null",
        commenter_id,
        now as Ts,
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "update accounts set suppressed_at = $2 where id = $1 and suppressed_at is null",
        account_id,
        now as Ts,
    )
    .execute(&mut *transaction)
    .await?;
    sqlx::query!(
        "delete from outbox where commenter_id = $1 or account_id = $2",
        commenter_id,
        account_id,
    )
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await
}

/// Deletes messages to recipients to whom no mail may be sent: after a bounce, because they are blocked, or because they
/// have no email address.
pub async fn delete_suppressed(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from outbox using commenters
         where commenters.id = commenter_id and (suppressed_at is not null or blocked_at is not null)",
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "delete from outbox using accounts
         where accounts.id = account_id and (suppressed_at is not null or email_sealed is null)",
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes all messages to a staff account, because its email address or settings changed.
pub async fn delete_for_account(db: &mut PgConnection, id: AccountId) -> sqlx::Result<()> {
    sqlx::query!("delete from outbox where account_id = $1", id.0)
        .execute(db)
        .await?;
    Ok(())
}

/// Deletes messages created at `then` or before, and returns their number.
pub async fn delete_expired(db: &mut PgConnection, then: Ts) -> sqlx::Result<u64> {
    let deleted = sqlx::query!("delete from outbox where created_at <= $1", then as Ts)
        .execute(db)
        .await?;
    Ok(deleted.rows_affected())
}
