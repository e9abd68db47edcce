//! Reads XML as a sequence of element starts and ends with known namespaces. XML that is not well-formed, is too long or
//! is nested too deeply causes an error.

use std::borrow::Cow;
use std::io::{BufRead, Read};

use quick_xml::NsReader;
use quick_xml::encoding::EncodingError;
use quick_xml::errors::Error as ParserError;
use quick_xml::events::Event;

use super::limits::{MAX_DEPTH, MAX_ELEMENT_BYTES, MAX_ITEM_BYTES, MAX_TAG_BYTES};
use super::markup::{self, XmlNamespace, XmlTag};
use super::source::{CheckedSource, SourceFailure, is_blank};
use super::stage::DocumentStage;
use super::{WxrError, WxrErrorKind, WxrPosition};

/// Highest number of namespaces that a tag may declare. Real exports declare seven.
const MAX_NAMESPACE_DECLARATIONS: usize = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum XmlToken {
    /// An element starts. The method `XmlTokens::name` returns its name.
    Open(XmlNamespace),
    /// The innermost open element ends.
    Close,
    /// The file ends after the end of the root element.
    End,
}

/// A limit on the length of an element or item in the file.
#[derive(Clone, Copy)]
struct SizeLimit {
    /// Position at which the element or item starts.
    start: WxrPosition,
    /// Byte offset at which the element or item must have ended.
    end: u64,
}

/// Reads the tokens of an XML document.
pub(super) struct XmlTokens<R> {
    parser: NsReader<CheckedSource<R>>,
    buffer: Vec<u8>,
    stage: DocumentStage,
    depth: usize,
    /// Whether the innermost element has the form `<a/>`. In that case its end is the next token.
    is_self_closing: bool,
    tag: XmlTag,
    tag_position: WxrPosition,
    element_limit: Option<SizeLimit>,
    item_limit: Option<SizeLimit>,
}

impl<R: Read> XmlTokens<R> {
    pub(super) fn new(inner: R) -> Self {
        let mut parser = NsReader::from_reader(CheckedSource::new(inner));
        parser
            .resolver_mut()
            .set_max_declarations_per_element(MAX_NAMESPACE_DECLARATIONS);
        Self {
            parser,
            buffer: Vec::new(),
            stage: DocumentStage::Unread,
            depth: 0,
            is_self_closing: false,
            tag: XmlTag::default(),
            tag_position: WxrPosition::START,
            element_limit: None,
            item_limit: None,
        }
    }

    /// Returns the position of the next byte in the file.
    pub(super) fn position(&self) -> WxrPosition {
        self.parser.get_ref().position()
    }

    /// Returns the name of the element that started last, without its namespace prefix.
    pub(super) fn name(&self) -> &str {
        &self.tag.name
    }

    /// Returns the start tag that was read last.
    pub(super) fn tag(&self) -> &XmlTag {
        &self.tag
    }

    /// Returns the position of the start tag that was read last.
    pub(super) fn tag_position(&self) -> WxrPosition {
        self.tag_position
    }

    /// Starts an item at the start tag that was read last. Its length is limited until `end_item` is called.
    pub(super) fn begin_item(&mut self) {
        self.item_limit = Some(SizeLimit {
            start: self.tag_position,
            end: self.tag_position.byte + MAX_ITEM_BYTES,
        });
    }

    /// Counts memory that the current item takes beyond its length in the file. It reduces the number of bytes that the
    /// item may still have.
    pub(super) fn count_memory(&mut self, bytes: u64) {
        if let Some(item) = &mut self.item_limit {
            item.end = item.end.saturating_sub(bytes);
        }
    }

    /// Removes the length limit that `begin_item` has set.
    pub(super) fn end_item(&mut self) {
        self.item_limit = None;
    }

    /// Replaces `into` with the text of the element that started last. Elements inside it are skipped.
    pub(super) fn read_text(&mut self, into: &mut String) -> Result<(), WxrError> {
        into.clear();
        self.element_limit = Some(SizeLimit {
            start: self.tag_position,
            end: self.position().byte + MAX_ELEMENT_BYTES,
        });
        self.read_to_close(Some(into))?;
        self.element_limit = None;
        Ok(())
    }

    /// Reads text like [`Self::read_text`], and removes white space at its start and end.
    pub(super) fn read_trimmed(&mut self, into: &mut String) -> Result<(), WxrError> {
        self.read_text(into)?;
        into.truncate(into.trim_end().len());
        into.drain(..into.len() - into.trim_start().len());
        Ok(())
    }

