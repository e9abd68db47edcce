//! What readers, posters and moderators get of the real program, beside what others do with the same machine:
//! `cargo bench --bench site`, or only some parts, `cargo bench --bench site -- cached decisions`.
//!
//! The program runs with a Postgres of its own that holds 200 articles of about 600 words with 50 replies each, and five more
//! that wait (`site/fill.sql`). It is set up as an operator would do it, and asked over HTTP as browsers ask it: nothing in it
//! knows that it is measured. Its server has a core of its own; whoever asks has the other, with Postgres (but where the
//! program is compared with what Postgres does alone, all have both). What is compared is done in turn, after each has warmed
//! up; the median counts, with the lowest and the highest beside it. Before each part the database is vacuumed, so that what
//! one leaves behind is no work of the next; what was learnt stays, as it does on a site. Where the second lowest and the
//! second highest are further apart than a fifth of the median of answers a second, a comparison is called too noisy, and
//! counts as one that does not hold.
//!
//! The parts, with what is asked for:
//!
//! - `sizes`: an article's page, headers and all, fits into the first flight of a connection, with gzip and with Brotli.
//! - `cached`: the same page again and again, beside nginx with the same bytes as files: 1.25 of its answers a second, with 0.8
//!   of the computing for each, and no worse 99th of a hundred; and as many answers that nothing has changed. How it is beside
//!   an nginx that is set to send fewer packets, as Debian does, is told as well.
//! - `decisions`: readers of all articles get 0.8 of the pages while 20 decisions are made a second; and of 10,000 decisions
//!   made as fast as four moderators can, each is on the page from its answer on.
//! - `uncached`: with no cache, 0.35 of the pages a second for which `pgbench` asks the same queries (`site/page.sql`).
//! - `posting`: 0.5 of the replies a second that `pgbench` commits as plain rows (`site/reply.sql`).
//! - `connections`: with 10,000 idle connections the 99th of a hundred takes no more than 1.2 of the time, under slow headers
//!   and slow bodies (`slowhttptest`) no more than 1.5. These readers rest a millisecond before each page: of readers who never
//!   rest, the 99th is the length of their queue.
//! - `nodes`: 99 of 100 decisions are on the page of another server 50 ms after their answer.
//! - `database_away`: with Postgres away for a minute readers notice nothing, a reply's words come back, and a change is on its
//!   page a second after the return.
//! - `start`: the front page's first byte comes within 100 ms.

#[path = "../tests/support/cluster.rs"]
#[allow(dead_code, reason = "only folders are needed of it")]
mod cluster;
#[path = "../tests/support/server.rs"]
#[allow(dead_code, reason = "here servers are started on a core of their own")]
mod server;

/// What parts are made with, and the parts: one a file.
mod site {
    pub mod http;
    pub mod moderator;
    pub mod nginx;
    pub mod pgbench;
    pub mod process;
    pub mod reading;
    pub mod report;
    pub mod world;
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

use site::report::Report;
use site::world::World;
use site::{
    cached, connections, database_away, decisions, nodes, pgbench, posting, process, sizes, start,
    uncached,
};

/// A part: measures, and tells.
type Part = fn(&mut World, &mut Report);

const PARTS: [(&str, Part); 9] = [
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

/// Programs that are needed, and the Debian packages they come in.
const PROGRAMS: [(&str, &str); 5] = [
    ("wrk", "wrk"),
    ("nginx", "nginx-light"),
    ("slowhttptest", "slowhttptest"),
    ("taskset", "util-linux"),
    ("getconf", "libc-bin"),
];

/// The status of a bench that could not begin.
const CANNOT_BEGIN: u8 = 2;

fn main() -> ExitCode {
    let named: Vec<String> = std::env::args()
        .skip(1)
        // cargo itself says --bench.
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    if let Err(why) = can_begin(&named) {
        eprintln!("{why}");
        return ExitCode::from(CANNOT_BEGIN);
    }
    // What is started from here is there too, but for what has another place.
    process::move_to(process::OTHERS, nix::unistd::getpid().as_raw());
    let mut world = World::make();
    let mut report = Report::default();
    for (name, measure) in PARTS {
        if named.is_empty() || named.iter().any(|named| named == name) {
            world.tidy();
            measure(&mut world, &mut report);
        }
    }
    report.end()
}

/// Whether all parts that are named are there, and all that they need.
fn can_begin(named: &[String]) -> Result<(), String> {
    let parts = PARTS.map(|(name, _)| name);
    if let Some(unknown) = named.iter().find(|named| !parts.contains(&named.as_str())) {
        return Err(format!(
            "{unknown} is none of the parts: {}",
            parts.join(", ")
        ));
    }
    let mut missing: Vec<&str> = PROGRAMS
        .into_iter()
        .filter(|(name, _)| process::program(name).is_none())
        .map(|(_, package)| package)
        .collect();
    if !pgbench::is_here() {
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
        _ => Err("Two cores are needed: one for the server, one for who asks".to_owned()),
    }
}
