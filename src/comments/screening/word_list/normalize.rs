//! Normalises texts and word list entries before they are compared, so that spellings that look the same are the same:
//! compatibility characters, composed and stray accents, invisible characters, look-alike letters, letter case and white
//! space. Each normalised text knows which part of the original text every character was made from.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use crate::text::folding::{is_cyrillic_or_greek, to_confusable_latin, to_cyrillic, to_latin};
use crate::text::input;

/// A normalised text.
#[derive(Clone, Debug)]
pub struct FoldedText {
    pub text: String,
    /// For each character of `text`: where it begins there, and the range of the original text it was made from.
    sources: Vec<(usize, Range<usize>)>,
}

/// A word's letters, rewritten in another alphabet, one for one; `None` if that is impossible or changes nothing.
type RewriteWord = fn(&str) -> Option<String>;

impl FoldedText {
    /// Returns the forms in which a text is searched. They differ only in what they take for the same:
    ///
    /// 1. The text without invisible characters and stray accents, in compatibility composition (NFKC).
    /// 2. The same in which invisible characters separate words, as they do at line breaks in Thai.
    /// 3. The same without accents on Latin letters, and with words rewritten in Latin letters that look alike.
    /// 4. The same with words rewritten in Cyrillic or Greek letters.
    ///
    /// Letter case stays. Forms that repeat an earlier one are left out.
    pub fn list_forms(text: &str) -> Vec<Self> {
        let clean = Self::clean(text, false);
        let mut forms = vec![clean];
        if text.chars().any(input::is_invisible) {
            forms.push(Self::clean(text, true));
        }
        let plain = forms[0].map_chars(strip_accent);
        for form in [
            plain.rewrite_words(write_latin),
            plain.rewrite_words(write_cyrillic),
        ] {
            if !forms.iter().any(|known| known.text == form.text) {
                forms.push(form);
            }
        }
        forms
    }

    /// Returns an entry of a word list in the form in which texts are searched for it. Words that mix alphabets, as in an
    /// entry that was copied from spam, are rewritten in the alphabet of most of their letters.
    pub fn fold_entry(entry: &str) -> Self {
        Self::clean(entry, false)
            .rewrite_words(unmix_word)
            .to_search_text()
    }

    /// Returns the text in lower case, with every run of white space as one space.
    pub fn to_search_text(&self) -> Self {
        let mut folded = Self::with_capacity(self.text.len());
        for (c, source) in self.chars() {
            if !c.is_whitespace() {
                // A character may have more bytes in lower case.
                c.to_lowercase()
                    .for_each(|c| folded.push(c, source.clone()));
            } else if !folded.text.ends_with(' ') {
                folded.push(' ', source);
            }
        }
        folded
    }

    /// Returns the range of the original text from which `range` of this text was made.
    pub fn original_range(&self, range: Range<usize>) -> Range<usize> {
        let find = |at: usize| {
            let after = self.sources.partition_point(|(start, _)| *start <= at);
            self.sources
                .get(after.saturating_sub(1))
                .map(|(_, source)| source.clone())
        };
        let first = find(range.start).unwrap_or_default();
        let last = find(range.end.saturating_sub(1).max(range.start)).unwrap_or_default();
        first.start..last.end
    }

    fn clean(text: &str, keeps_invisible: bool) -> Self {
        let mut clean = Self::with_capacity(text.len());
        let is_ignored = |c: char| !keeps_invisible && input::is_invisible(c);
        let mut rest = text.char_indices().peekable();
        while let Some((start, first)) = rest.next() {
            let mut cluster = String::from(first);
            while let Some((_, next)) = rest.next_if(|(_, c)| joins_previous(*c) || is_ignored(*c))
            {
                cluster.push(next);
            }
            let end = rest.peek().map_or(text.len(), |(at, _)| *at);
            cluster.retain(|c| !is_ignored(c));
            for c in compose(&cluster) {
                clean.push(c, start..end);
            }
        }
        clean
    }

    fn map_chars(&self, map: fn(char) -> char) -> Self {
        let mut mapped = Self::with_capacity(self.text.len());
        for (c, source) in self.chars() {
            mapped.push(map(c), source);
        }
        mapped
    }

    fn rewrite_words(&self, rewrite: RewriteWord) -> Self {
        let mut rewritten = String::with_capacity(self.text.len());
        let mut rest = self.text.as_str();
        while !rest.is_empty() {
            let end = rest
                .find(|c: char| !c.is_alphabetic())
                .unwrap_or(rest.len());
            let word = &rest[..end];
            rewritten.push_str(rewrite(word).as_deref().unwrap_or(word));
            let other = rest[end..]
                .find(char::is_alphabetic)
                .map_or(rest.len(), |at| end + at);
            rewritten.push_str(&rest[end..other]);
            rest = &rest[other..];
        }
        let mut folded = Self::with_capacity(rewritten.len());
        for (c, (_, source)) in rewritten.chars().zip(&self.sources) {
            folded.push(c, source.clone());
        }
        folded
    }

