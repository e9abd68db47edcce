//! The forms in which an email address may leak: other spellings, encodings, and hashes that need no secret key.

use std::collections::HashSet;

use aho_corasick::{AhoCorasick, MatchKind};
use sha1::Digest as _;

use crate::crypto::encode_hex;

/// Alphabet of an encoding such as base64, which writes a fixed number of bits per digit (RFC 4648).
struct DigitAlphabet {
    name: &'static str,
    digits: &'static [u8],
    bits: usize,
    /// Number of bytes that are encoded to a whole number of digits.
    group_bytes: usize,
}

const ALPHABETS: [DigitAlphabet; 3] = [
    DigitAlphabet {
        name: "base64",
        digits: b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        bits: 6,
        group_bytes: 3,
    },
    DigitAlphabet {
        name: "base64url",
        digits: b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        bits: 6,
        group_bytes: 3,
    },
    DigitAlphabet {
        name: "base32",
        digits: b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
        bits: 5,
        group_bytes: 5,
    },
];

/// Number of leading bytes of a hash that are searched for, so that truncated hashes are found. By chance they occur only
/// once in 2⁶⁴ places.
const HASH_PREFIX_BYTES: usize = 8;

/// Name of an encoding in the report, and the bytes to search for.
type NamedEncoding = (String, Vec<u8>);

/// All forms in which one email address is searched for. A text is searched for all of them in one pass that ignores
/// ASCII case.
pub struct EmailEncodings {
    names: Vec<String>,
    finder: AhoCorasick,
    max_bytes: usize,
}

/// Occurrence of the email address, or of a hash of it, in a place where it must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailLeak {
    /// Offset of the first byte of the occurrence in the searched text.
    pub start: usize,
    /// Offset after the last byte of the occurrence in the searched text.
    pub end: usize,
    /// Name of the encoding in which the email occurs.
    pub encoding: String,
}

impl EmailEncodings {
    /// Compiles the search for an email. It covers the email in all encodings, and the hashes with a secret key by which
    /// the database finds the email.
    ///
    /// To search the database itself, pass no keyed hashes, because the database contains them by design.
    pub fn new(typed: &str, keyed_hashes: &[Vec<u8>]) -> Self {
        let mut encodings: Vec<NamedEncoding> = Vec::new();
        for (spelling, email) in spellings(typed) {
            let hashes = unkeyed_hashes(email.as_bytes());
            encodings.extend(
                text_encodings(&email)
                    .into_iter()
                    .chain(hashes)
                    .map(|(name, bytes)| (format!("{name}, {spelling}"), bytes)),
            );
        }
        let before_plus = typed.split(['@', '+']).next().unwrap_or_default();
        encodings.push((
            "the part before the plus sign".to_owned(),
            before_plus.as_bytes().to_vec(),
        ));
        for hash in keyed_hashes {
            encodings.extend(hash_encodings("the keyed hash", hash));
        }
        // Of encodings that differ only in case, the first gives the name.
        let mut seen = HashSet::new();
        encodings.retain(|(_, bytes)| seen.insert(bytes.to_ascii_lowercase()));
        let lengths = encodings.iter().map(|(_, bytes)| bytes.len());
        let max_bytes = lengths.max().unwrap_or(1);
        let (names, patterns): (Vec<String>, Vec<Vec<u8>>) = encodings.into_iter().unzip();
        let finder = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            // Of matches that begin at the same byte, the longest names the encoding.
            .match_kind(MatchKind::LeftmostLongest)
            .build(patterns)
            .expect("a few hundred short patterns fit one automaton");
        Self {
            names,
            finder,
            max_bytes,
        }
    }

    /// Returns every leak in a text, ordered by offset.
    pub fn find_leaks(&self, text: &[u8]) -> Vec<EmailLeak> {
        self.finder
            .find_iter(text)
            .map(|found| EmailLeak {
                start: found.start(),
                end: found.end(),
                encoding: self.names[found.pattern().as_usize()].clone(),
            })
            .collect()
    }

