//! The arithmetic of the classifier. Needs no database.
//!
//! The probability of one feature is Gary Robinson's f(w) ("A Statistical Approach to the Spam Problem", Linux Journal
//! 107, March 2003). It compares the share of the feature in refused comments with its share in approved ones. The rarer
//! the feature, the closer the result is to one half. The probabilities of all features of a comment are combined by R.
//! A. Fisher's method in both directions, as Robinson proposes and SpamBayes does. In a test with comments it was not
//! trained on, its confident predictions were right more often than those of naive Bayes or of bounded sums of log odds.
//!
//! Unlike these sources, the classifier computes shares of all features of a class instead of all its comments. Refused
//! comments tend to be longer, so that otherwise every word of a short and decent comment would count against it.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::feature::Feature;
use super::feature_weight::FeatureWeight;

/// Number of approved and of refused examples that are needed before anything is predicted. With fewer examples, any word
/// seems decisive.
pub const MIN_EXAMPLES: i64 = 20;
/// Robinson's s: the number of occurrences of a feature that weigh as much as the prior probability.
const PRIOR_STRENGTH: f64 = 1.0;
/// Robinson's x: the prior probability of spam, used for a feature that never occurred in training.
const PRIOR_PROBABILITY: f64 = 0.5;
/// Smallest distance of a feature's probability from one half. Features that are closer to one half are ignored.
const MIN_DISTANCE: f64 = 0.05;
/// Largest number of features that are combined, the strongest first. Without this limit, any long comment would get a
/// score near 0 or 1.
const MAX_COMBINED: usize = 150;
/// Number of features that moderators are shown, the strongest first.
const MAX_REPORTED: usize = 3;

/// One number for approved comments and one for refused comments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassCounts {
    pub approved: i64,
    pub refused: i64,
}

/// Numbers of examples and features that the model was trained with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModelTotals {
    pub examples: ClassCounts,
    /// Number of features of all examples. A feature that occurs in several examples counts once for each of them.
    pub features: ClassCounts,
}

/// The spam score of a comment, with the features that influenced it most.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Probability that the comment is spam, from 0 to 1.
    pub score: f32,
    /// Features that influenced the score most, the strongest first.
    pub weights: Vec<FeatureWeight>,
}

impl Prediction {
    /// Returns the weights as the texts that are stored with the comment.
    pub fn encode_weights(&self) -> Vec<String> {
        self.weights.iter().map(FeatureWeight::encode).collect()
    }
}

impl ClassCounts {
    /// Adds `count` to the number for refused comments or to that for approved ones.
    pub fn add(&mut self, is_refused: bool, count: i64) {
        match is_refused {
            true => self.refused += count,
            false => self.approved += count,
        }
    }
}

impl ModelTotals {
    /// Returns whether both classes have enough examples to predict.
    pub fn has_enough_examples(&self) -> bool {
        self.examples.approved >= MIN_EXAMPLES && self.examples.refused >= MIN_EXAMPLES
    }

    /// Predicts whether a comment is spam from its features and their counts in the training examples. Returns `None`
    /// while there are too few examples.
    pub fn predict(
        &self,
        features: impl IntoIterator<Item = (Feature, ClassCounts)>,
    ) -> Option<Prediction> {
        if !self.has_enough_examples() {
            return None;
        }
        let mut weighted: Vec<(Feature, f64)> = features
            .into_iter()
            .filter(|(_, counts)| counts.approved > 0 || counts.refused > 0)
            .map(|(feature, counts)| (feature, self.spam_probability(counts)))
            .filter(|(_, probability)| (probability - PRIOR_PROBABILITY).abs() >= MIN_DISTANCE)
            .collect();
        // Ties are broken by what tells a moderator most, so that the order of extraction does not matter.
        weighted.sort_by_cached_key(|(feature, probability)| {
            // An integer, because `f64` has no total order to sort by.
            let distance = ((probability - PRIOR_PROBABILITY).abs() * 1e12) as u64;
            (Reverse(distance), feature.display_order())
        });
        weighted.truncate(MAX_COMBINED);
        let score = fisher_combine(weighted.iter().map(|(_, probability)| *probability)) as f32;
        let reported = weighted.into_iter().take(MAX_REPORTED);
        let signals = reported
            .map(|(feature, probability)| {
                // Finite: the prior keeps every probability above zero and below one.
                FeatureWeight::new((probability / (1.0 - probability)).ln() as f32, feature)
            })
            .collect();
        Some(Prediction {
            score,
            weights: signals,
        })
    }

    /// Predicts whether a comment is spam. `ids` has the id of each feature, in the same order. Features without an entry
    /// in `counts` never occurred in training.
    pub(super) fn predict_by_ids(
        &self,
        features: Vec<Feature>,
        ids: &[i64],
        counts: &HashMap<i64, ClassCounts>,
    ) -> Option<Prediction> {
        let counts = ids
            .iter()
            .map(|id| counts.get(id).copied().unwrap_or_default());
        self.predict(features.into_iter().zip(counts))
    }

    /// Computes Robinson's f(w) of a feature: above one half if the feature is more frequent in refused comments.
    fn spam_probability(&self, counts: ClassCounts) -> f64 {
        let share = |counts: i64, all: i64| counts.max(0) as f64 / all.max(1) as f64;
        let refused = share(counts.refused, self.features.refused);
        let approved = share(counts.approved, self.features.approved);
        let sightings = (counts.approved.max(0) + counts.refused.max(0)) as f64;
        // Not zero: features without any count were filtered out.
        let raw = refused / (refused + approved);
        (PRIOR_STRENGTH * PRIOR_PROBABILITY + sightings * raw) / (PRIOR_STRENGTH + sightings)
    }
}

