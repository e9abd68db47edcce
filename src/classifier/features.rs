//! What is noticed about a comment: its words and pairs of words, where its links lead, its author's name, its shape. Pure.
//! What hides a word from readers of lists is folded away, and noticed too.

use std::collections::HashSet;

use super::feature::{Feature, Shape};
use super::folding::{Word, folded, hides, without_digits, words_of};

/// Distinct features that are taken of one comment: about the first hundred and fifty words, so that neither a long comment
/// costs more nor padding at its end hides its beginning.
pub const MOST: usize = 300;
/// Letters that stand apart in a row before they are read as one word.
const LETTERS_APART: usize = 4;

/// A comment, as far as it is learnt from.
#[derive(Clone, Debug, Default)]
pub struct Said<'a> {
    /// The name given.
    pub name: &'a str,
    /// The website given.
    pub website: Option<&'a str>,
    /// The words, without marks.
    pub words: &'a str,
    /// Where its links lead.
    pub links: &'a [String],
}

/// What is noticed about a comment, each feature once, at most `MOST`.
pub fn features(said: &Said<'_>) -> Vec<Feature> {
    let mut noticed = Noticed::default();
    for shape in shapes(said) {
        noticed.add(Feature::Shape(shape));
    }
    for host in said.links.iter().filter_map(|link| host_of(link)) {
        noticed.add(Feature::LinkTo(host));
    }
    if let Some(host) = said.website.and_then(host_of) {
        noticed.add(Feature::WebsiteAt(host));
    }
    for word in words_of(&folded(said.name)) {
        noticed.add(Feature::Name(word.read));
    }
    for line in folded(said.words).lines() {
        noticed.add_line(&words_of(line));
    }
    noticed.features
}

#[derive(Default)]
struct Noticed {
    features: Vec<Feature>,
    known: HashSet<Feature>,
}

impl Noticed {
    fn add(&mut self, feature: Feature) {
        if self.features.len() < MOST && self.known.insert(feature.clone()) {
            self.features.push(feature);
        }
    }

    fn add_line(&mut self, words: &[Word]) {
        let mut apart = String::new();
        let mut before: Option<&Word> = None;
        for word in words {
            if word.is_letter() {
                apart.push_str(&word.read);
            } else {
                self.add_apart(&mut apart);
            }
            self.add(Feature::Word(word.read.clone()));
            if word.mixes {
                self.add(Feature::Shape(Shape::MixedAlphabets));
            }
            if let Some(letters) = without_digits(&word.read) {
                self.add(Feature::Shape(Shape::DigitsForLetters));
                self.add(Feature::Word(letters));
            }
            if let Some(before) = before {
                self.add(Feature::Pair(before.read.clone(), word.read.clone()));
            }
            before = Some(word);
        }
        self.add_apart(&mut apart);
    }

    fn add_apart(&mut self, apart: &mut String) {
        if apart.chars().count() >= LETTERS_APART {
            self.add(Feature::Shape(Shape::LettersApart));
            self.add(Feature::Word(apart.clone()));
        }
        apart.clear();
    }
}

fn shapes(said: &Said<'_>) -> Vec<Shape> {
    let mut shapes = vec![match said.links.len() {
        0 => Shape::NoLink,
        1 => Shape::OneLink,
        2..=3 => Shape::FewLinks,
        _ => Shape::ManyLinks,
    }];
    shapes.push(match said.words.chars().count() {
        0..40 => Shape::VeryShort,
        40..160 => Shape::Short,
        160..600 => Shape::Medium,
        _ => Shape::Long,
    });
    let capitals = said.words.chars().filter(|c| c.is_uppercase()).count();
    let small = said.words.chars().filter(|c| c.is_lowercase()).count();
    if capitals >= 8 && capitals > 3 * small {
        shapes.push(Shape::AllCapitals);
    } else if capitals >= 8 && 2 * capitals > small {
        shapes.push(Shape::Capitals);
    }
    if said.words.matches(['!', '！']).count() >= 3 {
        shapes.push(Shape::Exclaims);
    }
    if said.words.chars().any(hides) {
        shapes.push(Shape::Unseen);
    }
    if said.website.is_some() {
        shapes.push(Shape::Website);
    }
    shapes
}

/// The host of an address, without `www.`.
fn host_of(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let host = host.rsplit('@').next()?.to_lowercase();
    let host = host.split(':').next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    (!host.is_empty()).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::folding::LONGEST_WORD;
    use super::*;

    fn noticed(said: &Said<'_>) -> Vec<String> {
        features(said).iter().map(Feature::to_string).collect()
    }

    fn words(words: &str) -> Vec<String> {
        let said = Said {
            words,
            ..Said::default()
        };
        let all = noticed(&said).into_iter();
        all.filter(|one| !one.starts_with("shape:")).collect()
    }

    fn shapes_of(words: &str) -> Vec<String> {
        let said = Said {
            words,
            ..Said::default()
        };
        let all = noticed(&said).into_iter();
        all.filter_map(|one| one.strip_prefix("shape:").map(str::to_owned))
            .filter(|one| {
                !["no-link", "very-short", "short", "medium", "long"].contains(&one.as_str())
            })
            .collect()
    }

    #[test]
    fn words_and_pairs_are_noticed_once_each_whatever_the_script() {
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
    fn what_hides_a_word_is_folded_away_and_noticed() {
        for (text, word, shape) in [
            ("ＣＡＳＩＮＯ", "casino", None),
            ("cas\u{200B}ino", "casino", Some("unseen")),
            ("cas\u{AD}ino", "casino", Some("unseen")),
            ("c\u{336}a\u{336}sino", "casino", None),
            ("саsinо", "casino", Some("mixed-alphabets")),
            ("кaзинo", "казино", Some("mixed-alphabets")),
            ("c4s1no", "casino", Some("digits-for-letters")),
            ("win c a s i n o now", "casino", Some("letters-apart")),
            ("c.a.s.i.n.o", "casino", Some("letters-apart")),
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
    fn what_people_write_is_not_taken_for_hiding() {
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
                "і в і у" => &["letters-apart"],
                _ => &[],
            };
            assert_eq!(shapes, expected, "{text:?}");
        }
    }

    #[test]
    fn links_names_and_shapes_are_noticed() {
        let links = [
            "https://www.Casino.example/a?b",
            "http://user@other.example:80#x",
            "https://casino.example",
        ];
        let links = links.map(str::to_owned);
        let said = Said {
            name: "Best Casino",
            website: Some("https://www.example.org/me"),
            words: "BUY NOW TODAY!!!",
            links: &links,
        };
        let expected = [
            "shape:few-links",
            "shape:very-short",
            "shape:all-capitals",
            "shape:exclaims",
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
        assert_eq!(noticed(&said), expected);
    }

    #[test]
    fn a_feature_is_read_as_it_is_written_and_no_more_than_three_hundred_are_taken() {
        let long: String = (0..10_000).map(|n| format!("word{n} ")).collect();
        let said = Said {
            name: "Ann",
            website: Some("https://example.org"),
            words: &long,
            links: &[],
        };
        let all = features(&said);
        assert_eq!(all.len(), MOST);
        for feature in all {
            assert_eq!(Feature::read(&feature.to_string()), Some(feature));
        }
        for text in ["", "shape:", "shape:odd", "odd:word"] {
            assert_eq!(Feature::read(text), None);
        }
        let endless = "a".repeat(100_000);
        assert!(
            words(&endless)
                .iter()
                .all(|word| word.len() <= LONGEST_WORD)
        );
    }
}
