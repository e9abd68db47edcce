//! Ids of features: keyed hashes under which the classifier counts them, so that the model's tables contain no words.

use super::feature::Feature;
use crate::crypto::KeyRing;

/// Version of the rules by which features are extracted. Increase it whenever those rules change, so that the model is
/// trained again.
const RULES_VERSION: u8 = 1;

/// Returns the ids of these features, in the same order.
pub(super) fn feature_ids(keys: &KeyRing, features: &[Feature]) -> Vec<i64> {
    let ids = features.iter().map(|feature| feature_id(keys, feature));
    ids.collect()
}

/// Returns the keyed hash that is the id of a feature.
fn feature_id(keys: &KeyRing, feature: &Feature) -> i64 {
    // With the current key, unlike other stored hashes: whoever has a key could try words, so a key rotation must change these.
    first_eight_bytes(&keys.blind_index("learned signal", feature.to_string().as_bytes()))
}

/// Returns a fingerprint of the current secret key and extraction rules. A model with a different fingerprint must be
/// trained again.
pub(super) fn model_fingerprint(keys: &KeyRing) -> i64 {
    first_eight_bytes(&keys.blind_index("learned signals, all", &[RULES_VERSION]))
}

fn first_eight_bytes(hash: &[u8; 32]) -> i64 {
    i64::from_le_bytes(*hash.first_chunk().expect("a hash has 32 bytes"))
}
