//! Throttling of passphrase guesses. Failed sign-ins are counted per account and IP network together, per IP network, and
//! per account. While many strangers guess at an account, its owner can still try once in ten seconds.

use std::net::IpAddr;

use sqlx::{Connection, PgConnection};

use super::store::login_throttle as store;
use crate::app::App;
use crate::limits::network_of;

/// Failed sign-ins after which the next attempt has to wait. There are limits per account and IP network together, per IP
/// network, and per account.
const FREE_FAILURES_PAIR: i32 = 5;
const FREE_FAILURES_NETWORK: i32 = 20;
const FREE_FAILURES_ACCOUNT: i32 = 50;
/// Longest waits in seconds before the next sign-in. The limit per account is short, because it also delays the owner,
/// who is usually not the one who guesses.
const MAX_WAIT: i32 = 15 * 60;
const MAX_WAIT_ACCOUNT: i32 = 10;

/// A sign-in attempt that may proceed. It counts as a failure until [`clear_failure`] is called.
pub struct LoginAttempt {
    pair_key: Vec<u8>,
    network_key: Vec<u8>,
    account_key: Vec<u8>,
}

/// Counts an attempt to sign in with the entered username. If the attempt has to wait, it is not counted and the inner
/// `Err` is the number of seconds.
pub async fn begin_attempt(
    app: &App,
    db: &mut PgConnection,
    username: &str,
    ip: IpAddr,
) -> sqlx::Result<Result<LoginAttempt, u64>> {
    let network = network_of(ip).to_string();
    let keys = app.keys.snapshot();
    let now = app.clock.now();
    let mut db = db.begin().await?;
    let mut found = Vec::with_capacity(3);
    for (kind, value) in [
        ("sign-in together", format!("{network} {username}").as_str()),
        ("sign-in network", &network),
        ("sign-in account", username),
    ] {
        let hashes = keys.blind_indexes(kind, value.as_bytes());
        let (key, older) = hashes
            .split_first()
            .expect("the key ring has an active key");
        // After a key rotation the failures counted under the old key still hold: a new key gives no new guesses.
        store::merge_older_keys(&mut db, key, older).await?;
        found.push(key.clone());
    }
    let [pair_key, network_key, account_key] =
        <[Vec<u8>; 3]>::try_from(found).expect("there are three keys, one of each kind");
    let attempt = LoginAttempt {
        pair_key,
        network_key,
        account_key,
    };
    // Counted before the passphrase is verified, so that a thousand guesses at once are not all judged by the same count.
    for (key, free, max_wait) in [
        (&attempt.pair_key, FREE_FAILURES_PAIR, MAX_WAIT),
        (&attempt.network_key, FREE_FAILURES_NETWORK, MAX_WAIT),
        (
            &attempt.account_key,
            FREE_FAILURES_ACCOUNT,
            MAX_WAIT_ACCOUNT,
        ),
    ] {
        if let Some(wait) = store::add_failure(&mut db, key, free, max_wait, now).await? {
            // Takes back what was counted before this key: a refused attempt counts nowhere.
            db.rollback().await?;
            return Ok(Err(wait));
        }
    }
    db.commit().await?;
    Ok(Ok(attempt))
}

/// Stops counting a sign-in attempt as a failure, because the passphrase was right.
pub async fn clear_failure(db: &mut PgConnection, attempt: LoginAttempt) -> sqlx::Result<()> {
    store::delete_failures(db, &attempt.pair_key).await?;
    // In the order in which `begin_attempt` locks the rows, so that no two wait for each other.
    for key in [attempt.network_key, attempt.account_key] {
        store::subtract_failure(db, &key).await?;
    }
    Ok(())
}
