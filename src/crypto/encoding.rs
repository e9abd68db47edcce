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

/// Returns a URN that depends on these texts alone: a UUID of version 8, made of their hash (RFC 9562, section 5.8).
pub fn make_urn(texts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in texts {
        hasher.update(text.as_bytes());
        // Ends the text: `ab`, `c` must not be `a`, `bc`.
        hasher.update(&[0]);
    }
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0F | 0x80;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let hex = encode_hex(&bytes);
    let (a, b, c) = (&hex[..8], &hex[8..12], &hex[12..16]);
    format!("urn:uuid:{a}-{b}-{c}-{}-{}", &hex[16..20], &hex[20..])
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
    fn a_urn_depends_on_its_texts_and_on_nothing_else() {
        let urn = make_urn(&["ab", "c"]);
        assert_eq!(urn, make_urn(&["ab", "c"]));
        assert_eq!(urn.len(), "urn:uuid:".len() + 36);
        assert_eq!(urn.as_bytes()[23], b'8', "the version in {urn}");
        for other in [make_urn(&["a", "bc"]), make_urn(&["ab"]), make_urn(&[])] {
            assert_ne!(urn, other);
        }
    }

    #[test]
    fn a_secret_key_is_parsed_from_exactly_64_hex_digits() {
        assert_eq!(*parse_key(&encode_hex(&[255; 32])).unwrap(), [255; 32]);
        assert!(parse_key("abc").is_none());
        assert!(parse_key(&"g".repeat(64)).is_none());
        assert!(parse_key(&"+1".repeat(32)).is_none());
    }
}
