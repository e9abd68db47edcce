//! What was searched, and what was found.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use aho_corasick::AhoCorasick;
use tracing_subscriber::fmt::MakeWriter;

use super::dresses::{Dresses, Leak};

/// Leaks that are told of one place; of more it tells the number.
const TOLD_EACH: usize = 5;
/// Bytes of a stream that are looked through at a time.
const WINDOW: usize = 256 * 1024;

/// The report, as it grows.
pub struct Findings {
    dresses: Arc<Dresses>,
    in_database: Arc<Dresses>,
    /// What was searched, a line each.
    pub searched: Vec<String>,
    /// Where the address was found, and what was not there to be searched: a line each.
    pub wrong: Vec<String>,
}

impl Findings {
    /// Nothing searched yet for this address, of which these are the keyed hashes.
    pub fn new(address: &str, keyed: &[Vec<u8>]) -> Self {
        Self {
            dresses: Arc::new(Dresses::of(address, keyed)),
            in_database: Arc::new(Dresses::of(address, &[])),
            searched: Vec::new(),
            wrong: Vec::new(),
        }
    }

    /// Whether nothing is wrong, and something was searched.
    pub fn are_well(&self) -> bool {
        self.wrong.is_empty() && !self.searched.is_empty()
    }

    /// Notes what was searched.
    pub fn note(&mut self, line: String) {
        self.searched.push(line);
    }

    /// Looks for the address in a text.
    pub fn search(&mut self, place: &str, text: &[u8]) {
        let leaks = self.dresses.leaks_in(text);
        self.tell(place, leaks);
    }

    /// Notes leaks, one a dress, and how many more there are. The place does not repeat the address, even where it is
    /// part of it.
    pub fn tell(&mut self, place: &str, leaks: Vec<Leak>) {
        if leaks.is_empty() {
            return;
        }
        let place = self.without_address(place);
        let mut told = BTreeSet::new();
        let first: Vec<Leak> = leaks
            .into_iter()
            .filter(|leak| told.insert(leak.dress.clone()))
            .collect();
        for leak in first.iter().take(TOLD_EACH) {
            self.wrong
                .push(format!("LEAK {place}, byte {}: {}", leak.at, leak.dress));
        }
        if first.len() > TOLD_EACH {
            self.wrong.push(format!(
                "LEAK {place}: and in {} more dresses",
                first.len() - TOLD_EACH
            ));
        }
    }

    /// Notes that something which had to be there was not.
    pub fn miss(&mut self, what: &str) {
        self.wrong.push(format!("WRONG {what}"));
    }

    /// A stream that is looked through as it is written to. `proof` is what stands in it if it is what it should be.
    pub fn stream(&self, proof: &str) -> Stream {
        Stream::new(self.dresses.clone(), proof)
    }

    /// The same for what is the database's own, where the keyed hash has its place.
    pub fn database_stream(&self, proof: &str) -> Stream {
        Stream::new(self.in_database.clone(), proof)
    }

    /// How many dresses are looked for.
    pub fn dresses(&self) -> usize {
        self.dresses.count()
    }

