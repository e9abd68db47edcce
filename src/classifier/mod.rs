//! The spam classifier. It is trained only on the decisions of this site's moderators. It gives each comment a spam
//! score, and lists the features that influenced the score most. Comments are moved to spam automatically only if the
//! publication has set a threshold.
//!
//! The model's tables contain counts under keyed hashes. Words are stored only with comments.

mod extraction;
mod feature;
mod feature_id;
mod feature_weight;
mod folding;
mod model;
mod rescoring;
pub mod store;
mod threshold;
mod training;

use sqlx::PgConnection;

use crate::crypto::KeyRing;
use crate::text::{markdown, tokenizer};

pub use extraction::{CommentText, extract_features};
pub use feature::{Feature, TextShape};
pub use feature_weight::FeatureWeight;
pub use model::{ClassCounts, MIN_EXAMPLES, ModelTotals, Prediction};
pub use rescoring::rescore_held;
pub use threshold::{ScoredDecision, ThresholdReport, format_percent, parse_threshold};
pub use training::{train, untrain};

/// Predicts whether a comment with these features is spam. Returns `None` while there are too few training examples.
pub async fn predict(
    db: &mut PgConnection,
    keys: &KeyRing,
    features: Vec<Feature>,
) -> sqlx::Result<Option<Prediction>> {
    let keys = keys.snapshot();
    let ids = feature_id::feature_ids(&keys, &features);
    let (state, seen) = store::state::find_state_and_counts(db, &ids).await?;
    // After a key rotation the ids mean nothing until the model is trained again.
    if state.fingerprint != Some(feature_id::model_fingerprint(&keys)) {
        return Ok(None);
    }
    Ok(state.totals.predict_by_ids(features, &ids, &seen))
}

/// Extracts the features of a comment whose body is this sanitised HTML.
pub fn extract_comment_features(
    name: &str,
    website: Option<&str>,
    body_html: &str,
) -> Vec<Feature> {
    let words = markdown::html_to_text(body_html);
    let links: Vec<String> = tokenizer::tokenize(body_html)
        .filter_map(|piece| match piece {
            tokenizer::HtmlToken::Tag(tag) if tag.is_named("a") && !tag.is_end => {
                tag.find_attribute("href")
            }
            _ => None,
        })
        .map(str::to_owned)
        .collect();
    extract_features(&CommentText {
        name,
        website,
        text: &words,
        links: &links,
    })
}
