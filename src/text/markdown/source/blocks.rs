//! Finds the blocks of a text, and writes their lines so that each is in the quotation and list item it was typed in.

use super::super::sanitizer::TrustLevel;
use super::Piece;
use super::line::{Fence, Line, unindent};
use super::lists::{Item, OpenItems};
use super::references;

/// Longest language name of a fenced code block, in bytes.
const MAX_LANGUAGE_BYTES: usize = 20;

#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'a> {
    pub line: Line<'a>,
    pub kind: BlockKind<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BlockKind<'a> {
    Blank,
    Text,
    /// Heading with `#`.
    Heading,
    /// `===` or `---` under a line of text.
    Underline,
    Rule,
    TableDelimiter,
    TableRow,
    /// Definition of a reference link.
    Definition,
    /// First line of a code block.
    OpenFence(Fence<'a>),
    Code,
    CloseFence,
}

/// Returns the lines with their kinds.
pub(super) fn classify<'a>(lines: &[&'a str], trust: TrustLevel) -> Vec<Block<'a>> {
    let parsed: Vec<Line<'a>> = lines.iter().map(|line| Line::parse(line, trust)).collect();
    let mut blocks: Vec<Block<'a>> = Vec::with_capacity(lines.len());
    let mut unclosed = UnclosedFences::default();
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
            let kind = kind_of(line, blocks.last(), parsed.get(index + 1), trust);
            blocks.push(Block { line, kind });
            continue;
        };
        blocks.push(Block {
            line,
            kind: BlockKind::OpenFence(fence),
        });
        blocks.extend(lines[index + 1..end].iter().map(|code| Block {
            line: Line::parse_in_quotation(code, line.quote_depth),
            kind: BlockKind::Code,
        }));
        blocks.push(Block {
            line: parsed[end],
            kind: BlockKind::CloseFence,
        });
    }
    demote_false_quotations(&mut blocks, lines, trust);
    blocks
}

