//! Shortens sanitized HTML without losing its structure.

use super::characters::decode_chars;
use super::element_kinds::{is_inline, is_void};
use crate::text::excerpt::{is_trimmed, joins};
use crate::text::tokenizer::{HtmlToken, tokenize};

/// A place at which the HTML can be cut.
#[derive(Clone, Copy, Default)]
struct CutPoint {
    /// Length of the HTML before the place, in bytes.
    length: usize,
    /// Number of visible characters before the place.
    chars: usize,
}

/// Walks through the text of HTML and remembers where it can be cut.
#[derive(Default)]
struct CutFinder {
    limit: usize,
    /// Place after the last character.
    here: CutPoint,
    last_char: Option<char>,
    /// Last place between two characters.
    between_chars: CutPoint,
    /// Last place after a word, before its punctuation.
    after_word: CutPoint,
    /// Place after the last character that is not punctuation.
    word_end: CutPoint,
    after_space: bool,
}

/// Shortens HTML to at most `chars` characters of text, including the "…" after the last word. Returns `None` if it is no
/// longer than that. Elements that are open at the end are closed.
pub(in super::super) fn shorten(safe_html: &str, chars: usize) -> Option<String> {
    let cut = find_cut(safe_html, chars)?;
    let kept = &safe_html[..cut.length];
    let mut html = format!("{kept}…");
    for name in open_elements(kept).into_iter().rev() {
        html.push_str("</");
        html.push_str(name);
        html.push('>');
    }
    Some(html)
}

fn find_cut(safe_html: &str, chars: usize) -> Option<CutPoint> {
    let mut finder = CutFinder {
        limit: chars,
        after_space: true,
        ..CutFinder::default()
    };
    let mut position = 0;
    for token in tokenize(safe_html) {
        match token {
            HtmlToken::Text(source) => {
                for (c, end) in decode_chars(source) {
                    if !finder.push(c, position + end) {
                        return Some(finder.cut());
                    }
                }
            }
            HtmlToken::Tag(tag) if tag.name != "a" && !is_inline(tag.name) => finder.end_word(),
            _ => {}
        }
        position += token.source().len();
    }
    None
}

impl CutFinder {
    /// Reads a character that ends at `length`. Returns `false` if there is no room for it.
    fn push(&mut self, c: char, length: usize) -> bool {
        if matches!(c, ' ' | '\n' | '\t' | '\r') {
            self.end_word();
            // A run of white space shows as one space.
            if !self.after_space {
                self.here.chars += 1;
                self.after_space = true;
            }
            self.last_char = None;
            return true;
        }
        if !self.last_char.is_some_and(|last| joins(last, c)) && self.here.chars < self.limit {
            self.between_chars = self.word_end;
        }
        if self.here.chars >= self.limit {
            return false;
        }
        self.after_space = false;
        self.last_char = Some(c);
        self.here = CutPoint {
            length,
            chars: self.here.chars + 1,
        };
        // The "…" needs room, too.
        if !is_trimmed(c) && self.here.chars < self.limit {
            self.word_end = self.here;
        }
        true
    }

    fn end_word(&mut self) {
        // Otherwise the last word is whole only without the "…".
        if self.here.chars < self.limit {
            self.after_word = self.word_end;
        }
    }

    /// Returns the place after the last whole word. If less than half of the text would remain, returns a place inside of
    /// a word: the language has no spaces, or the word is a URL.
    fn cut(&self) -> CutPoint {
        if self.after_word.chars * 2 < self.limit {
            self.between_chars
        } else {
            self.after_word
        }
    }
}

/// Returns the names of the elements that are open at the end of the HTML.
fn open_elements(html: &str) -> Vec<&str> {
    let mut open = Vec::new();
    for token in tokenize(html) {
        let HtmlToken::Tag(tag) = token else { continue };
        if tag.is_end {
            open.pop();
        } else if !is_void(tag.name) {
            open.push(tag.name);
        }
    }
    open
}
