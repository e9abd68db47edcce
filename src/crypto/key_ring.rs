//! Ring of secret keys. The active key encrypts, indexes and signs new values; older keys can still decrypt and verify.

use std::fmt;
use std::sync::{Arc, RwLock};

use zeroize::Zeroizing;

use super::derived_keys::{DecryptError, DerivedKeys, KeyId, sealing_key_id};
use super::encoding::KEY_BYTES;

/// Secret keys of this site. Every key of the ring can decrypt values, look them up and verify signatures. Only the
/// active key encrypts, indexes and signs. Clones share the ring, so that it can be replaced while the site serves
/// requests.
#[derive(Clone)]
pub struct KeyRing(Arc<RwLock<Arc<RingState>>>);

/// Keys of the ring in the order of the key file: the newest first, staged ones (for the next rotation) last.
struct RingState {
    keys: Vec<DerivedKeys>,
    /// Index of the active key in `keys`.
    active: usize,
    /// Index in `keys` of the oldest key that has ever been active.
    oldest: usize,
}

impl RingState {
    fn active(&self) -> &DerivedKeys {
        &self.keys[self.active]
    }
}

impl KeyRing {
    /// Creates a ring with a single key.
    pub fn from_secret(secret: &[u8; KEY_BYTES]) -> Self {
        Self::from_keys(vec![DerivedKeys::from_secret(secret)], 0)
    }

    /// Creates a ring whose first key is active. `oldest` is the index of the oldest key that has ever been active.
    pub(super) fn from_keys(keys: Vec<DerivedKeys>, oldest: usize) -> Self {
        Self::from_state(Arc::new(RingState {
            keys,
            active: 0,
            oldest,
        }))
    }

    fn from_state(state: Arc<RingState>) -> Self {
        Self(Arc::new(RwLock::new(state)))
    }

    fn state(&self) -> Arc<RingState> {
        self.0.read().expect("the lock is not poisoned").clone()
    }

    /// Returns a copy of the ring that later replacements do not change. Use it for an operation that must encrypt or
    /// sign all its values with the same key.
    pub fn snapshot(&self) -> Self {
        Self::from_state(self.state())
    }

    /// Replaces the keys of this ring and of all its clones with those of `other`.
    pub fn replace(&self, other: &Self) {
        let state = other.state();
        *self.0.write().expect("the lock is not poisoned") = state;
    }

    /// Makes the key with this id the active one. Returns `false` if the ring does not contain it.
    pub fn select_key(&self, id: &[u8]) -> bool {
        let mut state = self.0.write().expect("the lock is not poisoned");
        let Some(active) = state.keys.iter().position(|key| key.id == id) else {
            return false;
        };
        if active != state.active {
            // A new state, because snapshots share the old one and must not change.
            *state = Arc::new(RingState {
                keys: state.keys.clone(),
                active,
                oldest: state.oldest,
            });
        }
        true
    }

    pub fn active_id(&self) -> KeyId {
        self.state().active().id
    }

    pub fn contains(&self, id: &[u8]) -> bool {
        self.state().keys.iter().any(|key| key.id == id)
    }

    /// Encrypts `value` with the active key. `row` identifies the database row and is authenticated as associated data, so
    /// that someone who can write to the database cannot swap values between rows.
    pub fn seal(&self, row: &[u8], value: &[u8]) -> Vec<u8> {
        self.state().active().seal(row, value)
    }

    /// Decrypts a value that [`Self::seal`] encrypted with any key of the ring. `row` must be the bytes that were passed to
    /// `seal`.
    pub fn open(&self, row: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        let id = sealing_key_id(sealed).ok_or(DecryptError)?;
        let state = self.state();
        let key = state.keys.iter().find(|key| key.id == id);
        key.ok_or(DecryptError)?.open(row, sealed)
    }

    /// Decrypts a value that was encrypted with `row` as associated data, and encrypts it again with the active key.
    pub fn rotate(&self, row: &[u8], sealed: &[u8]) -> Result<Vec<u8>, DecryptError> {
        Ok(self.seal(row, &self.open(row, sealed)?))
    }

    /// Returns a keyed hash of `value`, by which its encrypted form can be looked up without decrypting it. The hash
    /// depends on the `kind` of value.
    pub fn blind_index(&self, kind: &str, value: &[u8]) -> [u8; 32] {
        self.state().active().blind_index(kind, value)
    }

    /// Returns the blind index of `value` under each key of the ring, the active key first. With them a value is found
    /// even if it was indexed before a key rotation.
    pub fn blind_indexes(&self, kind: &str, value: &[u8]) -> Vec<Vec<u8>> {
        let state = self.state();
        let active = state.active();
        let others = state.keys.iter().filter(|key| key.id != active.id);
        std::iter::once(active)
            .chain(others)
            .map(|key| key.blind_index(kind, value).to_vec())
            .collect()
    }

