//! Code between backticks.

use std::collections::HashMap;

use super::emphasis::is_unspaced;

/// Ends of the spans of code in a paragraph by their starts.
pub(super) struct CodeSpans(HashMap<usize, usize>);

impl CodeSpans {
    pub fn find(text: &str) -> Self {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        let mut at = 0;
        while let Some(start) = text[at..].find('`').map(|start| at + start) {
            let length = text[start..].bytes().take_while(|b| *b == b'`').count();
            runs.push((start, length));
            at = start + length;
        }
        // From the end: the next run of the same length closes a span.
        let mut next: HashMap<usize, usize> = HashMap::new();
        let mut ends = HashMap::new();
        for &(start, length) in runs.iter().rev() {
            if let Some(&close) = next.get(&length)
                && is_code(text, start + length..close, length)
            {
                ends.insert(start, close + length);
            }
            next.insert(length, start);
        }
        Self(ends)
    }

    /// Returns the byte after the span that begins at the byte `start`.
    pub fn end(&self, start: usize) -> Option<usize> {
        self.0.get(&start).copied()
    }
}

/// Returns whether the text between two runs of backticks is code: on one line, since the first characters of a line could
/// be read as the start of a block, and not inside words or faces, as in ``об`єкт``.
fn is_code(text: &str, inside: std::ops::Range<usize>, run: usize) -> bool {
    let before = text[..inside.start - run].chars().next_back();
    let after = text[inside.end + run..].chars().next();
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() || is_unspaced(c));
    let code = &text[inside];
    let is_face_start = |c: char| {
        !c.is_whitespace() && !matches!(c, '(' | '[' | '{' | '"' | '\'' | '«' | '“' | '„')
    };
    let is_face = code.ends_with('(') || code.starts_with(')') && before.is_some_and(is_face_start);
    // A space at one end alone is between words, not in code.
    let is_between_words = code.starts_with(' ') != code.ends_with(' ');
    is_edge(before) && is_edge(after) && !code.contains('\n') && !is_face && !is_between_words
}
