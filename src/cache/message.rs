//! A kept page as HTTP/1.1 sends it (RFC 9112, section 2.1).

use std::cell::Cell;

use axum::http::{HeaderMap, StatusCode};
use jiff::fmt::rfc2822::DateTimePrinter;

use super::sheet::Leaf;
use crate::clock::Ts;

/// An answer, ready to be sent.
pub enum Message<'a> {
    /// Its first two lines, and all else.
    Parts(Vec<u8>, &'a [u8]),
    /// All of it, in a file.
    Leaf(Leaf),
}

/// The status, and when it was that.
pub fn first_lines(status: StatusCode, now: Ts) -> Vec<u8> {
    let mut lines = format!("HTTP/1.1 {status}\r\n").into_bytes();
    lines.extend_from_slice(&date_line(now));
    lines
}

/// Headers, and the empty line behind them.
pub fn header_lines(headers: &HeaderMap) -> Vec<u8> {
    let mut lines = Vec::new();
    for (name, value) in headers {
        lines.extend_from_slice(name.as_ref());
        lines.extend_from_slice(b": ");
        lines.extend_from_slice(value.as_bytes());
        lines.extend_from_slice(b"\r\n");
    }
    lines.extend_from_slice(b"\r\n");
    lines
}

type DateLine = [u8; 37];

/// The header that says when an answer was made (RFC 9110, section 6.6.1).
fn date_line(now: Ts) -> DateLine {
    thread_local! {
        /// The second it was last asked for in, and what it said.
        static LAST: Cell<(i64, DateLine)> = const { Cell::new((i64::MIN, [0; 37])) };
    }
    let now = now.timestamp();
    let (second, line) = LAST.get();
    if second == now.as_second() {
        return line;
    }
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
    let date = date.expect("a year of four digits");
    let line = format!("date: {date}\r\n").into_bytes();
    let line = line.try_into().expect("every date is as long");
    LAST.set((now.as_second(), line));
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_when_it_was_made() {
        let moment = Ts::from_unix_micros(784_111_777_900_000).unwrap();
        for (moment, status, lines) in [
            (
                moment,
                200,
                "200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
            ),
            (
                moment.plus_seconds(1),
                304,
                "304 Not Modified\r\ndate: Sun, 06 Nov 1994 08:49:38 GMT\r\n",
            ),
            (
                moment,
                200,
                "200 OK\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
            ),
        ] {
            let first = first_lines(StatusCode::from_u16(status).unwrap(), moment);
            assert_eq!(
                String::from_utf8(first).unwrap(),
                format!("HTTP/1.1 {lines}")
            );
        }
    }
}
