//! Folds text so that words are recognised although they are disguised with letters of another alphabet, accents or
//! invisible characters. Needs no database.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::skeleton as uts39_skeleton;

use super::characters::is_invisible;

/// Returns the text in lower case and compatibility composition (NFKC, UAX #15). Removes invisible characters, and
/// combining accents that NFKC could not merge with a letter.
pub fn fold(text: &str) -> String {
    text.nfkc()
        // NFKC has composed letters such as й and ї before, so only stray accents are removed.
        .filter(|c| !is_invisible(*c) && !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            // The apostrophes that Ukrainian is written with.
            '\u{2019}' | '\u{02BC}' | '\u{2018}' | '`' => '\'',
            c => c,
        })
        .collect()
}

/// Rewrites a lower-case word that mixes Latin with Greek or Cyrillic letters in a single alphabet. Returns `None` if the
/// word is not mixed, or if a letter has no lookalike in the other alphabet.
pub fn unify_script(word: &str) -> Option<String> {
    let is_latin = |c: char| c.is_ascii_lowercase();
    if !(word.chars().any(is_latin) && word.chars().any(is_cyrillic_or_greek)) {
        return None;
    }
    let turned = |to: fn(char) -> Option<char>, is_strange: fn(char) -> bool| {
        let letters = word.chars();
        letters
            .map(|c| if is_strange(c) { to(c) } else { Some(c) })
            .collect::<Option<String>>()
    };
    turned(to_latin, |c| !c.is_ascii()).or_else(|| turned(to_cyrillic, |c| c.is_ascii_lowercase()))
}

pub fn is_cyrillic_or_greek(c: char) -> bool {
    matches!(c, '\u{0370}'..='\u{03FF}' | '\u{0400}'..='\u{052F}')
}

/// Pairs of letters that look alike: a Cyrillic or Greek letter, then the Latin letter.
const LOOKALIKE_LETTERS: [(char, char); 29] = [
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

/// Returns the Latin letter that a lower-case Cyrillic or Greek letter resembles.
pub fn to_latin(c: char) -> Option<char> {
    let mut pairs = LOOKALIKE_LETTERS.iter();
    pairs
        .find(|(other, _)| *other == c)
        .map(|(_, latin)| *latin)
}

/// Returns the Cyrillic or Greek letter that a lower-case Latin letter resembles.
pub fn to_cyrillic(c: char) -> Option<char> {
    let mut pairs = LOOKALIKE_LETTERS.iter();
    pairs
        .find(|(_, latin)| *latin == c)
        .map(|(other, _)| *other)
}

/// Returns the ASCII letter from which a letter cannot be told apart (the confusables of UTS #39), or `None`.
pub fn to_confusable_latin(c: char) -> Option<char> {
    let mut buffer = [0; 4];
    let mut prototype = uts39_skeleton(c.encode_utf8(&mut buffer));
    let first = prototype.next().filter(char::is_ascii_alphabetic)?;
    prototype.next().is_none().then_some(first)
}

/// Returns the form that a name shares with all names that look like it: the skeleton of UTS #39 in lower case, without
/// accents, in which letters and digits that many fonts hardly distinguish are one (`l`, `i` and `1`; `o` and `0`).
pub fn skeleton(name: &str) -> String {
    let letters: String = name.nfkd().filter(|c| !is_combining_mark(*c)).collect();
    let latin: String = letters
        .chars()
        .map(|c| to_latin(c).or_else(|| to_ascii(c)).unwrap_or(c))
        .collect();
    // Twice: the skeleton of some letters is a capital, whose small letter has a skeleton of its own (`M`, m, rn).
    let lower = uts39_skeleton(&latin).collect::<String>().to_lowercase();
    let twice: String = uts39_skeleton(&lower).map(merge_similar).collect();
    twice.replace("vv", "w")
}

/// Returns the ASCII letter of which a Latin letter is a variant: a small capital, a turned letter or one of the phonetic
/// alphabet.
fn to_ascii(c: char) -> Option<char> {
    // Latin Extended-B to D, IPA Extensions and Phonetic Extensions. The skeleton of UTS #39 keeps many of these.
    if !matches!(c, '\u{180}'..='\u{2AF}' | '\u{1D00}'..='\u{1DBF}' | '\u{2C60}'..='\u{2C7F}' | '\u{A720}'..='\u{A7FF}')
    {
        return None;
    }
    match c {
        'Ə' | 'ə' | 'Ǝ' | 'ǝ' => Some('e'),
        _ => {
            let mut letters = deunicode::deunicode_char(c)?.chars();
            let first = letters.next().filter(char::is_ascii_alphabetic)?;
            letters.next().is_none().then_some(first)
        }
    }
}

/// Returns one character for a digit and the letter that it stands for, and for `i` and `l`.
fn merge_similar(c: char) -> char {
    match c.to_ascii_lowercase() {
        '1' | 'i' | '|' => 'l',
        '0' => 'o',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        lower => lower,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_have_the_same_skeleton() {
        for (name, other) in [
            ("Olena", "Оlеnа"),
            ("Olena", "OIena"),
            ("Olena", "0lena"),
            ("Olena", "O1ena"),
            ("Olena", "O|ena"),
            ("Olena", "𝐎𝓵𝔢𝕟𝖆"),
            ("Olena", "Ｏｌｅｎａ"),
            ("Olena", "Ólénà"),
            ("Olena", "ᴏʟᴇɴᴀ"),
            ("Olena", "Olǝnɐ"),
            ("Editor", "Ɛdiʇoɹ"),
            ("Olena", "Ο𝗅ɘna".replace('ɘ', "e").as_str()),
            ("Martha", "Rnartha".replacen('R', "r", 1).as_str()),
            ("William", "VViIIiam"),
            ("Йосип", "И\u{306}осип"),
            ("Bob", "Вов".replace('о', "o").as_str()),
        ] {
            assert_eq!(skeleton(name), skeleton(other), "{name}, {other}");
        }
        for (name, other) in [("Olena", "Oleha"), ("Ann", "Anna"), ("Ілля", "Юля")] {
            assert_ne!(skeleton(name), skeleton(other), "{name}, {other}");
        }
    }
}
