//! Stages of an XML document, and what may stand in each.

use quick_xml::events::Event;

use super::WxrErrorKind;
use super::error::malformed;
use super::source::is_blank;

/// Progress through a document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum DocumentStage {
    Unread,
    /// Only white space was read.
    Blank,
    /// Before the root element.
    Prolog,
    InRoot,
    AfterRoot,
}

impl DocumentStage {
    /// Returns whether this may stand here; outside the root element little may.
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

    /// Returns the error for something that may not stand here.
    pub(super) fn placement_error(self, event: &Event<'_>) -> WxrErrorKind {
        match (event, self) {
            (_, Self::AfterRoot) => WxrErrorKind::Trailing,
            (Event::Decl(_), _) => malformed("an XML declaration in the middle of the file"),
            _ => WxrErrorKind::NotXml,
        }
    }
}
