//! Secrets at rest: seal and open a value under a key that the database does not hold, find it again by keyed hash,
//! and sign an address of our own.

mod key_file;
mod password;

use std::fmt;
use std::sync::{Arc, RwLock};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

pub use key_file::{KeyFile, read_key_file};
pub use password::{PasswordHasher, hash_password};

/// Bytes of the secret key (a 256-bit key, as XChaCha20-Poly1305 and keyed BLAKE3 take it).
pub const KEY_BYTES: usize = 32;
/// Bytes of the extended nonce (draft-irtf-cfrg-xchacha-03 §2): long enough to be drawn at random for each seal.
const NONCE_BYTES: usize = 24;
/// Bytes that say which key sealed a value.
const KEY_ID_BYTES: usize = 8;
/// First byte of a sealed value, so that another scheme can be told from this one later.
const VERSION: u8 = 1;

/// The keys this site works with: a ring of secret keys, all of which open, find and verify, while one of them seals,
/// hashes and signs. Clones share the ring, so that it can be replaced while the site serves.
#[derive(Clone)]
pub struct Keys(Arc<RwLock<Arc<Ring>>>);

/// Secret keys in the order of their file: the newest first, those that are no more than known for now at the end.
struct Ring {
    keys: Vec<Key>,
    /// The one that seals, hashes and signs.
    first: usize,
    /// The oldest that has been in use.
    oldest: usize,
}

/// What is derived from one secret key.
#[derive(Clone)]
struct Key {
    id: KeyId,
    seal: Zeroizing<[u8; KEY_BYTES]>,
    find: Zeroizing<[u8; KEY_BYTES]>,
    sign: Zeroizing<[u8; KEY_BYTES]>,
}

/// Names a key without telling anything of it.
pub type KeyId = [u8; KEY_ID_BYTES];

/// A sealed value did not open: it was sealed with another key, for another row, or was changed.
#[derive(Debug, thiserror::Error)]
#[error("a sealed value does not open with this secret key")]
pub struct DoesNotOpen;

/// What became of a batch of rows that were to be sealed anew.
#[derive(Clone, Copy, Debug, Default)]
pub struct Resealed {
    /// The last row looked at; none if there was none left.
    pub last: Option<i64>,
    /// Rows sealed anew.
    pub anew: u64,
    /// Of these, rows that became one with another.
    pub merged: u64,
    /// Rows that open with no key of the ring. They stay as they are.
    pub closed: u64,
}

/// Rows that are sealed anew in one transaction: few enough that nobody waits for them.
pub const RESEALED_AT_ONCE: i64 = 500;

/// The name of the key with which a value was sealed; none if it is no sealed value.
pub fn key_id_of(sealed: &[u8]) -> Option<KeyId> {
    let rest = sealed.strip_prefix(&[VERSION])?;
    rest.first_chunk::<KEY_ID_BYTES>().copied()
}

impl Keys {
    /// A ring of one key.
    pub fn from_secret(secret: &[u8; KEY_BYTES]) -> Self {
        Self::of(vec![Key::from_secret(secret)], 0)
    }

