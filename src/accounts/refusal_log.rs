//! Log lines about refused sign-ins, by which an operator sees an attack and whom it concerns.

use std::net::IpAddr;

use crate::app::App;
use crate::crypto::{KeyRing, encode_hex};
use crate::ids::AccountId;
use crate::limits::network_of;

/// Number of bytes of a network's hash that are logged: few enough to read, and enough to tell a million networks apart.
const NETWORK_HASH_BYTES: usize = 6;

/// Kind of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum AccessRefusal {
    /// The username or the passphrase of a sign-in was wrong.
    WrongSignIn,
    /// A sign-in came too soon after wrong ones, and was not checked.
    ThrottledSignIn,
    /// Somebody who is signed in entered a wrong current passphrase.
    WrongPassphrase,
    /// A current passphrase came too soon after wrong ones, and was not checked.
    ThrottledPassphrase,
    /// Too many passphrases waited to be checked.
    QueueFull,
    /// A setup link was unknown, used or replaced.
    WrongSetupLink,
    ExpiredSetupLink,
}

/// Logs a refusal. The account is that of the entered username, if there is one; the username itself is not logged, since
/// people type their passphrase into the wrong field.
pub fn record_refusal(app: &App, refusal: AccessRefusal, account: Option<AccountId>, ip: IpAddr) {
    app.refusals.count_access(refusal.into());
    let account = account.map(tracing::field::display);
    let network = hash_network(&app.keys, ip);
    match refusal {
        AccessRefusal::WrongSignIn => {
            tracing::info!(
                account,
                network,
                "sign-in refused: wrong username or passphrase"
            );
        }
        AccessRefusal::ThrottledSignIn => {
            tracing::warn!(account, network, "sign-in refused: too many wrong attempts");
        }
        AccessRefusal::WrongPassphrase => {
            tracing::info!(account, network, "current passphrase refused: it was wrong");
        }
        AccessRefusal::ThrottledPassphrase => {
            tracing::warn!(
                account,
                network,
                "current passphrase refused: too many wrong attempts"
            );
        }
        AccessRefusal::QueueFull => {
            tracing::warn!(
                account,
                network,
                "passphrase not checked: too many are waiting; the visitor is asked to try again"
            );
        }
        AccessRefusal::WrongSetupLink => {
            tracing::warn!(network, "setup link refused: it is not the current one");
        }
        AccessRefusal::ExpiredSetupLink => {
            tracing::warn!(
                network,
                "setup link refused: it is too old; restart for a new one"
            );
        }
    }
}

/// Returns a keyed hash of the IP network, the same until the secret key is rotated. Without the key nobody can find out
/// the network by trying all of them.
pub fn hash_network(keys: &KeyRing, ip: IpAddr) -> String {
    let network = network_of(ip).to_string();
    let hash = keys.blind_index("network in the log", network.as_bytes());
    encode_hex(&hash[..NETWORK_HASH_BYTES])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::KEY_BYTES;

    #[test]
    fn the_logged_hash_stands_for_a_network_under_one_key() {
        let hash = |key: u8, ip: &str| {
            let keys = KeyRing::from_secret(&[key; KEY_BYTES]);
            hash_network(&keys, ip.parse().expect("an IP address"))
        };
        assert_eq!(hash(1, "192.0.2.1").len(), 12);
        assert_eq!(hash(1, "192.0.2.1"), hash(1, "::ffff:192.0.2.1"));
        assert_eq!(hash(1, "2001:db8::1"), hash(1, "2001:db8::2"));
        assert_ne!(hash(1, "192.0.2.1"), hash(1, "192.0.2.2"));
        assert_ne!(hash(1, "192.0.2.1"), hash(2, "192.0.2.1"));
    }
}
