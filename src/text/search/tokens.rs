//! Splits text into the tokens that are indexed and searched for.

use std::ops::Range;
use std::sync::LazyLock;

use snowball_stemmers_rs::{Algorithm, Stemmer};
use unicode_normalization::char::is_combining_mark;

use super::folding::{fold_word, is_apostrophe};
use super::{arabic, ukrainian};
use crate::text::characters::{is_invisible, is_word_by_itself};

/// Smallest number of letters of a part of a word that is a token as well: `homme` of `l’homme`.
const MIN_PART_CHARS: usize = 3;

/// Number of digits in each group of a number but the first.
const DIGIT_GROUP: usize = 3;
const DIGIT_SEPARATORS: [&str; 6] = [",", ".", " ", "\u{A0}", "\u{202F}", "\u{2009}"];

static ENGLISH: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));

/// A word, a part of a word, or one or two characters of text without spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// Range of bytes in the text.
    pub range: Range<usize>,
    /// Number of words before this one. Tokens read from the same word share it.
    pub position: usize,
    pub lexeme: String,
    pub kind: TokenKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    /// Part of a word, or two words joined by a hyphen as if they were one.
    Variant,
    /// Two neighbouring characters of text without spaces.
    Pair,
    /// The last character of text without spaces. Queries of one character find it.
    LastCharacter,
}

