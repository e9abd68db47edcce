//! Parses what a reader types into the search field, in the syntax that search engines share: quotes around a phrase,
//! `or` between alternatives, and `-` before what must not occur.

use super::tokens::{Token, TokenKind, stem_word, tokenize};
use super::vector::{ANY_LEXEME, STEM_MARK};

/// Smallest number of letters with which a word of a query also finds longer words. Fewer begin so many words that the
/// index would have to read most of itself.
const MIN_PREFIX_CHARS: usize = 3;
/// Largest number of words in a query that also finds longer words, for the same reason. Longer queries are sentences.
const MAX_PREFIX_WORDS: usize = 6;

/// A search query with at least one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchQuery {
    /// Alternatives. An article is found if all clauses of one of them hold.
    groups: Vec<Vec<Clause>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Clause {
    is_excluded: bool,
    /// Readings of what was typed; one is enough.
    readings: Vec<Reading>,
}

/// Terms that must all occur.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    pub terms: Vec<Term>,
    /// Whether the terms must occur with the same distances as in the query.
    pub is_phrase: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub lexeme: String,
    /// Whether words that begin with the lexeme are found as well.
    pub is_prefix: bool,
    pub stems: Vec<String>,
    /// Position in the query.
    pub position: usize,
}

impl SearchQuery {
    /// Parses a query. Returns `None` if it has no letter and no digit.
    pub fn parse(text: &str) -> Option<Self> {
        let chunks = split_chunks(text);
        let words = chunks
            .iter()
            .map(|chunk| chunk.text.split_whitespace().count());
        let finds_longer = words.sum::<usize>() <= MAX_PREFIX_WORDS;
        let mut groups = vec![Vec::new()];
        let last = chunks.len().saturating_sub(1);
        for (index, chunk) in chunks.iter().enumerate() {
            let group: &mut Vec<Clause> = groups.last_mut()?;
            // At the beginning and at the end it is a word, as in Postgres.
            if chunk.is_or() && !group.is_empty() && index < last {
                groups.push(Vec::new());
            } else {
                group.extend(chunk.to_clause(finds_longer));
            }
        }
        groups.retain(|group| !group.is_empty());
        (!groups.is_empty()).then_some(Self { groups })
    }

    /// Returns the query as the text of a `tsquery`.
    pub fn to_tsquery(&self) -> String {
        let groups = self.groups.iter().map(|group| {
            let mut clauses: Vec<String> = group.iter().map(Clause::to_tsquery).collect();
            if group.iter().all(|clause| clause.is_excluded) {
                clauses.insert(0, format!("'{ANY_LEXEME}'"));
            }
            clauses.join(" & ")
        });
        groups.collect::<Vec<_>>().join(" | ")
    }

    /// Iterates over the readings of all clauses that an article should contain.
    pub(super) fn wanted(&self) -> impl Iterator<Item = &Reading> {
        let clauses = self.groups.iter().flatten();
        clauses
            .filter(|clause| !clause.is_excluded)
            .flat_map(|clause| &clause.readings)
    }
}

impl Clause {
    fn to_tsquery(&self) -> String {
        let readings: Vec<String> = self.readings.iter().map(Reading::to_tsquery).collect();
        let sign = if self.is_excluded { "!" } else { "" };
        format!("{sign}({})", readings.join(" | "))
    }
}

impl Reading {
    fn to_tsquery(&self) -> String {
        let mut query = String::new();
        let mut before = None;
        for term in &self.terms {
            if let Some(before) = before {
                let distance = term.position - before;
                query.push_str(&match self.is_phrase {
                    true => format!(" <{distance}> "),
                    false => " & ".to_owned(),
                });
            }
            query.push_str(&term.to_tsquery());
            before = Some(term.position);
        }
        format!("({query})")
    }
}

impl Term {
    fn to_tsquery(&self) -> String {
        let star = if self.is_prefix { ":*" } else { "" };
        let stems: String = self
            .stems
            .iter()
            .map(|stem| format!(" | '{STEM_MARK}{stem}'"))
            .collect();
        format!("('{}'{star}{stems})", self.lexeme)
    }