    /// Returns the length in bytes of the longest text that is searched for.
    pub fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// Returns the number of different texts that are searched for.
    pub fn count(&self) -> usize {
        self.names.len()
    }
}

/// Returns the email in different cases, with and without its `+` tag. Each spelling comes with a name for the report.
fn spellings(typed: &str) -> Vec<(&'static str, String)> {
    let mut spellings = vec![
        ("typed", typed.to_owned()),
        ("lower case", typed.to_lowercase()),
        ("upper case", typed.to_uppercase()),
    ];
    if let Some((before, after)) = typed.split_once('+')
        && let Some((_, domain)) = after.split_once('@')
    {
        let untagged = format!("{before}@{domain}");
        spellings.push(("without its tag, typed", untagged.clone()));
        spellings.push(("without its tag", untagged.to_lowercase()));
    }
    spellings
}

/// Returns the encodings of an email from which the email can be decoded.
fn text_encodings(email: &str) -> Vec<NamedEncoding> {
    let bytes = email.as_bytes();
    let per_byte =
        |encode: fn(u8) -> String| bytes.iter().map(|byte| encode(*byte)).collect::<String>();
    let replaced = |at: &str, plus: &str, dot: &str| {
        let text = email.replace('@', at).replace('+', plus);
        text.replace('.', dot)
    };
    let (local_part, _) = email.split_once('@').unwrap_or((email, ""));
    let texts = [
        ("plain", email.to_owned()),
        ("the part before the at sign", local_part.to_owned()),
        ("reversed", email.chars().rev().collect()),
        ("url", replaced("%40", "%2B", ".")),
        ("url, twice", replaced("%2540", "%252B", ".")),
        ("percent", per_byte(|byte| format!("%{byte:02X}"))),
        ("entities", replaced("&#64;", "&#43;", ".")),
        ("entities in hex", replaced("&#x40;", "&#x2B;", ".")),
        ("entities by name", replaced("&commat;", "&plus;", ".")),
        (
            "entities by name, dots too",
            replaced("&commat;", "&plus;", "&period;"),
        ),
        ("entities throughout", per_byte(|byte| format!("&#{byte};"))),
        (
            "entities throughout, in hex",
            per_byte(|byte| format!("&#x{byte:x};")),
        ),
        ("JSON escapes", replaced("\\u0040", "\\u002b", ".")),
        (
            "JSON escapes throughout",
            per_byte(|byte| format!("\\u{byte:04x}")),
        ),
        ("quoted-printable", replaced("=40", "=2B", ".")),
        (
            "quoted-printable throughout",
            per_byte(|byte| format!("={byte:02X}")),
        ),
        ("in words", replaced(" at ", "+", " dot ")),
        ("in bracketed words", replaced(" [at] ", "+", " [dot] ")),
        (
            "rot13",
            per_byte(|byte| char::from(rot13(byte)).to_string()),
        ),
        ("hex", encode_hex(bytes)),
        ("hex with spaces", per_byte(|byte| format!("{byte:02x} "))),
        ("UTF-16", per_byte(|byte| format!("{}\0", char::from(byte)))),
    ];
    let mut encodings: Vec<NamedEncoding> = texts
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text.into_bytes()))
        .collect();
    for alphabet in &ALPHABETS {
        // The digits depend on the offset of the email in the encoded data.
        for offset in 0..alphabet.group_bytes {
            let digits = encode_digits(bytes, alphabet, offset);
            encodings.push((alphabet.name.to_owned(), digits.into_bytes()));
        }
    }
    encodings
}

fn rot13(byte: u8) -> u8 {
    let rotate = |first: u8| first + (byte - first + 13) % 26;
    match byte {
        b'a'..=b'z' => rotate(b'a'),
        b'A'..=b'Z' => rotate(b'A'),
        other => other,
    }
}

