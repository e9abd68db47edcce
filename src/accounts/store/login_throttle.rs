//! SQL on `sign_in_failures`, the counts of failed sign-ins.

use sqlx::PgConnection;

use crate::clock::Ts;

/// Seconds after which failed sign-ins no longer count.
pub const FAILURE_WINDOW: i64 = 60 * 60;

/// Moves counts of failed sign-ins that were stored under hashes with older secret keys to `key`, the hash with the
/// active key.
pub async fn merge_older_keys(
    db: &mut PgConnection,
    key: &[u8],
    older: &[Vec<u8>],
) -> sqlx::Result<()> {
    if older.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "with counted as (delete from sign_in_failures where key = any($2) returning failures, last_at)
         insert into sign_in_failures as f (key, failures, last_at)
         select $1, max(failures), max(last_at) from counted having count(*) > 0
         on conflict (key) do update
         set failures = greatest(f.failures, excluded.failures), last_at = greatest(f.last_at, excluded.last_at)",
        key,
        older,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Counts one failed sign-in under `key`. If the wait after the last failure is not over yet, counts nothing and returns
/// the remaining seconds. The wait doubles with each failure beyond `free`, up to `max_wait` seconds.
pub async fn add_failure(
    db: &mut PgConnection,
    key: &[u8],
    free: i32,
    max_wait: i32,
    now: Ts,
) -> sqlx::Result<Option<u64>> {
    // One statement checks and counts, and its row lock makes guesses at the same time wait for each other. The
    // exponent is bounded, because 2^20 seconds are longer than any wait already.
    let counted = sqlx::query_scalar!(
        "insert into sign_in_failures as f (key, failures, last_at) values ($1, 1, $2)
         on conflict (key) do update
         set failures = case when f.last_at < $3 then 1 else f.failures + 1 end, last_at = excluded.last_at
         where f.failures < $4 or f.last_at < $3
            or f.last_at + make_interval(secs => least($5, power(2, least(f.failures - $4, 20)))) <= excluded.last_at
         returning failures",
        key,
        now as Ts,
        now.plus_seconds(-FAILURE_WINDOW) as Ts,
        free,
        f64::from(max_wait),
    )
    .fetch_optional(&mut *db)
    .await?;
    if counted.is_some() {
        return Ok(None);
    }
    let wait = sqlx::query_scalar!(
        r#"select extract(epoch from
                last_at + make_interval(secs => least($3, power(2, least(failures - $4, 20)))) - $2)::float8 as "wait!"
           from sign_in_failures where key = $1"#,
        key,
        now as Ts,
        f64::from(max_wait),
        free,
    )
    .fetch_optional(db)
    .await?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 1..=max_wait first"
    )]
    // A sign-in that succeeded in between may have deleted the row.
    let seconds = wait.unwrap_or(1.0).ceil().clamp(1.0, f64::from(max_wait)) as u64;
    Ok(Some(seconds))
}

pub async fn delete_failures(db: &mut PgConnection, key: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("delete from sign_in_failures where key = $1", key)
        .execute(db)
        .await?;
    Ok(())
}

pub async fn subtract_failure(db: &mut PgConnection, key: &[u8]) -> sqlx::Result<()> {
    sqlx::query!(
        "update sign_in_failures set failures = greatest(failures - 1, 0) where key = $1",
        key
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn delete_expired(db: &mut PgConnection, now: Ts) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from sign_in_failures where last_at < $1",
        now.plus_seconds(-FAILURE_WINDOW) as Ts
    )
    .execute(db)
    .await?;
    Ok(())
}