/// Combines probabilities of spam by Fisher's method in both directions. The result is near one half if the evidence is
/// weak, or strong for both sides.
fn fisher_combine(probabilities: impl Iterator<Item = f64> + Clone) -> f64 {
    let count = probabilities.clone().count();
    if count == 0 {
        return PRIOR_PROBABILITY;
    }
    let for_spam = 1.0
        - chi2_sf(
            -probabilities
                .clone()
                .map(|probability| (1.0 - probability).ln())
                .sum::<f64>(),
            count,
        );
    let for_ham = 1.0 - chi2_sf(-probabilities.map(f64::ln).sum::<f64>(), count);
    ((1.0 + for_spam - for_ham) / 2.0).clamp(0.0, 1.0)
}

/// Computes the survival function of the chi-square distribution with `2 * count` degrees of freedom at `2 * half`.
fn chi2_sf(half: f64, count: usize) -> f64 {
    if half <= 0.0 {
        return 1.0;
    }
    // In logarithms: the first term underflows when the evidence is strong.
    let mut term = -half;
    let mut sum = term.exp();
    for step in 1..count {
        term += (half / step as f64).ln();
        sum += term.exp();
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals() -> ModelTotals {
        ModelTotals {
            examples: ClassCounts {
                approved: 100,
                refused: 50,
            },
            features: ClassCounts {
                approved: 1_000,
                refused: 1_000,
            },
        }
    }

    fn word(word: &str, approved: i64, refused: i64) -> (Feature, ClassCounts) {
        (
            Feature::Word(word.to_owned()),
            ClassCounts { approved, refused },
        )
    }

    fn score(features: &[(Feature, ClassCounts)]) -> f32 {
        let prediction = totals().predict(features.to_vec());
        prediction.expect("the model has enough examples").score
    }

    #[test]
    fn nothing_is_predicted_below_twenty_examples_of_each_class() {
        for (approved, refused, says) in [
            (0, 0, false),
            (19, 500, false),
            (500, 19, false),
            (20, 20, true),
        ] {
            let totals = ModelTotals {
                examples: ClassCounts { approved, refused },
                ..totals()
            };
            assert_eq!(
                totals.predict([word("casino", 0, 9)]).is_some(),
                says,
                "{approved} {refused}"
            );
        }
    }

    #[test]
    fn words_of_refused_comments_raise_the_score_and_words_of_approved_ones_lower_it() {
        for (features, least, most) in [
            (vec![], 0.5, 0.5),
            (vec![word("unheard", 0, 0)], 0.5, 0.5),
            (vec![word("the", 50, 50)], 0.5, 0.5),
            (vec![word("casino", 0, 1)], 0.6, 0.8),
            (
                vec![
                    word("casino", 0, 20),
                    word("bonus", 0, 10),
                    word("win", 1, 30),
                ],
                0.99,
                1.0,
            ),
            (
                vec![
                    word("tea", 20, 0),
                    word("thanks", 10, 0),
                    word("garden", 30, 1),
                ],
                0.0,
                0.01,
            ),
            // Much speaks for both.
            (
                vec![
                    word("casino", 0, 20),
                    word("bonus", 0, 20),
                    word("tea", 20, 0),
                    word("garden", 20, 0),
                ],
                0.45,
                0.55,
            ),
        ] {
            let score = score(&features);
            assert!((least..=most).contains(&score), "{score} for {features:?}");
        }
    }

    #[test]
    fn a_prediction_reports_its_three_strongest_features_with_their_signs() {
        let features = [
            word("win", 1, 30),
            word("casino", 0, 40),
            word("tea", 60, 0),
            word("so", 5, 4),
            word("bonus", 0, 3),
        ];
        let prediction = totals()
            .predict(features)
            .expect("the model has enough examples");
        let reported: Vec<String> = prediction
            .weights
            .iter()
            .map(FeatureWeight::encode)
            .collect();
        assert_eq!(reported, ["-4.80 tea", "+4.39 casino", "+3.01 win"]);
    }

    #[test]
    fn extreme_feature_counts_still_give_a_valid_score() {
        let many = |approved, refused| {
            (0..300)
                .map(move |n| word(&format!("w{n}"), approved, refused))
                .collect::<Vec<_>>()
        };
        assert_eq!(score(&many(0, 1_000_000)), 1.0);
        assert_eq!(score(&many(1_000_000, 0)), 0.0);
        // What was taken back once too often does no harm.
        assert_eq!(score(&many(-5, 0)), 0.5);
    }

    #[test]
    fn the_order_of_features_does_not_change_the_prediction() {
        let mut features: Vec<_> = (0..400)
            .map(|n| word(&format!("w{n}"), n % 7, n % 5))
            .collect();
        let before = totals().predict(features.clone());
        features.reverse();
        let after = totals().predict(features);
        assert_eq!(
            before.as_ref().map(|o| &o.weights),
            after.as_ref().map(|o| &o.weights)
        );
        let scores = [before, after]
            .map(|prediction| prediction.expect("the model has enough examples").score);
        assert!((scores[0] - scores[1]).abs() < 1e-6);
    }
}
