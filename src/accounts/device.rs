//! Device cookies: a browser in which somebody has signed in carries a signed cookie, and its wrong passphrases are counted
//! apart from those of strangers. So a flood of guesses does not keep the owner out (OWASP, "Slow Down Online Guessing
//! Attacks with Device Cookies").

use axum_extra::extract::cookie::{Cookie, CookieJar};
use sqlx::PgConnection;

use super::{session, store};
use crate::app::App;
use crate::clock::Ts;
use crate::crypto::{KeyRing, encode_hex, random_bytes};
use crate::ids::AccountId;

/// Lifetime of a device cookie in seconds: a year. Every sign-in begins it again, and browsers keep no cookie for more than
/// 400 days (RFC 6265bis §5.5).
const DEVICE_LIFETIME: i64 = 365 * 24 * 60 * 60;

/// Purpose for which device cookies are signed.
const PURPOSE: &str = "device cookie";

/// Browser in which the owner of an account has signed in before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownDevice {
    account: AccountId,
    expires_at: i64,
    /// Random text that tells the account's browsers apart.
    nonce: String,
}

impl KnownDevice {
    /// Returns the text under which the wrong passphrases of this browser are counted.
    pub(super) fn throttle_value(&self) -> String {
        format!("{} {}", self.account, self.nonce)
    }

    /// Returns the value of the cookie. The seed of the account is signed with it: a cookie is useless once the seed was
    /// replaced.
    fn to_cookie_value(&self, keys: &KeyRing, seed: &str) -> String {
        let signature = keys.sign(PURPOSE, &self.signed_value(seed));
        let (account, expires_at, nonce) = (self.account, self.expires_at, &self.nonce);
        format!("{account}.{expires_at}.{nonce}.{signature}")
    }

    /// Parses the value of a cookie. Returns `None` if it is not signed for this account and seed, or has expired.
    fn parse(keys: &KeyRing, account: AccountId, seed: &str, now: Ts, value: &str) -> Option<Self> {
        let (unsigned, signature) = value.rsplit_once('.')?;
        let mut parts = unsigned.split('.');
        let id: i64 = parts.next()?.parse().ok()?;
        let device = Self {
            account: AccountId(id),
            expires_at: parts.next()?.parse().ok()?,
            nonce: parts.next()?.to_owned(),
        };
        let is_valid = parts.next().is_none()
            && device.account == account
            && device.expires_at > now.unix_micros() / 1_000_000
            && keys.verify_signature(PURPOSE, &device.signed_value(seed), signature);
        is_valid.then_some(device)
    }

    fn signed_value(&self, seed: &str) -> Vec<u8> {
        let (account, expires_at, nonce) = (self.account, self.expires_at, &self.nonce);
        format!("{account} {expires_at} {nonce} {seed}").into_bytes()
    }
}

fn cookie_name(app: &App) -> &'static str {
    if app.config.is_https() {
        "__Host-broadsheet-device"
    } else {
        "broadsheet-device"
    }
}

/// Creates a cookie that makes the browser known to the account. Its count of wrong passphrases begins at zero.
pub async fn create_cookie(
    app: &App,
    db: &mut PgConnection,
    account: AccountId,
) -> sqlx::Result<Cookie<'static>> {
    let seed = store::find_link_seed(db, account).await?;
    let now = app.clock.now();
    let device = KnownDevice {
        account,
        expires_at: now.plus_seconds(DEVICE_LIFETIME).unix_micros() / 1_000_000,
        nonce: encode_hex(&random_bytes::<16>()),
    };
    let value = device.to_cookie_value(&app.keys, &seed);
    Ok(session::build_cookie(
        app,
        cookie_name(app),
        &value,
        DEVICE_LIFETIME,
    ))
}

