//! Parts of a text between shortcodes.

use std::borrow::Cow;

/// A part of an article on its way to paragraphs.
pub(super) enum TextPart<'a> {
    /// Text as the author wrote it, still without paragraphs.
    Text(Cow<'a, str>),
    /// Finished HTML of a block.
    Block(String),
}
