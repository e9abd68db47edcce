//! Every dress that an address may leak in: written otherwise, encoded, or hashed without a key.

use aho_corasick::{AhoCorasick, MatchKind};
use sha1::Digest as _;

use crate::crypto::encode_hex;

/// Digits that numbers of so many bits are written in.
struct Alphabet {
    name: &'static str,
    digits: &'static [u8],
    bits: usize,
    /// Bytes after which digits and bytes begin together again.
    begins_anew_after: usize,
}

const ALPHABETS: [Alphabet; 3] = [
    Alphabet {
        name: "base64",
        digits: b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        bits: 6,
        begins_anew_after: 3,
    },
    Alphabet {
        name: "base64 for addresses",
        digits: b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        bits: 6,
        begins_anew_after: 3,
    },
    Alphabet {
        name: "base32",
        digits: b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
        bits: 5,
        begins_anew_after: 5,
    },
];

/// Bytes of a hash that are looked for: its beginning, so that one that was cut short is found, too. By chance they come
/// up once in 2⁶⁴.
const HASH_BYTES: usize = 8;

/// The dresses of one address, ready to be looked for in one pass. Letter case does not count.
pub struct Dresses {
    names: Vec<String>,
    finder: AhoCorasick,
    longest: usize,
}

/// An address, or a hash of it, that stands where it must not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// Where, in bytes from the beginning.
    pub at: usize,
    /// The byte after its last one.
    pub end: usize,
    /// How it is dressed.
    pub dress: String,
}

impl Dresses {
    /// Those of an address as it was typed, and of the keyed hashes by which the database finds it. The hashes are left
    /// out for looking through the database itself, which keeps them.
    pub fn of(typed: &str, keyed: &[Vec<u8>]) -> Self {
        let mut all: Vec<(String, Vec<u8>)> = Vec::new();
        let mut cases = vec![
            ("typed", typed.to_owned()),
            ("lower", typed.to_lowercase()),
            ("upper", typed.to_uppercase()),
        ];
        if let Some((before, after)) = typed.split_once('+')
            && let Some((_, domain)) = after.split_once('@')
        {
            let untagged = format!("{before}@{domain}");
            cases.push(("without its tag, typed", untagged.clone()));
            cases.push(("without its tag", untagged.to_lowercase()));
        }
        for (case, address) in &cases {
            all.extend(
                texts(address)
                    .into_iter()
                    .chain(hashes(address.as_bytes()))
                    .map(|(name, form)| (format!("{name}, {case}"), form)),
            );
        }
        let parts = typed.split(['@', '+']).next().unwrap_or_default();
        all.push((
            "the part before the plus sign".to_owned(),
            parts.as_bytes().to_vec(),
        ));
        for hash in keyed {
            all.extend(written("the keyed hash", hash));
        }
        // The first name of what is the same but for letter case.
        let mut seen = std::collections::HashSet::new();
        all.retain(|(_, form)| seen.insert(form.to_ascii_lowercase()));
        let longest = all.iter().map(|(_, form)| form.len()).max().unwrap_or(1);
        let (names, forms): (Vec<String>, Vec<Vec<u8>>) = all.into_iter().unzip();
        let finder = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(forms)
            .expect("some hundred short forms fit an automaton");
        Self {
            names,
            finder,
            longest,
        }
    }

    /// Every leak in a text, in its order.
    pub fn leaks_in(&self, text: &[u8]) -> Vec<Leak> {
        self.finder
            .find_iter(text)
            .map(|found| Leak {
                at: found.start(),
                end: found.end(),
                dress: self.names[found.pattern().as_usize()].clone(),
            })
            .collect()
    }

    /// Bytes of the longest dress.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.names.len()
    }
}

/// An address written in other ways.
fn texts(address: &str) -> Vec<(String, Vec<u8>)> {
    let bytes = address.as_bytes();
    let each = |write: fn(u8) -> String| bytes.iter().map(|byte| write(*byte)).collect::<String>();
    let marks = |at: &str, plus: &str, dot: &str| {
        let text = address.replace('@', at).replace('+', plus);
        text.replace('.', dot)
    };
    let (local, _) = address.split_once('@').unwrap_or((address, ""));
    let mut forms = vec![
        ("plain", address.to_owned()),
        ("the part before the at sign", local.to_owned()),
        ("reversed", address.chars().rev().collect()),
        ("url", marks("%40", "%2B", ".")),
        ("url, once more", marks("%2540", "%252B", ".")),
        ("percent", each(|byte| format!("%{byte:02X}"))),
        ("entities", marks("&#64;", "&#43;", ".")),
        ("entities in hex", marks("&#x40;", "&#x2B;", ".")),
        ("entities by name", marks("&commat;", "&plus;", ".")),
        (
            "entities by name, dots too",
            marks("&commat;", "&plus;", "&period;"),
        ),
        ("entities throughout", each(|byte| format!("&#{byte};"))),
        (
            "entities throughout, in hex",
            each(|byte| format!("&#x{byte:x};")),
        ),
        ("JSON escapes", marks("\\u0040", "\\u002b", ".")),
        (
            "JSON escapes throughout",
            each(|byte| format!("\\u{byte:04x}")),
        ),
        ("quoted-printable", marks("=40", "=2B", ".")),
        (
            "quoted-printable throughout",
            each(|byte| format!("={byte:02X}")),
        ),
        ("in words", marks(" at ", "+", " dot ")),
        ("in bracketed words", marks(" [at] ", "+", " [dot] ")),
        ("rot13", each(|byte| char::from(rotated(byte)).to_string())),
        ("hex", encode_hex(bytes)),
        ("hex, apart", each(|byte| format!("{byte:02x} "))),
        ("UTF-16", each(|byte| format!("{}\0", char::from(byte)))),
    ]
    .into_iter()
    .map(|(name, form)| (name.to_owned(), form.into_bytes()))
    .collect::<Vec<_>>();
    for alphabet in &ALPHABETS {
        for before in 0..alphabet.begins_anew_after {
            let form = digits(bytes, alphabet, before);
            forms.push((alphabet.name.to_owned(), form.into_bytes()));
        }
    }
    forms
}

