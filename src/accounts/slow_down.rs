//! Guessing passphrases gets slower with each wrong one: for one account from one network soon, for a whole network or
//! a whole account later, so that a stranger cannot keep a colleague out.

use std::net::IpAddr;

use sqlx::PgConnection;

use crate::app::App;
use crate::clock::Ts;
use crate::limits::network;

/// Wrong guesses that cost no wait: by one network at one account, by one network, and at one account.
const FREE_TOGETHER: i32 = 5;
const FREE_NETWORK: i32 = 20;
const FREE_ACCOUNT: i32 = 50;
/// The longest wait, in seconds: a quarter of an hour.
const LONGEST_WAIT: i32 = 15 * 60;
/// Failures older than this many seconds count no more.
pub const FORGOTTEN_AFTER: i64 = 60 * 60;

/// An attempt that was let through. It counts as failed until it is told to have succeeded, so that a thousand guesses
/// at once are not all judged by the count before the first.
pub struct Attempt {
    keys: [(Vec<u8>, i32); 3],
}

/// Counts an attempt at the account of `handle`; `Err` gives the seconds to wait first.
pub async fn begin(
    app: &App,
    db: &mut PgConnection,
    handle: &str,
    from: IpAddr,
) -> sqlx::Result<Result<Attempt, u64>> {
    let network = network(from).to_string();
    let find = |kind: &str, value: &str| app.keys.find_by(kind, value.as_bytes()).to_vec();
    let attempt = Attempt {
        keys: [
            (
                find("sign-in together", &format!("{network} {handle}")),
                FREE_TOGETHER,
            ),
            (find("sign-in network", &network), FREE_NETWORK),
            (find("sign-in account", handle), FREE_ACCOUNT),
        ],
    };
    let now = app.clock.now();
    for (key, free) in &attempt.keys {
        if let Some(wait) = count(db, key, *free, now).await? {
            return Ok(Err(wait));
        }
    }
    Ok(Ok(attempt))
}

/// Takes the attempt back: the passphrase was right.
pub async fn succeeded(db: &mut PgConnection, attempt: Attempt) -> sqlx::Result<()> {
    let [(together, _), (network, _), (account, _)] = attempt.keys;
    sqlx::query!("delete from sign_in_failures where key = $1", together)
        .execute(&mut *db)
        .await?;
    sqlx::query!(
        "update sign_in_failures set failures = greatest(failures - 1, 0) where key in ($1, $2)",
        network,
        account
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Adds one to the count under `key`, unless its wait is not over: then the seconds left.
async fn count(db: &mut PgConnection, key: &[u8], free: i32, now: Ts) -> sqlx::Result<Option<u64>> {
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
        f64::from(LONGEST_WAIT),
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
        f64::from(LONGEST_WAIT),
        free,
    )
    .fetch_optional(db)
    .await?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 1..=LONGEST_WAIT first"
    )]
    let seconds = wait
        .unwrap_or(1.0)
        .ceil()
        .clamp(1.0, f64::from(LONGEST_WAIT)) as u64;
    Ok(Some(seconds))
}
