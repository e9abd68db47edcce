//! Searches bytes that are too many to hold in memory: exports, database dumps and the log.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use aho_corasick::AhoCorasick;
use tracing_subscriber::fmt::MakeWriter;

use super::encodings::{EmailEncodings, EmailLeak};

/// Number of bytes that are collected before they are searched.
const WINDOW_BYTES: usize = 256 * 1024;

/// Writer that searches everything written to it for the email, and for a marker that must occur.
pub struct SearchStream {
    encodings: Arc<EmailEncodings>,
    marker: AhoCorasick,
    /// Number of bytes at the end of the buffer that are searched again with the bytes that follow. It is the length of
    /// the longest possible match.
    overlap: usize,
    window: Vec<u8>,
    /// Offset in the stream at which the buffer begins.
    window_start: usize,
    has_marker: bool,
    lines: u64,
    leaks: Vec<EmailLeak>,
    leaked_encodings: BTreeSet<String>,
}

/// Result of searching a whole stream.
pub struct StreamSummary {
    pub bytes: usize,
    pub lines: u64,
    /// Whether the marker occurred. If it did not, the wrong content was searched.
    pub has_marker: bool,
    /// The first leak in each encoding.
    pub leaks: Vec<EmailLeak>,
}

impl SearchStream {
    /// Returns an empty stream that searches for the encodings of the email and for `marker`.
    pub fn new(encodings: Arc<EmailEncodings>, marker: &str) -> Self {
        let overlap = encodings.max_bytes().max(marker.len());
        Self {
            encodings,
            marker: AhoCorasick::new([marker]).expect("the marker fits an automaton"),
            overlap,
            window: Vec::new(),
            window_start: 0,
            has_marker: false,
            lines: 0,
            leaks: Vec::new(),
            leaked_encodings: BTreeSet::new(),
        }
    }

    fn search_window(&mut self) {
        self.has_marker |= self.marker.is_match(&self.window);
        for leak in self.encodings.find_leaks(&self.window) {
            if self.leaked_encodings.insert(leak.encoding.clone()) {
                self.leaks.push(EmailLeak {
                    start: leak.start + self.window_start,
                    end: leak.end + self.window_start,
                    ..leak
                });
            }
        }
        // A match may begin at the end of this window and continue in the next.
        let done = self.window.len().saturating_sub(self.overlap);
        self.window.drain(..done);
        self.window_start += done;
    }

    /// Searches the remaining bytes and returns the result for the whole stream.
    pub fn finish(mut self) -> StreamSummary {
        self.search_window();
        StreamSummary {
            bytes: self.window_start + self.window.len(),
            lines: self.lines,
            has_marker: self.has_marker,
            leaks: self.leaks,
        }
    }
}

impl Write for SearchStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let newlines = bytes.iter().filter(|byte| **byte == b'\n').count();
        self.lines += u64::try_from(newlines).unwrap_or(u64::MAX);
        self.window.extend_from_slice(bytes);
        if self.window.len() >= WINDOW_BYTES {
            self.search_window();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Log output that is not stored, but searched while it is written.
#[derive(Clone)]
pub struct LogSearch(Arc<Mutex<Option<SearchStream>>>);

impl LogSearch {
    /// Returns a log output that is searched by this stream.
    pub fn new(stream: SearchStream) -> Self {
        Self(Arc::new(Mutex::new(Some(stream))))
    }

    /// Searches the remaining bytes and returns the result. Returns `None` when called again. Log lines written later are
    /// ignored.
    pub fn finish(&self) -> Option<StreamSummary> {
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The subscriber holds clones of this log, so the stream is taken out instead of consumed.
        stream.take().map(SearchStream::finish)
    }
}

impl Write for LogSearch {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stream
            .as_mut()
            .map_or(Ok(bytes.len()), |stream| stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for LogSearch {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream() -> SearchStream {
        let encodings = EmailEncodings::new("Canary.Bird+site@Example.org", &[]);
        SearchStream::new(Arc::new(encodings), "marker")
    }

    #[test]
    fn a_leaked_email_that_spans_two_searched_chunks_is_found() {
        for offset in [
            0,
            1,
            WINDOW_BYTES - 20,
            WINDOW_BYTES - 1,
            WINDOW_BYTES,
            3 * WINDOW_BYTES + 7,
        ] {
            let mut stream = stream();
            let mut text = vec![b'.'; offset];
            text.extend_from_slice(b"canary.bird+site@example.org\nmarker");
            text.extend(vec![b'.'; WINDOW_BYTES]);
            for chunk in text.chunks(1000) {
                stream.write_all(chunk).unwrap();
            }
            let summary = stream.finish();
            assert_eq!(summary.bytes, text.len());
            assert_eq!(summary.lines, 1);
            assert!(summary.has_marker);
            assert!(
                summary.leaks.iter().any(|leak| leak.start == offset),
                "{offset}"
            );
        }
    }

    #[test]
    fn a_stream_that_lacks_the_expected_marker_is_reported() {
        let mut stream = stream();
        stream.write_all(b"nothing").unwrap();
        let summary = stream.finish();
        assert!(!summary.has_marker && summary.leaks.is_empty());
    }
}
