//! Splits one line of Markdown into its quotation marks, indentation, list marker and content.

use super::super::sanitizer::TrustLevel;

/// Highest number of quotation marks at the start of a line. More of them are text.
// Comrak's time grows with the number of open blocks times the number of lines.
const MAX_QUOTE_DEPTH: usize = 20;
/// Longest number of a list item, in digits (CommonMark 0.31, section 5.2).
const MAX_NUMBER_DIGITS: usize = 9;
/// Smallest number of marks in a rule (CommonMark 0.31, section 4.1).
pub(super) const RULE_MARKS: usize = 3;
const YEAR_DIGITS: usize = 4;
/// Distance of tab stops, in columns (CommonMark 0.31, section 2.2).
const TAB_COLUMNS: usize = 4;

/// Line of a text without its line break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Number of `>` at the start.
    pub quote_depth: usize,
    /// Columns of white space before the marker or the content.
    pub indent: usize,
    pub marker: Option<Marker<'a>>,
    /// Text after the quotation marks, the white space and the marker, without white space at its ends.
    pub content: &'a str,
    /// Text after the quotation marks and the white space, with the marker.
    pub marked_content: &'a str,
    /// Text after the quotation marks, with its indentation. Lines of code are taken from here.
    pub unquoted: &'a str,
}

/// Start of a list item or of a footnote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker<'a> {
    /// `-`, `*`, `+` or a pasted `•`.
    Bullet(char),
    /// `1.`, also `1)` in what is written for the parser.
    Number { number: u32, delimiter: char },
    /// `[^label]:` in an article.
    Footnote(&'a str),
}

impl<'a> Line<'a> {
    pub fn parse(line: &'a str, trust: TrustLevel) -> Self {
        let (quote_depth, unquoted) = split_quote_marks(line, trust);
        let (indent, marked_content) = split_indent(unquoted);
        let marked_content = marked_content.trim_end();
        let (marker, content) = split_marker(marked_content, trust);
        Self {
            quote_depth,
            indent,
            marker,
            content,
            marked_content,
            unquoted,
        }
    }

    /// Parses a line of which only the first `quote_depth` quotation marks quote something, and which is no list item.
    pub fn parse_in_quotation(line: &'a str, quote_depth: usize) -> Self {
        let mut unquoted = line;
        for _ in 0..quote_depth {
            let after = unquoted.trim_start_matches(is_blank_char).strip_prefix('>');
            unquoted = after.unwrap_or(unquoted);
        }
        if quote_depth > 0 {
            unquoted = unquoted.strip_prefix(' ').unwrap_or(unquoted);
        }
        let (indent, text) = split_indent(unquoted);
        Self {
            quote_depth,
            indent,
            marker: None,
            content: text.trim_end(),
            marked_content: text.trim_end(),
            unquoted,
        }
    }

    pub fn is_blank(&self) -> bool {
        self.marked_content.is_empty()
    }

    /// Returns the mark of a rule such as `---` or `* * *`, and how often it stands there.
    pub fn parse_rule(&self) -> Option<(char, usize)> {
        let marks = || self.marked_content.chars().filter(|c| !is_blank_char(*c));
        let mark = marks().next().filter(|c| matches!(c, '-' | '*' | '_'))?;
        let count = marks().count();
        (count >= RULE_MARKS && marks().all(|other| other == mark)).then_some((mark, count))
    }

    /// Returns whether the line underlines a heading with `===` or `---`.
    pub fn is_underline(&self) -> bool {
        let text = self.marked_content;
        text.len() >= 3 && (text.bytes().all(|b| b == b'=') || text.bytes().all(|b| b == b'-'))
    }

    /// Returns whether the line separates the head of a table from its rows, such as `|---|--:|`.
    pub fn is_table_delimiter(&self) -> bool {
        let text = self.marked_content;
        text.contains('|')
            && text.contains('-')
            && text
                .bytes()
                .all(|b| matches!(b, b'|' | b'-' | b':' | b' ' | b'\t'))
    }

    /// Returns whether the line is a heading with `#`.
    pub fn is_heading(&self) -> bool {
        let after = self.marked_content.trim_start_matches('#');
        let level = self.marked_content.len() - after.len();
        (1..=6).contains(&level) && after.starts_with(is_blank_char)
    }
}

