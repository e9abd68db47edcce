//! Strength of a new passphrase: how many guesses somebody needs who knows which words, names and patterns people use, and
//! who knows the account and the site.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;
use zxcvbn::matching::patterns::MatchPattern;
use zxcvbn::zxcvbn;

use crate::publication::Publication;

/// Least number of guesses, as a power of ten. It is where zxcvbn's highest score begins. At the sign-in page, which takes
/// one guess in ten seconds for an account, they take three thousand years; whoever has stolen the hashes needs a
/// processor core for ten. Four words that are drawn from the thousand commonest ones reach it, three do not.
const MIN_GUESSES_LOG10: f64 = 10.0;

/// Number of characters that are rated at once. zxcvbn compares all their substrings with its lists, and needs up to a
/// tenth of a second for so many.
const CHUNK_CHARS: usize = 50;

/// Characters, apart from digits, that zxcvbn reads as letters too, as in `p@$$word`. It tries all combinations of those
/// that occur, which would take seconds for ten of them.
const LETTER_LIKE: [char; 10] = ['@', '(', '{', '[', '<', '!', '|', '$', '+', '%'];
/// Largest number of different such characters in a chunk that may still stand for letters.
const MAX_LETTER_LIKE: usize = 3;

/// Cyrillic letters, and the characters on the same keys of an English keyboard. zxcvbn knows no Cyrillic words or
/// keyboards, but its list of common passwords has many Cyrillic ones, as they come out on an English keyboard.
const CYRILLIC_KEYS: [char; 37] = [
    'й', 'ц', 'у', 'к', 'е', 'н', 'г', 'ш', 'щ', 'з', 'х', 'ї', 'ф', 'і', 'в', 'а', 'п', 'р', 'о',
    'л', 'д', 'ж', 'є', 'я', 'ч', 'с', 'м', 'и', 'т', 'ь', 'б', 'ю', 'ґ', 'ы', 'ъ', 'э', 'ё',
];
const ENGLISH_KEYS: [char; 37] = [
    'q', 'w', 'e', 'r', 't', 'y', 'u', 'i', 'o', 'p', '[', ']', 'a', 's', 'd', 'f', 'g', 'h', 'j',
    'k', 'l', ';', '\'', 'z', 'x', 'c', 'v', 'b', 'n', 'm', ',', '.', '\\', 's', ']', '\'', '`',
];

/// Reason why a passphrase is easy to guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// It is made of words that belong to the account or the site.
    KnownWords,
    /// It repeats words or characters.
    Repetition,
    /// It follows the keyboard, the alphabet or the numbers.
    Pattern,
    /// Its words are among those that are tried first.
    CommonWords,
}

impl Weakness {
    /// Returns the key of the message that says what is weak and what to do.
    pub fn message_key(self) -> &'static str {
        match self {
            Self::KnownWords => "passphrase-known-words",
            Self::Repetition => "passphrase-repetition",
            Self::Pattern => "passphrase-pattern",
            Self::CommonWords => "passphrase-common-words",
        }
    }
}

/// Words that everybody knows who knows the account or the site. They add nothing to the strength of a passphrase.
pub struct KnownWords(Vec<String>);

impl KnownWords {
    /// Collects the words of a site: its title, its tagline and its host name.
    pub fn of_site(publication: &Publication, host: &str) -> Self {
        Self(Vec::new())
            .with("broadsheet admin")
            .with(&publication.title)
            .with(&publication.tagline)
            .with(host)
    }

    /// Adds the words of a text, such as a name or an email address, one by one and joined.
    pub fn with(mut self, text: &str) -> Self {
        let text = normalize_case(text);
        let words: Vec<&str> = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        let joined = words.concat();
        self.0.extend(words.into_iter().map(str::to_owned));
        self.0.push(joined);
        // A single letter would take apart every word.
        self.0.retain(|word| word.chars().count() > 1);
        self.0.sort_unstable();
        self.0.dedup();
        self
    }

    /// Returns whether a text consists of known words alone, with any digits and signs between them.
    fn make_up(&self, text: &str) -> bool {
        // Positions up to which the text has been taken apart.
        let mut reached = vec![false; text.len() + 1];
        reached[0] = true;
        for (at, c) in text.char_indices() {
            if !reached[at] {
                continue;
            }
            if !c.is_alphabetic() {
                reached[at + c.len_utf8()] = true;
            }
            for word in &self.0 {
                if text[at..].starts_with(word.as_str()) {
                    reached[at + word.len()] = true;
                }
            }
        }
        reached[text.len()] && text.chars().any(char::is_alphabetic)
    }
}

