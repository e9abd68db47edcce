//! Features as numbers that only the secret key can make: what is kept of them tells no word.

use super::feature::Feature;
use crate::crypto::Keys;

/// Counts changes of the rules by which features are noticed: what was learnt by older ones is learnt anew.
const RULES: u8 = 1;

/// The number under which a feature is kept. Made with the key in use, unlike other hashes that are kept: whoever has a key
/// could try words, so a change of the key is to change these too. Then lessons are taught anew.
pub(super) fn number(keys: &Keys, feature: &Feature) -> i64 {
    eight_bytes(&keys.find_by("learned signal", feature.to_string().as_bytes()))
}

/// Tells which key and which rules make numbers now.
pub(super) fn made_with(keys: &Keys) -> i64 {
    eight_bytes(&keys.find_by("learned signals, all", &[RULES]))
}

fn eight_bytes(hash: &[u8; 32]) -> i64 {
    let mut number = [0; 8];
    number.copy_from_slice(&hash[..8]);
    i64::from_le_bytes(number)
}
