//! Measures the real program, beside other programs on the same machine: `cargo bench --bench site`, or some parts only,
//! `cargo bench --bench site -- cached decisions`.
//!
//! The program runs on a Postgres of its own with 200 articles of about 600 words and 50 comments each, and five more held
//! comments (`site/fill.sql`). It is set up as an operator would do it and asked over HTTP as browsers ask. The server has one
//! core, the clients and Postgres the other; where the program is compared with Postgres alone, all have both. The two sides
//! of a comparison run alternately after a warm-up; the median counts, printed with the lowest and the highest. Before each
//! part the database is vacuumed, so that no part pays for the one before. A comparison is too noisy, and fails, if the
//! second lowest and the second highest rate differ by more than a fifth of the median.
//!
//! The parts and their goals:
//!
//! - `sizes`: an article page with its headers fits the first flight of a connection, with gzip and with Brotli.
//! - `cached`: the same page again and again, beside nginx with the same bytes as a file: at least nginx's rate, at most 0.9 of
//!   its CPU time per page, at most 1.2 of its p99; and at least its rate of 304 responses. The rate beside an nginx with
//!   Debian's default `tcp_nopush` is printed as well.
//! - `decisions`: readers of all articles get 0.8 of the pages while 20 decisions a second are made; and each of 10,000
//!   decisions, made as fast as four moderators can, shows on the page from its response on.
//! - `uncached`: without a cache, 0.35 of the pages a second for which `pgbench` runs the same queries (`site/page.sql`).
//! - `posting`: 0.5 of the replies a second that `pgbench` commits as plain rows (`site/reply.sql`).
//! - `connections`: each of 10,000 idle connections takes at most 16 kB; with them open, p99 is at most 1.2 of what it is
//!   without, and under slow headers and slow bodies (`slowhttptest`) at most 1.5. These readers pause for a millisecond
//!   before each page; without pauses, p99 would be the length of their queue.
//! - `nodes`: 99 of 100 decisions show on another server within 50 ms of their response.
//! - `database_away`: while Postgres is away for a minute readers notice nothing, a reply is given back with its text, and a
//!   change shows within a second of the return.
//! - `start`: the first byte of the front page comes within 100 ms of the start.

#[path = "../tests/support/cluster.rs"]
#[allow(dead_code, reason = "only its folders are used")]
mod cluster;
#[path = "../tests/support/server.rs"]
#[allow(dead_code, reason = "this bench starts servers on a core of their own")]
mod server;

/// Shared tools, then the parts, one per file.
mod site {
    pub mod http;
    pub mod load;
    pub mod moderator;
    pub mod nginx;
    pub mod pgbench;
    pub mod process;
    pub mod report;
    pub mod setup;
    pub mod wrk;

    pub mod cached;
    pub mod connections;
    pub mod database_away;
    pub mod decisions;
    pub mod nodes;
    pub mod posting;
    pub mod sizes;
    pub mod start;
    pub mod uncached;
}

use std::process::ExitCode;
use std::thread::available_parallelism;

use site::report::BenchReport;
use site::setup::BenchSetup;
use site::{
    cached, connections, database_away, decisions, nodes, pgbench, posting, process, sizes, start,
    uncached,
};

/// Function that measures one part and reports its results.
type BenchPart = fn(&mut BenchSetup, &mut BenchReport);

const PARTS: [(&str, BenchPart); 9] = [
    ("sizes", sizes::measure),
    ("cached", cached::measure),
    ("decisions", decisions::measure),
    ("uncached", uncached::measure),
    ("posting", posting::measure),
    ("connections", connections::measure),
    ("nodes", nodes::measure),
    ("database_away", database_away::measure),
    ("start", start::measure),
];

/// Required programs and their Debian packages.
const PROGRAMS: [(&str, &str); 5] = [
    ("wrk", "wrk"),
    ("nginx", "nginx-light"),
    ("slowhttptest", "slowhttptest"),
    ("taskset", "util-linux"),
    ("getconf", "libc-bin"),
];

/// Exit status if a requirement is missing.
const EXIT_CANNOT_START: u8 = 2;

fn main() -> ExitCode {
    let named: Vec<String> = std::env::args()
        .skip(1)
        // cargo passes --bench.
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    if let Err(problem) = check_requirements(&named) {
        eprintln!("{problem}");
        return ExitCode::from(EXIT_CANNOT_START);
    }
    // Children inherit the core unless they are pinned to another.
    process::pin_process(process::CLIENT_CORE, nix::unistd::getpid().as_raw());
    let mut setup = BenchSetup::new();
    let mut report = BenchReport::default();
    for (name, measure) in PARTS {
        if named.is_empty() || named.iter().any(|named| named == name) {
            setup.vacuum();
            measure(&mut setup, &mut report);
        }
    }
    report.print_summary()
}

/// Checks that the named parts exist and that everything they need is installed.
fn check_requirements(named: &[String]) -> Result<(), String> {
    let parts = PARTS.map(|(name, _)| name);
    if let Some(unknown) = named.iter().find(|named| !parts.contains(&named.as_str())) {
        return Err(format!(
            "there is no part {unknown}; the parts are {}",
            parts.join(", ")
        ));
    }
    let mut missing: Vec<&str> = PROGRAMS
        .into_iter()
        .filter(|(name, _)| process::find_program(name).is_none())
        .map(|(_, package)| package)
        .collect();
    if !pgbench::is_installed() {
        missing.push("postgresql");
    }
    if !missing.is_empty() {
        return Err(format!(
            "Programs are missing; on Debian:  apt-get install {}",
            missing.join(" ")
        ));
    }
    match available_parallelism() {
        Ok(cores) if cores.get() >= 2 => Ok(()),
        _ => Err("Two cores are needed: one for the server, one for the clients".to_owned()),
    }
}
