//! Random bytes and tokens, and the hexadecimal text form of keys and hashes.

use std::fmt::Write;

use zeroize::Zeroizing;

/// Length of a secret key in bytes: 256 bits, the key size of both XChaCha20-Poly1305 and keyed BLAKE3.
pub const KEY_BYTES: usize = 32;

/// Returns `N` random bytes from the operating system.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// Returns a random 256-bit token as text that is safe in a cookie or a URL.
pub fn generate_token() -> String {
    encode_hex(&random_bytes::<32>())
}

/// Hashes a token for storage, so that someone who reads the database cannot use the token.
pub fn hash_token(token: &str) -> Vec<u8> {
    // No salt and no slow hash: 256 random bits cannot be guessed.
    blake3::hash(token.as_bytes()).as_bytes().to_vec()
}

/// Encodes bytes as lower-case hexadecimal digits.
pub fn encode_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a String does not fail");
        text
    })
}

/// Decodes a secret key. Returns `None` unless the text is exactly 2 × [`KEY_BYTES`] hexadecimal digits.
pub fn parse_key(text: &str) -> Option<Zeroizing<[u8; KEY_BYTES]>> {
    let text = text.as_bytes();
    if text.len() != 2 * KEY_BYTES {
        return None;
    }
    // Decoded straight into a buffer that is wiped when it is dropped.
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

    #[test]
    fn a_secret_key_is_parsed_from_exactly_64_hex_digits() {
        assert_eq!(*parse_key(&encode_hex(&[255; 32])).unwrap(), [255; 32]);
        assert!(parse_key("abc").is_none());
        assert!(parse_key(&"g".repeat(64)).is_none());
        assert!(parse_key(&"+1".repeat(32)).is_none());
    }
}