    /// Returns a keyed hash of several values, by which a later call can tell whether any of them has changed. It fits a
    /// `bigint` column.
    pub fn fingerprint<'a>(&self, kind: &str, values: impl IntoIterator<Item = &'a [u8]>) -> i64 {
        let state = self.state();
        // The oldest key, not the active one: stored fingerprints cannot be computed again after a rotation, because
        // the values they stand for are not stored.
        let mut hasher = state.keys[state.oldest].index_hasher(kind);
        for value in values {
            hasher.update(&(value.len() as u64).to_le_bytes());
            hasher.update(value);
        }
        let hash = hasher.finalize();
        i64::from_le_bytes(*hash.as_bytes().first_chunk().expect("a hash has 32 bytes"))
    }

    /// Signs `value` for one `purpose`. The signature is text that is safe in a URL.
    pub fn sign(&self, purpose: &str, value: &[u8]) -> String {
        self.state().active().sign(purpose, value)
    }

    /// Verifies in constant time a signature made with any key of the ring.
    pub fn verify_signature(&self, purpose: &str, value: &[u8], signature: &str) -> bool {
        let signature = blake3::hash(signature.as_bytes());
        let state = self.state();
        // Hashes of both sides are compared, which takes the same time wherever the signatures differ.
        state
            .keys
            .iter()
            .any(|key| blake3::hash(key.sign(purpose, value).as_bytes()) == signature)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Keys must not end up in a log.
        f.write_str("KeyRing(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> KeyRing {
        KeyRing::from_secret(&[7; KEY_BYTES])
    }

    /// Returns a ring with a new active key and with the key of `keys()` as the older one.
    fn rotated_ring() -> KeyRing {
        let (old, new) = ([7; KEY_BYTES], [8; KEY_BYTES]);
        let keys = [new, old].map(|secret| DerivedKeys::from_secret(&secret));
        KeyRing::from_keys(keys.into(), 1)
    }

    #[test]
    fn an_encrypted_value_can_be_decrypted_only_for_its_row() {
        let sealed = keys().seal(b"row 1", b"ann@example.org");
        assert_eq!(
            keys().open(b"row 1", &sealed).unwrap().as_slice(),
            b"ann@example.org"
        );
        assert!(keys().open(b"row 2", &sealed).is_err());
    }

    #[test]
    fn decryption_fails_with_another_key_or_a_changed_byte() {
        let mut sealed = keys().seal(b"row", b"value");
        assert!(
            KeyRing::from_secret(&[8; KEY_BYTES])
                .open(b"row", &sealed)
                .is_err()
        );
        let last = sealed.len() - 1;
        sealed[last] ^= 1;
        assert!(keys().open(b"row", &sealed).is_err());
        for length in 0..sealed.len() {
            assert!(keys().open(b"row", &sealed[..length]).is_err());
        }
    }

    #[test]
    fn encryption_is_randomised_and_blind_indexes_are_not() {
        assert_ne!(keys().seal(b"row", b"value"), keys().seal(b"row", b"value"));
        assert_eq!(
            keys().blind_index("email", b"a"),
            keys().blind_index("email", b"a")
        );
        assert_ne!(
            keys().blind_index("email", b"a"),
            keys().blind_index("other", b"a")
        );
    }

    #[test]
    fn a_fingerprint_depends_on_where_one_value_ends_and_the_next_begins() {
        let fingerprint = |values: &[&[u8]]| keys().fingerprint("kind", values.iter().copied());
        assert_eq!(fingerprint(&[b"ab", b"c"]), fingerprint(&[b"ab", b"c"]));
        assert_ne!(fingerprint(&[b"ab", b"c"]), fingerprint(&[b"a", b"bc"]));
        assert_ne!(fingerprint(&[b"ab"]), fingerprint(&[b"ab", b""]));
    }

    #[test]
    fn a_signature_is_valid_for_its_purpose_and_value_only() {
        let signature = keys().sign("held", b"17");
        assert!(keys().verify_signature("held", b"17", &signature));
        assert!(!keys().verify_signature("held", b"18", &signature));
        assert!(!keys().verify_signature("edit", b"17", &signature));
        assert!(!keys().verify_signature("held", b"17", ""));
    }

    #[test]
    fn every_key_decrypts_and_verifies_but_only_the_active_key_encrypts_and_signs() {
        let ring = rotated_ring();
        let sealed = keys().seal(b"row", b"value");
        assert_eq!(ring.open(b"row", &sealed).unwrap().as_slice(), b"value");
        assert!(ring.open(b"other", &sealed).is_err());
        let rotated = ring.rotate(b"row", &sealed).unwrap();
        assert_eq!(sealing_key_id(&sealed), Some(keys().active_id()));
        assert_eq!(sealing_key_id(&rotated), Some(ring.active_id()));
        assert!(keys().open(b"row", &rotated).is_err());
        let newer = KeyRing::from_secret(&[8; KEY_BYTES]);
        assert_eq!(newer.open(b"row", &rotated).unwrap().as_slice(), b"value");

        let (first, second) = (
            newer.blind_index("email", b"a"),
            keys().blind_index("email", b"a"),
        );
        assert_eq!(ring.blind_index("email", b"a"), first);
        assert_eq!(ring.blind_indexes("email", b"a"), [first, second]);
        assert_eq!(
            ring.fingerprint("kind", [&b"a"[..]]),
            keys().fingerprint("kind", [&b"a"[..]])
        );

        assert!(ring.verify_signature("held", b"17", &keys().sign("held", b"17")));
        assert!(ring.verify_signature("held", b"17", &newer.sign("held", b"17")));
        assert_eq!(ring.sign("held", b"17"), newer.sign("held", b"17"));
        let unknown = KeyRing::from_secret(&[9; KEY_BYTES]);
        assert!(!ring.verify_signature("held", b"17", &unknown.sign("held", b"17")));
    }

    #[test]
    fn replacing_the_key_ring_changes_its_clones_but_not_its_snapshots() {
        let served = keys();
        let (clone, snapshot) = (served.clone(), served.snapshot());
        let ring = rotated_ring();
        served.replace(&ring);
        assert_eq!(clone.active_id(), ring.active_id());
        assert_eq!(snapshot.active_id(), keys().active_id());
        assert!(clone.select_key(&keys().active_id()) && !clone.select_key(&[0; 8]));
        assert_eq!(served.active_id(), keys().active_id());
        assert!(served.contains(&ring.active_id()) && !snapshot.contains(&ring.active_id()));
    }
}
