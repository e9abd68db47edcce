//! The spam classifier. It is trained on this site's own decisions alone, and gives each comment a score with the
//! features that weighed most. It changes a comment's status only from a threshold that the publication sets.
//!
//! The model is counts under keyed hashes; words are stored in comments only.

mod extraction;
mod feature;
mod feature_id;
mod feature_weight;
mod folding;
mod model;
mod prediction;
mod rescoring;
pub mod store;
mod threshold;
mod training;
mod untraining;

use crate::text::{markdown, tokenizer};

pub use extraction::{CommentText, extract_features};
pub use feature::{Feature, TextShape};
pub use feature_weight::FeatureWeight;
pub use model::{ClassCounts, MIN_EXAMPLES, ModelTotals, Prediction};
pub use prediction::predict;
pub use rescoring::rescore_held;
pub use threshold::{ScoredDecision, ThresholdReport, format_percent, parse_threshold};
pub use training::train;
pub use untraining::untrain;

/// Returns the features of a comment whose text is this safe HTML.
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
