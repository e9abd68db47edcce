//! Keys that are derived from one secret key, and the format of an encrypted value.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::encoding::{KEY_BYTES, encode_hex, random_bytes};

/// Length in bytes of the extended nonce (draft-irtf-cfrg-xchacha-03 §2), long enough to be drawn at random for each
/// value.
const NONCE_BYTES: usize = 24;
const KEY_ID_BYTES: usize = 8;
/// First byte of an encrypted value. A different encryption scheme would use a different byte.
const FORMAT_VERSION: u8 = 1;
/// Length of a signature in bytes. 128 bits cannot be forged by trying them on the server, and keep URLs short.
const SIGNATURE_BYTES: usize = 16;

/// Public identifier of a secret key. It reveals nothing about the key.
pub type KeyId = [u8; KEY_ID_BYTES];

/// Error of decrypting a value: it was encrypted with another key or for another row, or it has been changed.
#[derive(Debug, thiserror::Error)]
#[error("a sealed value does not open with this secret key")]
pub struct DecryptError;

/// Keys derived from one secret key, each used for one purpose only.
#[derive(Clone)]
pub(super) struct DerivedKeys {
    pub(super) id: KeyId,
    sealing: Zeroizing<[u8; KEY_BYTES]>,
    indexing: Zeroizing<[u8; KEY_BYTES]>,
    signing: Zeroizing<[u8; KEY_BYTES]>,
}

impl DerivedKeys {
    /// Derives all keys with BLAKE3's key derivation mode (BLAKE3 paper, §2.3).
    pub(super) fn from_secret(secret: &[u8; KEY_BYTES]) -> Self {
        // Stored values depend on these context strings: changing one loses everything sealed, indexed or signed.
        let derive = |purpose| Zeroizing::new(blake3::derive_key(purpose, secret));
        let long_id = blake3::derive_key("broadsheet 2026-11 key id", secret);
        Self {
            id: *long_id.first_chunk().expect("a derived key has 32 bytes"),
            sealing: derive("broadsheet 2026-11 seal values at rest"),
            indexing: derive("broadsheet 2026-11 find sealed values"),
            signing: derive("broadsheet 2026-11 sign addresses of pages"),
        }
    }

    /// Encrypts `value`, with `row` as associated data. The result is the version, the key id, the nonce and the
    /// ciphertext, one after the other.
    pub(super) fn seal(&self, row: &[u8], value: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = random_bytes();
        let payload = Payload {
            msg: value,
            aad: row,
        };
        let ciphertext = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .expect("the value is shorter than 256 GiB");
        [&[FORMAT_VERSION], &self.id[..], &nonce[..], &ciphertext[..]].concat()
    }

    /// Decrypts a value that was encrypted with these keys and with `row` as associated data.
    pub(super) fn open(
        &self,
        row: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        let rest = sealed.get(1 + KEY_ID_BYTES..).ok_or(DecryptError)?;
        let (nonce, ciphertext) = rest
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(DecryptError)?;
        let payload = Payload {
            msg: ciphertext,
            aad: row,
        };
        self.cipher()
            .decrypt(&XNonce::from(*nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| DecryptError)
    }

    pub(super) fn sign(&self, purpose: &str, value: &[u8]) -> String {
        let mac = tagged_hasher(&self.signing, purpose)
            .update(value)
            .finalize();
        encode_hex(&mac.as_bytes()[..SIGNATURE_BYTES])
    }

    pub(super) fn blind_index(&self, kind: &str, value: &[u8]) -> [u8; 32] {
        let mut hasher = self.index_hasher(kind);
        *hasher.update(value).finalize().as_bytes()
    }

    /// Returns a keyed hasher for the blind indexes of values of this `kind`.
    pub(super) fn index_hasher(&self, kind: &str) -> blake3::Hasher {
        tagged_hasher(&self.indexing, kind)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.sealing).into())
    }
}

/// Returns the id of the key with which a value was encrypted. Returns `None` if the bytes are not an encrypted value.
pub(super) fn sealing_key_id(sealed: &[u8]) -> Option<KeyId> {
    let rest = sealed.strip_prefix(&[FORMAT_VERSION])?;
    rest.first_chunk::<KEY_ID_BYTES>().copied()
}

fn tagged_hasher(key: &[u8; KEY_BYTES], tag: &str) -> blake3::Hasher {
    let mut hasher = blake3::Hasher::new_keyed(key);
    // The length goes first, so that no other split of the same bytes into tag and value gives the same hash.
    hasher.update(&(tag.len() as u64).to_le_bytes());
    hasher.update(tag.as_bytes());
    hasher
}
