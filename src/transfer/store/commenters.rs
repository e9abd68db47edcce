//! Finds and inserts commenters, who are identified by a keyed hash of their email address.

use sqlx::PgConnection;

use crate::clock::Ts;

/// Returns the email hash and ID of each existing commenter with one of these hashes.
pub async fn list(
    db: &mut PgConnection,
    email_hashes: &[Vec<u8>],
) -> sqlx::Result<Vec<(Vec<u8>, i64)>> {
    sqlx::query!(
        r#"select email_hash, id as "id: i64" from commenters where email_hash = any($1)"#,
        email_hashes
    )
    .map(|row| (row.email_hash, row.id))
    .fetch_all(db)
    .await
}

/// Inserts commenters and returns the email hash and ID of each. The three slices have one element for each commenter. If
/// another transaction has just inserted the same commenter, returns the existing ID.
pub async fn insert(
    db: &mut PgConnection,
    email_hashes: &[Vec<u8>],
    sealed_emails: &[Vec<u8>],
    created_at: &[Ts],
) -> sqlx::Result<Vec<(Vec<u8>, i64)>> {
    // The update changes nothing; without it `returning` would leave out existing rows.
    sqlx::query!(
        r#"insert into commenters (email_hash, email_sealed, created_at)
           select * from unnest($1::bytea[], $2::bytea[], $3::timestamptz[])
           on conflict (email_hash) do update set email_hash = excluded.email_hash
           returning email_hash, id as "id: i64""#,
        email_hashes,
        sealed_emails,
        created_at as _,
    )
    .map(|row| (row.email_hash, row.id))
    .fetch_all(db)
    .await
}