/// Returns encodings of hashes that need no secret key. With such a hash, anyone can check whether a guessed email is
/// right.
fn unkeyed_hashes(bytes: &[u8]) -> Vec<NamedEncoding> {
    [
        ("md5, used by Gravatar before", md5::compute(bytes).to_vec()),
        ("sha-1", sha1::Sha1::digest(bytes).to_vec()),
        ("sha-224", sha2::Sha224::digest(bytes).to_vec()),
        (
            "sha-256, used by Gravatar",
            sha2::Sha256::digest(bytes).to_vec(),
        ),
        ("sha-384", sha2::Sha384::digest(bytes).to_vec()),
        ("sha-512", sha2::Sha512::digest(bytes).to_vec()),
        ("blake3", blake3::hash(bytes).as_bytes().to_vec()),
    ]
    .into_iter()
    .flat_map(|(name, hash)| hash_encodings(name, &hash))
    .collect()
}

/// Returns the first [`HASH_PREFIX_BYTES`] of a hash as bytes, as hexadecimal digits, and in each of the [`ALPHABETS`].
fn hash_encodings(name: &str, hash: &[u8]) -> Vec<NamedEncoding> {
    let prefix = &hash[..HASH_PREFIX_BYTES];
    let mut encodings = vec![
        (name.to_owned(), encode_hex(prefix).into_bytes()),
        (format!("{name} in bytes"), prefix.to_vec()),
    ];
    for alphabet in &ALPHABETS {
        let digits = encode_digits(prefix, alphabet, 0);
        encodings.push((format!("{name} in {}", alphabet.name), digits.into_bytes()));
    }
    encodings
}

/// Returns the digits that encode `bytes` if `offset` other bytes come before them. Leaves out digits that also encode
/// bits of other bytes.
fn encode_digits(bytes: &[u8], alphabet: &DigitAlphabet, offset: usize) -> String {
    let bits = alphabet.bits;
    let padded: Vec<u8> = std::iter::repeat_n(0, offset)
        .chain(bytes.iter().copied())
        .collect();
    let bit = |at: usize| usize::from(padded[at / 8] >> (7 - at % 8) & 1);
    ((offset * 8).div_ceil(bits)..padded.len() * 8 / bits)
        .map(|digit| {
            let value = (0..bits).fold(0, |value, next| value << 1 | bit(digit * bits + next));
            char::from(alphabet.digits[value])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaked_encodings(text: &[u8]) -> Vec<String> {
        let encodings = EmailEncodings::new("Canary.Bird+site@Example.org", &[vec![9; 32]]);
        let leaks = encodings.find_leaks(text);
        leaks.into_iter().map(|leak| leak.encoding).collect()
    }

    #[test]
    fn an_email_encoded_by_other_programs_is_found_at_any_offset_in_the_encoded_data() {
        // base64 and base32 of GNU coreutils, of the email after 0 to 2 other bytes.
        for (text, encoding) in [
            ("Y2FuYXJ5LmJpcmQrc2l0ZUBleGFtcGxlLm9yZw==", "base64"),
            ("eGNhbmFyeS5iaXJkK3NpdGVAZXhhbXBsZS5vcmc=", "base64"),
            ("eHhjYW5hcnkuYmlyZCtzaXRlQGV4YW1wbGUub3Jn", "base64"),
            ("MNQW4YLSPEXGE2LSMQVXG2LUMVAGK6DBNVYGYZJON5ZGO===", "base32"),
            ("pnanel.oveq+fvgr@rknzcyr.bet", "rot13"),
        ] {
            let found = leaked_encodings(text.as_bytes());
            assert!(
                found.first().is_some_and(|name| name.starts_with(encoding)),
                "{text} was found as {found:?}"
            );
        }
        assert!(
            leaked_encodings(b"Canary birds sing at example.org, and carry no +site").is_empty()
        );
    }

    #[test]
    fn a_truncated_keyed_hash_is_found_in_hexadecimal_and_as_bytes() {
        assert_eq!(leaked_encodings(b"x0909090909090909x"), ["the keyed hash"]);
        assert_eq!(
            leaked_encodings(&[7, 9, 9, 9, 9, 9, 9, 9, 9]),
            ["the keyed hash in bytes"]
        );
        assert!(leaked_encodings(b"x090909090909090").is_empty());
    }
}
