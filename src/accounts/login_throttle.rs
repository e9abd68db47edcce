//! Throttling of passphrase guesses. Of strangers, failed sign-ins are counted per account and IP network together, per IP
//! network, and per account. While many strangers guess at an account, its owner can still try once in ten seconds. A
//! browser with a device cookie of the account, or with a session, is counted by itself alone: nobody else can use up its
//! attempts.

use std::net::IpAddr;

use sqlx::{Connection, PgConnection};

use super::device::KnownDevice;
use super::store::login_throttle as store;
use crate::app::App;
use crate::limits::network_of;

/// Limit on failed sign-ins that are counted under one kind of key.
struct FailureLimit {
    /// Kind of the blind index. Counts that are stored under another name are lost.
    kind: &'static str,
    /// Failed sign-ins after which the next attempt has to wait.
    free_failures: i32,
    /// Longest wait in seconds before the next attempt.
    max_wait: i32,
    /// Whether a right passphrase deletes all failures. Otherwise it only takes back its own attempt.
    is_cleared: bool,
}

const PAIR_LIMIT: FailureLimit = FailureLimit {
    kind: "sign-in together",
    free_failures: 5,
    max_wait: 15 * 60,
    is_cleared: true,
};
const NETWORK_LIMIT: FailureLimit = FailureLimit {
    kind: "sign-in network",
    free_failures: 20,
    max_wait: 15 * 60,
    is_cleared: false,
};
/// Limit per account. Its wait is short, because it also delays the owner, who is usually not the one who guesses.
const ACCOUNT_LIMIT: FailureLimit = FailureLimit {
    kind: "sign-in account",
    free_failures: 50,
    max_wait: 10,
    is_cleared: false,
};
const DEVICE_LIMIT: FailureLimit = FailureLimit {
    kind: "sign-in device",
    ..PAIR_LIMIT
};
/// Limit on wrong passphrases of somebody who is signed in and has to prove it again.
const SESSION_LIMIT: FailureLimit = FailureLimit {
    kind: "session passphrase",
    ..PAIR_LIMIT
};

/// A sign-in attempt that may proceed. It counts as a failure until [`clear_failure`] is called.
pub struct LoginAttempt {
    /// Keys under which it is counted, in the order in which their rows are locked.
    counted: Vec<(&'static FailureLimit, Vec<u8>)>,
}

/// Counts an attempt of a stranger to sign in with the entered username. If the attempt has to wait, it is not counted and
/// the inner `Err` is the number of seconds.
pub async fn begin_stranger_attempt(
    app: &App,
    db: &mut PgConnection,
    username: &str,
    ip: IpAddr,
) -> sqlx::Result<Result<LoginAttempt, u64>> {
    let network = network_of(ip).to_string();
    let pair = format!("{network} {username}");
    let values = [
        (&PAIR_LIMIT, pair.as_bytes()),
        (&NETWORK_LIMIT, network.as_bytes()),
        (&ACCOUNT_LIMIT, username.as_bytes()),
    ];
    begin_attempt(app, db, &values).await
}

/// Counts an attempt to sign in from a browser that is known to the account, under its device cookie alone.
pub async fn begin_device_attempt(
    app: &App,
    db: &mut PgConnection,
    device: &KnownDevice,
) -> sqlx::Result<Result<LoginAttempt, u64>> {
    let value = device.throttle_value();
    begin_attempt(app, db, &[(&DEVICE_LIMIT, value.as_bytes())]).await
}

/// Counts an attempt of somebody who is signed in to prove that they know the passphrase, under their session alone.
pub async fn begin_session_attempt(
    app: &App,
    db: &mut PgConnection,
    token_hash: &[u8],
) -> sqlx::Result<Result<LoginAttempt, u64>> {
    begin_attempt(app, db, &[(&SESSION_LIMIT, token_hash)]).await
}

async fn begin_attempt(
    app: &App,
    db: &mut PgConnection,
    values: &[(&'static FailureLimit, &[u8])],
) -> sqlx::Result<Result<LoginAttempt, u64>> {
    let keys = app.keys.snapshot();
    let now = app.clock.now();
    let mut db = db.begin().await?;
    let mut counted = Vec::with_capacity(values.len());
    for (limit, value) in values {
        let hashes = keys.blind_indexes(limit.kind, value);
        let (key, older) = hashes
            .split_first()
            .expect("the key ring has an active key");
        // After a key rotation the failures counted under the old key still hold: a new key gives no new guesses.
        store::merge_older_keys(&mut db, key, older).await?;
        counted.push((*limit, key.clone()));
    }
    // Counted before the passphrase is verified, so that a thousand guesses at once are not all judged by the same count.
    for (limit, key) in &counted {
        let wait = store::add_failure(&mut db, key, limit.free_failures, limit.max_wait, now);
        if let Some(wait) = wait.await? {
            // Takes back what was counted before this key: a refused attempt counts nowhere.
            db.rollback().await?;
            return Ok(Err(wait));
        }
    }
    db.commit().await?;
    Ok(Ok(LoginAttempt { counted }))
}

/// Stops counting a sign-in attempt as a failure, because the passphrase was right.
pub async fn clear_failure(db: &mut PgConnection, attempt: LoginAttempt) -> sqlx::Result<()> {
    // In the order in which `begin_attempt` locks the rows, so that no two wait for each other.
    for (limit, key) in attempt.counted {
        if limit.is_cleared {
            store::delete_failures(db, &key).await?;
        } else {
            store::subtract_failure(db, &key).await?;
        }
    }
    Ok(())
}
