//! Passphrases of accounts: their form, their hash and their verification.

use argon2::Argon2;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::strength::{KnownWords, Weakness, find_weakness};
use crate::crypto::{HashPlace, PasswordHasher, hash_password};

/// Minimum number of characters of a passphrase that is the only authentication factor (NIST SP 800-63B-4, §3.1.1.2).
pub const MIN_PASSPHRASE_CHARS: usize = 15;
/// Maximum number of characters of a passphrase: more than anyone types, but few enough to be hashed quickly.
const MAX_PASSPHRASE_CHARS: usize = 1_000;
/// Maximum number of characters of a new passphrase. In any script it fits into the 4 kB that the sign-in form takes.
pub const MAX_NEW_PASSPHRASE_CHARS: usize = 300;
/// Number of characters that are normalised. A letter with three accents is four characters before and one after.
const MAX_TYPED_CHARS: usize = 4 * MAX_PASSPHRASE_CHARS;

/// A passphrase of allowed length, normalised. Wiped from memory when dropped.
pub struct Passphrase(Zeroizing<String>);

/// Reason why a new passphrase is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassphraseError {
    Length,
    Weak(Weakness),
}

impl PassphraseError {
    /// Returns the key of the message that says what is wrong and what to do.
    pub fn message_key(self) -> &'static str {
        match self {
            Self::Length => "account-passphrase-wrong",
            Self::Weak(weakness) => weakness.message_key(),
        }
    }
}

impl Passphrase {
    /// Parses a passphrase of any characters. Returns `None` if it is too short or too long.
    pub fn parse(text: &str) -> Option<Self> {
        let text = normalize(text);
        (MIN_PASSPHRASE_CHARS..=MAX_PASSPHRASE_CHARS)
            .contains(&text.chars().count())
            .then_some(Self(text))
    }

    /// Parses a new passphrase, which must not be easy to guess for somebody who knows these words. Blocks the thread as
    /// [`find_weakness`] does.
    pub fn parse_new(text: &str, known: &KnownWords) -> Result<Self, PassphraseError> {
        let passphrase = Self::parse(text)
            .filter(|parsed| parsed.0.chars().count() <= MAX_NEW_PASSPHRASE_CHARS)
            .ok_or(PassphraseError::Length)?;
        match find_weakness(&passphrase.0, known) {
            Some(weakness) => Err(PassphraseError::Weak(weakness)),
            None => Ok(passphrase),
        }
    }

    /// Parses a new passphrase as [`Self::parse_new`] does, on a thread for blocking work.
    pub async fn parse_new_in_background(
        text: &str,
        known: KnownWords,
    ) -> anyhow::Result<Result<Self, PassphraseError>> {
        let text = Zeroizing::new(text.to_owned());
        let parsed = tokio::task::spawn_blocking(move || Self::parse_new(&text, &known));
        Ok(parsed.await?)
    }

    /// Returns the passphrase's hash as a PHC string. Blocks the thread for about a tenth of a second.
    pub fn hash(&self, argon2: &Argon2<'_>) -> anyhow::Result<String> {
        hash_password(argon2, &self.0)
    }

    /// Returns the passphrase's hash as a PHC string. Waits until it is this place's turn.
    pub async fn hash_in_turn(
        self,
        hasher: &PasswordHasher,
        place: HashPlace,
    ) -> anyhow::Result<String> {
        hasher.hash(place, self.0).await
    }
}

/// Returns the text in Unicode's form NFKC (NIST SP 800-63B-4, §3.1.1.2): systems type the same letter in different ways. Cuts
/// it one character after the longest passphrase.
fn normalize(text: &str) -> Zeroizing<String> {
    let typed = text.chars().take(MAX_TYPED_CHARS);
    let mut normalized = Zeroizing::new(String::with_capacity(text.len().min(MAX_TYPED_CHARS)));
    normalized.extend(typed.nfkc().take(MAX_PASSPHRASE_CHARS + 1));
    normalized
}

/// Returns whether `typed` is the passphrase that was hashed to `hash`. Takes equally long if there is no hash, so that
/// the time does not reveal whether an account exists.
pub async fn verify_passphrase(
    hasher: &PasswordHasher,
    place: HashPlace,
    typed: &str,
    hash: Option<String>,
) -> anyhow::Result<bool> {
    let mut candidates = vec![normalize(typed)];
    // Older hashes were made of the text as it was typed. One character more than allowed is enough to be wrong, and costs
    // no more to hash.
    let raw: String = typed.chars().take(MAX_PASSPHRASE_CHARS + 1).collect();
    let raw = Zeroizing::new(raw);
    if raw != candidates[0] {
        candidates.push(raw);
    }
    hasher.verify(place, candidates, hash).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::{Algorithm, Params, Version};

    fn cheap_argon2() -> Argon2<'static> {
        let params = Params::new(8, 1, 1, None).expect("the minimum of argon2");
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
    }

    async fn verify(typed: &str, hash: &str) -> bool {
        let hasher = PasswordHasher::new(cheap_argon2());
        let place = hasher.try_enter_as_known().expect("a place");
        verify_passphrase(&hasher, place, typed, Some(hash.to_owned()))
            .await
            .expect("an answer")
    }

    #[tokio::test]
    async fn composed_and_decomposed_letters_are_the_same_passphrase() {
        let (composed, decomposed) = ("їжачок і йогурт ґ", "і\u{308}жачок і и\u{306}огурт ґ");
        assert_ne!(composed, decomposed);
        for (set, typed) in [(composed, decomposed), (decomposed, composed)] {
            let passphrase = Passphrase::parse(set).expect("a passphrase");
            let hash = passphrase.hash(&cheap_argon2()).expect("a hash");
            assert!(verify(typed, &hash).await);
            assert!(verify(set, &hash).await);
            assert!(!verify(&set[2..], &hash).await);
        }
    }

    #[tokio::test]
    async fn hashes_of_text_as_it_was_typed_are_still_accepted() {
        let typed = "і\u{308}жачок і и\u{306}огурт ґ";
        let hash = hash_password(&cheap_argon2(), typed).expect("a hash");
        assert!(verify(typed, &hash).await);
        assert!(!verify("їжачок і йогурт ґ", &hash).await);
    }

    #[test]
    fn the_length_is_counted_after_normalisation() {
        assert!(Passphrase::parse(&"e\u{301}".repeat(14)).is_none());
        assert!(Passphrase::parse(&"e\u{301}".repeat(15)).is_some());
        assert!(Passphrase::parse(&"e\u{301}".repeat(1_000)).is_some());
        assert!(Passphrase::parse(&"e\u{301}".repeat(1_001)).is_none());
        assert!(Passphrase::parse(&"e\u{301}".repeat(100_000)).is_none());
        // One such ligature is eighteen characters.
        assert!(Passphrase::parse("\u{FDFA}").is_some());
    }
}
