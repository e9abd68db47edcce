//! Extracts the features of a comment: words, pairs of words, hosts of links, words of the commenter's name, and the
//! overall shape of the text. Needs neither the database nor a key.

use std::collections::HashSet;

use super::feature::{Feature, TextShape};
use super::folding::{FoldedWord, replace_digits, split_words};
use crate::text::characters::is_hidden_character;
use crate::text::folding::fold;

/// Largest number of distinct features taken from one comment, which covers about its first 150 words. The cost of a long
/// comment is thus bounded, and text added at the end cannot displace features of the beginning.
pub const MAX_FEATURES: usize = 300;
/// Smallest number of single letters in a row that are also read as one word, as in `c a s i n o`.
const MIN_SPACED_LETTERS: usize = 4;

/// The parts of a comment that features are extracted from.
#[derive(Clone, Debug, Default)]
pub struct CommentText<'a> {
    pub name: &'a str,
    pub website: Option<&'a str>,
    /// Text of the comment without markup.
    pub text: &'a str,
    pub links: &'a [String],
}

/// Returns the distinct features of a comment, at most `MAX_FEATURES`.
pub fn extract_features(comment: &CommentText<'_>) -> Vec<Feature> {
    let mut encoded = FeatureCollector::default();
    // Shapes, hosts and the name come first, since the words of a long comment use up the limit.
    for shape in list_shapes(comment) {
        encoded.insert(Feature::Shape(shape));
    }
    for host in comment.links.iter().filter_map(|link| host_of(link)) {
        encoded.insert(Feature::LinkTo(host));
    }
    if let Some(host) = comment.website.and_then(host_of) {
        encoded.insert(Feature::WebsiteAt(host));
    }
    for word in split_words(&fold(comment.name)) {
        encoded.insert(Feature::Name(word.text));
    }
    for line in fold(comment.text).lines() {
        encoded.insert_line(&split_words(line));
    }
    encoded.features
}

#[derive(Default)]
struct FeatureCollector {
    features: Vec<Feature>,
    seen: HashSet<Feature>,
}

impl FeatureCollector {
    fn insert(&mut self, feature: Feature) {
        if self.features.len() < MAX_FEATURES && self.seen.insert(feature.clone()) {
            self.features.push(feature);
        }
    }

    fn insert_line(&mut self, words: &[FoldedWord]) {
        let mut apart = String::new();
        let mut before: Option<&FoldedWord> = None;
        for word in words {
            if word.is_letter() {
                apart.push_str(&word.text);
            } else {
                self.insert_spaced(&mut apart);
            }
            self.insert(Feature::Word(word.text.clone()));
            if word.mixes_scripts {
                self.insert(Feature::Shape(TextShape::MixedAlphabets));
            }
            // Both spellings count: the word as written may become evidence itself.
            if let Some(letters) = replace_digits(&word.text) {
                self.insert(Feature::Shape(TextShape::DigitsForLetters));
                self.insert(Feature::Word(letters));
            }
            if let Some(before) = before {
                self.insert(Feature::Pair(before.text.clone(), word.text.clone()));
            }
            before = Some(word);
        }
        self.insert_spaced(&mut apart);
    }

    fn insert_spaced(&mut self, apart: &mut String) {
        if apart.chars().count() >= MIN_SPACED_LETTERS {
            self.insert(Feature::Shape(TextShape::SpacedLetters));
            self.insert(Feature::Word(apart.clone()));
        }
        apart.clear();
    }
}

fn list_shapes(comment: &CommentText<'_>) -> Vec<TextShape> {
    let mut shapes = vec![match comment.links.len() {
        0 => TextShape::NoLink,
        1 => TextShape::OneLink,
        2..=3 => TextShape::FewLinks,
        _ => TextShape::ManyLinks,
    }];
    shapes.push(match comment.text.chars().count() {
        0..40 => TextShape::VeryShort,
        40..160 => TextShape::Short,
        160..600 => TextShape::Medium,
        _ => TextShape::Long,
    });
    let capitals = comment.text.chars().filter(|c| c.is_uppercase()).count();
    let small = comment.text.chars().filter(|c| c.is_lowercase()).count();
    if capitals >= 8 && capitals > 3 * small {
        shapes.push(TextShape::AllCapitals);
    } else if capitals >= 8 && 2 * capitals > small {
        shapes.push(TextShape::Capitals);
    }
    if comment.text.matches(['!', '！']).count() >= 3 {
        shapes.push(TextShape::Exclamations);
    }
    if comment.text.chars().any(is_hidden_character) {
        shapes.push(TextShape::InvisibleCharacters);
    }
    if comment.website.is_some() {
        shapes.push(TextShape::Website);
    }
    shapes
}