/// Finds out whether the browser has a valid device cookie of this account.
pub async fn find_device(
    app: &App,
    db: &mut PgConnection,
    jar: &CookieJar,
    account: AccountId,
) -> sqlx::Result<Option<KnownDevice>> {
    let Some(cookie) = jar.get(cookie_name(app)) else {
        return Ok(None);
    };
    let seed = store::find_link_seed(db, account).await?;
    let now = app.clock.now();
    Ok(KnownDevice::parse(
        &app.keys,
        account,
        &seed,
        now,
        cookie.value(),
    ))
}

/// Returns whether the browser has a valid device cookie of any account.
pub async fn is_known(app: &App, db: &mut PgConnection, jar: &CookieJar) -> sqlx::Result<bool> {
    let account = jar.get(cookie_name(app)).and_then(|cookie| {
        let (id, _) = cookie.value().split_once('.')?;
        id.parse().ok()
    });
    match account {
        Some(id) => Ok(find_device(app, db, jar, AccountId(id)).await?.is_some()),
        None => Ok(false),
    }
}

/// Returns a cookie that makes the browser forget its device cookie.
pub fn removal_cookie(app: &App) -> Cookie<'static> {
    session::build_removal_cookie(app, cookie_name(app))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{KEY_BYTES, KeyFile};

    const NOW: i64 = 1_773_500_966;

    fn now() -> Ts {
        Ts::EPOCH.plus_seconds(NOW)
    }

    fn device() -> KnownDevice {
        KnownDevice {
            account: AccountId(7),
            expires_at: NOW + 60,
            nonce: "0a1b".to_owned(),
        }
    }

    #[test]
    fn a_device_cookie_is_valid_for_its_account_and_seed_only() {
        let keys = KeyRing::from_secret(&[1; KEY_BYTES]);
        let value = device().to_cookie_value(&keys, "seed");
        let parse = |account, seed, value: &str| {
            KnownDevice::parse(&keys, AccountId(account), seed, now(), value)
        };
        assert_eq!(parse(7, "seed", &value), Some(device()));
        assert_eq!(parse(8, "seed", &value), None);
        assert_eq!(parse(7, "another", &value), None);
        let other_account = value.replacen('7', "8", 1);
        assert_eq!(parse(8, "seed", &other_account), None);
        assert_eq!(parse(7, "seed", &value.replace("0a1b", "0a1c")), None);
        for cut in 0..value.len() {
            assert_eq!(parse(7, "seed", &value[..cut]), None, "{cut}");
        }
        for forged in ["", "...", "7.9999999999.0a1b.", "7.1.2.3.4", "a.b.c.d"] {
            assert_eq!(parse(7, "seed", forged), None, "{forged}");
        }
    }

    #[test]
    fn a_device_cookie_expires() {
        let keys = KeyRing::from_secret(&[1; KEY_BYTES]);
        let value = device().to_cookie_value(&keys, "seed");
        let later = |seconds| {
            let now = now().plus_seconds(seconds);
            KnownDevice::parse(&keys, AccountId(7), "seed", now, &value)
        };
        assert!(later(59).is_some());
        assert!(later(60).is_none());
        let prolonged = value.replace(&(NOW + 60).to_string(), &(NOW + 61).to_string());
        assert_ne!(prolonged, value);
        let parsed = KnownDevice::parse(&keys, AccountId(7), "seed", now(), &prolonged);
        assert_eq!(parsed, None);
    }

    #[test]
    fn a_device_cookie_stays_valid_while_its_key_is_in_the_ring() {
        let old = KeyRing::from_secret(&[1; KEY_BYTES]);
        let value = device().to_cookie_value(&old, "seed");
        let lines = [[2; KEY_BYTES], [1; KEY_BYTES]].map(|key| encode_hex(&key));
        let ring = KeyFile::parse(&lines.join("\n")).expect("a key file");
        let parse = |keys: &KeyRing| KnownDevice::parse(keys, AccountId(7), "seed", now(), &value);
        assert_eq!(parse(&ring.key_ring()), Some(device()));
        assert_eq!(parse(&KeyRing::from_secret(&[2; KEY_BYTES])), None);
    }
}
