//! XML as a row of opened and closed elements with known namespaces. Whatever is not well-formed, too long or too deep
//! ends here, with the place and a sentence.

use std::borrow::Cow;
use std::io::{BufRead, Read};

use quick_xml::NsReader;
use quick_xml::encoding::EncodingError;
use quick_xml::errors::Error as ParserError;
use quick_xml::events::Event;

use super::error::malformed;
use super::markup::{self, Space, Tag};
use super::source::{Failure, Source, is_blank};
use super::{DEPTH, ELEMENT_BYTES, Error, ErrorKind, ITEM_BYTES, Position, TAG_BYTES};

/// Namespaces one tag may declare; exports declare seven at once.
const DECLARATIONS: usize = 32;

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// An element begins: its namespace; `Xml::name` has its name.
    Open(Space),
    /// The innermost element ends.
    Close,
    /// The file ends, after its outermost element did.
    End,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing was read yet.
    Untouched,
    /// Nothing was read but white space.
    Blank,
    /// The outermost element has not begun.
    Prolog,
    /// Inside the outermost element.
    Inside,
    /// The outermost element has ended.
    After,
}

/// Where something began and must have ended.
#[derive(Clone, Copy)]
struct Fence {
    from: Position,
    end: u64,
}

/// A row of tokens.
pub(super) struct Xml<R> {
    parser: NsReader<Source<R>>,
    buffer: Vec<u8>,
    stage: Stage,
    depth: usize,
    /// The innermost element was of the form `<a/>`, so its end comes next without being read.
    closing: bool,
    tag: Tag,
    tag_at: Position,
    element: Option<Fence>,
    item: Option<Fence>,
}

impl<R: Read> Xml<R> {
    pub(super) fn new(inner: R) -> Self {
        let mut parser = NsReader::from_reader(Source::new(inner));
        parser
            .resolver_mut()
            .set_max_declarations_per_element(DECLARATIONS);
        Self {
            parser,
            buffer: Vec::new(),
            stage: Stage::Untouched,
            depth: 0,
            closing: false,
            tag: Tag::default(),
            tag_at: Position::START,
            element: None,
            item: None,
        }
    }

    /// Where the next byte stands.
    pub(super) fn position(&self) -> Position {
        self.parser.get_ref().position()
    }

    /// The name of the element opened last, without prefix.
    pub(super) fn name(&self) -> &str {
        &self.tag.name
    }

    /// The tag opened last.
    pub(super) fn tag(&self) -> &Tag {
        &self.tag
    }

    /// Where that tag begins.
    pub(super) fn tag_at(&self) -> Position {
        self.tag_at
    }

    /// From here to `end_item` no more than an item's worth is read.
    pub(super) fn begin_item(&mut self) {
        self.item = Some(Fence {
            from: self.tag_at,
            end: self.tag_at.byte + ITEM_BYTES,
        });
    }

    /// Counts something in the item that is larger in memory than in the file.
    pub(super) fn weigh(&mut self, bytes: u64) {
        if let Some(item) = &mut self.item {
            item.end = item.end.saturating_sub(bytes);
        }
    }

    /// The item is over.
    pub(super) fn end_item(&mut self) {
        self.item = None;
    }

    /// The text of the element opened last, in place of what `into` held. Elements in it are passed over.
    pub(super) fn text(&mut self, into: &mut String) -> Result<(), Error> {
        into.clear();
        self.element = Some(Fence {
            from: self.tag_at,
            end: self.position().byte + ELEMENT_BYTES,
        });
        self.read_to_close(Some(into))?;
        self.element = None;
        Ok(())
    }

    /// The same without white space around it.
    pub(super) fn word(&mut self, into: &mut String) -> Result<(), Error> {
        self.text(into)?;
        into.truncate(into.trim_end().len());
        into.drain(..into.len() - into.trim_start().len());
        Ok(())
    }

    /// The same as a positive number, or 0 if it is none.
    pub(super) fn number(&mut self) -> Result<i64, Error> {
        let mut digits = String::new();
        self.word(&mut digits)?;
        Ok(digits.parse().unwrap_or(0).max(0))
    }