    /// Returns whether a token of a text is what the term finds.
    pub(super) fn matches(&self, token: &Token) -> bool {
        if token.lexeme == self.lexeme || self.is_prefix && token.lexeme.starts_with(&self.lexeme) {
            return true;
        }
        // Most words need no stemming: only Arabic words begin with other letters than their stems.
        let may_share_stem = self.stems.iter().any(|stem| {
            let stem = stem.trim_start_matches('^');
            stem.chars().next().is_some_and(|first| match first {
                '\u{0600}'..='\u{06FF}' => token.lexeme.contains(first),
                _ => token.lexeme.starts_with(first),
            })
        });
        matches!(token.kind, TokenKind::Word | TokenKind::Variant)
            && may_share_stem
            && stem_word(&token.lexeme)
                .iter()
                .any(|stem| self.stems.contains(stem))
    }
}

/// Text between two spaces, or between quotes.
struct Chunk {
    text: String,
    is_quoted: bool,
    is_excluded: bool,
}

fn split_chunks(text: &str) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let after_minus = rest
            .strip_prefix('-')
            .filter(|after| after.starts_with(|c: char| !c.is_whitespace()));
        let is_excluded = after_minus.is_some();
        rest = after_minus.unwrap_or(rest);
        let quoted = rest.strip_prefix(is_quote);
        let end = match quoted {
            Some(after) => {
                rest = after;
                // A missing closing quote is at the end.
                rest.find(is_quote).unwrap_or(rest.len())
            }
            None => measure_word(rest),
        };
        chunks.push(Chunk {
            text: rest[..end].to_owned(),
            is_quoted: quoted.is_some(),
            is_excluded,
        });
        rest = &rest[end..];
        if quoted.is_some() {
            rest = rest.strip_prefix(is_quote).unwrap_or(rest);
        }
        rest = rest.trim_start();
    }
    chunks
}

/// Returns the length of the text before white space or a quote. White space in a number such as `5 000` does not end it.
fn measure_word(text: &str) -> usize {
    let is_end = |c: char| c.is_whitespace() || is_quote(c);
    let mut end = text.find(is_end).unwrap_or(text.len());
    while (1..=3).contains(&count_digits(text)) && text[..end].chars().all(is_in_number) {
        let rest = text[end..].trim_start_matches([' ', '\u{A0}', '\u{202F}', '\u{2009}']);
        let group = rest.find(is_end).unwrap_or(rest.len());
        if rest.len() == text[end..].len() || group != 3 || count_digits(rest) != 3 {
            break;
        }
        end = text.len() - rest.len() + group;
    }
    end
}

fn count_digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn is_in_number(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, ' ' | '\u{A0}' | '\u{202F}' | '\u{2009}')
}

/// Returns whether a character is typed as a double quote. Keyboards of phones type the curved ones by themselves.
fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂')
}

impl Chunk {
    fn is_or(&self) -> bool {
        !self.is_quoted && !self.is_excluded && self.text.eq_ignore_ascii_case("or")
    }

    /// Returns what the text asks for. Returns `None` if it has no letter and no digit.
    fn to_clause(&self, finds_longer: bool) -> Option<Clause> {
        let tokens = tokenize(&self.text);
        let is_pair = |token: &Token| token.kind == TokenKind::Pair;
        let mut written: Vec<&Token> = Vec::new();
        for token in &tokens {
            // The last character of a pair is asked for by the pair.
            let is_known = token.kind == TokenKind::LastCharacter
                && written.last().is_some_and(|last| is_pair(last));
            if token.kind != TokenKind::Variant && !is_known {
                written.push(token);
            }
        }
        if written.is_empty() {
            return None;
        }
        let finds_forms = !self.is_quoted;
        let finds_longer = finds_longer && finds_forms && !self.is_excluded;
        let is_single = written.len() == 1;
        let last = written.len() - 1;
        let terms = written.iter().enumerate().map(|(index, token)| {
            Term::new(
                token,
                is_single && finds_forms,
                index == last && finds_longer,
            )
        });
        let mut readings = vec![Reading {
            terms: terms.collect(),
            // Pairs need no order to be found, and a text has no positions beyond its first 16,383 words.
            is_phrase: self.is_quoted || !tokens.iter().any(is_pair),
        }];
        let compounds = tokens
            .iter()
            .filter(|token| token.kind == TokenKind::Variant);
        let is_number = |lexeme: &str| lexeme.bytes().all(|byte| byte.is_ascii_digit());
        for compound in compounds.filter(|token| {
            (finds_forms || is_number(&token.lexeme)) && token.range == (0..self.text.len())
        }) {
            readings.push(Reading {
                terms: vec![Term::new(compound, finds_forms, finds_longer)],
                is_phrase: true,
            });
        }
        Some(Clause {
            is_excluded: self.is_excluded,
            readings,
        })
    }
}

