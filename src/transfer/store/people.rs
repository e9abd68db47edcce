//! Authors and commenters.

use sqlx::PgConnection;

use crate::clock::Ts;
use crate::ids::AccountId;

/// The account that an author has become: under whichever of these hashes it is remembered.
pub async fn find_author(
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

/// Remembers which account an author has become.
pub async fn insert_author(
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

/// Of these hashes of addresses, the people who are here already.
pub async fn commenters(
    db: &mut PgConnection,
    hashes: &[Vec<u8>],
) -> sqlx::Result<Vec<(Vec<u8>, i64)>> {
    let rows = sqlx::query!(
        r#"select email_hash, id as "id: i64" from commenters where email_hash = any($1)"#,
        hashes
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.email_hash, row.id))
        .collect())
}

/// Makes people of addresses: their hashes, the addresses sealed, and when they first wrote.
pub async fn insert_commenters(
    db: &mut PgConnection,
    hashes: &[Vec<u8>],
    sealed: &[Vec<u8>],
    since: &[Ts],
) -> sqlx::Result<Vec<(Vec<u8>, i64)>> {
    let rows = sqlx::query!(
        r#"insert into commenters (email_hash, email_sealed, created_at)
           select * from unnest($1::bytea[], $2::bytea[], $3::timestamptz[])
           on conflict (email_hash) do update set email_hash = excluded.email_hash
           returning email_hash, id as "id: i64""#,
        hashes,
        sealed,
        since as _,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.email_hash, row.id))
        .collect())
}