    /// Passes over the element opened last with all it holds.
    pub(super) fn skip(&mut self) -> Result<(), Error> {
        self.read_to_close(None)
    }

    fn read_to_close(&mut self, mut into: Option<&mut String>) -> Result<(), Error> {
        let mut inner = 0_usize;
        loop {
            let sink = into.as_deref_mut().filter(|_| inner == 0);
            match self.token(sink)? {
                Token::Open(_) => inner += 1,
                Token::Close if inner > 0 => inner -= 1,
                Token::Close | Token::End => return Ok(()),
            }
        }
    }

    /// The next token; the text before it is added to `into`.
    pub(super) fn token(&mut self, mut into: Option<&mut String>) -> Result<Token, Error> {
        if self.stage == Stage::Untouched {
            self.begin()?;
        }
        if self.closing {
            self.closing = false;
            return Ok(self.close());
        }
        loop {
            let at = self.position();
            self.look_ahead(at)?;
            self.buffer.clear();
            let event = match self.parser.read_event_into(&mut self.buffer) {
                Ok(event) => event,
                Err(error) => return Err(self.explain(&error, at)),
            };
            if !fits(&event, self.stage) {
                return Err(misplaced(&event, self.stage).at(at));
            }
            match event {
                Event::Start(ref tag) | Event::Empty(ref tag) => {
                    self.tag_at = at;
                    self.tag.read(tag).map_err(|kind| kind.at(at))?;
                    self.closing = matches!(event, Event::Empty(_));
                    let (space, _) = self.parser.resolver().resolve_element(tag.name());
                    let space = Space::of(&space);
                    return self.open(space);
                }
                Event::End(_) => return Ok(self.close()),
                Event::Eof => return self.end(at),
                Event::Text(text) => add(&mut into, text.xml10_content(), at)?,
                Event::CData(text) => add(&mut into, text.xml10_content(), at)?,
                Event::GeneralRef(reference) => {
                    let character = markup::resolve(&reference).map_err(|kind| kind.at(at))?;
                    if let Some(into) = &mut into {
                        into.push(character);
                    }
                }
                Event::Decl(declaration) => {
                    markup::check_encoding(&declaration).map_err(|kind| kind.at(at))?;
                    self.stage = Stage::Prolog;
                }
                Event::Comment(_) | Event::PI(_) if self.stage == Stage::Blank => {
                    self.stage = Stage::Prolog;
                }
                Event::Comment(_) | Event::PI(_) => {}
                Event::DocType(_) => return Err(ErrorKind::Doctype.at(at)),
            }
        }
    }

