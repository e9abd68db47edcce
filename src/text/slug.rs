//! Slugs: parts of URLs that name an article, page or topic, made from its title or name.

use std::borrow::Cow;
use std::fmt;

use deunicode::deunicode_char;
use percent_encoding::percent_decode_str;
use url::Url;

use super::input::is_invisible;

/// Longest accepted slug, in characters.
pub const MAX_CHARS: usize = 100;
/// Longest slug made from a title, in characters. Search engines show about this much of a URL.
const MAX_TITLE_CHARS: usize = 80;

/// Slug of 1 to 100 characters: words of `a-z0-9` joined by single hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct Slug(String);

impl Slug {
    /// Parses a slug. Returns `None` if it is not well formed. Nothing is corrected.
    pub fn parse(slug: &str) -> Option<Self> {
        let well_formed = slug.len() <= MAX_CHARS
            && slug.split('-').all(|word| {
                !word.is_empty()
                    && word
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            });
        well_formed.then(|| Self(slug.to_owned()))
    }

    /// Makes a slug from a title by transliteration. Ukrainian follows the official table (Cabinet of Ministers,
    /// resolution 55 of 2010). If the title has no letters or digits, the slug is `article`.
    pub fn from_title(title: &str) -> Self {
        Self::from_words(title).unwrap_or_else(|| Self("article".to_owned()))
    }

    /// Makes a slug from a person's name by transliteration. If the name has no letters or digits, the slug is `author`.
    pub fn from_name(name: &str) -> Self {
        Self::from_words(name).unwrap_or_else(|| Self("author".to_owned()))
    }

    /// Makes a slug as [`Self::from_title`] does. Returns `None` if the text has no letters or digits.
    pub fn from_words(text: &str) -> Option<Self> {
        let latin = transliterate(text);
        let mut slug = String::with_capacity(MAX_TITLE_CHARS);
        for word in latin.split('-').filter(|word| !word.is_empty()) {
            if slug.is_empty() {
                // A single word may be longer than the limit. Slicing is safe, since the word is ASCII.
                slug.push_str(&word[..word.len().min(MAX_TITLE_CHARS)]);
            } else if slug.len() + 1 + word.len() <= MAX_TITLE_CHARS {
                slug.push('-');
                slug.push_str(word);
            } else {
                break;
            }
        }
        (!slug.is_empty()).then_some(Self(slug))
    }