    /// A ring of which the first key is in use, and so was the one at `oldest`.
    fn of(keys: Vec<Key>, oldest: usize) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(Ring {
            keys,
            first: 0,
            oldest,
        }))))
    }

    fn ring(&self) -> Arc<Ring> {
        self.0.read().expect("no holder of the ring panics").clone()
    }

    /// The ring as it is at this moment: for whoever makes several things of one key.
    pub fn as_of_now(&self) -> Self {
        Self(Arc::new(RwLock::new(self.ring())))
    }

    /// Takes the ring of `other`, for every clone of these keys.
    pub fn replace(&self, other: &Self) {
        let ring = other.ring();
        *self.0.write().expect("no holder of the ring panics") = ring;
    }

    /// Seals, hashes and signs with the key of this name from now on, if the ring has it.
    pub fn use_key(&self, id: &[u8]) -> bool {
        let mut ring = self.0.write().expect("no holder of the ring panics");
        let Some(first) = ring.keys.iter().position(|key| key.id == id) else {
            return false;
        };
        if first != ring.first {
            *ring = Arc::new(Ring {
                keys: ring.keys.clone(),
                first,
                oldest: ring.oldest,
            });
        }
        true
    }

    /// Names the key that seals, hashes and signs.
    pub fn id(&self) -> KeyId {
        self.ring().first().id
    }

    /// Whether the ring has the key of this name.
    pub fn knows(&self, id: &[u8]) -> bool {
        self.ring().keys.iter().any(|key| key.id == id)
    }

    /// Seals `value` so that it opens only with this key and for the same `row`.
    pub fn seal(&self, row: &[u8], value: &[u8]) -> Vec<u8> {
        self.ring().first().seal(row, value)
    }

    /// Opens what [`Keys::seal`] sealed for the same `row`, with whichever key of the ring it was.
    pub fn open(&self, row: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
        let id = key_id_of(sealed).ok_or(DoesNotOpen)?;
        let ring = self.ring();
        let key = ring.keys.iter().find(|key| key.id == id);
        key.ok_or(DoesNotOpen)?.open(row, sealed)
    }

    /// What was sealed for `row` with any key of the ring, sealed for it anew with the one in use.
    pub fn reseal(&self, row: &[u8], sealed: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
        Ok(self.seal(row, &self.open(row, sealed)?))
    }

    /// The keyed hash by which a value is found without being opened. Differs for each `kind` of value.
    pub fn find_by(&self, kind: &str, value: &[u8]) -> [u8; 32] {
        tagged_hash(&self.ring().first().find, kind, value)
    }

    /// The keyed hash under each key of the ring, the one in use first: what was hashed before the key changed is found
    /// by one of them.
    pub fn find_by_each(&self, kind: &str, value: &[u8]) -> Vec<[u8; 32]> {
        let ring = self.ring();
        let first = ring.first();
        let others = ring.keys.iter().filter(|key| key.id != first.id);
        std::iter::once(first)
            .chain(others)
            .map(|key| tagged_hash(&key.find, kind, value))
            .collect()
    }

    /// A keyed hash of several values that fits a column of its own: tells whether they are the same again. It is made
    /// with the oldest key of the ring, since it is kept where it cannot be made anew when the key changes.
    pub fn number_of<'a>(&self, kind: &str, values: impl IntoIterator<Item = &'a [u8]>) -> i64 {
        let ring = self.ring();
        let mut hasher = tagged_hasher(&ring.keys[ring.oldest].find, kind);
        for value in values {
            hasher.update(&(value.len() as u64).to_le_bytes());
            hasher.update(value);
        }
        let mut number = [0; 8];
        number.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        i64::from_le_bytes(number)
    }

    /// Signs `value` for one `purpose`, as text that fits an address.
    pub fn sign(&self, purpose: &str, value: &[u8]) -> String {
        self.ring().first().sign(purpose, value)
    }

    /// Whether `signature` is ours for `value`, by any key of the ring, in constant time.
    pub fn is_signed(&self, purpose: &str, value: &[u8], signature: &str) -> bool {
        let signature = blake3::hash(signature.as_bytes());
        let ring = self.ring();
        // Comparing hashes of both sides takes the same time wherever they differ.
        ring.keys
            .iter()
            .any(|key| blake3::hash(key.sign(purpose, value).as_bytes()) == signature)
    }
}

impl Ring {
    fn first(&self) -> &Key {
        &self.keys[self.first]
    }
}

impl Key {
    /// The keys derived from `secret`, each for one purpose (BLAKE3's key derivation; its paper, §2.3).
    fn from_secret(secret: &[u8; KEY_BYTES]) -> Self {
        let derive = |purpose| Zeroizing::new(blake3::derive_key(purpose, secret));
        let id = blake3::derive_key("broadsheet 2026-11 key id", secret);
        let mut short_id = [0; KEY_ID_BYTES];
        short_id.copy_from_slice(&id[..KEY_ID_BYTES]);
        Self {
            id: short_id,
            seal: derive("broadsheet 2026-11 seal values at rest"),
            find: derive("broadsheet 2026-11 find sealed values"),
            sign: derive("broadsheet 2026-11 sign addresses of pages"),
        }
    }

    fn seal(&self, row: &[u8], value: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = random();
        let sealed = self
            .cipher()
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: value,
                    aad: row,
                },
            )
            .expect("XChaCha20-Poly1305 takes any value shorter than 256 GiB");
        [&[VERSION], &self.id[..], &nonce[..], &sealed[..]].concat()
    }

    fn open(&self, row: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
        let rest = sealed.get(1 + KEY_ID_BYTES..).ok_or(DoesNotOpen)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(DoesNotOpen)?;
        self.cipher()
            .decrypt(
                &XNonce::from(*nonce),
                Payload {
                    msg: text,
                    aad: row,
                },
            )
            .map(Zeroizing::new)
            .map_err(|_| DoesNotOpen)
    }

    fn sign(&self, purpose: &str, value: &[u8]) -> String {
        let mac = tagged_hash(&self.sign, purpose, value);
        hex(&mac[..16])
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.seal).into())
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}

/// The length of `kind` goes first, so that no other split of the same bytes gives the same hash.
fn tagged_hasher(key: &[u8; KEY_BYTES], kind: &str) -> blake3::Hasher {
    let mut hasher = blake3::Hasher::new_keyed(key);
    hasher.update(&(kind.len() as u64).to_le_bytes());
    hasher.update(kind.as_bytes());
    hasher
}

fn tagged_hash(key: &[u8; KEY_BYTES], kind: &str, value: &[u8]) -> [u8; 32] {
    let mut hasher = tagged_hasher(key, kind);
    hasher.update(value);
    *hasher.finalize().as_bytes()
}

/// `N` random bytes from the operating system.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A random token of 256 bits, as text that fits a cookie or an address.
pub fn token() -> String {
    hex(&random::<32>())
}

/// What is kept of a token: enough to know it again, not enough to use it.
pub fn token_hash(token: &str) -> Vec<u8> {
    blake3::hash(token.as_bytes()).as_bytes().to_vec()
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String does not fail");
        text
    })
}