/// Returns the kind of a line outside code.
fn kind_of<'a>(
    line: Line<'a>,
    previous: Option<&Block<'a>>,
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
        if line.is_underline() && follows(BlockKind::Text) {
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
            return BlockKind::TableRow;
        }
    }
    if line.is_rule() {
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

/// Takes quotation marks as text if nothing is quoted, and in a comment if they stand before a single line with a number:
/// `> 90 % agree` means "more than".
fn demote_false_quotations<'a>(blocks: &mut [Block<'a>], lines: &[&'a str], trust: TrustLevel) {
    let mut start = 0;
    while start < blocks.len() {
        let is_quoted = |block: &Block<'_>| block.line.quote_depth > 0;
        let count = blocks[start..].iter().take_while(|b| is_quoted(b)).count();
        let end = start + count;
        let quotation = &blocks[start..end];
        let is_number = trust == TrustLevel::Reader
            && count == 1
            && quotation[0].kind == BlockKind::Text
            && quotation[0]
                .line
                .marked_content
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

/// Puts each line into its quotation and list item.
pub(super) fn arrange<'a>(blocks: &[Block<'a>], items: &[Option<Item<'a>>]) -> Vec<Piece<'a>> {
    let mut arranger = Arranger::default();
    for (index, block) in blocks.iter().enumerate() {
        arranger.add(index, block, items[index]);
    }
    arranger.pieces
}

#[derive(Default)]
struct Arranger<'a> {
    pieces: Vec<Piece<'a>>,
    open: OpenItems,
    quote_depth: usize,
    /// Whether the last line was text that a following line continues.
    in_paragraph: bool,
    after_blank: bool,
    in_table: bool,
    /// White space before the opening fence.
    fence_indent: usize,
}

impl<'a> Arranger<'a> {
    fn add(&mut self, index: usize, block: &Block<'a>, item: Option<Item<'a>>) {
        let line = &block.line;
        if block.kind == BlockKind::Blank {
            self.push_blank(line.quote_depth.min(self.quote_depth));
            return;
        }
        if matches!(block.kind, BlockKind::Code | BlockKind::CloseFence) {
            self.add_code(block);
            return;
        }
        if line.quote_depth != self.quote_depth {
            self.end_paragraph(line.quote_depth.min(self.quote_depth));
            self.open.clear();
            self.quote_depth = line.quote_depth;
        }
        let is_row = matches!(block.kind, BlockKind::TableRow | BlockKind::TableDelimiter);
        if self.in_table && !is_row {
            self.end_paragraph(self.quote_depth);
        }
        self.in_table = is_row;
        let first_prefix = match item {
            Some(item) => self.open_item(index, line, item),
            None => self.continue_item(line),
        };
        let next_prefix = self.prefix();
        self.after_blank = false;
        self.add_line(block, first_prefix, next_prefix, item.is_some());
    }

    fn add_line(&mut self, block: &Block<'a>, first: String, next: String, is_item: bool) {
        let line = &block.line;
        let text = if is_item {
            line.content
        } else {
            line.marked_content
        };
        match block.kind {
            BlockKind::OpenFence(fence) => self.open_fence(fence, line, first),
            BlockKind::Rule | BlockKind::Underline | BlockKind::TableDelimiter => {
                self.pieces.push(Piece::Raw(first + text));
                self.in_paragraph = false;
            }
            BlockKind::Heading => {
                let content = text.trim_start_matches('#');
                let first = first + &text[..text.len() - content.len()] + " ";
                self.push_text(first, next, content.trim());
                self.in_paragraph = false;
            }
            BlockKind::Definition => {
                self.end_paragraph(0);
                self.pieces.push(Piece::Definition(text));
                self.push_blank(0);
            }
            BlockKind::TableRow => {
                self.push_text(first, next, text);
                self.in_paragraph = false;
            }
            _ => match self.pieces.last_mut() {
                Some(Piece::Text { lines, .. }) if self.in_paragraph && !is_item => {
                    lines.push(text)
                }
                _ => {
                    self.push_text(first, next, text);
                    self.in_paragraph = true;
                }
            },
        }
    }

    fn push_text(&mut self, first_prefix: String, next_prefix: String, text: &'a str) {
        self.pieces.push(Piece::Text {
            first_prefix,
            next_prefix,
            lines: vec![text],
        });
    }

    /// Opens a list item and returns what its first line begins with.
    fn open_item(&mut self, index: usize, line: &Line<'a>, item: Item<'a>) -> String {
        let was_in_list = !self.open.is_empty();
        self.open.close_until_sibling(line.indent);
        if !was_in_list {
            // Otherwise a list could not follow a line of text.
            self.end_paragraph(self.quote_depth);
        }
        let prefix = self.prefix() + &item.marker();
        self.open.push(index, line.indent, item);
        self.in_paragraph = false;
        prefix
    }

    /// Closes the list items that the line is not in, and returns what the line begins with.
    fn continue_item(&mut self, line: &Line<'a>) -> String {
        let closed = self.open.close_until_parent(line.indent);
        if closed && !self.after_blank {
            self.end_paragraph(self.quote_depth);
        }
        self.prefix()
    }

    fn open_fence(&mut self, fence: Fence<'a>, line: &Line<'a>, first_prefix: String) {
        let is_language = !fence.info.is_empty()
            && fence.info.len() <= MAX_LANGUAGE_BYTES
            && fence
                .info
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+#-_.".contains(&b));
        let language = if is_language { fence.info } else { "" };
        let marks = fence.marks();
        self.pieces
            .push(Piece::Raw(format!("{first_prefix}{marks}{language}")));
        self.fence_indent = line.indent;
        if !is_language && !fence.info.is_empty() {
            self.pieces.push(Piece::Raw(self.prefix() + fence.info));
        }
        self.in_paragraph = false;
    }

    fn add_code(&mut self, block: &Block<'a>) {
        let text = match block.kind {
            BlockKind::CloseFence => block.line.marked_content,
            _ => unindent(block.line.unquoted, self.fence_indent),
        };
        self.pieces.push(Piece::Raw(self.prefix() + text));
        self.after_blank = false;
    }

    /// Writes a blank line, which ends a paragraph.
    fn end_paragraph(&mut self, quote_depth: usize) {
        if !self.after_blank && !self.pieces.is_empty() {
            self.push_blank(quote_depth);
        }
    }

    fn push_blank(&mut self, quote_depth: usize) {
        self.pieces.push(Piece::Raw(">".repeat(quote_depth)));
        self.in_paragraph = false;
        self.in_table = false;
        self.after_blank = true;
    }

    /// Returns the quotation marks and the indentation of the open list items.
    fn prefix(&self) -> String {
        let mut prefix = "> ".repeat(self.quote_depth);
        prefix.extend(std::iter::repeat_n(' ', self.open.content_column()));
        prefix
    }
}
