//! Passphrases: Argon2id, off the async threads, a few at a time.

use anyhow::Context;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use zeroize::Zeroizing;

use crate::app::App;

/// Least characters of a passphrase that stands alone (NIST SP 800-63B-4, §3.1.1.2).
pub const LEAST_CHARS: usize = 15;
/// Most characters: more than anyone types, and far from costing us time.
pub const MOST_CHARS: usize = 1_000;

/// A passphrase of allowed length. Wiped from memory when dropped.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes any characters; only their number is judged.
    pub fn parse(text: &str) -> Option<Self> {
        (LEAST_CHARS..=MOST_CHARS)
            .contains(&text.chars().count())
            .then(|| Self(Zeroizing::new(text.to_owned())))
    }

    /// Its Argon2id hash as a PHC string, with a salt of its own. Blocks for a moment.
    pub fn hash(&self, argon2: &Argon2<'_>) -> anyhow::Result<String> {
        let hash = argon2
            .hash_password(self.0.as_bytes())
            .context("hashing a passphrase")?;
        Ok(hash.to_string())
    }
}

/// Hashes a passphrase when it is its turn.
pub async fn hash(app: &App, passphrase: Passphrase) -> anyhow::Result<String> {
    let argon2 = app.argon2.clone();
    in_turn(app, move || passphrase.hash(&argon2)).await?
}

/// Whether `typed` is the passphrase behind `hash`. Without a hash the same work is done for nothing, so that the time
/// does not tell which accounts exist.
pub async fn is_right(app: &App, typed: &str, hash: Option<String>) -> anyhow::Result<bool> {
    let argon2 = app.argon2.clone();
    let typed = Zeroizing::new(typed.chars().take(MOST_CHARS + 1).collect::<String>());
    in_turn(app, move || {
        let Some(hash) = hash else {
            argon2
                .hash_password(typed.as_bytes())
                .context("hashing a passphrase")?;
            return Ok(false);
        };
        let hash = PasswordHash::new(&hash).context("a stored passphrase hash does not parse")?;
        Ok(argon2.verify_password(typed.as_bytes(), &hash).is_ok())
    })
    .await?
}

async fn in_turn<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> T + Send + 'static,
) -> anyhow::Result<T> {
    let turn = app
        .hashing
        .clone()
        .acquire_owned()
        .await
        .context("waiting for a turn to hash")?;
    // The turn ends with the work, which goes on when whoever asked has hung up.
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        work()
    })
    .await
    .context("hashing was cut off")
}