/// The bytes behind exactly 2 × `KEY_BYTES` hexadecimal digits.
pub fn key_from_hex(text: &str) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
    let text = text.as_bytes();
    if text.len() != 2 * KEY_BYTES {
        return None;
    }
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    for (byte, pair) in key.iter_mut().zip(text.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::from_secret(&[7; KEY_BYTES])
    }

    #[test]
    fn what_was_sealed_opens_for_its_row_only() {
        let sealed = keys().seal(b"row 1", b"ann@example.org");
        assert_eq!(
            keys().open(b"row 1", &sealed).unwrap().as_slice(),
            b"ann@example.org"
        );
        assert!(keys().open(b"row 2", &sealed).is_err());
    }

    #[test]
    fn another_key_or_a_changed_byte_does_not_open() {
        let mut sealed = keys().seal(b"row", b"words");
        assert!(
            Keys::from_secret(&[8; KEY_BYTES])
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
    fn the_same_value_is_sealed_differently_and_found_the_same() {
        assert_ne!(keys().seal(b"row", b"words"), keys().seal(b"row", b"words"));
        assert_eq!(keys().find_by("email", b"a"), keys().find_by("email", b"a"));
        assert_ne!(keys().find_by("email", b"a"), keys().find_by("other", b"a"));
    }

    #[test]
    fn several_values_are_not_taken_for_others_that_read_the_same_in_a_row() {
        let number = |values: &[&[u8]]| keys().number_of("kind", values.iter().copied());
        assert_eq!(number(&[b"ab", b"c"]), number(&[b"ab", b"c"]));
        assert_ne!(number(&[b"ab", b"c"]), number(&[b"a", b"bc"]));
        assert_ne!(number(&[b"ab"]), number(&[b"ab", b""]));
    }

    #[test]
    fn a_signature_holds_for_its_purpose_and_value() {
        let signature = keys().sign("held", b"17");
        assert!(keys().is_signed("held", b"17", &signature));
        assert!(!keys().is_signed("held", b"18", &signature));
        assert!(!keys().is_signed("edit", b"17", &signature));
        assert!(!keys().is_signed("held", b"17", ""));
    }

    #[test]
    fn a_ring_opens_finds_and_verifies_with_each_key_and_makes_with_one() {
        let (old, new) = ([7; KEY_BYTES], [8; KEY_BYTES]);
        let ring = Keys::of(vec![Key::from_secret(&new), Key::from_secret(&old)], 1);
        let sealed = keys().seal(b"row", b"words");
        assert_eq!(ring.open(b"row", &sealed).unwrap().as_slice(), b"words");
        assert!(ring.open(b"other", &sealed).is_err());
        let anew = ring.reseal(b"row", &sealed).unwrap();
        assert_eq!(key_id_of(&sealed), Some(keys().id()));
        assert_eq!(key_id_of(&anew), Some(ring.id()));
        assert!(keys().open(b"row", &anew).is_err());
        let newer = Keys::from_secret(&new);
        assert_eq!(newer.open(b"row", &anew).unwrap().as_slice(), b"words");

        let (first, second) = (newer.find_by("email", b"a"), keys().find_by("email", b"a"));
        assert_eq!(ring.find_by("email", b"a"), first);
        assert_eq!(ring.find_by_each("email", b"a"), [first, second]);
        assert_eq!(
            ring.number_of("kind", [&b"a"[..]]),
            keys().number_of("kind", [&b"a"[..]])
        );

        assert!(ring.is_signed("held", b"17", &keys().sign("held", b"17")));
        assert!(ring.is_signed("held", b"17", &newer.sign("held", b"17")));
        assert_eq!(ring.sign("held", b"17"), newer.sign("held", b"17"));
        let stranger = Keys::from_secret(&[9; KEY_BYTES]);
        assert!(!ring.is_signed("held", b"17", &stranger.sign("held", b"17")));
    }

    #[test]
    fn a_ring_is_replaced_for_every_clone_but_not_for_what_was_made_of_it() {
        let (old, new) = ([7; KEY_BYTES], [8; KEY_BYTES]);
        let served = keys();
        let (clone, then) = (served.clone(), served.as_of_now());
        let ring = Keys::of(vec![Key::from_secret(&new), Key::from_secret(&old)], 1);
        served.replace(&ring);
        assert_eq!(clone.id(), ring.id());
        assert_eq!(then.id(), keys().id());
        assert!(clone.use_key(&keys().id()) && !clone.use_key(&[0; KEY_ID_BYTES]));
        assert_eq!(served.id(), keys().id());
        assert!(served.knows(&ring.id()) && !then.knows(&ring.id()));
    }

    #[test]
    fn a_key_is_sixty_four_hex_digits() {
        assert_eq!(*key_from_hex(&hex(&[255; 32])).unwrap(), [255; 32]);
        assert!(key_from_hex("abc").is_none());
        assert!(key_from_hex(&"g".repeat(64)).is_none());
        assert!(key_from_hex(&"+1".repeat(32)).is_none());
    }
}