    fn without_address(&self, place: &str) -> String {
        let leaks = self.dresses.leaks_in(place.as_bytes());
        let mut bytes = place.as_bytes().to_vec();
        for leak in leaks.into_iter().rev() {
            bytes.splice(leak.at..leak.end, *b"(the address)");
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Bytes too many to keep, looked through as they come.
pub struct Stream {
    dresses: Arc<Dresses>,
    proof: AhoCorasick,
    longest: usize,
    held: Vec<u8>,
    /// Bytes that came before those that are held.
    gone: usize,
    is_proved: bool,
    lines: u64,
    leaks: Vec<Leak>,
    told: BTreeSet<String>,
}

/// What a stream was.
pub struct Streamed {
    /// Its bytes.
    pub bytes: usize,
    /// Its lines.
    pub lines: u64,
    /// Whether what had to stand in it did.
    pub is_proved: bool,
    /// What leaked, one a dress.
    pub leaks: Vec<Leak>,
}

impl Stream {
    fn new(dresses: Arc<Dresses>, proof: &str) -> Self {
        let longest = dresses.longest().max(proof.len());
        Self {
            dresses,
            proof: AhoCorasick::new([proof]).expect("one word fits an automaton"),
            longest,
            held: Vec::new(),
            gone: 0,
            is_proved: false,
            lines: 0,
            leaks: Vec::new(),
            told: BTreeSet::new(),
        }
    }

    fn look(&mut self) {
        self.is_proved |= self.proof.is_match(&self.held);
        for leak in self.dresses.leaks_in(&self.held) {
            if self.told.insert(leak.dress.clone()) {
                self.leaks.push(Leak {
                    at: leak.at + self.gone,
                    end: leak.end + self.gone,
                    ..leak
                });
            }
        }
        // What stands at the edge may go on in what comes next.
        let done = self.held.len().saturating_sub(self.longest);
        self.held.drain(..done);
        self.gone += done;
    }

    /// Looks through the rest.
    pub fn end(mut self) -> Streamed {
        self.look();
        Streamed {
            bytes: self.gone + self.held.len(),
            lines: self.lines,
            is_proved: self.is_proved,
            leaks: self.leaks,
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let newlines = bytes.iter().filter(|byte| **byte == b'\n').count();
        self.lines += u64::try_from(newlines).unwrap_or(u64::MAX);
        self.held.extend_from_slice(bytes);
        if self.held.len() >= WINDOW {
            self.look();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A log that is looked through as it is written.
#[derive(Clone)]
pub struct Log(Arc<Mutex<Option<Stream>>>);

impl Log {
    /// A log looked through by this stream.
    pub fn new(stream: Stream) -> Self {
        Self(Arc::new(Mutex::new(Some(stream))))
    }

    /// Looks through the rest. What is logged after that is not looked at.
    pub fn end(&self) -> Option<Streamed> {
        let mut stream = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stream.take().map(Stream::end)
    }
}

impl Write for Log {
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

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// A number with a comma between thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings() -> Findings {
        Findings::new("Canary.Bird+site@Example.org", &[])
    }

    #[test]
    fn a_stream_is_searched_across_its_edges() {
        let findings = findings();
        for before in [0, 1, WINDOW - 20, WINDOW - 1, WINDOW, 3 * WINDOW + 7] {
            let mut stream = findings.stream("proof");
            let mut text = vec![b'.'; before];
            text.extend_from_slice(b"canary.bird+site@example.org\nproof");
            text.extend(vec![b'.'; WINDOW]);
            for piece in text.chunks(1000) {
                stream.write_all(piece).unwrap();
            }
            let streamed = stream.end();
            assert_eq!(streamed.bytes, text.len());
            assert_eq!(streamed.lines, 1);
            assert!(streamed.is_proved);
            assert!(
                streamed.leaks.iter().any(|leak| leak.at == before),
                "{before}"
            );
        }
        let mut stream = findings.stream("proof");
        stream.write_all(b"nothing").unwrap();
        let streamed = stream.end();
        assert!(!streamed.is_proved && streamed.leaks.is_empty());
    }

    #[test]
    fn what_is_told_of_a_leak_does_not_repeat_it() {
        let mut findings = findings();
        findings.search(
            "/authors/canary.bird+site",
            b"<i>canary.bird%2Bsite%40example.org</i>",
        );
        assert_eq!(
            findings.wrong,
            ["LEAK /authors/(the address), byte 3: url, typed"]
        );
        assert!(!findings.are_well());
    }

    #[test]
    fn numbers_are_grouped() {
        let numbers = [0, 999, 1_000, 1_234_567].map(grouped);
        assert_eq!(numbers, ["0", "999", "1,000", "1,234,567"]);
    }
}
