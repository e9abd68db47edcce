//! How many bytes an article's page is on its way.

use super::report::{Report, thousands};
use super::world::{World, get};

/// What fits into the first flight of a connection: ten segments of 1,460 bytes (RFC 6928).
const FIRST_FLIGHT: usize = 14_600;
/// The last of so many answers counts: by then a page is as small as it gets.
const ASKED: usize = 20;

pub fn measure(world: &mut World, report: &mut Report) {
    let site = world.start();
    let mut reader = site.connect();
    let [plain, gzip, brotli] = ["identity", "gzip", "br"].map(|coding| {
        for _ in 1..ASKED {
            get(&mut reader, &world.article, coding);
        }
        get(&mut reader, &world.article, coding)
    });
    println!(
        "sizes: an article's page is {} bytes, {} with gzip, {} with Brotli, and {} of headers",
        thousands(plain.body_sent as f64),
        thousands(gzip.body_sent as f64),
        thousands(brotli.body_sent as f64),
        gzip.head.len(),
    );
    for (coding, answer) in [("gzip", gzip), ("Brotli", brotli)] {
        let bytes = answer.head.len() + answer.body_sent;
        report.check(
            format!(
                "sizes: {} bytes with {coding}, asked for fewer than {}",
                thousands(bytes as f64),
                thousands(FIRST_FLIGHT as f64)
            ),
            bytes < FIRST_FLIGHT,
        );
    }
}
