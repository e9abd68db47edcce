//! Passphrases of accounts. Only their length is judged.

use argon2::Argon2;
use zeroize::Zeroizing;

use crate::crypto::{PasswordHasher, hash_password};

/// Fewest characters of a passphrase that is the only factor (NIST SP 800-63B-4, §3.1.1.2).
pub const MIN_PASSPHRASE_CHARS: usize = 15;
/// Most characters of a passphrase: more than anyone types, and few enough to be hashed quickly.
pub const MAX_PASSPHRASE_CHARS: usize = 1_000;

/// A passphrase of allowed length. Wiped from memory when dropped.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Accepts any characters; `None` if there are too few or too many.
    pub fn parse(text: &str) -> Option<Self> {
        (MIN_PASSPHRASE_CHARS..=MAX_PASSPHRASE_CHARS)
            .contains(&text.chars().count())
            .then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// Returns its hash as a PHC string. Blocks for about a tenth of a second.
    pub fn hash(&self, argon2: &Argon2<'_>) -> anyhow::Result<String> {
        hash_password(argon2, &self.0)
    }

    /// Returns its hash as a PHC string, once it is its turn to be hashed.
    pub async fn hash_in_turn(self, hasher: &PasswordHasher) -> anyhow::Result<String> {
        hasher.hash(self.0).await
    }
}

/// Returns whether `typed` is the passphrase behind `hash`; takes as long if there is no hash.
pub async fn verify_passphrase(
    hasher: &PasswordHasher,
    typed: &str,
    hash: Option<String>,
) -> anyhow::Result<bool> {
    // One character more than allowed is enough to be wrong, and costs no more to hash.
    let typed = typed.chars().take(MAX_PASSPHRASE_CHARS + 1).collect();
    hasher.verify(Zeroizing::new(typed), hash).await
}
