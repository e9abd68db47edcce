//! SQL on the email addresses of the staff.

use sqlx::PgConnection;

use crate::accounts::staff_email::{CONFIRMATION_WINDOW, DigestFrequency, StaffEmail};
use crate::clock::Ts;
use crate::ids::AccountId;
use crate::mail;

/// Minimum number of seconds between two changes of an account's email address. Each change sends an email to the new
/// address, which may belong to somebody else.
const MIN_CHANGE_INTERVAL: i64 = 60;

pub async fn find(db: &mut PgConnection, id: AccountId) -> sqlx::Result<Option<StaffEmail>> {
    sqlx::query_as!(
        StaffEmail,
        r#"select email_sealed is not null as "has_email!", email_set_at as "set_at: Ts", email_confirmed_at as "confirmed_at: Ts",
               suppressed_at as "suppressed_at: Ts", digest as "frequency: DigestFrequency"
           from accounts where id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Finds the encrypted email address of an account.
pub async fn find_sealed(db: &mut PgConnection, id: AccountId) -> sqlx::Result<Option<Vec<u8>>> {
    let sealed = sqlx::query_scalar!("select email_sealed from accounts where id = $1", id.0)
        .fetch_optional(db)
        .await?;
    Ok(sealed.flatten())
}

/// Sets a new email address, which has to be confirmed. Deletes emails to the old address from the outbox, and resets the
/// states of digests and bounces. Returns `false` and changes nothing if the last change was less than a minute ago.
pub async fn update(
    db: &mut PgConnection,
    id: AccountId,
    sealed: &[u8],
    frequency: DigestFrequency,
    now: Ts,
) -> sqlx::Result<bool> {
    // The interval is checked in the same statement, so that of two requests at once only one sends a message.
    let set = sqlx::query!(
        "update accounts set email_sealed = $2, email_set_at = $3, email_confirmed_at = null, suppressed_at = null,
             digest = $4, digest_at = null
         where id = $1 and (email_set_at is null or email_set_at <= $5)",
        id.0,
        sealed,
        now as Ts,
        frequency as DigestFrequency,
        now.plus_seconds(-MIN_CHANGE_INTERVAL) as Ts,
    )
    .execute(&mut *db)
    .await?;
    if set.rows_affected() == 0 {
        return Ok(false);
    }
    mail::store::delete_for_account(db, id).await?;
    Ok(true)
}

/// Removes an account's email address and deletes the emails to it from the outbox.
pub async fn delete(db: &mut PgConnection, id: AccountId) -> sqlx::Result<()> {
    sqlx::query!(
        "update accounts set email_sealed = null, email_confirmed_at = null, suppressed_at = null, digest = 'never' where id = $1",
        id.0
    )
    .execute(&mut *db)
    .await?;
    mail::store::delete_for_account(db, id).await
}

/// Changes how often an account gets a digest. Returns `false` if the account has no email address.
pub async fn update_frequency(
    db: &mut PgConnection,
    id: AccountId,
    frequency: DigestFrequency,
) -> sqlx::Result<bool> {
    let set = sqlx::query!(
        "update accounts set digest = $2 where id = $1 and email_sealed is not null",
        id.0,
        frequency as DigestFrequency,
    )
    .execute(&mut *db)
    .await?;
    if frequency == DigestFrequency::Never {
        // Digests already in the outbox are not wanted either. A confirmation of the email still is.
        sqlx::query!(
            "delete from outbox using accounts
             where accounts.id = $1 and account_id = $1 and email_confirmed_at is not null",
            id.0
        )
        .execute(db)
        .await?;
    }
    Ok(set.rows_affected() == 1)
}

/// Marks the email address that was set at `set_at` as confirmed. Returns `true` also if it is confirmed already, and
/// `false` if the address was replaced since, or set too long ago.
pub async fn confirm(
    db: &mut PgConnection,
    id: AccountId,
    set_at: Ts,
    now: Ts,
) -> sqlx::Result<bool> {
    let confirmed = sqlx::query!(
        "update accounts set email_confirmed_at = coalesce(email_confirmed_at, $3)
         where id = $1 and email_set_at = $2 and email_sealed is not null
           and (email_set_at > $4 or email_confirmed_at is not null)",
        id.0,
        set_at as Ts,
        now as Ts,
        now.plus_seconds(-CONFIRMATION_WINDOW) as Ts,
    )
    .execute(db)
    .await?;
    Ok(confirmed.rows_affected() == 1)
}

/// Lists the encrypted email addresses of all accounts.
pub async fn list_sealed(db: &mut PgConnection) -> sqlx::Result<Vec<(AccountId, Vec<u8>)>> {
    sqlx::query!(
        r#"select id as "id: AccountId", email_sealed as "sealed!" from accounts where email_sealed is not null order by id"#
    )
    .map(|row| (row.id, row.sealed))
    .fetch_all(db)
    .await
}
