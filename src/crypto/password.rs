//! Password hashing with Argon2id, on blocking threads and only a few at a time.

use std::sync::Arc;

use anyhow::Context;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Largest number of passwords hashed at the same time. Each takes 19 MiB and a processor core for about a tenth of a
/// second.
const CONCURRENT_HASHES: usize = 2;

/// Hasher and verifier of passwords. It handles at most two at a time; further calls wait.
pub struct PasswordHasher {
    argon2: Argon2<'static>,
    permits: Arc<Semaphore>,
}

impl PasswordHasher {
    pub fn new(argon2: Argon2<'static>) -> Self {
        Self {
            argon2,
            permits: Arc::new(Semaphore::new(CONCURRENT_HASHES)),
        }
    }

    /// Hashes a password with a random salt. The result is a PHC string.
    pub async fn hash(&self, password: Zeroizing<String>) -> anyhow::Result<String> {
        let argon2 = self.argon2.clone();
        self.run(move || hash_password(&argon2, &password)).await
    }

    /// Returns whether `password` matches `hash`.
    pub async fn verify(
        &self,
        password: Zeroizing<String>,
        hash: Option<String>,
    ) -> anyhow::Result<bool> {
        let argon2 = self.argon2.clone();
        self.run(move || {
            let Some(hash) = hash else {
                // The same work for nothing, so that the time does not tell which accounts exist.
                hash_password(&argon2, &password)?;
                return Ok(false);
            };
            let hash = PasswordHash::new(&hash).context("a stored password hash does not parse")?;
            Ok(argon2.verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let permit = self.permits.clone().acquire_owned().await;
        let permit = permit.context("waiting for a turn to hash")?;
        // The permit moves into the closure: the work goes on if the visitor hangs up, and must still count.
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .context("hashing was cut off")?
    }
}

/// Hashes a password with a random salt to a PHC string. Blocks for about a tenth of a second.
pub fn hash_password(argon2: &Argon2<'_>, password: &str) -> anyhow::Result<String> {
    let hash = argon2
        .hash_password(password.as_bytes())
        .context("hashing a password")?;
    Ok(hash.to_string())
}
