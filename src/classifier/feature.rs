//! A feature: one thing that is noticed about a comment, and how it is written down.

use std::cmp::Reverse;
use std::fmt;

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
