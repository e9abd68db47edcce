//! SQL on the email addresses of the staff.

use sqlx::PgConnection;

use super::address::{CONFIRMED_WITHIN, Rhythm, StaffMail};
use crate::clock::Ts;
use crate::ids::AccountId;
use crate::mail;

/// Seconds between two addresses that one account gives: each is written to, whoever's it is.
const BETWEEN_ADDRESSES: i64 = 60;

/// What is known of the mail to an account.
pub async fn find(db: &mut PgConnection, id: AccountId) -> sqlx::Result<Option<StaffMail>> {
    sqlx::query_as!(
        StaffMail,
        r#"select email_sealed is not null as "has_address!", email_set_at as "set_at: Ts", email_confirmed_at as "confirmed_at: Ts",
               silenced_at as "silenced_at: Ts", digest as "rhythm: Rhythm"
           from accounts where id = $1"#,
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Keeps another address, which counts once it is confirmed. What waited for the one before is forgotten, and so is what it
/// was told of and that mail to it came back. `false` if one was given a moment ago: then nothing is changed.
pub async fn set(
    db: &mut PgConnection,
    id: AccountId,
    sealed: &[u8],
    rhythm: Rhythm,
    now: Ts,
) -> sqlx::Result<bool> {
    let set = sqlx::query!(
        "update accounts set email_sealed = $2, email_set_at = $3, email_confirmed_at = null, silenced_at = null,
             digest = $4, digest_at = null
         where id = $1 and (email_set_at is null or email_set_at <= $5)",
        id.0,
        sealed,
        now as Ts,
        rhythm as Rhythm,
        now.plus_seconds(-BETWEEN_ADDRESSES) as Ts,
    )
    .execute(&mut *db)
    .await?;
    if set.rows_affected() == 0 {
        return Ok(false);
    }
    mail::store::delete_to_account(db, id).await?;
    Ok(true)
}

/// Forgets an address, and what waits to be mailed there.
pub async fn remove(db: &mut PgConnection, id: AccountId) -> sqlx::Result<()> {
    sqlx::query!(
        "update accounts set email_sealed = null, email_confirmed_at = null, silenced_at = null, digest = 'never' where id = $1",
        id.0
    )
    .execute(&mut *db)
    .await?;
    mail::store::delete_to_account(db, id).await
}

/// Changes how often an account with an address hears of what waits. Whoever wants to hear nothing any more gets nothing
/// of what waits to leave either.
pub async fn set_rhythm(
    db: &mut PgConnection,
    id: AccountId,
    rhythm: Rhythm,
) -> sqlx::Result<bool> {
    let set = sqlx::query!(
        "update accounts set digest = $2 where id = $1 and email_sealed is not null",
        id.0,
        rhythm as Rhythm,
    )
    .execute(&mut *db)
    .await?;
    if rhythm == Rhythm::Never {
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

/// Notes that the address which was given at `set_at` is its owner's. `false` if it is not kept any more, or was given too
/// long ago. Pressing twice is no mistake.
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
        now.plus_seconds(-CONFIRMED_WITHIN) as Ts,
    )
    .execute(db)
    .await?;
    Ok(confirmed.rows_affected() == 1)
}

/// Every address that is kept, sealed.
pub async fn all_sealed(db: &mut PgConnection) -> sqlx::Result<Vec<(AccountId, Vec<u8>)>> {
    let rows = sqlx::query!(
        r#"select id as "id: AccountId", email_sealed as "sealed!" from accounts where email_sealed is not null order by id"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.sealed)).collect())
}
