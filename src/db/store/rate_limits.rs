//! Rate limits that all servers share, kept in the database.

use std::time::Duration;

use sqlx::PgConnection;

use crate::clock::Ts;

/// A number of events in a row, and the time in which one more is allowed again.
#[derive(Clone, Copy)]
pub struct SharedLimit {
    pub burst: u32,
    pub interval: Duration,
}

/// Counts an event. If the limit is exceeded, the event is not counted, and the inner error is the number of seconds to
/// wait. `key_hash` is a keyed hash of what the limit counts by.
pub async fn count_event(
    db: &mut PgConnection,
    key_hash: &[u8],
    limit: SharedLimit,
    now: Ts,
) -> sqlx::Result<Result<(), i64>> {
    // The generic cell rate algorithm (ITU-T I.371): each event moves the time further at which the burst is full again.
    let interval = i64::try_from(limit.interval.as_secs()).unwrap_or(i64::MAX);
    let longest_wait = interval * i64::from(limit.burst - 1);
    let counted = sqlx::query!(
        "insert into rate_limits (key_hash, full_at) values ($1, $3)
         on conflict (key_hash) do update
         set full_at = greatest(rate_limits.full_at, $2) + ($3::timestamptz - $2::timestamptz)
         where rate_limits.full_at <= $4",
        key_hash,
        now as Ts,
        now.plus_seconds(interval) as Ts,
        now.plus_seconds(longest_wait) as Ts,
    )
    .execute(&mut *db)
    .await?;
    if counted.rows_affected() == 1 {
        return Ok(Ok(()));
    }
    let full_at = sqlx::query_scalar!(
        r#"select full_at as "full_at: Ts" from rate_limits where key_hash = $1"#,
        key_hash
    )
    .fetch_optional(db)
    .await?
    .unwrap_or(now);
    let micros = full_at.unix_micros() - now.unix_micros() - longest_wait * 1_000_000;
    // Rounded up: after that many seconds the next event is allowed.
    Ok(Err(((micros + 999_999) / 1_000_000).max(1)))
}

/// Deletes the counts of limits that are at their full burst again.
pub async fn delete_expired(db: &mut PgConnection, now: Ts) -> sqlx::Result<()> {
    sqlx::query!("delete from rate_limits where full_at < $1", now as Ts)
        .execute(db)
        .await?;
    Ok(())
}
