//! Writes each line in the quotation and list item it was typed in.

use super::Piece;
use super::block::{BlockKind, ClassifiedLine};
use super::line::{Fence, Line, unindent};
use super::lists::{Item, OpenItems};

/// Longest language name of a fenced code block, in bytes.
const MAX_LANGUAGE_BYTES: usize = 20;

/// Puts each line into its quotation and list item.
pub(super) fn arrange<'a>(
    blocks: &[ClassifiedLine<'a>],
    items: &[Option<Item<'a>>],
) -> Vec<Piece<'a>> {
    let mut arranger = LineArranger::default();
    for (index, block) in blocks.iter().enumerate() {
        arranger.add(index, block, items[index]);
    }
    arranger.pieces
}

#[derive(Default)]
struct LineArranger<'a> {
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

impl<'a> LineArranger<'a> {
    fn add(&mut self, index: usize, block: &ClassifiedLine<'a>, item: Option<Item<'a>>) {
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

    fn add_line(&mut self, block: &ClassifiedLine<'a>, first: String, next: String, is_item: bool) {
        let line = &block.line;
        let text = if is_item {
            line.content
        } else {
            line.marked_content
        };
        match block.kind {
            BlockKind::OpenFence(fence) => self.open_fence(fence, line, &first),
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
                    lines.push(text);
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

    fn open_fence(&mut self, fence: Fence<'a>, line: &Line<'a>, first_prefix: &str) {
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

    fn add_code(&mut self, block: &ClassifiedLine<'a>) {
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
