//! Cryptography for secrets in the database: encryption of values under a key that the database does not hold, blind
//! indexes for looking them up, signatures of the site's own URLs, and rotation of the secret key behind all three.

mod derived_keys;
mod encoding;
mod key_file;
mod key_ring;
mod password;
pub mod rotation;

pub use derived_keys::{DecryptError, KeyId};
pub use encoding::{
    KEY_BYTES, encode_hex, generate_token, hash_token, make_urn, parse_key, random_bytes,
};
pub use key_file::{KeyFile, read_key_file};
pub use key_ring::KeyRing;
pub use password::{HashPlace, PasswordHasher, hash_password};