    /// Parses the text of the element that started last as a positive integer. Returns 0 if it is not one.
    pub(super) fn read_id(&mut self) -> Result<i64, WxrError> {
        let mut digits = String::new();
        self.read_trimmed(&mut digits)?;
        // Some exports leave IDs of comments empty; the caller decides whether an ID is needed.
        Ok(digits.parse().unwrap_or(0).max(0))
    }

    /// Skips the rest of the element that started last.
    pub(super) fn skip(&mut self) -> Result<(), WxrError> {
        self.read_to_close(None)
    }

    fn read_to_close(&mut self, mut into: Option<&mut String>) -> Result<(), WxrError> {
        let mut inner_depth = 0_usize;
        loop {
            // Text inside of nested elements is not a part of this one's text.
            let sink = into.as_deref_mut().filter(|_| inner_depth == 0);
            match self.next_token(sink)? {
                XmlToken::Open(_) => inner_depth += 1,
                XmlToken::Close if inner_depth > 0 => inner_depth -= 1,
                XmlToken::Close | XmlToken::End => return Ok(()),
            }
        }
    }

    /// Returns the next token. Appends the text before that token to `into`.
    pub(super) fn next_token(
        &mut self,
        mut into: Option<&mut String>,
    ) -> Result<XmlToken, WxrError> {
        if self.stage == DocumentStage::Unread {
            self.check_start()?;
        }
        if self.is_self_closing {
            self.is_self_closing = false;
            return Ok(self.close_element());
        }
        loop {
            let at = self.position();
            self.limit_next(at)?;
            self.buffer.clear();
            let event = match self.parser.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => return Err(self.translate_error(&error, at)),
            };
            if !self.stage.allows(&event) {
                return Err(self.stage.placement_error(&event).at(at));
            }
            match event {
                Event::Start(ref tag) | Event::Empty(ref tag) => {
                    self.tag_position = at;
                    self.tag.read(tag).map_err(|kind| kind.at(at))?;
                    self.is_self_closing = matches!(event, Event::Empty(_));
                    let (namespace, _) = self.parser.resolver().resolve_element(tag.name());
                    let namespace = XmlNamespace::from_resolved(&namespace);
                    return self.open_element(namespace);
                }
                Event::End(_) => return Ok(self.close_element()),
                // The parser accepts a file that ends within the root element.
                Event::Eof => return self.end_document(at),
                Event::Text(text) => append_text(&mut into, text.xml10_content(), at)?,
                Event::CData(text) => append_text(&mut into, text.xml10_content(), at)?,
                Event::GeneralRef(reference) => {
                    let character =
                        markup::resolve_reference(&reference).map_err(|kind| kind.at(at))?;
                    if let Some(into) = &mut into {
                        into.push(character);
                    }
                }
                Event::Decl(declaration) => {
                    markup::check_encoding(&declaration).map_err(|kind| kind.at(at))?;
                    self.stage = DocumentStage::Prolog;
                }
                Event::Comment(_) | Event::PI(_) if self.stage == DocumentStage::Blank => {
                    self.stage = DocumentStage::Prolog;
                }
                Event::Comment(_) | Event::PI(_) => {}
                Event::DocType(_) => return Err(WxrErrorKind::Doctype.at(at)),
            }
        }
    }

    /// Checks that the file can be XML, and skips the byte order mark and white space at its start.
    fn check_start(&mut self) -> Result<(), WxrError> {
        const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
        let source = self.parser.get_mut();
        // Reading here is bounded by the buffer of the source.
        source.set_allowance(u64::MAX);
        match source.peek_unchecked(3) {
            // Byte order marks of UTF-16, and `<` in UTF-16 without one (XML 1.0, appendix F).
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, b'<', ..] | [b'<', 0, ..] => {
                return Err(WxrErrorKind::Utf16.at(WxrPosition::START));
            }
            BYTE_ORDER_MARK | [0xEF, 0xBB, 0xBF, ..] => source.consume(BYTE_ORDER_MARK.len()),
            _ => {}
        }
        loop {
            let next = source.peek_unchecked(1);
            let blank = next.iter().take_while(|b| is_blank(**b)).count();
            match next.get(blank) {
                Some(b'<') => break,
                Some(_) => {
                    source.consume(blank);
                    return Err(WxrErrorKind::NotXml.at(source.position()));
                }
                None if blank == 0 => break,
                None => source.consume(blank),
            }
        }
        self.stage = DocumentStage::Blank;
        Ok(())
    }

    /// Limits the number of bytes that the parser may read for the next token. Returns an error for a DOCTYPE, before the
    /// parser can read it.
    fn limit_next(&mut self, at: WxrPosition) -> Result<(), WxrError> {
        let max_bytes = self.max_next_bytes(at);
        let source = self.parser.get_mut();
        let next = source.peek(b"<!DOCTYPE html".len());
        // The parser would buffer the whole declaration, however long.
        if let [b'<', b'!', b'D' | b'd', rest @ ..] = next {
            let is_html = rest
                .split(|&byte| is_blank(byte) || byte == b'>')
                .nth(1)
                .is_some_and(|kind| kind.eq_ignore_ascii_case(b"html"));
            return Err(match self.stage {
                DocumentStage::AfterRoot => WxrErrorKind::Trailing,
                _ if is_html => WxrErrorKind::NotAnExport("a web page".into()),
                _ => WxrErrorKind::Doctype,
            }
            .at(at));
        }
        source.set_allowance(max_bytes);
        Ok(())
    }

    fn max_next_bytes(&mut self, at: WxrPosition) -> u64 {
        let next = self.parser.get_mut().peek(2);
        let token = if is_tag(next) {
            MAX_TAG_BYTES
        } else {
            MAX_ELEMENT_BYTES
        };
        // The closing tag does not count against the limit of the element's text.
        let element = self.element_limit.filter(|_| !next.starts_with(b"</"));
        let limits = [element, self.item_limit].into_iter().flatten();
        let end = limits
            .map(|limit| limit.end)
            .fold(at.byte + token, u64::min);
        end.saturating_sub(at.byte)
    }

    fn open_element(&mut self, namespace: XmlNamespace) -> Result<XmlToken, WxrError> {
        if self.depth == MAX_DEPTH {
            return Err(WxrErrorKind::TooDeep.at(self.tag_position));
        }
        self.depth += 1;
        self.stage = DocumentStage::InRoot;
        Ok(XmlToken::Open(namespace))
    }

    fn close_element(&mut self) -> XmlToken {
        self.depth -= 1;
        if self.depth == 0 {
            self.stage = DocumentStage::AfterRoot;
        }
        XmlToken::Close
    }

    fn end_document(&self, at: WxrPosition) -> Result<XmlToken, WxrError> {
        match self.stage {
            DocumentStage::AfterRoot => Ok(XmlToken::End),
            DocumentStage::Unread | DocumentStage::Blank => Err(WxrErrorKind::Empty.at(at)),
            DocumentStage::Prolog | DocumentStage::InRoot => Err(WxrErrorKind::Truncated.at(at)),
        }
    }

    /// Translates a parser error into an error for the user. `at` is the position of the token in which it occurred.
    fn translate_error(&mut self, error: &ParserError, at: WxrPosition) -> WxrError {
        let source = self.parser.get_mut();
        let here = source.position();
        match source.take_failure() {
            Some(SourceFailure::Invalid(kind)) => kind.at(here),
            Some(SourceFailure::LimitReached) => self.length_error(at, here),
            None if self.stage == DocumentStage::AfterRoot => WxrErrorKind::Trailing.at(at),
            None if source.has_ended() => WxrErrorKind::Truncated.at(here),
            None => markup::describe_parser_error(error).at(at),
        }
    }

    fn length_error(&self, at: WxrPosition, here: WxrPosition) -> WxrError {
        // The outermost limit is reported, which is the one that has to change.
        let exceeded = |limit: Option<SizeLimit>| limit.filter(|limit| limit.end <= here.byte);
        if let Some(item) = exceeded(self.item_limit) {
            WxrErrorKind::ItemTooLong.at(item.start)
        } else if let Some(element) = exceeded(self.element_limit) {
            WxrErrorKind::ElementTooLong.at(element.start)
        } else if is_tag(&self.buffer) {
            WxrErrorKind::TagTooLong.at(at)
        } else {
            WxrErrorKind::ElementTooLong.at(at)
        }
    }
}

fn append_text(
    into: &mut Option<&mut String>,
    text: Result<Cow<'_, str>, EncodingError>,
    at: WxrPosition,
) -> Result<(), WxrError> {
    let text = text.map_err(|error| markup::describe_parser_error(&error.into()).at(at))?;
    if let Some(into) = into {
        into.push_str(&text);
    }
    Ok(())
}

/// Returns whether the next bytes are a start or end tag, and not text, a comment or CDATA.
fn is_tag(next: &[u8]) -> bool {
    matches!(next, [b'<', following, ..] if *following != b'!')
}
