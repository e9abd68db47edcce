//! Accounts that were assigned to WordPress authors. An author is identified by a keyed hash of the WordPress login.

use sqlx::PgConnection;

use crate::ids::AccountId;

/// Finds the account that an earlier import assigned to the author with one of these login hashes.
pub async fn find_account(
    db: &mut PgConnection,
    site_id: i32,
    login_hashes: &[Vec<u8>],
) -> sqlx::Result<Option<AccountId>> {
    sqlx::query_scalar!(
        r#"select account_id as "id: AccountId" from imported_authors where site_id = $1 and login_hash = any($2) limit 1"#,
        site_id,
        login_hashes,
    )
    .fetch_optional(db)
    .await
}

/// Records which account is assigned to an author, for later imports.
pub async fn insert(
    db: &mut PgConnection,
    site_id: i32,
    login_hash: &[u8],
    account: AccountId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into imported_authors (site_id, login_hash, account_id) values ($1, $2, $3)",
        site_id,
        login_hash,
        account.0,
    )
    .execute(db)
    .await?;
    Ok(())
}
