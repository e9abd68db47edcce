//! Features, which are the properties of a comment that the classifier counts, and the text form in which they are
//! stored.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use strum::{EnumIter, EnumString, IntoStaticStr};

/// A property of a comment that the classifier counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Feature {
    /// A word in the text of the comment.
    Word(String),
    /// Two words next to each other in the text of the comment.
    Pair(String, String),
    /// The host of a link in the comment.
    LinkTo(String),
    /// The host of the website that the commenter entered in the form.
    WebsiteAt(String),
    /// A word in the commenter's name.
    Name(String),
    Shape(TextShape),
}

/// A property of the overall look of a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, EnumString, IntoStaticStr)]
// The codes are stored with comments and go into the IDs of features, so a renamed variant loses what was learned.
#[strum(serialize_all = "kebab-case")]
pub enum TextShape {
    NoLink,
    OneLink,
    /// The comment has two or three links.
    FewLinks,
    /// The comment has four links or more.
    ManyLinks,
    /// The text has fewer than 40 characters.
    VeryShort,
    /// The text has 40 to 159 characters.
    Short,
    /// The text has 160 to 599 characters.
    Medium,
    Long,
    /// More than a third of the upper-case and lower-case letters are capitals.
    Capitals,
    /// More than three quarters of the upper-case and lower-case letters are capitals.
    AllCapitals,
    /// The text has three exclamation marks or more.
    Exclamations,
    /// A word mixes letters of two alphabets.
    MixedAlphabets,
    /// The text has invisible characters that no writing system needs.
    InvisibleCharacters,
    /// A word has digits in place of letters.
    DigitsForLetters,
    /// A word is spelled with spaces or punctuation between its letters, as in `c.a.s.i.n.o`.
    SpacedLetters,
    /// The commenter entered a website in the form.
    Website,
}

impl TextShape {
    /// Returns the code of this shape in the stored text of a feature.
    pub fn code(self) -> &'static str {
        self.into()
    }
}

/// Formats the feature as the text that is stored and hashed. Words contain neither colons nor spaces, so different
/// features have different texts.
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
    /// Returns the sort key that orders features of equal weight for moderators: hosts before words, and long words
    /// before short ones.
    pub(super) fn display_order(&self) -> (u8, Reverse<usize>, String) {
        let rank = match self {
            Self::LinkTo(_) | Self::WebsiteAt(_) => 0,
            Self::Name(_) | Self::Word(_) => 1,
            Self::Pair(..) => 2,
            Self::Shape(_) => 3,
        };
        let text = self.to_string();
        (rank, Reverse(text.len()), text)
    }

    /// Parses the stored text of a feature. Returns `None` if it is malformed.
    pub fn parse(stored: &str) -> Option<Self> {
        if stored.is_empty() {
            return None;
        }
        match stored.split_once(':') {
            Some(("link", host)) => Some(Self::LinkTo(host.to_owned())),
            Some(("site", host)) => Some(Self::WebsiteAt(host.to_owned())),
            Some(("name", word)) => Some(Self::Name(word.to_owned())),
            Some(("shape", code)) => TextShape::from_str(code).ok().map(Self::Shape),
            Some(_) => None,
            None => Some(match stored.split_once(' ') {
                Some((first, second)) => Self::Pair(first.to_owned(), second.to_owned()),
                None => Self::Word(stored.to_owned()),
            }),
        }
    }
}
