//! Cuts out the part of a text in which a query was found, and marks the matches.

use std::collections::HashSet;
use std::ops::Range;

use super::query::{Reading, SearchQuery, Term};
use super::tokens::{Token, TokenKind, continues_character, is_unspaced, tokenize};

/// Largest number of characters shown before the first match of a snippet.
const LEAD_CHARS: usize = 60;
/// Largest number of matches of one word that are compared. The first ones are as good as the last.
const MAX_MATCHES: usize = 200;

/// Text with the matches of a query, in pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarkedText {
    pub pieces: Vec<TextPiece>,
    /// Number of different terms of the query that it contains.
    pub found_terms: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextPiece {
    pub text: String,
    pub is_match: bool,
}

/// A place in a text that a term of the query matches.
struct Match {
    range: Range<usize>,
    term: usize,
}

impl SearchQuery {
    /// Marks the matches in a whole text.
    pub fn mark(&self, text: &str) -> MarkedText {
        let matches = self.find_matches(text);
        let terms: HashSet<usize> = matches.iter().map(|found| found.term).collect();
        MarkedText {
            pieces: split_pieces(text, 0..text.len(), &matches),
            found_terms: terms.len(),
        }
    }

    /// Returns at most `chars` characters of a text, on one line, with as many terms of the query as possible. Without a
    /// match, that is its beginning. Words are not cut; text without spaces is cut between characters.
    pub fn cut_snippet(&self, text: &str, chars: usize) -> MarkedText {
        let words: Vec<&str> = text.split_whitespace().collect();
        let line = words.join(" ");
        let matches = self.find_matches(&line);
        let (focus, found_terms) = find_focus(&line, &matches, chars - chars.min(LEAD_CHARS));
        let Some(range) = find_window(&line, focus, chars) else {
            return MarkedText::default();
        };
        let mut pieces = split_pieces(&line, range.clone(), &matches);
        if range.start > 0 {
            pieces.insert(0, TextPiece::plain("…"));
        }
        if range.end < line.len() {
            pieces.push(TextPiece::plain("…"));
        }
        MarkedText {
            pieces,
            found_terms,
        }
    }

    fn find_matches(&self, text: &str) -> Vec<Match> {
        let tokens = tokenize(text);
        let mut matches = Vec::new();
        let mut first_term = 0;
        for reading in self.wanted() {
            let enough = matches.len() + MAX_MATCHES;
            for index in 0..tokens.len() {
                if reading.is_phrase {
                    matches.extend(find_phrase(text, reading, &tokens[index..], first_term));
                } else {
                    let terms = reading.terms.iter().enumerate();
                    let found = terms.filter(|(_, term)| term.matches(&tokens[index]));
                    matches.extend(found.map(|(term, _)| Match {
                        range: tokens[index].range.clone(),
                        term: first_term + term,
                    }));
                }
                if matches.len() >= enough {
                    break;
                }
            }
            first_term += reading.terms.len();
        }
        matches.sort_by_key(|found| found.range.start);
        matches
    }
}

/// Returns the matches of a phrase that begins with the first of these tokens.
fn find_phrase(text: &str, reading: &Reading, tokens: &[Token], first_term: usize) -> Vec<Match> {
    let (Some(first), Some(start)) = (reading.terms.first(), tokens.first()) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (index, term) in reading.terms.iter().enumerate() {
        let position = start.position + term.position - first.position;
        let mut candidates = tokens.iter().skip_while(|token| token.position < position);
        let in_place = candidates
            .by_ref()
            .take_while(|token| token.position == position);
        let token = match index {
            0 => Some(start).filter(|token| term.matches(token)),
            _ => in_place.into_iter().find(|token| term.matches(token)),
        };
        match token {
            Some(token) => found.push(Match {
                range: matched_range(text, token, term),
                term: first_term + index,
            }),
            None => return Vec::new(),
        }
    }
    found
}

