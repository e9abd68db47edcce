//! Checked bytes for the XML parser: valid UTF-8 without forbidden characters, with their position, and never more than
//! was allowed, since the parser buffers a whole tag or CDATA section before it returns it.

use std::io::{self, BufRead, Read};

use super::{WxrErrorKind, WxrPosition};

/// Size of the buffer: bytes read at once.
const BUFFER_BYTES: usize = 64 << 10;
/// Bytes tested at once for forbidden characters.
const BLOCK_BYTES: usize = 64;

/// A `BufRead` that checks its bytes and counts them against an allowance.
pub(super) struct CheckedSource<R> {
    inner: R,
    /// `buffer[start..checked_end]` may be handed out; up to `filled_end` it is read, but ends within a character.
    buffer: Box<[u8]>,
    start: usize,
    checked_end: usize,
    filled_end: usize,
    position: WxrPosition,
    /// Bytes that may be handed out before the next call of `set_allowance`.
    allowance: u64,
    inner_ended: bool,
    /// Error at `buffer[checked_end]`, reported once everything before it is handed out.
    pending_error: Option<WxrErrorKind>,
    /// Reason of the last failed read; an `io::Error` cannot carry it through the parser.
    failure: Option<SourceFailure>,
    hit_end: bool,
}

/// Reasons for handing out no more bytes.
pub(super) enum SourceFailure {
    /// An error at the current position.
    Invalid(WxrErrorKind),
    /// The allowance is used up.
    LimitReached,
}

impl<R: Read> CheckedSource<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            buffer: vec![0; BUFFER_BYTES].into_boxed_slice(),
            start: 0,
            checked_end: 0,
            filled_end: 0,
            position: WxrPosition::START,
            allowance: 0,
            inner_ended: false,
            pending_error: None,
            failure: None,
            hit_end: false,
        }
    }

    /// Returns the position of the next byte.
    pub(super) fn position(&self) -> WxrPosition {
        self.position
    }

    /// Returns whether a read was attempted after the last byte.
    pub(super) fn has_ended(&self) -> bool {
        self.hit_end
    }

    /// Sets how many more bytes may be handed out.
    pub(super) fn set_allowance(&mut self, bytes: u64) {
        self.allowance = bytes;
    }

    /// Takes the reason of the last failed read.
    pub(super) fn take_failure(&mut self) -> Option<SourceFailure> {
        self.failure.take()
    }

    /// Returns the next bytes without consuming them: at least `min` unless the end or an error comes first.
    pub(super) fn peek(&mut self, min: usize) -> &[u8] {
        while self.checked_end - self.start < min && self.can_fill() {
            self.fill();
        }
        &self.buffer[self.start..self.checked_end]
    }

    /// Returns the next bytes like [`Self::peek`], unchecked ones included: the start of a file may be anything.
    pub(super) fn peek_unchecked(&mut self, min: usize) -> &[u8] {
        self.peek(min);
        &self.buffer[self.start..self.filled_end]
    }

    fn can_fill(&self) -> bool {
        self.pending_error.is_none() && !self.inner_ended
    }

    /// Moves the rest to the front of the buffer, at most a few bytes, then reads and checks more.
    fn fill(&mut self) {
        self.buffer.copy_within(self.start..self.filled_end, 0);
        self.checked_end -= self.start;
        self.filled_end -= self.start;
        self.start = 0;
        match self.inner.read(&mut self.buffer[self.filled_end..]) {
            Ok(0) => {
                self.inner_ended = true;
                // The file ends within a multi-byte character.
                if self.checked_end < self.filled_end {
                    self.pending_error = Some(WxrErrorKind::Truncated);
                }
            }
            Ok(read) => {
                self.filled_end += read;
                self.check();
            }
            // A signal interrupted the read. The caller's loop reads again.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => self.pending_error = Some(WxrErrorKind::Read(error.to_string())),
        }
    }

    fn check(&mut self) {
        let fresh = &self.buffer[self.checked_end..self.filled_end];
        let valid = match std::str::from_utf8(fresh) {
            Ok(_) => fresh.len(),
            Err(error) => {
                // Without an `error_len` the buffer ends within a character, whose rest may still come.
                if error.error_len().is_some() {
                    let wrong = fresh[error.valid_up_to()];
                    self.pending_error = Some(WxrErrorKind::InvalidUtf8(wrong));
                }
                error.valid_up_to()
            }
        };
        match find_forbidden(&fresh[..valid]) {
            None => self.checked_end += valid,
            Some((before, character)) => {
                self.checked_end += before;
                self.pending_error = Some(WxrErrorKind::ControlCharacter(character));
            }
        }
    }

    fn fail(&mut self, failure: SourceFailure) -> io::Error {
        self.failure = Some(failure);
        // Never shown: `XmlTokens` takes the failure instead.
        io::Error::other("see CheckedSource::take_failure")
    }
}

impl<R: Read> Read for CheckedSource<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for CheckedSource<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.start == self.checked_end {
            if let Some(error) = &self.pending_error {
                let error = error.clone();
                return Err(self.fail(SourceFailure::Invalid(error)));
            }
            if self.inner_ended {
                self.hit_end = true;
                return Ok(&[]);
            }
            self.fill();
        }
        if self.allowance == 0 {
            return Err(self.fail(SourceFailure::LimitReached));
        }
        let allowance = usize::try_from(self.allowance).unwrap_or(usize::MAX);
        let end = self.checked_end.min(self.start.saturating_add(allowance));
        Ok(&self.buffer[self.start..end])
    }

    fn consume(&mut self, bytes: usize) {
        let consumed = &self.buffer[self.start..self.start + bytes];
        self.position.line += consumed.iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.position.byte += bytes as u64;
        self.start += bytes;
        self.allowance -= bytes as u64;
    }
}

/// Returns whether XML counts this byte as white space; a form feed is none.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Returns whether XML 1.0 allows the character.
pub(super) fn is_allowed(character: u32) -> bool {
    matches!(character, 0x9 | 0xA | 0xD | 0x20..=0xD7FF | 0xE000..=0xFFFD | 0x1_0000..=0x10_FFFF)
}

/// Finds the first character in UTF-8 text that XML forbids, and the number of bytes before it.
fn find_forbidden(text: &[u8]) -> Option<(usize, u32)> {
    let mut before = 0;
    for block in text.chunks(BLOCK_BYTES) {
        // Without a branch, so that the compiler vectorises the loop. U+FFFE and U+FFFF begin with 0xEF.
        let suspicious = block.iter().fold(false, |found, &byte| {
            found | (byte < b' ') & !matches!(byte, b'\t' | b'\n' | b'\r') | (byte == 0xEF)
        });
        if suspicious {
            for (i, &byte) in block.iter().enumerate() {
                let at = before + i;
                match byte {
                    b'\t' | b'\n' | b'\r' => {}
                    0..b' ' => return Some((at, byte.into())),
                    0xEF if text[at + 1] == 0xBF && text[at + 2] >= 0xBE => {
                        // The last byte is 0xBE for U+FFFE and 0xBF for U+FFFF.
                        return Some((at, 0xFF40 + u32::from(text[at + 2])));
                    }
                    _ => {}
                }
            }
        }
        before += block.len();
    }
    None
}
