//! Size of an article page on the wire.

use super::report::{BenchReport, format_thousands};
use super::setup::{BenchSetup, get_page};

/// Bytes in the first flight of a connection: ten segments of 1,460 bytes (RFC 6928).
const FIRST_FLIGHT: usize = 14_600;
/// Requests per encoding. The last response counts, which certainly comes from the cache.
const REQUESTS: usize = 20;

pub fn measure(setup: &mut BenchSetup, report: &mut BenchReport) {
    let site = setup.start_server();
    let mut reader = site.connect();
    let [plain, gzip, brotli] = ["identity", "gzip", "br"].map(|coding| {
        for _ in 1..REQUESTS {
            get_page(&mut reader, &setup.article, coding);
        }
        get_page(&mut reader, &setup.article, coding)
    });
    println!(
        "sizes: an article's page is {} bytes, {} with gzip, {} with Brotli, and {} of headers",
        format_thousands(plain.body_wire_bytes as f64),
        format_thousands(gzip.body_wire_bytes as f64),
        format_thousands(brotli.body_wire_bytes as f64),
        gzip.head.len(),
    );
    for (coding, answer) in [("gzip", gzip), ("Brotli", brotli)] {
        let bytes = answer.head.len() + answer.body_wire_bytes;
        report.check(
            format!(
                "sizes: {} bytes with {coding}, goal: fewer than {}",
                format_thousands(bytes as f64),
                format_thousands(FIRST_FLIGHT as f64)
            ),
            bytes < FIRST_FLIGHT,
        );
    }
}
