//! Decides which lines with a marker are list items, and which list each belongs to.

use std::collections::HashSet;

use super::super::sanitizer::TrustLevel;
use super::block::{BlockKind, ClassifiedLine};
use super::line::Marker;

/// Deepest nesting of lists. Items nested more deeply are written at this depth.
const MAX_LIST_DEPTH: usize = 20;
/// Fewest columns by which a line is indented to be inside the item above.
const MIN_INDENT: usize = 2;
/// Columns by which the text of a footnote is indented (GitHub's dialect).
const FOOTNOTE_COLUMNS: usize = 4;

/// List items that are open at a line, from the outermost to the innermost.
#[derive(Default)]
pub(super) struct OpenItems(Vec<OpenItem>);

#[derive(Clone, Copy)]
struct OpenItem {
    /// Index of the line with the marker.
    line: usize,
    /// Columns of white space before the marker, as they were typed.
    indent: usize,
    /// Column at which the text of the item is written.
    column: usize,
}

impl OpenItems {
    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the column at which text inside the innermost item is written.
    pub fn content_column(&self) -> usize {
        self.0.last().map_or(0, |item| item.column)
    }

    fn innermost(&self) -> Option<usize> {
        self.0.last().map(|item| item.line)
    }

    /// Opens an item inside the innermost one.
    pub fn push(&mut self, line: usize, indent: usize, item: Item<'_>) {
        let columns = match item {
            Item::Footnote(_) => FOOTNOTE_COLUMNS,
            _ => item.marker().len(),
        };
        let column = self.content_column() + columns;
        self.0.push(OpenItem {
            line,
            indent,
            column,
        });
    }

    /// Closes the items beside or below which an item with this indentation stands. Returns the line of the item beside it.
    pub fn close_until_sibling(&mut self, indent: usize) -> Option<usize> {
        let is_child = |parent: &OpenItem| indent >= parent.indent + MIN_INDENT;
        loop {
            let depth = self.0.len();
            let innermost = *self.0.last()?;
            if is_child(&innermost) && depth < MAX_LIST_DEPTH {
                return None;
            }
            self.0.pop();
            if self.0.last().is_none_or(is_child) {
                return Some(innermost.line);
            }
        }
    }

    /// Closes the items that text with this indentation is not in. Returns whether there were any.
    pub fn close_until_parent(&mut self, indent: usize) -> bool {
        let depth = self.0.len();
        while self
            .0
            .pop_if(|item| indent < item.indent + MIN_INDENT)
            .is_some()
        {}
        self.0.len() < depth
    }
}

/// List item or footnote as it is written for the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item<'a> {
    Bullet(char),
    /// Numbered lists beside each other have different delimiters, since CommonMark would make them one list.
    Number {
        number: u32,
        delimiter: char,
    },
    Footnote(&'a str),
}

impl Item<'_> {
    /// Returns the marker with the space after it.
    pub fn marker(&self) -> String {
        match self {
            Self::Bullet('•') => "- ".to_owned(),
            Self::Bullet(mark) => format!("{mark} "),
            Self::Number { number, delimiter } => format!("{number}{delimiter} "),
            Self::Footnote(label) => format!("[^{label}]: "),
        }
    }
}

/// Line that is a list item if its list is one.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    item: Item<'a>,
    /// Line of the item around this one.
    parent: Option<usize>,
    has_sibling: bool,
    /// First number of the list, and how many items it has up to this one.
    first_number: u32,
    position: u32,
}

