//! Provides checked bytes to the XML parser: valid UTF-8 without characters that XML forbids. It counts the position, and
//! limits the bytes that the parser can read, since the parser buffers a whole tag or CDATA section.

use std::io::{self, BufRead, Read};

use super::{WxrErrorKind, WxrPosition};

/// Size of the buffer, which is the number of bytes read at a time.
const BUFFER_BYTES: usize = 64 << 10;
/// Number of bytes that are tested for forbidden characters at a time.
const BLOCK_BYTES: usize = 64;

/// A `BufRead` that checks the bytes it returns and limits their number.
pub(super) struct CheckedSource<R> {
    inner: R,
    /// Bytes read from the input. `buffer[start..checked_end]` may be returned to the parser. The bytes up to
    /// `filled_end` are not checked yet, because the last character is incomplete or there is an error.
    buffer: Box<[u8]>,
    start: usize,
    checked_end: usize,
    filled_end: usize,
    position: WxrPosition,
    /// Number of bytes that may be returned to the parser before the next call of `set_allowance`.
    allowance: u64,
    inner_ended: bool,
    /// Error at `buffer[checked_end]`. It is returned after all bytes before it.
    pending_error: Option<WxrErrorKind>,
    /// Reason why the last read failed. It is stored here because the parser does not pass it on in an `io::Error`.
    failure: Option<SourceFailure>,
    hit_end: bool,
}

/// Reason why no more bytes are returned to the parser.
pub(super) enum SourceFailure {
    /// The bytes at the current position are invalid or could not be read.
    Invalid(WxrErrorKind),
    /// The limit set by `set_allowance` is reached.
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

    /// Returns the position of the next byte in the file.
    pub(super) fn position(&self) -> WxrPosition {
        self.position
    }

    /// Returns whether the reader has reported the end of the file.
    pub(super) fn has_ended(&self) -> bool {
        self.hit_end
    }

    /// Sets the number of bytes that may be returned from now on.
    pub(super) fn set_allowance(&mut self, bytes: u64) {
        self.allowance = bytes;
    }

    /// Returns the reason why the last read failed, and clears it.
    pub(super) fn take_failure(&mut self) -> Option<SourceFailure> {
        self.failure.take()
    }

    /// Returns the next bytes without consuming them. There are at least `min`, unless the file ends or has an error
    /// before.
    pub(super) fn peek(&mut self, min: usize) -> &[u8] {
        while self.checked_end - self.start < min && self.can_fill() {
            self.fill();
        }
        &self.buffer[self.start..self.checked_end]
    }

    /// Returns the next bytes without consuming them, like [`Self::peek`], but includes bytes that are not checked. It is
    /// used at the start of a file, which may not be text at all.
    pub(super) fn peek_unchecked(&mut self, min: usize) -> &[u8] {
        self.peek(min);
        &self.buffer[self.start..self.filled_end]
    }

    fn can_fill(&self) -> bool {
        self.pending_error.is_none() && !self.inner_ended
    }

    /// Moves the unread bytes to the front of the buffer, then reads and checks more.
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

/// Returns whether the byte is white space in XML. A form feed is not, unlike in HTML.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Returns whether XML 1.0 allows the character with this code point.
pub(super) fn is_allowed(character: u32) -> bool {
    matches!(character, 0x9 | 0xA | 0xD | 0x20..=0xD7FF | 0xE000..=0xFFFD | 0x1_0000..=0x10_FFFF)
}

/// Finds the first character that XML forbids. Returns the number of bytes before it and its code point.
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
