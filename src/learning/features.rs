//! What is noticed about a comment: its words and pairs of words, where its links lead, its author's name, its shape. Pure.
//! What hides a word from readers of lists (letters of another alphabet, digits for letters, letters apart, marks that
//! nobody sees) is folded away, and noticed too.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Distinct features that are taken of one comment: about the first hundred and fifty words, so that neither a long comment
/// costs more nor padding at its end hides its beginning.
pub const MOST: usize = 300;
/// Characters of a word; of a longer one, the beginning counts.
const LONGEST_WORD: usize = 40;
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

/// Something noticed about a comment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Feature {
    /// It has this word.
    Word(String),
    /// It has these two words beside each other.
    Pair(String, String),
    /// It has a link to this host.
    LinkTo(String),
    /// The website given is at this host.
    WebsiteAt(String),
    /// The name given has this word.
    Name(String),
    /// It has this shape.
    Shape(Shape),
}

/// What a comment looks like from afar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// No link.
    NoLink,
    /// One link.
    OneLink,
    /// Two or three.
    FewLinks,
    /// More.
    ManyLinks,
    /// Less than forty characters.
    VeryShort,
    /// Less than a hundred and sixty.
    Short,
    /// Less than six hundred.
    Medium,
    /// More.
    Long,
    /// More than a third of the letters that have cases are capitals.
    Capitals,
    /// More than three in four are.
    AllCapitals,
    /// Three exclamation marks or more.
    Exclaims,
    /// Letters of two alphabets inside one word.
    MixedAlphabets,
    /// Marks that nobody sees.
    Unseen,
    /// Digits inside a word, as if they were letters.
    DigitsForLetters,
    /// A word whose letters stand apart.
    LettersApart,
    /// A website was given.
    Website,
}

impl Shape {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::NoLink,
        Self::OneLink,
        Self::FewLinks,
        Self::ManyLinks,
        Self::VeryShort,
        Self::Short,
        Self::Medium,
        Self::Long,
        Self::Capitals,
        Self::AllCapitals,
        Self::Exclaims,
        Self::MixedAlphabets,
        Self::Unseen,
        Self::DigitsForLetters,
        Self::LettersApart,
        Self::Website,
    ];

    /// Its word in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoLink => "no-link",
            Self::OneLink => "one-link",
            Self::FewLinks => "few-links",
            Self::ManyLinks => "many-links",
            Self::VeryShort => "very-short",
            Self::Short => "short",
            Self::Medium => "medium",
            Self::Long => "long",
            Self::Capitals => "capitals",
            Self::AllCapitals => "all-capitals",
            Self::Exclaims => "exclaims",
            Self::MixedAlphabets => "mixed-alphabets",
            Self::Unseen => "unseen",
            Self::DigitsForLetters => "digits-for-letters",
            Self::LettersApart => "letters-apart",
            Self::Website => "website",
        }
    }
}

/// A feature as it is stored and hashed. No word has a colon or a space, so that none is taken for another.
impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Pair(first, second) => write!(f, "{first} {second}"),
            Self::LinkTo(host) => write!(f, "link:{host}"),
            Self::WebsiteAt(host) => write!(f, "site:{host}"),
            Self::Name(word) => write!(f, "name:{word}"),
            Self::Shape(shape) => write!(f, "shape:{}", shape.code()),
        }
    }
}

impl Feature {
    /// What comes first among features that weigh the same: places before words, long words before short ones.
    pub(super) fn telling(&self) -> (u8, Reverse<usize>, String) {
        let rank = match self {
            Self::LinkTo(_) | Self::WebsiteAt(_) => 0,
            Self::Name(_) | Self::Word(_) => 1,
            Self::Pair(..) => 2,
            Self::Shape(_) => 3,
        };
        let text = self.to_string();
        (rank, Reverse(text.len()), text)
    }

    /// The feature that is stored so.
    pub fn read(stored: &str) -> Option<Self> {
        if stored.is_empty() {
            return None;
        }
        match stored.split_once(':') {
            Some(("link", host)) => Some(Self::LinkTo(host.to_owned())),
            Some(("site", host)) => Some(Self::WebsiteAt(host.to_owned())),
            Some(("name", word)) => Some(Self::Name(word.to_owned())),
            Some(("shape", code)) => {
                let mut all = Shape::ALL.into_iter();
                all.find(|shape| shape.code() == code).map(Self::Shape)
            }
            Some(_) => None,
            None => Some(match stored.split_once(' ') {
                Some((first, second)) => Self::Pair(first.to_owned(), second.to_owned()),
                None => Self::Word(stored.to_owned()),
            }),
        }
    }
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

/// In small letters, every letter in its plainest form (NFKC, UAX #15), without what nobody sees and without accents that
/// no letter of its own is written with.
fn folded(text: &str) -> String {
    text.nfkc()
        .filter(|c| !is_unseen(*c) && !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            // The apostrophes that Ukrainian is written with.
            '\u{2019}' | '\u{02BC}' | '\u{2018}' | '`' => '\'',
            c => c,
        })
        .collect()
}

