//! A signal that weighed in what is thought of a comment: how it is stored with it, and how it is said.

use super::feature::{Feature, Shape};
use crate::i18n::Words;

/// What was noticed, and how much it weighed.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// The logarithm of its odds: above zero it speaks for refusing, below for keeping.
    pub weight: f32,
    /// What was noticed.
    pub what: Feature,
}

impl Signal {
    pub(super) fn new(weight: f32, what: Feature) -> Self {
        Self { weight, what }
    }

    /// Whether it speaks for refusing.
    pub fn is_against(&self) -> bool {
        self.weight > 0.0
    }

    /// How it is stored: `+2.31 casino`.
    pub fn stored(&self) -> String {
        format!("{:+.2} {}", self.weight, self.what)
    }

    /// The signal that is stored so.
    pub fn read(stored: &str) -> Option<Self> {
        let (weight, what) = stored.split_once(' ')?;
        let weight = weight
            .parse()
            .ok()
            .filter(|weight: &f32| weight.is_finite())?;
        Some(Self::new(weight, Feature::read(what)?))
    }

    /// What was noticed, in words.
    pub fn said(&self, words: Words) -> String {
        match &self.what {
            Feature::Word(word) => words.with("learned-word", "word", word),
            Feature::Pair(first, second) => {
                let pair = format!("{first} {second}");
                words.with("learned-pair", "words", &pair)
            }
            Feature::LinkTo(host) => words.with("learned-link", "host", host),
            Feature::WebsiteAt(host) => words.with("learned-website", "host", host),
            Feature::Name(word) => words.with("learned-name", "word", word),
            Feature::Shape(shape) => words.say(key_of(*shape)),
        }
    }
}

fn key_of(shape: Shape) -> &'static str {
    match shape {
        Shape::NoLink => "learned-no-link",
        Shape::OneLink => "learned-one-link",
        Shape::FewLinks => "learned-few-links",
        Shape::ManyLinks => "learned-many-links",
        Shape::VeryShort => "learned-very-short",
        Shape::Short => "learned-short",
        Shape::Medium => "learned-medium",
        Shape::Long => "learned-long",
        Shape::Capitals => "learned-capitals",
        Shape::AllCapitals => "learned-all-capitals",
        Shape::Exclaims => "learned-exclaims",
        Shape::MixedAlphabets => "learned-mixed-alphabets",
        Shape::Unseen => "learned-unseen",
        Shape::DigitsForLetters => "learned-digits-for-letters",
        Shape::LettersApart => "learned-letters-apart",
        Shape::Website => "learned-has-website",
    }
}

#[cfg(test)]
mod tests {
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
        all.extend(Shape::ALL.map(Feature::Shape));
        all
    }

    #[test]
    fn a_signal_is_read_as_it_was_stored() {
        for what in all() {
            for weight in [2.31_f32, -0.5, 13.0] {
                let signal = Signal::new(weight, what.clone());
                assert_eq!(Signal::read(&signal.stored()), Some(signal));
            }
        }
        assert_eq!(
            Signal::new(2.3149, all().remove(0)).stored(),
            "+2.31 casino"
        );
        assert_eq!(
            Signal::new(-0.5, all().remove(2)).stored(),
            "-0.50 free money"
        );
    }

    #[test]
    fn what_is_no_signal_is_not_read() {
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
            assert_eq!(Signal::read(stored), None, "{stored:?}");
        }
    }

    #[test]
    fn every_signal_can_be_said() {
        for language in Language::all() {
            let words = Words::of(language);
            let said: Vec<String> = all()
                .into_iter()
                .map(|what| Signal::new(1.0, what).said(words))
                .collect();
            assert!(
                said.iter()
                    .all(|said| !said.contains("learned-") && !said.contains('{')),
                "{said:?}"
            );
        }
        let english = Words::of(Language::English);
        assert_eq!(
            Signal::new(1.0, all().remove(0)).said(english),
            "the word “casino”"
        );
        assert_eq!(
            Signal::new(1.0, all().remove(3)).said(english),
            "a link to casino.example"
        );
    }
}
