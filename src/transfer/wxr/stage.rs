//! Stages in the reading of an XML document, and the content that is allowed in each.

use quick_xml::events::Event;

use super::WxrErrorKind;
use super::error::malformed;
use super::source::is_blank;

/// Progress in reading an XML document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum DocumentStage {
    Unread,
    /// Only white space has been read.
    Blank,
    /// The root element has not started yet.
    Prolog,
    InRoot,
    AfterRoot,
}

impl DocumentStage {
    /// Returns whether XML allows this event at the current stage.
    pub(super) fn allows(self, event: &Event<'_>) -> bool {
        match event {
            Event::Eof | Event::Comment(_) => true,
            // XML allows a declaration only at the very start; white space before it is common and harmless.
            Event::Decl(_) => self == Self::Blank,
            Event::Text(text) => self == Self::InRoot || text.iter().copied().all(is_blank),
            Event::CData(_) | Event::GeneralRef(_) => self == Self::InRoot,
            _ => self != Self::AfterRoot,
        }
    }

    /// Returns the error for an event that is not allowed at the current stage.
    pub(super) fn placement_error(self, event: &Event<'_>) -> WxrErrorKind {
        match (event, self) {
            (_, Self::AfterRoot) => WxrErrorKind::Trailing,
            (Event::Decl(_), _) => malformed("an XML declaration in the middle of the file"),
            _ => WxrErrorKind::NotXml,
        }
    }
}
