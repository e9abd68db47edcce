//! The report of a privacy check: what was searched, which leaks were found, and what could not be searched.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::encodings::{EmailEncodings, EmailLeak};
use super::stream::{SearchStream, StreamSummary};

/// Largest number of leaks that are listed for one place. Further leaks are only counted.
const MAX_LEAKS_PER_PLACE: usize = 5;

/// Report of a privacy check, which grows while the check runs.
pub struct LeakReport {
    encodings: Arc<EmailEncodings>,
    /// Encodings for searching the database dump. They leave out the keyed hashes, which the database contains by design.
    database_encodings: Arc<EmailEncodings>,
    /// Lines that say what was searched.
    pub searched: Vec<String>,
    /// Lines that report leaks, or say what was missing so that the search was incomplete.
    pub problems: Vec<String>,
}

impl LeakReport {
    /// Returns an empty report that searches for an email and its keyed hashes.
    pub fn new(email: &str, keyed_hashes: &[Vec<u8>]) -> Self {
        Self {
            encodings: Arc::new(EmailEncodings::new(email, keyed_hashes)),
            database_encodings: Arc::new(EmailEncodings::new(email, &[])),
            searched: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Returns whether at least one place was searched and no problem was found.
    pub fn passed(&self) -> bool {
        self.problems.is_empty() && !self.searched.is_empty()
    }

    /// Adds a line that says what was searched.
    pub fn record_searched(&mut self, line: String) {
        self.searched.push(line);
    }

    /// Searches a text and records the leaks in it. `place` says in the report where the text comes from.
    pub fn search(&mut self, place: &str, text: &[u8]) {
        let leaks = self.encodings.find_leaks(text);
        self.record_leaks(place, leaks);
    }

    /// Records the first leak in each encoding, up to `MAX_LEAKS_PER_PLACE`. The recorded lines never contain the
    /// email.
    pub fn record_leaks(&mut self, place: &str, leaks: Vec<EmailLeak>) {
        if leaks.is_empty() {
            return;
        }
        let place = self.redact_email(place);
        let mut seen = BTreeSet::new();
        let first_leaks: Vec<EmailLeak> = leaks
            .into_iter()
            .filter(|leak| seen.insert(leak.encoding.clone()))
            .collect();
        for leak in first_leaks.iter().take(MAX_LEAKS_PER_PLACE) {
            self.problems.push(format!(
                "LEAK {place}, byte {}: {}",
                leak.start, leak.encoding
            ));
        }
        if first_leaks.len() > MAX_LEAKS_PER_PLACE {
            self.problems.push(format!(
                "LEAK {place}: and in {} more encodings",
                first_leaks.len() - MAX_LEAKS_PER_PLACE
            ));
        }
    }

    /// Records that something expected was not found. The search was then incomplete and proves nothing.
    pub fn record_missing(&mut self, text: &str) {
        self.problems.push(format!("INCOMPLETE {text}"));
    }

    /// Records the result of searching a stream: its leaks, and a problem if the marker was missing.
    pub fn record_stream(&mut self, place: &str, size: &str, summary: StreamSummary) {
        self.record_searched(format!("{place}, {size}"));
        if !summary.has_marker {
            self.record_missing(&format!("{place} does not contain the canary's reply"));
        }
        self.record_leaks(place, summary.leaks);
    }

    /// Returns a stream that searches everything written to it. If `marker` never occurs, the wrong content was searched.
    pub fn search_stream(&self, marker: &str) -> SearchStream {
        SearchStream::new(self.encodings.clone(), marker)
    }

    /// Returns a stream that searches a database dump, in which the keyed hashes of the email are allowed.
    pub fn database_stream(&self, marker: &str) -> SearchStream {
        SearchStream::new(self.database_encodings.clone(), marker)
    }

    /// Returns the number of encodings and hashes that are searched for.
    pub fn encoding_count(&self) -> usize {
        self.encodings.count()
    }

    fn redact_email(&self, place: &str) -> String {
        let leaks = self.encodings.find_leaks(place.as_bytes());
        let mut bytes = place.as_bytes().to_vec();
        // From the end, so that the offsets of earlier leaks stay valid.
        for leak in leaks.into_iter().rev() {
            bytes.splice(leak.start..leak.end, *b"(the email)");
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Formats a number with commas as thousands separators.
pub fn group_thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reported_leak_does_not_contain_the_email() {
        let mut report = LeakReport::new("Canary.Bird+site@Example.org", &[]);
        report.search(
            "/authors/canary.bird+site",
            b"<i>canary.bird%2Bsite%40example.org</i>",
        );
        assert_eq!(
            report.problems,
            ["LEAK /authors/(the email), byte 3: url, typed"]
        );
        assert!(!report.passed());
    }

    #[test]
    fn thousands_are_separated_by_commas() {
        let texts = [0, 999, 1_000, 1_234_567].map(group_thousands);
        assert_eq!(texts, ["0", "999", "1,000", "1,234,567"]);
    }
}
