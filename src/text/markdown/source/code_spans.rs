//! Code between backticks.

use std::collections::HashMap;

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
            // Over several lines, their first characters could be read as the start of a block.
            if let Some(&close) = next.get(&length)
                && !text[start..close].contains('\n')
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