/// Returns the range of the token that the term matches: the whole word, but only the first of a pair of characters if the
/// term is one character.
fn matched_range(text: &str, token: &Token, term: &Term) -> Range<usize> {
    if token.kind != TokenKind::Pair || token.lexeme == term.lexeme {
        return token.range.clone();
    }
    let pair = &text[token.range.clone()];
    let second = pair
        .char_indices()
        .skip(1)
        .find(|(_, c)| !continues_character(*c));
    token.range.start..token.range.start + second.map_or(pair.len(), |(at, _)| at)
}

/// Returns the range of at most `chars` characters that contains the most different terms, and their number.
fn find_focus(text: &str, matches: &[Match], chars: usize) -> (Range<usize>, usize) {
    let mut best = (0..0, 0, 0);
    for (index, first) in matches.iter().enumerate() {
        let mut terms = HashSet::new();
        let mut end = first.range.end;
        let mut count = 0;
        for found in &matches[index..] {
            if text[first.range.start..found.range.end.max(end)]
                .chars()
                .count()
                > chars
                && count > 0
            {
                break;
            }
            end = end.max(found.range.end);
            terms.insert(found.term);
            count += 1;
        }
        if (terms.len(), count) > (best.1, best.2) {
            best = (first.range.start..end, terms.len(), count);
        }
    }
    (best.0, best.1)
}

/// Returns a range of at most `chars` characters around `focus` that begins and ends between words. Returns `None` if the
/// words are too long for that.
fn find_window(text: &str, focus: Range<usize>, chars: usize) -> Option<Range<usize>> {
    let before = text[..focus.start].char_indices().rev().take(LEAD_CHARS);
    let earlier = before.map(|(at, _)| at).filter(|at| is_boundary(text, *at));
    let start = earlier.min().unwrap_or(focus.start);
    if !is_boundary(text, start) {
        return None;
    }
    let start = start + text[start..].len() - text[start..].trim_start().len();
    let ends = text[start..]
        .char_indices()
        .map(|(at, c)| start + at + c.len_utf8());
    let end = ends.take(chars).filter(|at| is_boundary(text, *at)).max()?;
    let end = start + text[start..end].trim_end().len();
    (end > start && end >= focus.end).then_some(start..end)
}

/// Returns whether a text may be cut at this byte: beside white space, or between two characters of a script that is
/// written without spaces.
fn is_boundary(text: &str, at: usize) -> bool {
    let (before, after) = (text[..at].chars().next_back(), text[at..].chars().next());
    match (before, after) {
        (Some(before), Some(after)) => {
            let is_between =
                (is_unspaced(before) || continues_character(before)) && is_unspaced(after);
            before.is_whitespace()
                || after.is_whitespace()
                || is_between && !continues_character(after)
        }
        _ => true,
    }
}

fn split_pieces(text: &str, range: Range<usize>, matches: &[Match]) -> Vec<TextPiece> {
    let mut pieces = Vec::new();
    let mut done = range.start;
    let mut marked: Vec<Range<usize>> = Vec::new();
    for found in matches
        .iter()
        .filter(|found| found.range.start >= range.start && found.range.end <= range.end)
    {
        match marked.last_mut() {
            Some(last) if found.range.start <= last.end => last.end = last.end.max(found.range.end),
            _ => marked.push(found.range.clone()),
        }
    }
    for mark in marked {
        if done < mark.start {
            pieces.push(TextPiece::plain(&text[done..mark.start]));
        }
        done = mark.end;
        pieces.push(TextPiece {
            text: text[mark].to_owned(),
            is_match: true,
        });
    }
    if done < range.end {
        pieces.push(TextPiece::plain(&text[done..range.end]));
    }
    pieces
}

