//! Secrets at rest: seal and open a value under a key that the database does not hold, find it again by keyed hash,
//! and sign an address of our own.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// Bytes of the secret key (a 256-bit key, as XChaCha20-Poly1305 and keyed BLAKE3 take it).
pub const KEY_BYTES: usize = 32;
/// Bytes of the extended nonce (draft-irtf-cfrg-xchacha-03 §2): long enough to be drawn at random for each seal.
const NONCE_BYTES: usize = 24;
/// Bytes that say which key sealed a value.
const KEY_ID_BYTES: usize = 8;
/// First byte of a sealed value, so that another scheme can be told from this one later.
const VERSION: u8 = 1;

/// The keys this site works with, all derived from the one secret key.
#[derive(Clone)]
pub struct Keys {
    id: [u8; KEY_ID_BYTES],
    seal: Zeroizing<[u8; KEY_BYTES]>,
    find: Zeroizing<[u8; KEY_BYTES]>,
    sign: Zeroizing<[u8; KEY_BYTES]>,
}

/// A sealed value did not open: it was sealed with another key, for another row, or was changed.
#[derive(Debug, thiserror::Error)]
#[error("a sealed value does not open with this secret key")]
pub struct DoesNotOpen;

impl Keys {
    /// The keys derived from `secret`, each for one purpose (BLAKE3's key derivation; its paper, §2.3).
    pub fn from_secret(secret: &[u8; KEY_BYTES]) -> Self {
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

    /// Names the key without telling anything of it.
    pub fn id(&self) -> &[u8] {
        &self.id
    }

    /// Seals `value` so that it opens only with this key and for the same `row`.
    pub fn seal(&self, row: &[u8], value: &[u8]) -> Vec<u8> {
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

    /// Opens what [`Keys::seal`] sealed for the same `row`.
    pub fn open(&self, row: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
        let rest = sealed.strip_prefix(&[VERSION]).ok_or(DoesNotOpen)?;
        let rest = rest.strip_prefix(&self.id).ok_or(DoesNotOpen)?;
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

    /// The keyed hash by which a value is found without being opened. Differs for each `kind` of value.
    pub fn find_by(&self, kind: &str, value: &[u8]) -> [u8; 32] {
        tagged_hash(&self.find, kind, value)
    }

    /// A keyed hash of several values that fits a column of its own: tells whether they are the same again.
    pub fn number_of<'a>(&self, kind: &str, values: impl IntoIterator<Item = &'a [u8]>) -> i64 {
        let mut hasher = tagged_hasher(&self.find, kind);
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
        let mac = tagged_hash(&self.sign, purpose, value);
        hex(&mac[..16])
    }

    /// Whether `signature` is ours for `value`, in constant time.
    pub fn is_signed(&self, purpose: &str, value: &[u8], signature: &str) -> bool {
        let ours = self.sign(purpose, value);
        // Comparing hashes of both sides takes the same time wherever they differ.
        blake3::hash(ours.as_bytes()) == blake3::hash(signature.as_bytes())
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
    fn a_key_is_sixty_four_hex_digits() {
        assert_eq!(*key_from_hex(&hex(&[255; 32])).unwrap(), [255; 32]);
        assert!(key_from_hex("abc").is_none());
        assert!(key_from_hex(&"g".repeat(64)).is_none());
        assert!(key_from_hex(&"+1".repeat(32)).is_none());
    }
}
