//! Passphrases of accounts. The only requirement is their length.

use argon2::Argon2;
use zeroize::Zeroizing;

use crate::crypto::{HashPlace, PasswordHasher, hash_password};

/// Minimum number of characters of a passphrase that is the only authentication factor (NIST SP 800-63B-4, §3.1.1.2).
pub const MIN_PASSPHRASE_CHARS: usize = 15;
/// Maximum number of characters of a passphrase: more than anyone types, but few enough to be hashed quickly.
pub const MAX_PASSPHRASE_CHARS: usize = 1_000;

/// A passphrase of allowed length. Wiped from memory when dropped.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Parses a passphrase of any characters. Returns `None` if it is too short or too long.
    pub fn parse(text: &str) -> Option<Self> {
        (MIN_PASSPHRASE_CHARS..=MAX_PASSPHRASE_CHARS)
            .contains(&text.chars().count())
            .then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// Returns the passphrase's hash as a PHC string. Blocks the thread for about a tenth of a second.
    pub fn hash(&self, argon2: &Argon2<'_>) -> anyhow::Result<String> {
        hash_password(argon2, &self.0)
    }

    /// Returns the passphrase's hash as a PHC string. Waits until it is this place's turn.
    pub async fn hash_in_turn(
        self,
        hasher: &PasswordHasher,
        place: HashPlace,
    ) -> anyhow::Result<String> {
        hasher.hash(place, self.0).await
    }
}

/// Returns whether `typed` is the passphrase that was hashed to `hash`. Takes equally long if there is no hash, so that
/// the time does not reveal whether an account exists.
pub async fn verify_passphrase(
    hasher: &PasswordHasher,
    place: HashPlace,
    typed: &str,
    hash: Option<String>,
) -> anyhow::Result<bool> {
    // One character more than allowed is enough to be wrong, and costs no more to hash.
    let typed = typed.chars().take(MAX_PASSPHRASE_CHARS + 1).collect();
    hasher.verify(place, Zeroizing::new(typed), hash).await
}
