//! Lines of a text and what they are.

use super::line::{Fence, Line};

#[derive(Clone, Copy, Debug)]
pub(super) struct ClassifiedLine<'a> {
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