impl Term {
    fn new(token: &Token, finds_forms: bool, finds_longer: bool) -> Self {
        let is_word = matches!(token.kind, TokenKind::Word | TokenKind::Variant);
        // One character of text without spaces is the beginning of a pair, except at the end of a text.
        let is_prefix = match token.kind {
            TokenKind::LastCharacter => true,
            _ => is_word && finds_longer && token.lexeme.chars().count() >= MIN_PREFIX_CHARS,
        };
        Self {
            lexeme: token.lexeme.clone(),
            is_prefix,
            stems: if is_word && finds_forms {
                stem_word(&token.lexeme)
            } else {
                Vec::new()
            },
            position: token.position,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tsquery(text: &str) -> String {
        SearchQuery::parse(text)
            .map(|query| query.to_tsquery())
            .unwrap_or_default()
    }

    #[test]
    fn queries_are_read_as_in_search_engines() {
        for (text, expected) in [
            ("", ""),
            ("!!! — \"\" -", ""),
            ("Cups", "((('cups':* | '~cup')))"),
            ("ЄС", "((('єс' | '~єс')))"),
            ("tea cup", "((('tea':* | '~tea'))) & ((('cup':* | '~cup')))"),
            ("\"hot tea\"", "((('hot') <1> ('tea')))"),
            ("“hot tea", "((('hot') <1> ('tea')))"),
            ("-tea", "'*' & !((('tea' | '~tea')))"),
            (
                "cup -\"hot tea\"",
                "((('cup':* | '~cup'))) & !((('hot') <1> ('tea')))",
            ),
            ("- tea", "((('tea':* | '~tea')))"),
            (
                "tea OR cup",
                "((('tea':* | '~tea'))) | ((('cup':* | '~cup')))",
            ),
            ("or", "((('or' | '~or')))"),
            (
                "or tea or",
                "((('or' | '~or'))) & ((('tea':* | '~tea'))) & ((('or' | '~or')))",
            ),
            (
                "e-mail",
                "((('e') <1> ('mail':*)) | (('email':* | '~email')))",
            ),
            ("3.14", "((('3') <1> ('14')))"),
            ("5,000", "((('5') <1> ('000':*)) | (('5000':*)))"),
            ("5 000", "((('5') <1> ('000':*)) | (('5000':*)))"),
            ("\"5 000\"", "((('5') <1> ('000')) | (('5000')))"),
            ("2026 100", "((('2026':*))) & ((('100':*)))"),
            ("5 0000", "((('5'))) & ((('0000':*)))"),
            ("北京", "((('北京')))"),
            ("北京是", "((('北京') & ('京是')))"),
            ("\"北京是\"", "((('北京') <1> ('京是')))"),
            ("京", "((('京':*)))"),
        ] {
            assert_eq!(tsquery(text), expected, "{text}");
        }
    }

    #[test]
    fn a_long_query_finds_no_longer_words() {
        assert!(!tsquery("the council has met for tea again").contains(":*"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_query_without_foreign_quotes(text in "\\PC{0,60}|[-\"'a-zа-я京 |&!():*<>\\\\]{0,40}") {
            let query = tsquery(&text);
            prop_assert!(query.matches('\'').count().is_multiple_of(2));
            prop_assert!(!query.contains('\\'));
        }
    }
}