/// Whether a character is not seen.
fn is_unseen(c: char) -> bool {
    hides(c)
        || matches!(c, '\u{200C}'..='\u{200F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E01EF}')
}

/// Whether a character is not seen, and nothing that people write needs it. Joiners, marks of direction and variation
/// selectors belong to some scripts and to emoji; the byte order mark is put by programs.
fn hides(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{115F}' | '\u{1160}' | '\u{180B}'..='\u{180F}' | '\u{200B}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}')
}

/// A word as it is read.
struct Word {
    read: String,
    /// It had letters of two alphabets that look the same.
    mixes: bool,
}

impl Word {
    fn of(written: &str) -> Self {
        let beginning: String = drawn_together(written).chars().take(LONGEST_WORD).collect();
        let unmixed = unmixed(&beginning);
        Self {
            mixes: unmixed.is_some(),
            read: unmixed.unwrap_or(beginning),
        }
    }

    fn is_letter(&self) -> bool {
        let mut letters = self.read.chars();
        letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
    }
}

/// The words of a folded line. Between words of scripts that put no space there, each character is one (as UAX #29 has it).
fn words_of(line: &str) -> Vec<Word> {
    let mut words = Vec::new();
    for run in line.split(|c: char| !(c.is_alphanumeric() || c == '\'')) {
        let run = run.trim_matches('\'');
        let mut from = 0;
        for (at, c) in run.char_indices().filter(|(_, c)| stands_alone(*c)) {
            if from < at {
                words.push(Word::of(&run[from..at]));
            }
            from = at + c.len_utf8();
            words.push(Word::of(&run[at..from]));
        }
        if from < run.len() {
            words.push(Word::of(&run[from..]));
        }
    }
    words
}

fn stands_alone(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0E7F}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// `sooooo` as `soo`: no more than two of the same letter beside each other.
fn drawn_together(word: &str) -> String {
    let mut drawn = String::with_capacity(word.len());
    let mut last = ['\0'; 2];
    for c in word.chars() {
        if last != [c, c] || c.is_numeric() {
            drawn.push(c);
        }
        last = [last[1], c];
    }
    drawn
}

/// A word of letters from two alphabets in one of them, if each letter of the other looks like one of it.
fn unmixed(word: &str) -> Option<String> {
    let is_latin = |c: char| c.is_ascii_lowercase();
    let is_other = |c: char| matches!(c, '\u{0370}'..='\u{03FF}' | '\u{0400}'..='\u{052F}');
    if !(word.chars().any(is_latin) && word.chars().any(is_other)) {
        return None;
    }
    let turned = |to: fn(char) -> Option<char>, is_strange: fn(char) -> bool| {
        let letters = word.chars();
        letters
            .map(|c| if is_strange(c) { to(c) } else { Some(c) })
            .collect::<Option<String>>()
    };
    turned(latin_like, |c| !c.is_ascii())
        .or_else(|| turned(cyrillic_like, |c| c.is_ascii_lowercase()))
}

/// Letters that look the same: Cyrillic or Greek, then Latin.
const ALIKE: [(char, char); 29] = [
    ('а', 'a'),
    ('е', 'e'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('у', 'y'),
    ('х', 'x'),
    ('і', 'i'),
    ('ї', 'i'),
    ('ј', 'j'),
    ('ѕ', 's'),
    ('ԁ', 'd'),
    ('һ', 'h'),
    ('к', 'k'),
    ('м', 'm'),
    ('т', 't'),
    ('в', 'b'),
    ('н', 'h'),
    ('ь', 'b'),
    ('г', 'r'),
    ('п', 'n'),
    ('ԛ', 'q'),
    ('ԝ', 'w'),
    ('α', 'a'),
    ('ε', 'e'),
    ('ο', 'o'),
    ('ρ', 'p'),
    ('ν', 'v'),
    ('ι', 'i'),
];

fn latin_like(c: char) -> Option<char> {
    let mut pairs = ALIKE.iter();
    pairs
        .find(|(other, _)| *other == c)
        .map(|(_, latin)| *latin)
}

fn cyrillic_like(c: char) -> Option<char> {
    let mut pairs = ALIKE.iter();
    pairs
        .find(|(_, latin)| *latin == c)
        .map(|(other, _)| *other)
}

/// `fr33` as `free`: a word in which digits stand for letters.
fn without_digits(word: &str) -> Option<String> {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let digits = word.chars().filter(char::is_ascii_digit).count();
    if digits == 0 || letters < 2 || digits > letters || !word.starts_with(char::is_alphabetic) {
        return None;
    }
    // Digits at the end only count something: `covid19`, `mp3`.
    let inside = word.trim_end_matches(|c: char| c.is_ascii_digit());
    if !inside.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let letter = |c| match c {
        '0' => Some('o'),
        '1' => Some('i'),
        '3' => Some('e'),
        '4' => Some('a'),
        '5' => Some('s'),
        '7' => Some('t'),
        '2' | '6' | '8' | '9' => None,
        c => Some(c),
    };
    word.chars().map(letter).collect()
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