impl TextPiece {
    fn plain(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            is_match: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn show(marked: &MarkedText) -> String {
        let pieces = marked.pieces.iter();
        pieces
            .map(|piece| match piece.is_match {
                true => format!("[{}]", piece.text),
                false => piece.text.clone(),
            })
            .collect()
    }

    fn query(text: &str) -> SearchQuery {
        SearchQuery::parse(text).expect("the query has a word")
    }

    #[test]
    fn matches_are_marked_as_they_were_found() {
        for (asked, text, expected) in [
            (
                "run",
                "Running, he ran; runs end.",
                "[Running], he ran; [runs] end.",
            ),
            ("кав'ярня", "У «Кав’ярню» йди", "У «[Кав’ярню]» йди"),
            ("львів", "У Львові", "У [Львові]"),
            ("首都", "北京是中国的首都。", "北京是中国的[首都]。"),
            ("北京是", "北京是中国", "[北京是]中国"),
            ("京", "北京是，京", "北[京]是，[京]"),
            ("カ", "ｶﾞカﾞか", "ｶﾞカﾞか"),
            ("ガ", "ｶﾞス", "[ｶﾞ]ス"),
            (
                "cafe",
                "the cafe\u{301}, a café",
                "the [cafe\u{301}], a [café]",
            ),
            ("\"hot tea\"", "hot soup, hot tea", "hot soup, [hot] [tea]"),
            ("tea -hot", "hot tea", "hot [tea]"),
            (
                "веб-сайт",
                "мій вебсайт, веб-сайту",
                "мій [вебсайт], [веб-сайту]",
            ),
            ("homme", "l’homme", "l’[homme]"),
            ("أحمد", "قال أَحْمَد هنا", "قال [أَحْمَد] هنا"),
        ] {
            assert_eq!(show(&query(asked).mark(text)), expected, "{asked}");
        }
    }

    #[test]
    fn a_snippet_shows_the_place_with_most_of_the_query() {
        let filler = "filler ".repeat(50);
        let text = format!("tea {filler}hot tea here {filler}");
        let snippet = query("tea hot").cut_snippet(&text, 100);
        assert_eq!(snippet.found_terms, 2);
        let shown = show(&snippet);
        assert!(
            shown.starts_with("…filler ") && shown.contains("filler [hot] [tea] here filler"),
            "{shown}"
        );
        assert!(shown.ends_with("filler…"), "{shown}");
        assert!(shown.replace(['[', ']'], "").chars().count() <= 102);
        assert_eq!(
            show(&query("none").cut_snippet("one\n two", 100)),
            "one two"
        );
        assert_eq!(
            show(&query("京").cut_snippet(&"東".repeat(500), 10)),
            format!("{}…", "東".repeat(10))
        );
        assert_eq!(show(&query("aaa").cut_snippet(&"a".repeat(500), 100)), "");
    }

    proptest! {
        // Words here are what white space separates; in text without spaces, single characters.
        #[test]
        fn a_snippet_contains_no_word_that_the_text_does_not_contain(
            text in "([a-cа-вʼ’'.,-]{1,9}[ \n]{0,3}|[東京都ｶﾞの]{1,9}|(a|ab|cup|чай) ){0,40}|\\PC{0,200}",
            asked in "(a|ab|cup|чай|京|'|-|\"| ){1,8}",
            chars in 1usize..60,
        ) {
            if let Some(query) = SearchQuery::parse(&asked) {
                let snippet = query.cut_snippet(&text, chars);
                let shown: String = snippet.pieces.iter().map(|piece| piece.text.as_str()).collect();
                let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
                let is_whole = shown == line;
                let inner = if is_whole { &shown } else { shown.trim_start_matches('…').trim_end_matches('…') };
                prop_assert!(line.contains(inner), "{inner:?} is not in {line:?}");
                let is_spaced = |word: &&str| !word.contains(is_unspaced);
                let words: HashSet<&str> = text.split_whitespace().collect();
                for word in inner.split_whitespace().filter(is_spaced) {
                    let is_known = words.contains(word) || words.iter().any(|whole| whole.contains(is_unspaced) && whole.contains(word));
                    prop_assert!(is_known, "{word:?} is not a word of {text:?}");
                }
                prop_assert!(shown.chars().count() <= chars + 2);
            }
        }

        #[test]
        fn marking_a_text_changes_none_of_it(text in "\\PC{0,80}|[a-c ']{0,40}", asked in "[a-c' ]{1,6}") {
            if let Some(query) = SearchQuery::parse(&asked) {
                let marked: String = query.mark(&text).pieces.into_iter().map(|piece| piece.text).collect();
                prop_assert_eq!(marked, text);
            }
        }
    }
}
