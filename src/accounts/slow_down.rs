//! Guessing passphrases gets slower with each wrong one: for one account from one network soon, for a whole network or
//! a whole account later. While a crowd of strangers guesses at one account, its owner has to try between them, once in
//! ten seconds; the crowd has no more than that either.

use std::net::IpAddr;

use sqlx::{Connection, PgConnection};

use crate::app::App;
use crate::clock::Ts;
use crate::limits::network;

/// Wrong guesses that cost no wait: by one network at one account, by one network, and at one account.
const FREE_TOGETHER: i32 = 5;
const FREE_NETWORK: i32 = 20;
const FREE_ACCOUNT: i32 = 50;
/// The longest waits, in seconds: a quarter of an hour for who guesses, ten seconds for who may only have been guessed at.
const LONGEST_WAIT: i32 = 15 * 60;
const LONGEST_WAIT_ACCOUNT: i32 = 10;
/// Failures older than this many seconds count no more.
pub const FORGOTTEN_AFTER: i64 = 60 * 60;

/// An attempt that was let through. It counts as failed until it is told to have succeeded, so that a thousand guesses
/// at once are not all judged by the count before the first.
pub struct Attempt {
    together: Vec<u8>,
    network: Vec<u8>,
    account: Vec<u8>,
}

/// Counts an attempt at the account of `handle`; `Err` gives the seconds to wait first, and then it does not count.
pub async fn begin(
    app: &App,
    db: &mut PgConnection,
    handle: &str,
    from: IpAddr,
) -> sqlx::Result<Result<Attempt, u64>> {
    let network = network(from).to_string();
    let keys = app.keys.as_of_now();
    let now = app.clock.now();
    let mut db = db.begin().await?;
    let mut found = Vec::with_capacity(3);
    for (kind, value) in [
        ("sign-in together", format!("{network} {handle}").as_str()),
        ("sign-in network", &network),
        ("sign-in account", handle),
    ] {
        let hashes = keys.find_by_each(kind, value.as_bytes());
        let (key, older) = hashes.split_first().expect("a ring has a key");
        carry_over(&mut db, key, older).await?;
        found.push(key.to_vec());
    }
    let [together, network, account] =
        <[Vec<u8>; 3]>::try_from(found).expect("three kinds have been hashed");
    let attempt = Attempt {
        together,
        network,
        account,
    };
    for (key, free, longest) in [
        (&attempt.together, FREE_TOGETHER, LONGEST_WAIT),
        (&attempt.network, FREE_NETWORK, LONGEST_WAIT),
        (&attempt.account, FREE_ACCOUNT, LONGEST_WAIT_ACCOUNT),
    ] {
        if let Some(wait) = count(&mut db, key, free, longest, now).await? {
            db.rollback().await?;
            return Ok(Err(wait));
        }
    }
    db.commit().await?;
    Ok(Ok(attempt))
}

/// Puts what was counted under older secret keys under the one in use: a new key gives no new guesses.
async fn carry_over(db: &mut PgConnection, key: &[u8], older: &[[u8; 32]]) -> sqlx::Result<()> {
    if older.is_empty() {
        return Ok(());
    }
    let older: Vec<Vec<u8>> = older.iter().map(|key| key.to_vec()).collect();
    sqlx::query!(
        "with counted as (delete from sign_in_failures where key = any($2) returning failures, last_at)
         insert into sign_in_failures as f (key, failures, last_at)
         select $1, max(failures), max(last_at) from counted having count(*) > 0
         on conflict (key) do update
         set failures = greatest(f.failures, excluded.failures), last_at = greatest(f.last_at, excluded.last_at)",
        &key[..],
        &older,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Takes the attempt back: the passphrase was right.
pub async fn succeeded(db: &mut PgConnection, attempt: Attempt) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from sign_in_failures where key = $1",
        attempt.together
    )
    .execute(&mut *db)
    .await?;
    // In the order in which `begin` takes the rows.
    for key in [attempt.network, attempt.account] {
        sqlx::query!(
            "update sign_in_failures set failures = greatest(failures - 1, 0) where key = $1",
            key
        )
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

/// Adds one to the count under `key`, unless its wait is not over: then the seconds left.
async fn count(
    db: &mut PgConnection,
    key: &[u8],
    free: i32,
    longest: i32,
    now: Ts,
) -> sqlx::Result<Option<u64>> {
    let counted = sqlx::query_scalar!(
        "insert into sign_in_failures as f (key, failures, last_at) values ($1, 1, $2)
         on conflict (key) do update
         set failures = case when f.last_at < $3 then 1 else f.failures + 1 end, last_at = excluded.last_at
         where f.failures < $4 or f.last_at < $3
            or f.last_at + make_interval(secs => least($5, power(2, least(f.failures - $4, 20)))) <= excluded.last_at
         returning failures",
        key,
        now as Ts,
        now.plus_seconds(-FORGOTTEN_AFTER) as Ts,
        free,
        f64::from(longest),
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
        f64::from(longest),
        free,
    )
    .fetch_optional(db)
    .await?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 1..=longest first"
    )]
    let seconds = wait.unwrap_or(1.0).ceil().clamp(1.0, f64::from(longest)) as u64;
    Ok(Some(seconds))
}