fn is_blank_char(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// Returns the number of quotation marks at the start of the line, and the text after them.
fn split_quote_marks(line: &str, trust: TrustLevel) -> (usize, &str) {
    let (mut depth, mut rest) = (0, line);
    while depth < MAX_QUOTE_DEPTH {
        let Some(after) = rest.trim_start_matches(is_blank_char).strip_prefix('>') else {
            break;
        };
        depth += 1;
        rest = after;
    }
    if depth == 0 || !is_quoted_text(rest, trust) {
        return (0, line);
    }
    (depth, rest.strip_prefix(' ').unwrap_or(rest))
}

/// Returns whether the text after `>` can be quoted text. It is not in `>_<`, `>:(` and `>=`, nor in `>5` of a comment.
fn is_quoted_text(rest: &str, trust: TrustLevel) -> bool {
    // A face, such as `>w<`.
    if rest.trim_end().ends_with('<') {
        return false;
    }
    match rest.chars().next() {
        None => true,
        Some(c) if c.is_whitespace() => true,
        Some(c) if c.is_numeric() => trust == TrustLevel::Editor,
        Some(c) => c.is_alphabetic() || "([{«“„‘‚\"'¿¡—–".contains(c),
    }
}

/// Returns the columns of white space at the start of the text, and the text after it.
fn split_indent(text: &str) -> (usize, &str) {
    let rest = text.trim_start_matches(is_blank_char);
    let columns = text[..text.len() - rest.len()]
        .bytes()
        .fold(0, |columns, byte| match byte {
            b'\t' => columns / TAB_COLUMNS * TAB_COLUMNS + TAB_COLUMNS,
            _ => columns + 1,
        });
    (columns, rest)
}

/// Removes up to `columns` columns of white space from the start of a line of code.
pub(super) fn unindent(line: &str, columns: usize) -> &str {
    let mut left = columns;
    line.trim_start_matches(|c: char| {
        let width = if c == '\t' { TAB_COLUMNS } else { 1 };
        let is_removed = is_blank_char(c) && left >= width;
        left = left.saturating_sub(width);
        is_removed
    })
}

/// Returns the marker at the start of the text, and the text after it.
fn split_marker(text: &str, trust: TrustLevel) -> (Option<Marker<'_>>, &str) {
    match find_marker(text, trust) {
        Some((marker, length)) => {
            let is_space = |c| is_blank_char(c) || c == '\u{a0}';
            (Some(marker), text[length..].trim_start_matches(is_space))
        }
        None => (None, text),
    }
}

/// Returns the marker at the start of the text and its length in bytes.
fn find_marker(text: &str, trust: TrustLevel) -> Option<(Marker<'_>, usize)> {
    let first = text.chars().next()?;
    let (marker, length) = match first {
        '•' => (Marker::Bullet('•'), first.len_utf8()),
        '-' | '*' => (Marker::Bullet(first), 1),
        // Readers begin lines with `+` to agree.
        '+' if trust == TrustLevel::Editor => (Marker::Bullet(first), 1),
        '0'..='9' => {
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            let delimiter = text[digits..].chars().next()?;
            // Markdown would show `007.` as 7 and `1)` as `1.`.
            let has_zero = digits > 1 && text.starts_with('0');
            if digits > MAX_NUMBER_DIGITS || delimiter != '.' || has_zero {
                return None;
            }
            let number = text[..digits].parse().ok()?;
            (Marker::Number { number, delimiter }, digits + 1)
        }
        '[' if trust == TrustLevel::Editor => {
            let (label, _) = text.strip_prefix("[^")?.split_once("]:")?;
            let is_label = !label.is_empty() && !label.contains(['[', ']', ' ', '\t']);
            return is_label.then_some((Marker::Footnote(label), label.len() + 4));
        }
        _ => return None,
    };
    let after = &text[length..];
    let spaces: &[char] = if first == '•' {
        &[' ', '\t', '\u{a0}']
    } else {
        &[' ', '\t']
    };
    let item = after.trim_start_matches(spaces);
    // Without text it is a dash or a number. Before a number in a comment it is a sign.
    let is_bullet = matches!(marker, Marker::Bullet(_));
    let is_sign = trust == TrustLevel::Reader && is_bullet && item.starts_with(char::is_numeric);
    let is_date = !is_bullet && begins_with_month_and_year(item);
    // `* *` in a drawing.
    let is_drawing = is_bullet && item.chars().all(|c| c == first || spaces.contains(&c));
    let is_text = item.is_empty() || is_sign || is_date || is_drawing;
    (after.starts_with(spaces) && !is_text).then_some((marker, length))
}

/// Returns whether the text goes on as a date after its day: `5. 2026`.
fn begins_with_month_and_year(text: &str) -> bool {
    let Some((month, rest)) = text.split_once('.') else {
        return false;
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let rest = rest.trim_start_matches([' ', '\u{a0}']);
    let year = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    month.len() <= 2 && is_number(month) && year == YEAR_DIGITS
}

/// Fence of a code block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fence<'a> {
    pub mark: char,
    pub length: usize,
    /// Text after the opening fence.
    pub info: &'a str,
}

impl<'a> Fence<'a> {
    /// Parses an opening fence, which is three or more backticks or tildes at the start of the text.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let info = text.trim_start_matches(mark);
        let length = text.len() - info.len();
        let is_fence = length >= 3 && !(mark == '`' && info.contains('`'));
        is_fence.then_some(Self {
            mark,
            length,
            info: info.trim(),
        })
    }

    /// Returns the marks of the fence.
    pub fn marks(&self) -> String {
        self.mark.to_string().repeat(self.length)
    }

    /// Returns whether the text closes this fence.
    pub fn is_closed_by(&self, text: &str) -> bool {
        Fence::parse(text).is_some_and(|other| {
            other.mark == self.mark && other.length >= self.length && other.info.is_empty()
        })
    }
}
