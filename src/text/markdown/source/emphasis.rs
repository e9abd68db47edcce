//! Pairs the marks of emphasis and deletion (`*`, `_`, `~~`) that stand at the edges of words.

use std::collections::HashMap;

use unicode_normalization::char::is_combining_mark;

/// Longest run of `*` or `_` that is formatting.
const MAX_RUN: usize = 3;

/// Run of equal marks in a text.
#[derive(Debug)]
pub(super) struct MarkRun {
    pub mark: char,
    pub length: usize,
    /// Whether a backslash stands before the mark.
    pub is_escaped: bool,
    can_open: bool,
    can_close: bool,
    /// Number of marks that close formatting. They are the first ones.
    pub closing: usize,
    /// Number of marks that open formatting. They are the last ones.
    pub opening: usize,
    /// Whether the run would be formatting without backslashes.
    pub is_prevented: bool,
}

impl MarkRun {
    /// Reads the run of marks at the byte `start` of the text, before which the text ends at the byte `before`.
    pub fn parse(text: &str, before: usize, start: usize) -> Option<Self> {
        let mark = text[start..].chars().next().filter(|c| is_mark(*c))?;
        let is_escaped = before < start;
        let run = text[start..].chars().take_while(|&c| c == mark).count();
        let length = if is_escaped { 1 } else { run };
        let is_formatting = match mark {
            '~' => is_escaped || length == 2,
            _ => length <= MAX_RUN,
        };
        let edges = Edges {
            before: &text[..before],
            after: &text[start + length..],
            takes_words: mark != '_',
        };
        Some(Self {
            mark,
            length,
            is_escaped,
            can_open: is_formatting && edges.can_open(),
            can_close: is_formatting && edges.can_close(),
            closing: 0,
            opening: 0,
            is_prevented: false,
        })
    }

    fn unpaired(&self) -> usize {
        self.length - self.closing - self.opening
    }
}

pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '*' | '_' | '~')
}

/// Text on both sides of a run of marks.
struct Edges<'a> {
    before: &'a str,
    after: &'a str,
    /// Whether a letter of a script without spaces between words may stand outside, and a bracket inside: `_(ツ)_` is a face.
    takes_words: bool,
}

/// Most marks beside a run that are skipped to find the character beside them.
const MAX_SKIPPED_MARKS: usize = 32;

/// Returns the first character that is neither a mark nor a backslash. Returns `None` at the end of the text, and a
/// backslash after too many marks.
fn skip_marks(chars: impl Iterator<Item = char>) -> Option<char> {
    let mut chars = chars.enumerate();
    let (_, c) =
        chars.find(|(skipped, c)| *skipped >= MAX_SKIPPED_MARKS || !(is_mark(*c) || *c == '\\'))?;
    Some(c)
}

impl Edges<'_> {
    fn can_open(&self) -> bool {
        let outside = skip_marks(self.before.chars().rev());
        let inside = skip_marks(self.after.chars());
        let is_edge = outside.is_none_or(|c| {
            c.is_whitespace()
                || "([{«“„‘‚\"'¿¡–—|".contains(c)
                || (self.takes_words && is_unspaced(c))
        });
        is_edge
            && self.after_is_text()
            && inside.is_some_and(|c| {
                is_word(c)
                    || "«“„‘‚\"¿¡$€£₴¥#@&`<!".contains(c)
                    || (self.takes_words && "([{".contains(c))
            })
    }

    fn can_close(&self) -> bool {
        let inside = skip_marks(self.before.chars().rev());
        let is_edge = match skip_marks(self.after.chars()) {
            None => true,
            // A dot or a colon inside a word: `__init__.py`.
            Some('.' | ':') => {
                let next = self.after.chars().nth(1);
                next.is_none_or(|c| !c.is_alphanumeric())
            }
            Some(c) => {
                c.is_whitespace()
                    || ",;!?…)]}»”’“\"'–—|、。，！？；：」』）".contains(c)
                    || (self.takes_words && is_unspaced(c))
            }
        };
        is_edge
            && self.before_is_text()
            && inside.is_some_and(|c| {
                is_word(c)
                    || "»”’“\"'.,;:!?…%`>".contains(c)
                    || (self.takes_words && ")]}".contains(c))
            })
    }

    fn after_is_text(&self) -> bool {
        !self.after.starts_with(char::is_whitespace)
    }

    fn before_is_text(&self) -> bool {
        !self.before.ends_with(char::is_whitespace)
    }
}

fn is_word(c: char) -> bool {
    // The last ranges are those of most symbols that are shown as emoji.
    c.is_alphanumeric()
        || is_combining_mark(c)
        || matches!(c, '\u{2600}'..='\u{27BF}' | '\u{1F000}'..='\u{1FAFF}')
}

/// Returns whether the letter belongs to a script in which words are not separated by spaces, or in which particles follow
/// a word without one: Thai, Lao, Khmer, Burmese, Hangul, kana and Han.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1100}'..='\u{11FF}' | '\u{1780}'..='\u{17FF}'
        | '\u{3041}'..='\u{309A}' | '\u{30A1}'..='\u{30FA}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

/// Pairs runs that open formatting with runs that close it, like CommonMark 0.31 in section 6.2.
pub(super) fn pair_runs(runs: &mut [MarkRun]) {
    let mut openers: Vec<usize> = Vec::new();
    // Number of openers of each mark, so that a closer without one costs nothing.
    let mut counts: HashMap<char, usize> = HashMap::new();
    for index in 0..runs.len() {
        while runs[index].can_close && runs[index].unpaired() > 0 && !runs[index].is_prevented {
            let mark = runs[index].mark;
            if counts.get(&mark).is_none_or(|count| *count == 0) {
                break;
            }
            // Openers of other marks in between would overlap with this pair, so they are given up.
            while let Some(other) = openers.pop_if(|opener| runs[*opener].mark != mark) {
                *counts.entry(runs[other].mark).or_default() -= 1;
            }
            let Some(&opener) = openers.last() else { break };
            pair(runs, opener, index);
            if runs[opener].unpaired() == 0 || runs[opener].is_prevented {
                openers.pop();
                *counts.entry(mark).or_default() -= 1;
            }
        }
        let run = &runs[index];
        if run.can_open && run.unpaired() > 0 && !run.is_prevented {
            openers.push(index);
            *counts.entry(run.mark).or_default() += 1;
        }
    }
}

fn pair(runs: &mut [MarkRun], opener: usize, closer: usize) {
    if runs[opener].is_escaped || runs[closer].is_escaped {
        runs[opener].is_prevented = true;
        runs[closer].is_prevented = true;
        return;
    }
    let is_double = runs[opener].unpaired() >= 2 && runs[closer].unpaired() >= 2;
    let count = if is_double { 2 } else { 1 };
    runs[opener].opening += count;
    runs[closer].closing += count;
}
