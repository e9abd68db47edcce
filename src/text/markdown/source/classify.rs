//! Finds out which lines of a text are headings, tables, rules, code and quotations.

use super::super::sanitizer::TrustLevel;
use super::block::{BlockKind, ClassifiedLine};
use super::line::{Fence, Line, RULE_MARKS};
use super::references;

/// Returns the lines with their kinds.
pub(super) fn classify<'a>(lines: &[&'a str], trust: TrustLevel) -> Vec<ClassifiedLine<'a>> {
    let parsed: Vec<Line<'a>> = lines.iter().map(|line| Line::parse(line, trust)).collect();
    let mut blocks: Vec<ClassifiedLine<'a>> = Vec::with_capacity(lines.len());
    let mut unclosed = UnclosedFences::default();
    // Of the last table.
    let mut columns = 0;
    while let Some(&line) = parsed.get(blocks.len()) {
        let index = blocks.len();
        // In a comment, a line with a marker may be text.
        let text = if trust == TrustLevel::Editor {
            line.content
        } else {
            line.marked_content
        };
        let fence = Fence::parse(text);
        let Some((fence, end)) =
            fence.and_then(|fence| Some((fence, unclosed.find_end(&parsed, index, fence)?)))
        else {
            let kind = kind_of(line, blocks.last(), columns, parsed.get(index + 1), trust);
            if kind == BlockKind::TableDelimiter {
                columns = count_cells(line.marked_content);
            }
            blocks.push(ClassifiedLine { line, kind });
            continue;
        };
        blocks.push(ClassifiedLine {
            line,
            kind: BlockKind::OpenFence(fence),
        });
        blocks.extend(lines[index + 1..end].iter().map(|code| ClassifiedLine {
            line: Line::parse_in_quotation(code, line.quote_depth),
            kind: BlockKind::Code,
        }));
        blocks.push(ClassifiedLine {
            line: parsed[end],
            kind: BlockKind::CloseFence,
        });
    }
    demote_false_quotations(&mut blocks, lines, trust);
    demote_false_rules(&mut blocks, trust);
    blocks
}

/// Makes text of rows of stars and underscores that stand beside other lines, since they are ratings, drawings and lines to
/// fill in. In a comment, a rule also has text on both sides, and one of stars or underscores has three.
fn demote_false_rules(blocks: &mut [ClassifiedLine<'_>], trust: TrustLevel) {
    let is_text =
        |block: &ClassifiedLine<'_>| !matches!(block.kind, BlockKind::Blank | BlockKind::Rule);
    let first_text = blocks.iter().position(is_text);
    let last_text = blocks.iter().rposition(is_text);
    let kinds: Vec<BlockKind<'_>> = blocks.iter().map(|block| block.kind).collect();
    for (index, block) in blocks.iter_mut().enumerate() {
        let Some((mark, count)) = block
            .line
            .parse_rule()
            .filter(|_| block.kind == BlockKind::Rule)
        else {
            continue;
        };
        let is_blank = |index: usize| {
            kinds
                .get(index)
                .is_none_or(|kind| *kind == BlockKind::Blank)
        };
        let is_apart = (index == 0 || is_blank(index - 1)) && is_blank(index + 1);
        let is_between_texts = first_text.is_some_and(|first| first < index)
            && last_text.is_some_and(|last| index < last);
        let is_rule = match trust {
            TrustLevel::Editor => mark == '-' || is_apart,
            TrustLevel::Reader => {
                is_between_texts && (mark == '-' || is_apart && count == RULE_MARKS)
            }
        };
        if !is_rule {
            block.kind = BlockKind::Text;
        }
    }
}

/// Returns the kind of a line outside code. `columns` is the number of cells that a row of the table above can have.
fn kind_of<'a>(
    line: Line<'a>,
    previous: Option<&ClassifiedLine<'a>>,
    columns: usize,
    next: Option<&Line<'a>>,
    trust: TrustLevel,
) -> BlockKind<'a> {
    let follows = |kind| {
        previous
            .is_some_and(|block| block.kind == kind && block.line.quote_depth == line.quote_depth)
    };
    if line.is_blank() {
        return BlockKind::Blank;
    }
    if trust == TrustLevel::Editor {
        let has_words = |block: &ClassifiedLine<'_>| {
            let text = block.line.marked_content;
            text.contains(char::is_alphanumeric)
        };
        let is_below_words = follows(BlockKind::Text) && previous.is_some_and(has_words);
        if line.is_underline() && is_below_words {
            return BlockKind::Underline;
        }
        if line.is_heading() {
            return BlockKind::Heading;
        }
        if line.is_table_delimiter() && follows(BlockKind::TableRow) {
            return BlockKind::TableDelimiter;
        }
        let is_in_table = follows(BlockKind::TableDelimiter) || follows(BlockKind::TableRow);
        let is_head = line.marker.is_none()
            && next.is_some_and(|next| {
                next.is_table_delimiter() && next.quote_depth == line.quote_depth
            });
        if line.marked_content.contains('|') && (is_in_table || is_head) {
            // The parser drops cells that the head does not have.
            let is_row = is_head || count_cells(line.marked_content) <= columns;
            return if is_row {
                BlockKind::TableRow
            } else {
                BlockKind::Text
            };
        }
    }
    if line.parse_rule().is_some() {
        return BlockKind::Rule;
    }
    let begins_paragraph =
        previous.is_none_or(|block| matches!(block.kind, BlockKind::Blank | BlockKind::Definition));
    let is_definition = begins_paragraph
        && line.quote_depth == 0
        && references::parse_definition(line.marked_content, trust).is_some();
    if is_definition {
        BlockKind::Definition
    } else {
        BlockKind::Text
    }
}