    /// Appends a number to the slug, for use when the slug is already taken. The slug is shortened if the result would be
    /// too long.
    pub fn with_number(&self, number: u64) -> Self {
        let ending = format!("-{number}");
        // Slicing by bytes is safe: slugs are ASCII.
        let most = MAX_CHARS - ending.len();
        let kept = &self.0[..self.0.len().min(most)];
        Self(format!("{}{ending}", kept.trim_end_matches('-')))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns the last part of the path, decoded, if a URL or a path was typed. The result is `/` if it has none: the words of
/// the host are no slug.
pub fn find_in_url(typed: &str) -> Option<String> {
    let url = match typed {
        _ if typed.starts_with('/') => format!("https://host{typed}"),
        _ if typed.starts_with("www.") => format!("https://{typed}"),
        _ if typed.contains("://") => typed.to_owned(),
        _ => return None,
    };
    let url = Url::parse(&url).ok()?;
    let part = url.path_segments()?.rfind(|part| !part.is_empty());
    let decoded = part.and_then(|part| percent_decode_str(part).decode_utf8().ok());
    Some(decoded.map_or_else(|| "/".to_owned(), Cow::into_owned))
}

/// Transliterates a title to lowercase Latin letters and digits. All other characters become hyphens.
pub fn transliterate(title: &str) -> String {
    let mut latin = String::with_capacity(title.len());
    let mut letters = compose_lowercase(title).peekable();
    let mut inside_a_word = false;
    while let Some(c) = letters.next() {
        if is_apostrophe(c) || is_invisible(c) {
            continue;
        }
        // The official table writes зг as "zgh", because "zh" is ж.
        if c == 'з' && letters.peek() == Some(&'г') {
            letters.next();
            latin.push_str("zgh");
        } else if let Some(syllable) = romanize_ukrainian(c, inside_a_word) {
            latin.push_str(syllable);
        } else {
            for part in deunicode_char(c).unwrap_or(" ").chars() {
                let part = part.to_ascii_lowercase();
                latin.push(if part.is_ascii_alphanumeric() {
                    part
                } else {
                    '-'
                });
            }
        }
        inside_a_word = c.is_alphanumeric();
    }
    latin
}

/// Lowercases a title. Also composes the letters й and ї, since macOS may write each as a letter and a combining mark.
fn compose_lowercase(title: &str) -> impl Iterator<Item = char> {
    let mut letters = title.chars().flat_map(char::to_lowercase).peekable();
    std::iter::from_fn(move || {
        let c = letters.next()?;
        let whole = match (c, letters.peek()) {
            ('и', Some('\u{306}')) => 'й',
            ('і', Some('\u{308}')) => 'ї',
            _ => return Some(c),
        };
        letters.next();
        Some(whole)
    })
}

fn is_apostrophe(c: char) -> bool {
    matches!(
        c,
        '\'' | '’' | '‘' | 'ʼ' | 'ʹ' | '′' | '`' | '\u{301}' | '\u{AD}'
    )
}

/// Romanizes a Ukrainian letter by resolution 55 of the Cabinet of Ministers, 27 January 2010.
fn romanize_ukrainian(letter: char, inside_a_word: bool) -> Option<&'static str> {
    Some(match (letter, inside_a_word) {
        ('а', _) => "a",
        ('б', _) => "b",
        ('в', _) => "v",
        ('г', _) => "h",
        ('ґ', _) => "g",
        ('д', _) => "d",
        ('е', _) => "e",
        ('є', false) => "ye",
        ('є', true) => "ie",
        ('ж', _) => "zh",
        ('з', _) => "z",
        ('и', _) | ('й', false) => "y",
        ('і', _) | ('ї' | 'й', true) => "i",
        ('ї', false) => "yi",
        ('к', _) => "k",
        ('л', _) => "l",
        ('м', _) => "m",
        ('н', _) => "n",
        ('о', _) => "o",
        ('п', _) => "p",
        ('р', _) => "r",
        ('с', _) => "s",
        ('т', _) => "t",
        ('у', _) => "u",
        ('ф', _) => "f",
        ('х', _) => "kh",
        ('ц', _) => "ts",
        ('ч', _) => "ch",
        ('ш', _) => "sh",
        ('щ', _) => "shch",
        ('ь', _) => "",
        ('ю', false) => "yu",
        ('ю', true) => "iu",
        ('я', false) => "ya",
        ('я', true) => "ia",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slug_text(title: &str) -> String {
        Slug::from_title(title).to_string()
    }

    #[test]
    fn a_title_in_ukrainian_becomes_a_slug() {
        for (title, slug) in [
            ("Київ", "kyiv"),
            ("щось", "shchos"),
            ("Згорани", "zghorany"),
            ("Знам'янка", "znamianka"),
            ("Знам’янка", "znamianka"),
            ("Єнакієве", "yenakiieve"),
            ("Їжакевич і Кадиївка", "yizhakevych-i-kadyivka"),
            ("Йосипівка, Стрий", "yosypivka-stryi"),
            ("Юрій Ґалаґан", "yurii-galagan"),
            ("Яготин — Костянтин", "yahotyn-kostiantyn"),
            ("«Розгін» згоди", "rozghin-zghody"),
            ("Івано-Франківськ", "ivano-frankivsk"),
        ] {
            assert_eq!(slug_text(title), slug, "{title}");
        }
    }

    #[test]
    fn letters_with_separate_combining_marks_are_composed() {
        assert_eq!(slug_text("Кии\u{306}в Киі\u{308}в"), "kyiv-kyiv");
    }

    #[test]
    fn a_title_in_other_scripts_is_transliterated() {
        for (title, slug) in [
            (
                "France, Ukraine: joint production?",
                "france-ukraine-joint-production",
            ),
            ("Sébastien Lecornu’s visit", "sebastien-lecornus-visit"),
            ("Straße & Łódź — 100 % naïve", "strasse-lodz-100-naive"),
            ("北京", "bei-jing"),
        ] {
            assert_eq!(slug_text(title), slug, "{title}");
        }
    }

    #[test]
    fn a_title_without_letters_becomes_article() {
        for title in ["", " ", "!?…", "ь", "\0"] {
            assert_eq!(slug_text(title), "article", "{title:?}");
        }
    }

    #[test]
    fn a_long_title_ends_at_a_word() {
        assert_eq!(slug_text(&"seven77 ".repeat(30)), ["seven77"; 10].join("-"));
        assert_eq!(slug_text(&"a".repeat(500)), "a".repeat(80));
    }

    #[test]
    fn a_slug_with_an_appended_number_is_well_formed() {
        let slug = |text: &str| Slug::parse(text).expect("a slug");
        assert_eq!(slug("tea").with_number(2), slug("tea-2"));
        let long = slug(&"a".repeat(100)).with_number(u64::MAX);
        assert_eq!(Slug::parse(long.as_str()), Some(long));
        let hyphen = slug(&format!("{}-b", "a".repeat(97))).with_number(2);
        assert_eq!(hyphen, slug(&format!("{}-2", "a".repeat(97))));
    }

    #[test]
    fn malformed_slugs_are_rejected() {
        for slug in ["a", "tea-and-7-cakes", &"a".repeat(100)] {
            assert_eq!(
                Slug::parse(slug).map(|s| s.to_string()).as_deref(),
                Some(slug)
            );
        }
        for not in [
            "",
            "-",
            "-a",
            "a-",
            "a--b",
            "A",
            "a b",
            "ї",
            "a/b",
            &"a".repeat(101),
        ] {
            assert_eq!(Slug::parse(not), None, "{not:?}");
        }
    }

    proptest! {
        #[test]
        fn any_title_gives_a_well_formed_slug(title in "(?s).{0,200}") {
            let slug = Slug::from_title(&title);
            prop_assert_eq!(Slug::parse(slug.as_str()), Some(slug.clone()));
        }
    }
}
