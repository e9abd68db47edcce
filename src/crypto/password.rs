//! Password hashing with Argon2id, on blocking threads and only a few at a time. Browsers that are known have a queue of
//! their own, so that they do not wait behind the guesses of strangers.

use std::sync::Arc;

use anyhow::Context;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

/// Largest numbers of passwords hashed at the same time for each queue. Each takes 19 MiB and a processor core for about a
/// tenth of a second.
const STRANGER_HASHES: usize = 2;
const KNOWN_HASHES: usize = 1;
/// Largest number of callers that may wait in one queue. With two hashes at a time the last of them waits about two
/// seconds, which is as long as somebody waits for a page without trying again.
const MAX_WAITING: usize = 40;

/// Hasher and verifier of passwords. Callers first take a place in one of its two queues.
pub struct PasswordHasher {
    argon2: Argon2<'static>,
    strangers: HashQueue,
    known: HashQueue,
}

/// Queue for hashing, with a bound on how many may wait.
struct HashQueue {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

/// Place in a queue for hashing. It is free again when the value is dropped.
pub struct HashPlace {
    place: OwnedSemaphorePermit,
    turns: Arc<Semaphore>,
}

impl HashQueue {
    fn new(concurrent: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(concurrent + MAX_WAITING)),
            turns: Arc::new(Semaphore::new(concurrent)),
        }
    }

    fn try_enter(&self) -> Option<HashPlace> {
        let place = self.places.clone().try_acquire_owned().ok()?;
        Some(HashPlace {
            place,
            turns: self.turns.clone(),
        })
    }
}

impl PasswordHasher {
    pub fn new(argon2: Argon2<'static>) -> Self {
        Self {
            argon2,
            strangers: HashQueue::new(STRANGER_HASHES),
            known: HashQueue::new(KNOWN_HASHES),
        }
    }

    /// Takes a place in the queue for browsers that nothing is known about. Returns `None` if too many wait already.
    pub fn try_enter_as_stranger(&self) -> Option<HashPlace> {
        self.strangers.try_enter()
    }

    /// Takes a place in the queue for browsers that have signed in before or hold the setup link. Returns `None` if too
    /// many wait already.
    pub fn try_enter_as_known(&self) -> Option<HashPlace> {
        self.known.try_enter()
    }

    /// Hashes a password with a random salt. The result is a PHC string.
    pub async fn hash(
        &self,
        place: HashPlace,
        password: Zeroizing<String>,
    ) -> anyhow::Result<String> {
        let argon2 = self.argon2.clone();
        run_in_turn(place, move || hash_password(&argon2, &password)).await
    }

    /// Returns whether one of the candidates matches `hash`.
    pub async fn verify(
        &self,
        place: HashPlace,
        candidates: Vec<Zeroizing<String>>,
        hash: Option<String>,
    ) -> anyhow::Result<bool> {
        let argon2 = self.argon2.clone();
        run_in_turn(place, move || {
            let Some(hash) = hash else {
                // The same work for nothing, so that the time does not tell which accounts exist.
                for candidate in &candidates {
                    hash_password(&argon2, candidate)?;
                }
                return Ok(false);
            };
            let hash = PasswordHash::new(&hash).context("a stored password hash does not parse")?;
            Ok(candidates
                .iter()
                .any(|password| argon2.verify_password(password.as_bytes(), &hash).is_ok()))
        })
        .await
    }
}

async fn run_in_turn<T: Send + 'static>(
    place: HashPlace,
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    let HashPlace { place, turns } = place;
    let turn = turns.acquire_owned().await;
    let turn = turn.context("waiting for a turn to hash")?;
    // Both permits move into the closure: the work goes on if the visitor hangs up, and must still count.
    tokio::task::spawn_blocking(move || {
        let _permits = (place, turn);
        work()
    })
    .await
    .context("hashing was cut off")?
}

/// Hashes a password with a random salt to a PHC string. Blocks for about a tenth of a second.
pub fn hash_password(argon2: &Argon2<'_>, password: &str) -> anyhow::Result<String> {
    let hash = argon2
        .hash_password(password.as_bytes())
        .context("hashing a password")?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_of_strangers_refuses_the_next_and_leaves_known_browsers_alone() {
        let cheap = argon2::Params::new(8, 1, 1, None).expect("the minimum of argon2");
        let hasher = PasswordHasher::new(Argon2::new(
            argon2::Algorithm::Argon2id,
            argon2::Version::V0x13,
            cheap,
        ));
        let mut places: Vec<HashPlace> =
            std::iter::from_fn(|| hasher.try_enter_as_stranger()).collect();
        assert_eq!(places.len(), STRANGER_HASHES + MAX_WAITING);
        let known = hasher.try_enter_as_known().expect("a place");
        let password = Zeroizing::new("four plain words here".to_owned());
        let hash = hasher.hash(known, password.clone()).await.expect("a hash");
        // A stranger who is done makes room for the next.
        let place = places.pop().expect("a place");
        assert!(
            hasher
                .verify(place, vec![password], Some(hash))
                .await
                .expect("an answer")
        );
        assert!(hasher.try_enter_as_stranger().is_some());
    }
}
