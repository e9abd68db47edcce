//! Pairs of square brackets.

use std::collections::HashMap;

use super::code_spans::CodeSpans;

/// Closing bracket of each opening one in a paragraph, outside code.
#[derive(Default)]
pub(super) struct BracketPairs {
    pairs: HashMap<usize, usize>,
    /// Pairs of which the first bracket has a backslash.
    escaped: HashMap<usize, usize>,
}

impl BracketPairs {
    /// Returns the byte at which the bracket that opens at the byte `start` is closed.
    pub fn close(&self, start: usize) -> Option<usize> {
        let close = self.pairs.get(&start).or_else(|| self.escaped.get(&start));
        close.copied()
    }

    pub fn find(text: &str, code: &CodeSpans) -> Self {
        let mut brackets = Self::default();
        let mut open: Vec<(usize, bool)> = Vec::new();
        let bytes = text.as_bytes();
        let (mut at, mut is_escaped) = (0, false);
        while at < bytes.len() {
            let was_escaped = is_escaped;
            is_escaped = bytes[at] == b'\\' && !was_escaped;
            match bytes[at] {
                b'`' => {
                    let run = bytes[at..].iter().take_while(|b| **b == b'`').count();
                    at = code.end(at).unwrap_or(at + run) - 1;
                }
                b'[' => open.push((at, was_escaped)),
                b']' if !was_escaped => match open.pop() {
                    Some((start, true)) => drop(brackets.escaped.insert(start, at)),
                    Some((start, false)) => drop(brackets.pairs.insert(start, at)),
                    None => {}
                },
                _ => {}
            }
            at += 1;
        }
        brackets
    }
}