fn normalize_case(text: &str) -> String {
    text.nfkc().collect::<String>().to_lowercase()
}

/// Finds out why a passphrase is easy to guess. Returns `None` if it is strong enough. Blocks the thread, usually for some
/// milliseconds, and for less than two seconds if it is a thousand characters long.
pub fn find_weakness(passphrase: &str, known: &KnownWords) -> Option<Weakness> {
    let text = normalize_case(passphrase);
    let is_separator = |c: char| c.is_whitespace() || "-_.,".contains(c);
    let all: Vec<&str> = text.split(is_separator).filter(|w| !w.is_empty()).collect();
    let mut seen = HashSet::new();
    let different: Vec<&str> = all
        .iter()
        .copied()
        .filter(|word| seen.insert(*word))
        .collect();
    let words: Vec<String> = different
        .iter()
        .filter(|word| !known.make_up(word))
        .map(|word| to_english_keys(word))
        .collect();
    let rater = Rater::new(known);
    // Rated in two ways, because zxcvbn overrates many words in one text, and rows of single characters are seen only if
    // they stand side by side.
    let mut rating = rater.rate_words(&words);
    if rating.is_strong() && words.len() > 1 {
        rating = rater.rate(&words.concat());
    }
    if rating.is_strong() {
        return None;
    }
    Some(if words.len() < different.len() {
        Weakness::KnownWords
    } else if different.len() < all.len() || rating.has_repetition {
        Weakness::Repetition
    } else if rating.has_pattern {
        Weakness::Pattern
    } else {
        Weakness::CommonWords
    })
}

/// Estimate of the guesses that a text needs, and what it is made of.
#[derive(Clone, Copy, Default)]
struct Rating {
    guesses_log10: f64,
    has_repetition: bool,
    has_pattern: bool,
}

impl Rating {
    fn is_strong(self) -> bool {
        self.guesses_log10 >= MIN_GUESSES_LOG10
    }
}

/// Rater of texts by a dictionary to which the known words have been added.
struct Rater {
    known: Vec<String>,
}

impl Rater {
    fn new(known: &KnownWords) -> Self {
        let known = known.0.iter().map(|word| to_english_keys(word)).collect();
        Self { known }
    }

    /// Rates words whose order has to be guessed as well. Stops when they are strong enough.
    fn rate_words(&self, words: &[String]) -> Rating {
        let mut sum = Rating::default();
        for (position, word) in words.iter().enumerate() {
            let rating = self.rate(word);
            sum.guesses_log10 += rating.guesses_log10 + order_log10(position + 1);
            sum.has_repetition |= rating.has_repetition;
            sum.has_pattern |= rating.has_pattern;
            if sum.is_strong() {
                break;
            }
        }
        sum
    }

    /// Rates a text by its strongest part, so that a long text is not refused because of its beginning.
    fn rate(&self, text: &str) -> Rating {
        let chars: Vec<char> = text.chars().collect();
        let mut best = Rating::default();
        for chunk in chars.chunks(CHUNK_CHARS) {
            let rating = self.rate_chunk(chunk);
            if rating.guesses_log10 >= best.guesses_log10 {
                best = rating;
            }
            if best.is_strong() {
                break;
            }
        }
        best
    }

    fn rate_chunk(&self, chunk: &[char]) -> Rating {
        let letter_like: HashSet<&char> =
            chunk.iter().filter(|c| LETTER_LIKE.contains(c)).collect();
        let text: String = match letter_like.len() > MAX_LETTER_LIKE {
            true => {
                let signs = chunk.iter().map(|c| match LETTER_LIKE.contains(c) {
                    true => '*',
                    false => *c,
                });
                signs.collect()
            }
            false => chunk.iter().collect(),
        };
        let known: Vec<&str> = self.known.iter().map(String::as_str).collect();
        let entropy = zxcvbn(&text, &known);
        let mut rating = Rating::default();
        // The product over the parts that were recognised, not zxcvbn's own number: that adds 10,000 guesses for each
        // further part and so calls six of the commonest passwords in a row strong.
        for (position, part) in entropy.sequence().iter().enumerate() {
            let guesses = part.guesses.unwrap_or(1).max(1);
            rating.guesses_log10 += log10(guesses) + order_log10(position + 1);
            match &part.pattern {
                MatchPattern::Repeat(_) => rating.has_repetition = true,
                MatchPattern::Spatial(_)
                | MatchPattern::Sequence(_)
                | MatchPattern::Regex(_)
                | MatchPattern::Date(_) => rating.has_pattern = true,
                MatchPattern::Dictionary(_) | MatchPattern::BruteForce => {}
            }
        }
        rating
    }
}