    fn chars(&self) -> impl Iterator<Item = (char, Range<usize>)> {
        let sources = self.sources.iter().map(|(_, source)| source.clone());
        self.text.chars().zip(sources)
    }

    fn with_capacity(bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            sources: Vec::with_capacity(bytes),
        }
    }

    fn push(&mut self, c: char, source: Range<usize>) {
        self.sources.push((self.text.len(), source));
        self.text.push(c);
    }
}

/// Returns whether a character can combine with the one before it in NFKC.
fn joins_previous(c: char) -> bool {
    // Vowels and final consonants of decomposed Korean syllables, and half-width Japanese voice marks, are no combining
    // marks.
    is_accent(c)
        || unicode_normalization::char::is_combining_mark(c)
        || matches!(c, '\u{1161}'..='\u{11FF}' | '\u{FF9E}' | '\u{FF9F}')
}

/// Returns the characters of a letter with its combining marks in NFKC, without accents that have no composed letter.
fn compose(cluster: &str) -> Vec<char> {
    let composed = cluster.nfkc().filter(|c| !is_accent(*c)).map(|c| match c {
        // Apostrophes that Ukrainian is written with.
        '\u{2018}' | '\u{2019}' | '\u{02BC}' | '\u{02B9}' | '\u{2032}' | '`' => '\'',
        // The only Cyrillic letters that Unicode composes with a stress mark.
        'ѐ' => 'е',
        'ѝ' => 'и',
        'Ѐ' => 'Е',
        'Ѝ' => 'И',
        c => c,
    });
    match cluster.chars().next() {
        // NFKC makes a space and an accent of it, which would split the word.
        Some('\u{B4}') => vec!['\''],
        _ => composed.collect(),
    }
}

/// Returns whether a combining mark is an accent, without which the letter stays the same. The vowel signs of Indian and
/// similar scripts are no accents.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20F0}' | '\u{FE20}'..='\u{FE2F}'
        // Hebrew points and Arabic vowel marks.
        | '\u{0591}'..='\u{05BD}' | '\u{05BF}' | '\u{05C1}' | '\u{05C2}' | '\u{064B}'..='\u{065F}' | '\u{0670}')
}

/// Returns a Latin or Greek letter without its accent. Letters such as й and ї are letters of their own.
fn strip_accent(c: char) -> char {
    let base = c.nfd().next().unwrap_or(c);
    match base {
        _ if c.is_ascii() => c,
        'a'..='z' | 'A'..='Z' | '\u{0370}'..='\u{03FF}' => base,
        _ => c,
    }
}

/// Returns a word in Latin letters. Words that are not mixed are rewritten only if UTS #39 calls all letters confusable.
fn write_latin(word: &str) -> Option<String> {
    let is_mixed = word.contains(|c: char| c.is_ascii_alphabetic());
    map_letters(word, |c| {
        let loose = || map_case(c, to_latin).filter(|_| is_mixed);
        let same = Some(c).filter(char::is_ascii_alphabetic);
        same.or_else(|| to_confusable_latin(c)).or_else(loose)
    })
}

/// Returns a word in Cyrillic or Greek letters. Words that are not mixed are rewritten only if UTS #39 calls all letters
/// confusable.
fn write_cyrillic(word: &str) -> Option<String> {
    let is_mixed = word.contains(is_cyrillic_or_greek);
    map_letters(word, |c| {
        if is_cyrillic_or_greek(c) {
            return Some(c);
        }
        let latin = Some(c).filter(char::is_ascii_alphabetic);
        let latin = latin.or_else(|| to_confusable_latin(c))?;
        let letter = map_case(latin, to_cyrillic)?;
        (is_mixed || to_confusable_latin(letter) == Some(latin)).then_some(letter)
    })
}

/// Returns a mixed word in the alphabet of most of its letters if that is possible, otherwise in the other.
fn unmix_word(word: &str) -> Option<String> {
    let latin = word.chars().filter(char::is_ascii_alphabetic).count();
    let other = word.chars().filter(|c| is_cyrillic_or_greek(*c)).count();
    if latin == 0 || other == 0 {
        return None;
    }
    let (first, second): (RewriteWord, RewriteWord) = match latin > other {
        true => (write_latin, write_cyrillic),
        false => (write_cyrillic, write_latin),
    };
    first(word).or_else(|| second(word))
}

fn map_letters(word: &str, map: impl Fn(char) -> Option<char>) -> Option<String> {
    let mapped: String = word.chars().map(map).collect::<Option<_>>()?;
    (mapped != word).then_some(mapped)
}

/// Applies a map of lower-case letters to a letter of any case.
fn map_case(c: char, map: fn(char) -> Option<char>) -> Option<char> {
    let mut lower = c.to_lowercase();
    let (letter, None) = (lower.next()?, lower.next()) else {
        return None;
    };
    let mapped = map(letter)?;
    match letter == c {
        true => Some(mapped),
        false => mapped.to_uppercase().next(),
    }
}

/// Returns whether a character is part of a word. A combining accent belongs to the letter before it.
pub fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '\u{0300}'..='\u{036F}')
}