/// Returns for each line the list item that it begins. In a comment, a list has two items or more, and its numbers follow
/// each other: a single line such as `- 5 degrees` or `1986. A great year` is text. In an article, a single item has a
/// bullet, the number 1, or the number after that of an earlier item, whose list something interrupts.
pub(super) fn find_items<'a>(
    blocks: &[ClassifiedLine<'a>],
    is_footnote: impl Fn(&str) -> bool,
    trust: TrustLevel,
) -> Vec<Option<Item<'a>>> {
    let candidates = find_candidates(blocks, is_footnote, trust);
    let mut items = vec![None; blocks.len()];
    let mut last_number = 0;
    for (index, candidate) in candidates.into_iter().enumerate() {
        let Some(candidate) = candidate else { continue };
        // A parent stands above its items, so it is decided before them.
        let is_nested = candidate
            .parent
            .is_some_and(|parent| items[parent].is_some());
        let number = match candidate.item {
            Item::Number { number, .. } => Some(number),
            _ => None,
        };
        let is_expected = number.is_none_or(|number| number == 1 || number == last_number + 1);
        let is_single_item = trust == TrustLevel::Editor && is_expected;
        if candidate.has_sibling || is_nested || is_single_item {
            items[index] = Some(candidate.item);
            last_number = number.unwrap_or(last_number);
        }
    }
    items
}

fn find_candidates<'a>(
    blocks: &[ClassifiedLine<'a>],
    is_footnote: impl Fn(&str) -> bool,
    trust: TrustLevel,
) -> Vec<Option<Candidate<'a>>> {
    let mut candidates: Vec<Option<Candidate<'a>>> = vec![None; blocks.len()];
    let mut open = OpenItems::default();
    let mut quote_depth = 0;
    // A second note with the same label is text.
    let mut labels = HashSet::new();
    for (index, block) in blocks.iter().enumerate() {
        let line = &block.line;
        if matches!(
            block.kind,
            BlockKind::Blank | BlockKind::Code | BlockKind::CloseFence
        ) {
            continue;
        }
        if line.quote_depth != quote_depth {
            open.clear();
            quote_depth = line.quote_depth;
        }
        let has_items = matches!(block.kind, BlockKind::Text | BlockKind::OpenFence(_));
        let marker = line.marker.filter(|marker| match marker {
            Marker::Footnote(label) => {
                has_items
                    && quote_depth == 0
                    && is_footnote(label)
                    && labels.insert(label.to_lowercase())
            }
            _ => has_items,
        });
        let Some(marker) = marker else {
            open.close_until_parent(line.indent);
            continue;
        };
        let sibling = open.close_until_sibling(line.indent);
        let sibling = sibling.and_then(|sibling| candidates[sibling].as_mut());
        let mut candidate = candidate_for(marker, sibling, trust);
        candidate.parent = open.innermost();
        open.push(index, line.indent, candidate.item);
        candidates[index] = Some(candidate);
    }
    candidates
}

/// Returns the item, which continues the list of its sibling or begins a list.
fn candidate_for<'a>(
    marker: Marker<'a>,
    sibling: Option<&mut Candidate<'a>>,
    trust: TrustLevel,
) -> Candidate<'a> {
    let single = |item, first_number| Candidate {
        item,
        parent: None,
        has_sibling: false,
        first_number,
        position: 1,
    };
    match marker {
        Marker::Footnote(label) => Candidate {
            has_sibling: true,
            ..single(Item::Footnote(label), 0)
        },
        Marker::Bullet(mark) => {
            let mut candidate = single(Item::Bullet(mark), 0);
            if let Some(sibling) = sibling.filter(|sibling| sibling.item == candidate.item) {
                sibling.has_sibling = true;
                candidate.has_sibling = true;
            }
            candidate
        }
        Marker::Number { number, delimiter } => {
            let Some(sibling) = sibling else {
                return single(Item::Number { number, delimiter }, number);
            };
            let Item::Number {
                number: last,
                delimiter: used,
            } = sibling.item
            else {
                return single(Item::Number { number, delimiter }, number);
            };
            let next = sibling.first_number.checked_add(sibling.position);
            // Editors may leave the counting to Markdown: `1.` on each line.
            let repeats =
                trust == TrustLevel::Editor && number == sibling.first_number && last == number;
            if next != Some(number) && !repeats {
                let delimiter = if used == '.' { ')' } else { '.' };
                return single(Item::Number { number, delimiter }, number);
            }
            sibling.has_sibling = true;
            Candidate {
                has_sibling: true,
                position: sibling.position + 1,
                first_number: sibling.first_number,
                ..single(
                    Item::Number {
                        number,
                        delimiter: used,
                    },
                    number,
                )
            }
        }
    }
}
