//! The weight of a feature in a spam prediction: its stored text form, and its description for moderators.

use super::feature::Feature;
use crate::i18n::Translator;

#[derive(Clone, Debug, PartialEq)]
pub struct FeatureWeight {
    /// Logarithm of the odds that the comment is spam. Positive values suggest spam, negative values a good comment.
    pub weight: f32,
    pub feature: Feature,
}

impl FeatureWeight {
    pub(super) fn new(weight: f32, what: Feature) -> Self {
        Self {
            weight,
            feature: what,
        }
    }

    pub fn suggests_spam(&self) -> bool {
        self.weight > 0.0
    }

    /// Returns the text that is stored with a comment, such as `+2.31 casino`.
    pub fn encode(&self) -> String {
        format!("{:+.2} {}", self.weight, self.feature)
    }

    /// Parses the stored text, such as `+2.31 casino`. Returns `None` if it is malformed.
    pub fn decode(stored: &str) -> Option<Self> {
        let (weight, what) = stored.split_once(' ')?;
        let weight = weight
            .parse()
            .ok()
            // `inf` and `NaN` parse as numbers too.
            .filter(|weight: &f32| weight.is_finite())?;
        Some(Self::new(weight, Feature::parse(what)?))
    }

    /// Describes the feature in the site's language.
    pub fn describe(&self, translator: Translator) -> String {
        match &self.feature {
            Feature::Word(word) => translator.format("feature-word", "word", word),
            Feature::Pair(first, second) => {
                let pair = format!("{first} {second}");
                translator.format("feature-pair", "words", &pair)
            }
            Feature::LinkTo(host) => translator.format("feature-link", "host", host),
            Feature::WebsiteAt(host) => translator.format("feature-website-at", "host", host),
            Feature::Name(word) => translator.format("feature-name", "word", word),
            Feature::Shape(shape) => translator.text(&format!("feature-{}", shape.code())),
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator;

    use super::super::feature::TextShape;
    use super::*;
    use crate::text::Language;

    fn all() -> Vec<Feature> {
        let mut all = vec![
            Feature::Word("casino".into()),
            Feature::Word("м'ята".into()),
            Feature::Pair("free".into(), "money".into()),
            Feature::LinkTo("casino.example".into()),
            Feature::WebsiteAt("example.org".into()),
            Feature::Name("casino".into()),
        ];
        all.extend(TextShape::iter().map(Feature::Shape));
        all
    }

    #[test]
    fn decoding_an_encoded_weight_gives_the_same_weight() {
        for what in all() {
            for weight in [2.31_f32, -0.5, 13.0] {
                let signal = FeatureWeight::new(weight, what.clone());
                assert_eq!(FeatureWeight::decode(&signal.encode()), Some(signal));
            }
        }
        assert_eq!(
            FeatureWeight::new(2.3149, all().remove(0)).encode(),
            "+2.31 casino"
        );
        assert_eq!(
            FeatureWeight::new(-0.5, all().remove(2)).encode(),
            "-0.50 free money"
        );
    }

    #[test]
    fn malformed_weights_are_rejected() {
        for stored in [
            "",
            "casino",
            "+2.31",
            "+2.31 ",
            "x casino",
            "NaN casino",
            "inf casino",
            "+1 shape:odd",
            "+1 odd:odd",
        ] {
            assert_eq!(FeatureWeight::decode(stored), None, "{stored:?}");
        }
    }

    #[test]
    fn every_feature_has_a_description_in_each_language() {
        for language in Language::all() {
            let translator = Translator::new(language);
            let said: Vec<String> = all()
                .into_iter()
                .map(|what| FeatureWeight::new(1.0, what).describe(translator))
                .collect();
            assert!(
                said.iter()
                    .all(|said| !said.contains("feature-") && !said.contains('{')),
                "{said:?}"
            );
        }
        let english = Translator::new(Language::English);
        assert_eq!(
            FeatureWeight::new(1.0, all().remove(0)).describe(english),
            "the word “casino”"
        );
        assert_eq!(
            FeatureWeight::new(1.0, all().remove(3)).describe(english),
            "a link to casino.example"
        );
    }
}
