//! SQL on accounts, sessions and the one-time token for creating the first admin.

pub mod author_slugs;
pub mod login_throttle;
pub mod rotation;
pub mod staff_email;

use sqlx::PgConnection;

use crate::accounts::model::{Account, Role, Username};
use crate::clock::Ts;
use crate::ids::AccountId;
use crate::text::Slug;

/// Finds an account by username, with its passphrase hash. An account without a hash cannot sign in.
pub async fn find_by_username(
    db: &mut PgConnection,
    username: &Username,
) -> sqlx::Result<Option<(Account, Option<String>)>> {
    sqlx::query!(
        "select id, username, name, role, passphrase_hash from accounts where username = $1",
        username.as_str()
    )
    .map(|row| {
        let account = Account {
            id: row.id,
            username: row.username,
            name: row.name,
            role: row.role,
        };
        (account, row.passphrase_hash)
    })
    .fetch_optional(db)
    .await
}

pub async fn find(db: &mut PgConnection, id: AccountId) -> sqlx::Result<Option<Account>> {
    sqlx::query_as!(
        Account,
        "select id, username, name, role from accounts where id = $1",
        id.0,
    )
    .fetch_optional(db)
    .await
}

/// Lists all accounts, sorted by name.
pub async fn list(db: &mut PgConnection) -> sqlx::Result<Vec<Account>> {
    sqlx::query_as!(
        Account,
        "select id, username, name, role from accounts order by name, id"
    )
    .fetch_all(db)
    .await
}

/// Returns whether no account can sign in yet.
pub async fn needs_setup(db: &mut PgConnection) -> sqlx::Result<bool> {
    // Accounts of imported authors have no passphrase, so nobody can sign in to them.
    let any = sqlx::query_scalar!(
        r#"select exists (select 1 from accounts where passphrase_hash is not null) as "any!""#
    )
    .fetch_one(db)
    .await?;
    Ok(!any)
}

/// Inserts an account. The slug of its author page is made from the name, never from the username. Returns `None` if the
/// username is taken.
pub async fn insert(
    db: &mut PgConnection,
    username: &Username,
    name: &str,
    role: Role,
    passphrase_hash: Option<&str>,
    now: Ts,
) -> sqlx::Result<Option<AccountId>> {
    let slug = author_slugs::find_free(db, &Slug::from_name(name)).await?;
    sqlx::query_scalar!(
        "insert into accounts (username, slug, slug_is_from_name, name, role, passphrase_hash, created_at)
         values ($1, $2, true, $3, $4, $5, $6)
         on conflict (username) do nothing returning id",
        username.as_str(),
        slug.as_str(),
        name,
        role as Role,
        passphrase_hash,
        now as Ts,
    )
    .fetch_optional(db)
    .await
}

pub async fn update_passphrase(
    db: &mut PgConnection,
    id: AccountId,
    hash: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update accounts set passphrase_hash = $2 where id = $1",
        id.0,
        hash
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn find_passphrase_hash(
    db: &mut PgConnection,
    id: AccountId,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select passphrase_hash from accounts where id = $1", id.0)
        .fetch_one(db)
        .await
}

/// Inserts a session with the hash of its token.
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

/// Finds the account of a session that has not expired.
pub async fn find_by_session(
    db: &mut PgConnection,
    token_hash: &[u8],
    now: Ts,
) -> sqlx::Result<Option<Account>> {
    sqlx::query_as!(
        Account,
        "select accounts.id, username, name, role
         from sessions join accounts on accounts.id = account_id
         where token_hash = $1 and expires_at > $2",
        token_hash,
        now as Ts,
    )
    .fetch_optional(db)
    .await
}

pub async fn delete_session(db: &mut PgConnection, token_hash: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("delete from sessions where token_hash = $1", token_hash)
        .execute(db)
        .await?;
    Ok(())
}

/// Returns the random text that is signed into the links in an account's digests and into its device cookies.
pub async fn find_link_seed(db: &mut PgConnection, id: AccountId) -> sqlx::Result<String> {
    sqlx::query_scalar!(
        r#"select link_seed::text as "seed!" from accounts where id = $1"#,
        id.0
    )
    .fetch_one(db)
    .await
}

/// Deletes all sessions of an account, and revokes its device cookies and the signed links in digests sent to it.
pub async fn delete_sessions(db: &mut PgConnection, id: AccountId) -> sqlx::Result<()> {
    sqlx::query!("delete from sessions where account_id = $1", id.0)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "update accounts set link_seed = gen_random_uuid() where id = $1",
        id.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes expired sessions, and failed sign-ins that are too old to count.
pub async fn delete_expired(db: &mut PgConnection, now: Ts) -> sqlx::Result<()> {
    sqlx::query!("delete from sessions where expires_at <= $1", now as Ts)
        .execute(&mut *db)
        .await?;
    login_throttle::delete_expired(db, now).await
}

/// Sets the only token that can create the first admin. An older token stops working.
pub async fn upsert_setup_token(
    db: &mut PgConnection,
    token_hash: &[u8],
    now: Ts,
) -> sqlx::Result<()> {
    // `only_one` is true in every row, so the table holds at most one.
    sqlx::query!(
        "insert into setup_tokens (token_hash, created_at) values ($1, $2)
         on conflict (only_one) do update set token_hash = excluded.token_hash, created_at = excluded.created_at",
        token_hash,
        now as Ts,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Returns the time at which the token for creating the first admin was created. Returns `None` if it is not the current
/// one or some account can sign in already.
pub async fn find_setup_token(
    db: &mut PgConnection,
    token_hash: &[u8],
) -> sqlx::Result<Option<Ts>> {
    sqlx::query_scalar!(
        "select created_at from setup_tokens where token_hash = $1
              and not exists (select 1 from accounts where passphrase_hash is not null)",
        token_hash
    )
    .fetch_optional(db)
    .await
}

/// Deletes the token for creating the first admin. Returns `false` if it was deleted already.
pub async fn delete_setup_token(db: &mut PgConnection, token_hash: &[u8]) -> sqlx::Result<bool> {
    // Of two requests at once, the second waits for the row lock and then finds no row.
    let done = sqlx::query!("delete from setup_tokens where token_hash = $1", token_hash)
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}
