//! Puts backslashes before marks.

use super::emphasis::MarkRun;

/// Appends the marks of a run. Those that are not formatting get a backslash.
pub(super) fn push_run(output: &mut String, run: &MarkRun) {
    if run.is_escaped && !run.is_prevented {
        output.push_str("\\\\");
    }
    let literal = run.length - run.opening - run.closing;
    let marks = |count: usize| std::iter::repeat_n(run.mark, count);
    output.extend(marks(run.closing));
    for mark in marks(literal) {
        output.push('\\');
        output.push(mark);
    }
    output.extend(marks(run.opening));
}

pub(super) fn needs_escape(c: char) -> bool {
    matches!(c, '\\' | '`' | '*' | '_' | '~' | '[' | ']' | '<' | '&')
}

/// Escapes all punctuation that could be Markdown (CommonMark 0.31, section 2.4).
pub(super) fn escape_all(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if c.is_ascii_punctuation() {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