/// Returns the factor, as a power of ten, by which one more part multiplies the possible orders.
fn order_log10(parts: usize) -> f64 {
    log10(parts as u64)
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn log10(number: u64) -> f64 {
    (number as f64).log10()
}

/// Replaces Cyrillic letters by the characters on the same keys of an English keyboard.
fn to_english_keys(text: &str) -> String {
    text.chars()
        .map(|c| {
            let position = CYRILLIC_KEYS.iter().position(|key| *key == c);
            position.map_or(c, |position| ENGLISH_KEYS[position])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weakness_of(passphrase: &str) -> Option<Weakness> {
        let mut publication = Publication::new(&[0; 8]);
        publication.title = "Річкові Новини".to_owned();
        publication.tagline = "News from the river".to_owned();
        let known = KnownWords::of_site(&publication, "news.example.org")
            .with("ak-77")
            .with("Ann Kovalenko")
            .with("annie@mail.example.com");
        find_weakness(passphrase, &known)
    }

    #[test]
    fn four_unrelated_words_are_strong() {
        for passphrase in [
            "plum bicycle window thunder",
            "correct horse battery staple",
            "correcthorsebatterystaple",
            "house water paper music",
            "four plain words here",
            "слон дощ вікно книга",
            "чотири прості слова тут",
            "Ann likes plum bicycle thunder",
            "x7$k2@p!q9#z&w*e",
            "h3Yq-9vTz-Lm2w-Xp8r",
            "象は長い鼻を持つ動物なのですよ",
        ] {
            assert_eq!(weakness_of(passphrase), None, "{passphrase}");
        }
    }

    #[test]
    fn common_passphrases_are_weak() {
        use Weakness::{CommonWords, KnownWords, Pattern, Repetition};
        for (passphrase, weakness) in [
            ("passwordpassword", Repetition),
            ("password password password", Repetition),
            ("aaaaaaaaaaaaaaa", Repetition),
            ("123456789012345", Pattern),
            ("1 2 3 4 5 6 7 8 9 10 11 12", Pattern),
            ("a b c d e f g h i j k l", Pattern),
            ("iloveyouiloveyou", Repetition),
            ("qwertyuiopasdfgh", CommonWords),
            ("йцукенгшщзхїфівапролджє", Pattern),
            ("пароль пароль пароль", Repetition),
            ("парольпарольпароль", Repetition),
            ("password letmein qwerty dragon monkey", CommonWords),
            ("dragonmonkeyshadowletmein", CommonWords),
            ("!!!!!!!!!!!!!!!!", Repetition),
            ("----------------", CommonWords),
            ("admin@broadsheet", KnownWords),
            ("broadsheetbroadsheet", KnownWords),
            ("broadsheet broadsheet broadsheet", KnownWords),
            ("річкові новини річкові новини", KnownWords),
            ("РічковіНовиниРічковіНовини", KnownWords),
            ("News from the river 2026", KnownWords),
            ("news.example.org", KnownWords),
            ("annkovalenko-ak77", KnownWords),
            ("Ann Kovalenko Ann Kovalenko", KnownWords),
            ("kovalenkoannkovalenko1", KnownWords),
            ("ak-77ak-77ak-77ak-77", KnownWords),
            ("annie@mail.example.com", KnownWords),
            ("annieannieannieannie", KnownWords),
        ] {
            assert_eq!(weakness_of(passphrase), Some(weakness), "{passphrase}");
        }
    }

    #[test]
    fn a_long_passphrase_is_rated_by_its_strongest_part() {
        let end = "plum bicycle window thunder";
        assert_eq!(weakness_of(&format!("{}{end}", "a".repeat(900))), None);
        assert_eq!(weakness_of(&format!("{} {end}", "la ".repeat(300))), None);
        for weak in ["a", "la ", "password", "qwerty ", "broadsheet"] {
            let text = weak.repeat(1_000 / weak.len());
            assert!(weakness_of(&text).is_some(), "{weak}");
        }
    }

    #[test]
    fn every_cyrillic_letter_has_a_key() {
        assert_eq!(to_english_keys("пароль йцукен"), "gfhjkm qwerty");
        let letters: HashSet<char> = CYRILLIC_KEYS.into_iter().collect();
        assert_eq!(letters.len(), CYRILLIC_KEYS.len());
    }

    #[test]
    fn many_signs_that_look_like_letters_are_rated_all_the_same() {
        let signs = "4@8({[<3691!|170$5+%2";
        assert_eq!(weakness_of(signs), None);
        assert!(weakness_of(&"@$!+%|".repeat(20)).is_some());
    }
}