/// Returns the host of a URL without a leading `www.`.
fn host_of(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    // Credentials before the host would hide it.
    let host = host.rsplit('@').next()?.to_lowercase();
    // The same host on another port is the same sender.
    let host = host.split(':').next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    (!host.is_empty()).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::folding::MAX_WORD_CHARS;
    use super::*;

    fn encoded(comment: &CommentText<'_>) -> Vec<String> {
        extract_features(comment)
            .iter()
            .map(Feature::to_string)
            .collect()
    }

    fn words(words: &str) -> Vec<String> {
        let comment = CommentText {
            text: words,
            ..CommentText::default()
        };
        let all = encoded(&comment).into_iter();
        all.filter(|one| !one.starts_with("shape:")).collect()
    }

    fn shapes_of(words: &str) -> Vec<String> {
        let comment = CommentText {
            text: words,
            ..CommentText::default()
        };
        let all = encoded(&comment).into_iter();
        all.filter_map(|one| one.strip_prefix("shape:").map(str::to_owned))
            .filter(|one| {
                !["no-link", "very-short", "short", "medium", "long"].contains(&one.as_str())
            })
            .collect()
    }

    #[test]
    fn each_word_and_each_pair_of_words_is_extracted_once_in_every_script() {
        for (text, expected) in [
            ("", &[][..]),
            ("Tea. TEA!", &["tea", "tea tea"]),
            ("Free money", &["free", "money", "free money"]),
            ("one\ntwo", &["one", "two"]),
            ("М’ята й м'ята", &["м'ята", "й", "м'ята й", "й м'ята"]),
            ("don't 'quote'", &["don't", "quote", "don't quote"]),
            ("無料", &["無", "料", "無 料"]),
            ("sooooo 1000", &["soo", "1000", "soo 1000"]),
        ] {
            assert_eq!(words(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_disguised_word_is_recognised_and_its_disguise_becomes_a_feature() {
        for (text, word, shape) in [
            ("ＣＡＳＩＮＯ", "casino", None),
            ("cas\u{200B}ino", "casino", Some("invisible-characters")),
            ("cas\u{AD}ino", "casino", Some("invisible-characters")),
            ("c\u{336}a\u{336}sino", "casino", None),
            ("саsinо", "casino", Some("mixed-alphabets")),
            ("кaзинo", "казино", Some("mixed-alphabets")),
            ("c4s1no", "casino", Some("digits-for-letters")),
            ("win c a s i n o now", "casino", Some("spaced-letters")),
            ("c.a.s.i.n.o", "casino", Some("spaced-letters")),
        ] {
            assert!(
                words(text).iter().any(|one| one == word),
                "{text:?}: {:?}",
                words(text)
            );
            let shapes = shapes_of(text);
            assert_eq!(shapes.first().map(String::as_str), shape, "{text:?}");
        }
    }

    #[test]
    fn ordinary_text_is_not_taken_for_disguised_words() {
        for text in [
            "covid19 mp3",
            "Їжак і я",
            "م\u{200C}م",
            "👩\u{200D}🌾",
            "3D",
            "I am so so",
            "і в і у",
        ] {
            let shapes = shapes_of(text);
            let expected: &[&str] = match text {
                // Four letters that are words: rare, and one word more does no harm.
                "і в і у" => &["spaced-letters"],
                _ => &[],
            };
            assert_eq!(shapes, expected, "{text:?}");
        }
    }

    #[test]
    fn features_of_links_the_website_the_name_and_the_text_shape_are_extracted() {
        let links = [
            "https://www.Casino.example/a?b",
            "http://user@other.example:80#x",
            "https://casino.example",
        ];
        let links = links.map(str::to_owned);
        let comment = CommentText {
            name: "Best Casino",
            website: Some("https://www.example.org/me"),
            text: "BUY NOW TODAY!!!",
            links: &links,
        };
        let expected = [
            "shape:few-links",
            "shape:very-short",
            "shape:all-capitals",
            "shape:exclamations",
            "shape:website",
            "link:casino.example",
            "link:other.example",
            "site:example.org",
            "name:best",
            "name:casino",
            "buy",
            "now",
            "buy now",
            "today",
            "now today",
        ];
        assert_eq!(encoded(&comment), expected);
    }

    #[test]
    fn features_of_a_long_comment_are_limited_and_equal_after_encoding_and_parsing() {
        let long: String = (0..10_000).map(|n| format!("word{n} ")).collect();
        let comment = CommentText {
            name: "Ann",
            website: Some("https://example.org"),
            text: &long,
            links: &[],
        };
        let all = extract_features(&comment);
        assert_eq!(all.len(), MAX_FEATURES);
        for feature in all {
            assert_eq!(Feature::parse(&feature.to_string()), Some(feature));
        }
        for text in ["", "shape:", "shape:odd", "odd:word"] {
            assert_eq!(Feature::parse(text), None);
        }
        let endless = "a".repeat(100_000);
        assert!(
            words(&endless)
                .iter()
                .all(|word| word.len() <= MAX_WORD_CHARS)
        );
    }
}