/// Splits a text into tokens, in the order of their beginnings.
pub(super) fn tokenize(text: &str) -> Vec<Token> {
    let mut tokenizer = Tokenizer::default();
    let mut start = None;
    for (at, c) in text.char_indices() {
        match (start, is_token_character(c)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                tokenizer.push_run(text, from..at);
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        tokenizer.push_run(text, from..text.len());
    }
    tokenizer.tokens
}

#[derive(Default)]
struct Tokenizer {
    tokens: Vec<Token>,
    position: usize,
    /// Range and index of the last token of kind `Word`.
    last_word: Option<(Range<usize>, usize)>,
    /// The number that the last word belongs to.
    number: Option<GroupedNumber>,
}

/// Number written in groups of digits, as far as it has been read.
struct GroupedNumber {
    range: Range<usize>,
    /// Index of the token of its first group.
    index: usize,
    /// Whether the next token is the number without separators.
    has_variant: bool,
}

impl Tokenizer {
    /// Adds the tokens of a run of letters, digits, marks and apostrophes.
    fn push_run(&mut self, text: &str, run: Range<usize>) {
        let mut start = run.start;
        let mut was_unspaced = None;
        for (at, c) in text[run.clone()].char_indices() {
            if continues_character(c) {
                continue;
            }
            let at = run.start + at;
            let unspaced = is_unspaced(c);
            if was_unspaced.is_some_and(|was| was != unspaced) {
                self.push_part(text, start..at, !unspaced);
                start = at;
            }
            was_unspaced = Some(unspaced);
        }
        self.push_part(text, start..run.end, was_unspaced == Some(true));
    }

    fn push_part(&mut self, text: &str, range: Range<usize>, is_unspaced: bool) {
        if is_unspaced {
            self.push_characters(text, range);
        } else {
            self.push_word(text, range);
        }
    }

    fn push_word(&mut self, text: &str, range: Range<usize>) {
        let range = trim_apostrophes(text, range);
        let lexeme = fold_word(&text[range.clone()]);
        if lexeme.is_empty() {
            return;
        }
        self.push_compound(text, &range);
        self.push_number(text, &range);
        let position = self.position;
        self.last_word = Some((range.clone(), self.tokens.len()));
        self.push(range.clone(), lexeme, TokenKind::Word);
        self.push_apostrophe_parts(text, &range, position);
        self.position += 1;
    }

    /// Adds the last word and this one as if they were written without the hyphen between them: `веб-сайт` is found as
    /// `вебсайт`.
    fn push_compound(&mut self, text: &str, range: &Range<usize>) {
        let Some((last, index)) = self.last_word.clone() else {
            return;
        };
        let between = &text[last.end..range.start];
        if !matches!(
            between,
            "-" | "\u{2010}" | "\u{2011}" | "\u{FE63}" | "\u{FF0D}"
        ) {
            return;
        }
        let joined = fold_word(&format!("{}{}", &text[last.clone()], &text[range.clone()]));
        let position = self.tokens[index].position;
        self.tokens.insert(
            index + 1,
            Token {
                range: last.start..range.end,
                position,
                lexeme: joined,
                kind: TokenKind::Variant,
            },
        );
    }

    /// Adds a number that is written in groups of three digits as if it were written without separators: `5,000` is found
    /// as `5000`. Its last group is about to be added.
    fn push_number(&mut self, text: &str, range: &Range<usize>) {
        let word = &text[range.clone()];
        if word.len() > DIGIT_GROUP || !word.bytes().all(|byte| byte.is_ascii_digit()) {
            self.number = None;
            return;
        }
        let continued = self.number.take().filter(|number| {
            let between = &text[number.range.end..range.start];
            word.len() == DIGIT_GROUP && DIGIT_SEPARATORS.contains(&between)
        });
        let Some(mut number) = continued else {
            self.number = Some(GroupedNumber {
                range: range.clone(),
                index: self.tokens.len(),
                has_variant: false,
            });
            return;
        };
        number.range.end = range.end;
        let digits = text[number.range.clone()].chars();
        let variant = Token {
            range: number.range.clone(),
            position: self.tokens[number.index].position,
            lexeme: digits.filter(char::is_ascii_digit).collect(),
            kind: TokenKind::Variant,
        };
        if number.has_variant {
            self.tokens[number.index + 1] = variant;
        } else {
            self.tokens.insert(number.index + 1, variant);
            number.has_variant = true;
        }
        self.number = Some(number);
    }

    /// Adds the parts of a Latin word with an apostrophe: French and Italian put short words before it.
    fn push_apostrophe_parts(&mut self, text: &str, range: &Range<usize>, position: usize) {
        let word = &text[range.clone()];
        let mut start = range.start;
        let mut parts = Vec::new();
        for (at, c) in word.char_indices().filter(|(_, c)| is_apostrophe(*c)) {
            parts.push(start..range.start + at);
            start = range.start + at + c.len_utf8();
        }
        if parts.is_empty() {
            return;
        }
        parts.push(start..range.end);
        for part in parts {
            let lexeme = fold_word(&text[part.clone()]);
            if lexeme.len() >= MIN_PART_CHARS
                && lexeme.bytes().all(|byte| byte.is_ascii_lowercase())
            {
                self.tokens.push(Token {
                    range: part,
                    position,
                    lexeme,
                    kind: TokenKind::Variant,
                });
            }
        }
    }

    fn push_characters(&mut self, text: &str, range: Range<usize>) {
        let mut characters: Vec<(Range<usize>, String)> = Vec::new();
        for (at, c) in text[range.clone()].char_indices() {
            let at = range.start + at;
            let end = at + c.len_utf8();
            match characters.last_mut() {
                Some((last, _)) if continues_character(c) => last.end = end,
                _ => characters.push((at..end, String::new())),
            }
        }
        for (range, folded) in &mut characters {
            *folded = fold_word(&text[range.clone()]);
        }
        characters.retain(|(_, folded)| !folded.is_empty());
        for pair in characters.windows(2) {
            let [(first, one), (second, other)] = pair else {
                continue;
            };
            self.push(
                first.start..second.end,
                format!("{one}{other}"),
                TokenKind::Pair,
            );
            self.position += 1;
        }
        if let Some((range, folded)) = characters.pop() {
            self.push(range, folded, TokenKind::LastCharacter);
            self.position += 1;
        }
        self.last_word = None;
        self.number = None;
    }

    fn push(&mut self, range: Range<usize>, lexeme: String, kind: TokenKind) {
        self.tokens.push(Token {
            range,
            position: self.position,
            lexeme,
            kind,
        });
    }
}

fn trim_apostrophes(text: &str, range: Range<usize>) -> Range<usize> {
    let word = &text[range.clone()];
    let is_outside = |c: char| is_apostrophe(c) || is_invisible(c);
    let start = range.start + word.len() - word.trim_start_matches(is_outside).len();
    let end = range.end - (word.len() - word.trim_end_matches(is_outside).len());
    start..end.max(start)
}

fn is_token_character(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || is_apostrophe(c) || is_invisible(c)
}

/// Returns whether a character belongs to the one before it: combining and invisible ones, the voicing marks of half-width
/// katakana, and the vowels and last consonants of decomposed Korean.
pub(super) fn continues_character(c: char) -> bool {
    is_combining_mark(c)
        || is_invisible(c)
        || matches!(c, '\u{1160}'..='\u{11FF}' | '\u{D7B0}'..='\u{D7FF}' | '\u{FF9E}' | '\u{FF9F}')
}

/// Returns whether a character belongs to a script that is written without spaces, or, as Korean, with endings that are
/// written together with the word.
pub(super) fn is_unspaced(c: char) -> bool {
    is_word_by_itself(c)
        || matches!(c, '\u{0E80}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1100}'..='\u{11FF}' | '\u{1780}'..='\u{17FF}'
            | '\u{3005}'..='\u{3007}' | '\u{3100}'..='\u{318F}' | '\u{31A0}'..='\u{31BF}' | '\u{31F0}'..='\u{31FF}'
            | '\u{A960}'..='\u{A97F}' | '\u{AC00}'..='\u{D7FF}' | '\u{FF66}'..='\u{FFDC}')
}

/// Returns the stems of a folded word. Words that share a stem are forms of one word. Numbers and words of other scripts
/// have none.
pub(super) fn stem_word(word: &str) -> Vec<String> {
    match word.chars().next() {
        Some('\u{0400}'..='\u{052F}') => ukrainian::stem(word),
        Some('\u{0600}'..='\u{06FF}') => arabic::stem(word),
        Some('a'..='z') => vec![ENGLISH.stem(word).into_owned()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lexemes(text: &str) -> Vec<(usize, String)> {
        let tokens = tokenize(text).into_iter();
        tokens.map(|token| (token.position, token.lexeme)).collect()
    }

    #[test]
    fn texts_are_split_into_words_and_pairs_of_characters() {
        let cases: &[(&str, &[(usize, &str)])] = &[
            ("", &[]),
            ("… — '!' 🎉", &[]),
            ("Tea, 'hot' tea", &[(0, "tea"), (1, "hot"), (2, "tea")]),
            ("O’Brien", &[(0, "obrien"), (0, "brien")]),
            ("об’єкт", &[(0, "обєкт")]),
            (
                "an e-mail",
                &[(0, "an"), (1, "e"), (1, "email"), (2, "mail")],
            ),
            ("5,000 m", &[(0, "5"), (0, "5000"), (1, "000"), (2, "m")]),
            (
                "1 234\u{A0}567.890",
                &[
                    (0, "1"),
                    (0, "1234567890"),
                    (1, "234"),
                    (2, "567"),
                    (3, "890"),
                ],
            ),
            (
                "2026, 100, 5.12",
                &[(0, "2026"), (1, "100"), (2, "5"), (3, "12")],
            ),
            ("北京是", &[(0, "北京"), (1, "京是"), (2, "是")]),
            ("東", &[(0, "東")]),
            ("東京tower2", &[(0, "東京"), (1, "京"), (2, "tower2")]),
            (
                "서울에서",
                &[(0, "서울"), (1, "울에"), (2, "에서"), (3, "서")],
            ),
            ("ｶﾞｽ", &[(0, "ガス"), (1, "ス")]),
            (
                "\u{1112}\u{1161}\u{11AB}\u{1100}\u{116E}\u{11A8}",
                &[(0, "한국"), (1, "국")],
            ),
            ("हिन्दी भाषा", &[(0, "हिन्दी"), (1, "भाषा")]),
        ];
        for (text, expected) in cases {
            let expected: Vec<(usize, String)> = expected
                .iter()
                .map(|(at, word)| (*at, (*word).to_owned()))
                .collect();
            assert_eq!(lexemes(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn tokens_of_any_text_have_valid_ranges_and_harmless_lexemes(text in "\\PC{0,40}|[а-я'’ʼ\u{301}\u{200B}a-z東ｶﾞ가 -]{0,30}") {
            let tokens = tokenize(&text);
            for token in &tokens {
                prop_assert!(text.get(token.range.clone()).is_some_and(|word| !word.is_empty()));
                prop_assert!(!token.lexeme.is_empty());
                prop_assert!(!token.lexeme.contains(['\'', '\\', ' ', '\0']));
            }
            prop_assert!(tokens.is_sorted_by_key(|token| token.position));
        }
    }
}