fn rotated(byte: u8) -> u8 {
    let from = |first: u8| first + (byte - first + 13) % 26;
    match byte {
        b'a'..=b'z' => from(b'a'),
        b'A'..=b'Z' => from(b'A'),
        other => other,
    }
}

/// Hashes without a key: whoever guesses the address can check it against them.
fn hashes(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    [
        ("md5, as Gravatar had it", md5::compute(bytes).to_vec()),
        ("sha-1", sha1::Sha1::digest(bytes).to_vec()),
        ("sha-224", sha2::Sha224::digest(bytes).to_vec()),
        (
            "sha-256, as Gravatar has it",
            sha2::Sha256::digest(bytes).to_vec(),
        ),
        ("sha-384", sha2::Sha384::digest(bytes).to_vec()),
        ("sha-512", sha2::Sha512::digest(bytes).to_vec()),
        ("blake3", blake3::hash(bytes).as_bytes().to_vec()),
    ]
    .into_iter()
    .flat_map(|(name, hash)| written(name, &hash))
    .collect()
}

/// The beginning of a hash, as it is and written.
fn written(name: &str, hash: &[u8]) -> Vec<(String, Vec<u8>)> {
    let begin = &hash[..HASH_BYTES];
    let mut forms = vec![
        (name.to_owned(), encode_hex(begin).into_bytes()),
        (format!("{name} in bytes"), begin.to_vec()),
    ];
    for alphabet in &ALPHABETS {
        let form = digits(begin, alphabet, 0);
        forms.push((format!("{name} in {}", alphabet.name), form.into_bytes()));
    }
    forms
}

/// The digits of `bytes` where `before` other bytes stand before them: those that are theirs alone.
fn digits(bytes: &[u8], alphabet: &Alphabet, before: usize) -> String {
    let bits = alphabet.bits;
    let all: Vec<u8> = std::iter::repeat_n(0, before)
        .chain(bytes.iter().copied())
        .collect();
    let bit = |at: usize| usize::from(all[at / 8] >> (7 - at % 8) & 1);
    ((before * 8).div_ceil(bits)..all.len() * 8 / bits)
        .map(|digit| {
            let value = (0..bits).fold(0, |value, more| value << 1 | bit(digit * bits + more));
            char::from(alphabet.digits[value])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &[u8]) -> Vec<String> {
        let dresses = Dresses::of("Canary.Bird+site@Example.org", &[vec![9; 32]]);
        let leaks = dresses.leaks_in(text);
        leaks.into_iter().map(|leak| leak.dress).collect()
    }

    #[test]
    fn encodings_made_elsewhere_are_found_wherever_they_begin() {
        // base64 and base32 of GNU coreutils, of the address with 0 to 4 letters before it.
        for (text, dress) in [
            ("Y2FuYXJ5LmJpcmQrc2l0ZUBleGFtcGxlLm9yZw==", "base64"),
            ("eGNhbmFyeS5iaXJkK3NpdGVAZXhhbXBsZS5vcmc=", "base64"),
            ("eHhjYW5hcnkuYmlyZCtzaXRlQGV4YW1wbGUub3Jn", "base64"),
            ("MNQW4YLSPEXGE2LSMQVXG2LUMVAGK6DBNVYGYZJON5ZGO===", "base32"),
            ("pnanel.oveq+fvgr@rknzcyr.bet", "rot13"),
        ] {
            assert!(
                found(text.as_bytes())
                    .first()
                    .is_some_and(|found| found.starts_with(dress)),
                "{text} was found as {:?}",
                found(text.as_bytes())
            );
        }
        assert!(found(b"Canary birds sing at example.org, and carry no +site").is_empty());
    }

    #[test]
    fn a_keyed_hash_is_found_cut_short_and_in_bytes() {
        assert_eq!(found(b"x0909090909090909x"), ["the keyed hash"]);
        assert_eq!(
            found(&[7, 9, 9, 9, 9, 9, 9, 9, 9]),
            ["the keyed hash in bytes"]
        );
        assert!(found(b"x090909090909090").is_empty());
    }
}