/// Returns the number of cells in a row. A `|` after a backslash is no border, one in code is (GitHub's dialect).
fn count_cells(row: &str) -> usize {
    let row = row.strip_prefix('|').unwrap_or(row);
    let borders = row
        .match_indices('|')
        .filter(|(at, _)| !row[..*at].ends_with('\\'));
    let borders = borders.filter(|(at, _)| at + 1 < row.len());
    borders.count() + 1
}

/// Takes quotation marks as text if nothing is quoted, and in a comment if they stand before a single line with a number:
/// `> 90 % agree` means "more than".
fn demote_false_quotations<'a>(
    blocks: &mut [ClassifiedLine<'a>],
    lines: &[&'a str],
    trust: TrustLevel,
) {
    let mut start = 0;
    while start < blocks.len() {
        let is_quoted = |block: &ClassifiedLine<'_>| block.line.quote_depth > 0;
        let count = blocks[start..].iter().take_while(|b| is_quoted(b)).count();
        let end = start + count;
        let quotation = &blocks[start..end];
        let is_number = trust == TrustLevel::Reader
            && count == 1
            && quotation[0].kind == BlockKind::Text
            && quotation[0]
                .line
                .marked_content
                .trim_start_matches(|c| "€₴$£¥№-−+~.".contains(c))
                .starts_with(char::is_numeric);
        if is_number || quotation.iter().all(|block| block.line.is_blank()) {
            for index in start..end {
                blocks[index].line = Line::parse_in_quotation(lines[index], 0);
                blocks[index].kind = BlockKind::Text;
            }
        }
        start = end.max(start + 1);
    }
}

/// Remembers where no fence closes, so that many unclosed fences are found in linear time.
#[derive(Default)]
struct UnclosedFences {
    /// For backticks and for tildes: length of the fence that was not closed, and the line up to which was searched.
    known: [Option<(usize, usize)>; 2],
}

impl UnclosedFences {
    /// Returns the index of the line that closes the fence. A fence is closed inside its quotation.
    fn find_end(&mut self, lines: &[Line<'_>], start: usize, fence: Fence<'_>) -> Option<usize> {
        let known = &mut self.known[usize::from(fence.mark == '~')];
        if known.is_some_and(|(length, end)| start < end && fence.length >= length) {
            return None;
        }
        let depth = lines[start].quote_depth;
        for (index, line) in lines.iter().enumerate().skip(start + 1) {
            if line.quote_depth < depth {
                *known = Some((fence.length, index));
                return None;
            }
            if line.quote_depth == depth && fence.is_closed_by(line.marked_content) {
                return Some(index);
            }
        }
        *known = Some((fence.length, lines.len()));
        None
    }
}
