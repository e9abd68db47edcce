//! The bytes of an export, as the XML parser may see them: text that is UTF-8 without forbidden characters, position
//! kept, and no more at a time than was allowed, since the parser keeps all of a tag or CDATA before it hands it over.

use std::io::{self, BufRead, ErrorKind::Interrupted, Read};

use super::{ErrorKind, Position};

/// What is read at once; some times what gzip and zip hand over.
const BUFFER_BYTES: usize = 64 << 10;
/// What is tested at once for forbidden characters.
const BLOCK_BYTES: usize = 64;

/// Checked bytes with a position.
pub(super) struct Source<R> {
    inner: R,
    buffer: Box<[u8]>,
    /// `buffer[taken..checked]` may be handed out; up to `filled` is read but ends in the middle of a letter.
    taken: usize,
    checked: usize,
    filled: usize,
    /// Where `buffer[taken]` stands.
    position: Position,
    /// Bytes that may still be handed out before the next `allow`.
    allowed: u64,
    inner_ended: bool,
    /// What stands at `buffer[checked]` and is wrong: told once all before it is taken.
    ahead: Option<ErrorKind>,
    /// Why reading failed, which is not asked of an `io::Error` back.
    failure: Option<Failure>,
    ended: bool,
}

/// Why no more bytes are handed out.
pub(super) enum Failure {
    /// Something is wrong at the very position.
    Wrong(ErrorKind),
    /// All that was allowed is taken.
    Spent,
}

impl<R: Read> Source<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            buffer: vec![0; BUFFER_BYTES].into_boxed_slice(),
            taken: 0,
            checked: 0,
            filled: 0,
            position: Position::START,
            allowed: 0,
            inner_ended: false,
            ahead: None,
            failure: None,
            ended: false,
        }
    }

    /// Where the next byte stands.
    pub(super) fn position(&self) -> Position {
        self.position
    }

    /// Whether someone asked for more after the last byte.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Sets how many more bytes may be handed out.
    pub(super) fn allow(&mut self, bytes: u64) {
        self.allowed = bytes;
    }

    /// Why the last read failed, if it did.
    pub(super) fn take_failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    /// The next bytes, at least `least` of them unless the end or a mistake is nearer. None of them is taken.
    pub(super) fn upcoming(&mut self, least: usize) -> &[u8] {
        while self.checked - self.taken < least && self.may_grow() {
            self.fill();
        }
        &self.buffer[self.taken..self.checked]
    }

    /// The next bytes before any check, for the very beginning of a file that may be anything.
    pub(super) fn upcoming_raw(&mut self, least: usize) -> &[u8] {
        self.upcoming(least);
        &self.buffer[self.taken..self.filled]
    }

    fn may_grow(&self) -> bool {
        self.ahead.is_none() && !self.inner_ended
    }

    /// Reads and checks some more; what remains is moved to the front first, which is never more than a few bytes.
    fn fill(&mut self) {
        self.buffer.copy_within(self.taken..self.filled, 0);
        self.checked -= self.taken;
        self.filled -= self.taken;
        self.taken = 0;
        match self.inner.read(&mut self.buffer[self.filled..]) {
            Ok(0) => {
                self.inner_ended = true;
                // A letter of which the rest never came.
                if self.checked < self.filled {
                    self.ahead = Some(ErrorKind::Truncated);
                }
            }
            Ok(read) => {
                self.filled += read;
                self.check();
            }
            Err(error) if error.kind() == Interrupted => {}
            Err(error) => self.ahead = Some(ErrorKind::Read(error.to_string())),
        }
    }

    fn check(&mut self) {
        let fresh = &self.buffer[self.checked..self.filled];
        let letters = match std::str::from_utf8(fresh) {
            Ok(_) => fresh.len(),
            Err(error) => {
                if error.error_len().is_some() {
                    let wrong = fresh[error.valid_up_to()];
                    self.ahead = Some(ErrorKind::InvalidUtf8(wrong));
                }
                error.valid_up_to()
            }
        };
        match forbidden(&fresh[..letters]) {
            None => self.checked += letters,
            Some((before, character)) => {
                self.checked += before;
                self.ahead = Some(ErrorKind::ControlCharacter(character));
            }
        }
    }

    fn fail(&mut self, failure: Failure) -> io::Error {
        self.failure = Some(failure);
        io::Error::other("see Source::take_failure")
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Source<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.taken == self.checked {
            if let Some(wrong) = &self.ahead {
                let wrong = wrong.clone();
                return Err(self.fail(Failure::Wrong(wrong)));
            }
            if self.inner_ended {
                self.ended = true;
                return Ok(&[]);
            }
            self.fill();
        }
        if self.allowed == 0 {
            return Err(self.fail(Failure::Spent));
        }
        let allowed = usize::try_from(self.allowed).unwrap_or(usize::MAX);
        let end = self.checked.min(self.taken.saturating_add(allowed));
        Ok(&self.buffer[self.taken..end])
    }

    fn consume(&mut self, bytes: usize) {
        let taken = &self.buffer[self.taken..self.taken + bytes];
        self.position.line += taken.iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.position.byte += bytes as u64;
        self.taken += bytes;
        self.allowed -= bytes as u64;
    }
}

/// Whether this is white space to XML, which knows no form feed.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether XML 1.0 allows the character.
pub(super) fn is_allowed(character: u32) -> bool {
    matches!(character, 0x9 | 0xA | 0xD | 0x20..=0xD7FF | 0xE000..=0xFFFD | 0x1_0000..=0x10_FFFF)
}

/// The first character in UTF-8 text that XML forbids, and the bytes before it.
fn forbidden(text: &[u8]) -> Option<(usize, u32)> {
    let mut before = 0;
    for block in text.chunks(BLOCK_BYTES) {
        // Without a branch, so that it is done many bytes at a time. U+FFFE and U+FFFF begin with 0xEF.
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
