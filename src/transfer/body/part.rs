//! Parts into which shortcodes and lone URLs divide the text of an article.

use std::borrow::Cow;

/// A part of an article's text before paragraphs are added.
pub(super) enum TextPart<'a> {
    /// Text as the author wrote it, to which paragraphs are still to be added.
    Text(Cow<'a, str>),
    /// Finished HTML of a block element.
    Block(String),
}