    /// Finds out whether this can be XML at all, and passes over what may stand before it.
    fn begin(&mut self) -> Result<(), Error> {
        const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
        let source = self.parser.get_mut();
        source.allow(u64::MAX);
        match source.upcoming_raw(3) {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, b'<', ..] | [b'<', 0, ..] => {
                return Err(ErrorKind::Utf16.at(Position::START));
            }
            BYTE_ORDER_MARK | [0xEF, 0xBB, 0xBF, ..] => source.consume(BYTE_ORDER_MARK.len()),
            _ => {}
        }
        loop {
            let next = source.upcoming_raw(1);
            let blank = next.iter().take_while(|b| is_blank(**b)).count();
            match next.get(blank) {
                Some(b'<') => break,
                Some(_) => {
                    source.consume(blank);
                    return Err(ErrorKind::NotXml.at(source.position()));
                }
                None if blank == 0 => break,
                None => source.consume(blank),
            }
        }
        self.stage = Stage::Blank;
        Ok(())
    }

    /// Allows the parser as much as the next piece may have, and refuses a DOCTYPE before it is read.
    fn look_ahead(&mut self, at: Position) -> Result<(), Error> {
        let longest = self.longest(at);
        let source = self.parser.get_mut();
        let next = source.upcoming(b"<!DOCTYPE html".len());
        if let [b'<', b'!', b'D' | b'd', rest @ ..] = next {
            let is_html = rest
                .split(|&byte| is_blank(byte) || byte == b'>')
                .nth(1)
                .is_some_and(|kind| kind.eq_ignore_ascii_case(b"html"));
            return Err(match self.stage {
                Stage::After => ErrorKind::Trailing,
                _ if is_html => ErrorKind::NotAnExport("a web page".into()),
                _ => ErrorKind::Doctype,
            }
            .at(at));
        }
        source.allow(longest);
        Ok(())
    }

    fn longest(&mut self, at: Position) -> u64 {
        let next = self.parser.get_mut().upcoming(2);
        let piece = if is_tag(next) {
            TAG_BYTES
        } else {
            ELEMENT_BYTES
        };
        // Whatever the text may have, its end may follow.
        let element = self.element.filter(|_| !next.starts_with(b"</"));
        let ends = [element, self.item].into_iter().flatten();
        let end = ends.map(|fence| fence.end).fold(at.byte + piece, u64::min);
        end.saturating_sub(at.byte)
    }

    fn open(&mut self, space: Space) -> Result<Token, Error> {
        if self.depth == DEPTH {
            return Err(ErrorKind::TooDeep.at(self.tag_at));
        }
        self.depth += 1;
        self.stage = Stage::Inside;
        Ok(Token::Open(space))
    }

    fn close(&mut self) -> Token {
        self.depth -= 1;
        if self.depth == 0 {
            self.stage = Stage::After;
        }
        Token::Close
    }

    fn end(&self, at: Position) -> Result<Token, Error> {
        match self.stage {
            Stage::After => Ok(Token::End),
            Stage::Untouched | Stage::Blank => Err(ErrorKind::Empty.at(at)),
            Stage::Prolog | Stage::Inside => Err(ErrorKind::Truncated.at(at)),
        }
    }

    /// Why the parser could not read the piece that begins at `at`.
    fn explain(&mut self, error: &ParserError, at: Position) -> Error {
        let source = self.parser.get_mut();
        let here = source.position();
        match source.take_failure() {
            Some(Failure::Wrong(kind)) => kind.at(here),
            Some(Failure::Spent) => self.too_long(at, here),
            None if self.stage == Stage::After => ErrorKind::Trailing.at(at),
            None if source.has_ended() => ErrorKind::Truncated.at(here),
            None => markup::explain(error).at(at),
        }
    }

    fn too_long(&self, at: Position, here: Position) -> Error {
        let passed = |fence: Option<Fence>| fence.filter(|fence| fence.end <= here.byte);
        if let Some(item) = passed(self.item) {
            ErrorKind::ItemTooLong.at(item.from)
        } else if let Some(element) = passed(self.element) {
            ErrorKind::ElementTooLong.at(element.from)
        } else if is_tag(&self.buffer) {
            ErrorKind::TagTooLong.at(at)
        } else {
            ErrorKind::ElementTooLong.at(at)
        }
    }
}

/// Adds text to what is gathered, if anything is.
fn add(
    into: &mut Option<&mut String>,
    text: Result<Cow<'_, str>, EncodingError>,
    at: Position,
) -> Result<(), Error> {
    let text = text.map_err(|error| markup::explain(&error.into()).at(at))?;
    if let Some(into) = into {
        into.push_str(&text);
    }
    Ok(())
}

/// Whether a tag begins here, and not text, a comment or CDATA.
fn is_tag(next: &[u8]) -> bool {
    matches!(next, [b'<', following, ..] if *following != b'!')
}

/// Whether something may stand here. Outside the outermost element little may.
fn fits(event: &Event<'_>, stage: Stage) -> bool {
    match event {
        Event::Eof | Event::Comment(_) => true,
        Event::Decl(_) => stage == Stage::Blank,
        Event::Text(text) => stage == Stage::Inside || text.iter().copied().all(is_blank),
        Event::CData(_) | Event::GeneralRef(_) => stage == Stage::Inside,
        _ => stage != Stage::After,
    }
}

fn misplaced(event: &Event<'_>, stage: Stage) -> ErrorKind {
    match (event, stage) {
        (_, Stage::After) => ErrorKind::Trailing,
        (Event::Decl(_), _) => malformed("an XML declaration stands in the middle of the file"),
        _ => ErrorKind::NotXml,
    }
}
