//! Builds the `tsvector` by which an article is found.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::tokens::{TokenKind, stem_word, tokenize};

/// Highest position and largest number of positions of a lexeme (PostgreSQL manual, 12.11 "Limitations").
const MAX_POSITION: usize = 16_383;
const MAX_POSITIONS: usize = 255;
/// Size in bytes at which no more lexemes are added. Postgres accepts a megabyte.
const MAX_VECTOR_BYTES: usize = 900_000;
/// Positions left out between two fields, so that no phrase is found across them.
const FIELD_GAP: usize = 2;

/// Lexeme of every vector. A query that only excludes words begins with it, as an index cannot look for absence.
pub(super) const ANY_LEXEME: &str = "*";
/// Mark before a stem, which no word contains. Stems have no positions, since phrases consist of words.
pub(super) const STEM_MARK: char = '~';

/// Returns the fields of an article as the text of a `tsvector`. The longest articles are indexed up to the size that
/// Postgres accepts.
pub fn build_vector<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    let mut lexemes = BTreeMap::from([(ANY_LEXEME.to_owned(), Vec::new())]);
    let mut bytes = 0;
    let mut offset = 1;
    for field in fields {
        let mut end = 0;
        for token in tokenize(field) {
            end = token.position + 1;
            let position = (offset + token.position).min(MAX_POSITION);
            if !lexemes.contains_key(&token.lexeme) {
                let is_stemmed = matches!(token.kind, TokenKind::Word | TokenKind::Variant);
                let stems = if is_stemmed {
                    stem_word(&token.lexeme)
                } else {
                    Vec::new()
                };
                for stem in stems {
                    let stem = format!("{STEM_MARK}{stem}");
                    bytes += size_of_lexeme(&stem);
                    lexemes.entry(stem).or_default();
                }
                bytes += size_of_lexeme(&token.lexeme);
            }
            let positions = lexemes.entry(token.lexeme).or_insert_with(Vec::new);
            if positions.len() < MAX_POSITIONS && positions.last() != Some(&position) {
                positions.push(position);
                bytes += size_of::<u16>();
            }
            if bytes > MAX_VECTOR_BYTES {
                return format_vector(&lexemes);
            }
        }
        offset += end + FIELD_GAP;
    }
    format_vector(&lexemes)
}

/// Returns the bytes that Postgres needs for a lexeme: its text, padding and the number of its positions.
fn size_of_lexeme(lexeme: &str) -> usize {
    lexeme.len() + 1 + size_of::<u16>()
}

fn format_vector(lexemes: &BTreeMap<String, Vec<usize>>) -> String {
    let mut vector = String::new();
    for (lexeme, positions) in lexemes {
        // No lexeme contains a quote or a backslash.
        let _ = write!(vector, "'{lexeme}'");
        for (index, position) in positions.iter().enumerate() {
            let separator = if index == 0 { ':' } else { ',' };
            let _ = write!(vector, "{separator}{position}");
        }
        vector.push(' ');
    }
    vector
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_positions_and_stems_have_none() {
        assert_eq!(
            build_vector(["Tea cups", "tea"]),
            "'*' 'cups':2 'tea':1,5 '~cup' '~tea' "
        );
        assert_eq!(build_vector([]), "'*' ");
    }

    #[test]
    fn a_vector_stays_within_the_limits_of_postgres() {
        let repeated = build_vector(["tea ".repeat(20_000).as_str()]);
        assert_eq!(repeated.matches(',').count(), MAX_POSITIONS - 1);
        let long: String = (0..200_000)
            .map(|number| format!("word{number} "))
            .collect();
        let vector = build_vector([long.as_str()]);
        assert!(vector.contains(&format!(":{MAX_POSITION} ")));
        assert!(!vector.contains(":16384 "));
        assert!(!vector.contains("'word199999'"));
    }
}
