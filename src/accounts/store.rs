//! All SQL on staff, their sessions and the one-time link.

use sqlx::PgConnection;

use super::model::{Account, Handle, Role};
use crate::clock::Ts;
use crate::ids::AccountId;
use crate::text::Slug;

/// The account of a handle, with its passphrase hash if it may sign in.
pub async fn find_by_handle(
    db: &mut PgConnection,
    handle: &Handle,
) -> sqlx::Result<Option<(Account, Option<String>)>> {
    let row = sqlx::query!(
        "select id, handle, name, role, passphrase_hash from accounts where handle = $1",
        handle.as_str()
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| {
        let account = Account {
            id: row.id,
            handle: row.handle,
            name: row.name,
            role: row.role,
        };
        (account, row.passphrase_hash)
    }))
}

/// One account.
pub async fn find(db: &mut PgConnection, id: AccountId) -> sqlx::Result<Option<Account>> {
    sqlx::query_as!(
        Account,
        "select id, handle, name, role from accounts where id = $1",
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Everyone on the staff, by name.
pub async fn all(db: &mut PgConnection) -> sqlx::Result<Vec<Account>> {
    sqlx::query_as!(
        Account,
        "select id, handle, name, role from accounts order by name, id"
    )
    .fetch_all(db)
    .await
}

/// Whether there is nobody yet who could sign in.
pub async fn is_empty(db: &mut PgConnection) -> sqlx::Result<bool> {
    let any = sqlx::query_scalar!(
        r#"select exists (select 1 from accounts where passphrase_hash is not null) as "any!""#
    )
    .fetch_one(db)
    .await?;
    Ok(!any)
}

/// Adds an account, with the address of a page for its name; `None` if the handle is taken.
pub async fn insert(
    db: &mut PgConnection,
    handle: &Handle,
    name: &str,
    role: Role,
    passphrase_hash: Option<&str>,
    now: Ts,
) -> sqlx::Result<Option<AccountId>> {
    let slug = Slug::from_title(handle.as_str());
    // Another handle may read the same in Latin letters: then the next number that is free.
    sqlx::query_scalar!(
        "insert into accounts (handle, slug, name, role, passphrase_hash, created_at)
         select $1, free.slug, $3, $4, $5, $6
         from (select $2 as slug, 1 as number
               union all select $2 || '-' || number, number from generate_series(2, (select count(*) + 2 from accounts)) number) free
         where not exists (select 1 from accounts where accounts.slug = free.slug)
         order by free.number limit 1
         on conflict (handle) do nothing returning id",
        handle.as_str(),
        slug.as_str(),
        name,
        role as Role,
        passphrase_hash,
        now as Ts,
    )
    .fetch_optional(db)
    .await
}

/// Sets a passphrase.
pub async fn set_passphrase(db: &mut PgConnection, id: AccountId, hash: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update accounts set passphrase_hash = $2 where id = $1",
        id.0,
        hash
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The hash of an account's passphrase.
pub async fn passphrase_hash(db: &mut PgConnection, id: AccountId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select passphrase_hash from accounts where id = $1", id.0)
        .fetch_one(db)
        .await
}

/// Remembers a new session by the hash of its token.
pub async fn insert_session(
    db: &mut PgConnection,
    token_hash: &[u8],
    id: AccountId,
    now: Ts,
    expires_at: Ts,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into sessions (token_hash, account_id, created_at, expires_at) values ($1, $2, $3, $4)",
        token_hash,
        id.0,
        now as Ts,
        expires_at as Ts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whose session this is, while it lasts.
pub async fn find_by_session(
    db: &mut PgConnection,
    token_hash: &[u8],
    now: Ts,
) -> sqlx::Result<Option<Account>> {
    sqlx::query_as!(
        Account,
        "select accounts.id, handle, name, role
         from sessions join accounts on accounts.id = account_id
         where token_hash = $1 and expires_at > $2",
        token_hash,
        now as Ts,
    )
    .fetch_optional(db)
    .await
}

/// Ends one session.
pub async fn delete_session(db: &mut PgConnection, token_hash: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("delete from sessions where token_hash = $1", token_hash)
        .execute(db)
        .await?;
    Ok(())
}

/// Ends every session of an account, and makes void what was signed for it and mailed: its digests' pages.
pub async fn delete_sessions_of(db: &mut PgConnection, id: AccountId) -> sqlx::Result<()> {
    sqlx::query!("delete from sessions where account_id = $1", id.0)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "update accounts set seed = gen_random_uuid() where id = $1",
        id.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets sessions that have run out and failures nobody will count any more.
pub async fn delete_stale(db: &mut PgConnection, now: Ts) -> sqlx::Result<()> {
    sqlx::query!("delete from sessions where expires_at <= $1", now as Ts)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "delete from sign_in_failures where last_at < $1",
        now.plus_seconds(-super::slow_down::FORGOTTEN_AFTER) as Ts
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes `token_hash` the one link that makes the first admin.
pub async fn set_claim(db: &mut PgConnection, token_hash: &[u8], now: Ts) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into claims (token_hash, created_at) values ($1, $2)
         on conflict (only_one) do update set token_hash = excluded.token_hash, created_at = excluded.created_at",
        token_hash,
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Whether the link is the one, still unused, and nobody can sign in otherwise.
pub async fn is_claim(db: &mut PgConnection, token_hash: &[u8]) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select 1 from claims where token_hash = $1)
              and not exists (select 1 from accounts where passphrase_hash is not null) as "is!""#,
        token_hash
    )
    .fetch_one(db)
    .await
}

/// Uses the link up. Of two at once, one gets `true`: the other waits for the row and finds it gone.
pub async fn use_claim(db: &mut PgConnection, token_hash: &[u8]) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from claims where token_hash = $1", token_hash)
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}
