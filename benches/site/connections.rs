//! Connections that stand open: what they cost in memory, and whether readers notice them, idle ones and those of attackers
//! who send as slowly as they can.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::http::Connection;
use super::process::{OTHERS, Process, memory, on, open_files, program};
use super::reading::{Beside, Reading};
use super::report::{Asked, Report, in_turn, thousands};
use super::world::{Site, World, get};

const ROUNDS: usize = 5;
/// Of one run: it is over before a site that waits ten seconds for the rest of a request has hung up.
const SECONDS: u32 = 5;
const SOME: usize = 1_000;
const MANY: usize = 10_000;
/// How many of them must have lasted, or nothing was measured.
const LEAST: usize = 9_900;
/// Connections of an attack, how many of them are made a second, and when all of them are.
const SLOW: usize = 2_000;
/// How many of them must be held all the time, or nothing was measured.
const LEAST_SLOW: usize = 1_900;
const SLOW_A_SECOND: &str = "1000";
const SLOW_ARE_THERE: Duration = Duration::from_secs(3);
/// When what it takes to open so many connections, or to clear them away, is done.
const SETTLED: Duration = Duration::from_secs(2);
const MEGABYTE: f64 = 1024.0 * 1024.0;

pub fn measure(world: &mut World, report: &mut Report) {
    allow_many_files();
    let site = world.start();
    tell_memory(world, &site);
    idle(world, &site, report);
    let article = format!("http://{}{}", site.address, world.article);
    let reply = format!("http://{}/articles/1001/reply", site.address);
    let slow_headers = ["-H", "-t", "GET", "-u", &article];
    slow(
        world,
        &site,
        "connections, slow headers",
        &slow_headers,
        report,
    );
    let slow_body = ["-B", "-t", "POST", "-u", &reply];
    slow(world, &site, "connections, slow bodies", &slow_body, report);
}

/// Each connection is an open file here as well.
fn allow_many_files() {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).expect("the limit is known");
    assert!(
        most > MANY as u64 + 100,
        "only {most} files may be open; raise it with  ulimit -Hn"
    );
    setrlimit(Resource::RLIMIT_NOFILE, most, most).expect("it may be raised so far");
}

/// Opens as many as are missing, each of which asks for a page once.
fn open(world: &World, site: &Site, connections: &mut Vec<Connection>, many: usize) {
    while connections.len() < many {
        let mut connection = site.connect();
        get(&mut connection, &world.article, "gzip");
        connections.push(connection);
    }
}

fn tell_memory(world: &World, site: &Site) {
    world.readers(site.address, 2).run();
    sleep(SETTLED);
    let idle = memory(site.pid());
    let mut connections = Vec::new();
    open(world, site, &mut connections, SOME);
    let some = memory(site.pid());
    open(world, site, &mut connections, MANY);
    let many = memory(site.pid());
    println!(
        "connections: {:.1} MB of memory idle, {:.1} MB with {} open, {:.1} MB with {}: {:.2} kB each",
        idle / MEGABYTE,
        some / MEGABYTE,
        thousands(SOME as f64),
        many / MEGABYTE,
        thousands(MANY as f64),
        (many - idle) / MANY as f64 / 1024.0,
    );
}

fn idle(world: &World, site: &Site, report: &mut Report) {
    let readers = world.readers(site.address, SECONDS).paced();
    let mut lasted = MANY;
    let runs = in_turn(
        ROUNDS,
        || {
            let mut connections = Vec::new();
            open(world, site, &mut connections, MANY);
            sleep(SETTLED);
            let reading = Reading::of(&readers, site.pid());
            lasted = lasted.min(connections.iter().filter(|one| one.is_open()).count());
            drop(connections);
            sleep(SETTLED);
            reading
        },
        || Reading::of(&readers, site.pid()),
    );
    report.check(
        format!(
            "connections, idle: of {} at least {} were open to the end",
            thousands(MANY as f64),
            thousands(lasted as f64)
        ),
        lasted >= LEAST,
    );
    let beside = Beside::new("connections, idle", "undisturbed", runs, report);
    beside.p99(Asked::AtMost(1.2), report);
}

fn slow(world: &World, site: &Site, name: &'static str, attack: &[&str], report: &mut Report) {
    let readers = world.readers(site.address, SECONDS).paced();
    let mut held = Vec::new();
    let runs = in_turn(
        ROUNDS,
        || {
            let before = open_files(site.pid());
            let attackers = start(attack);
            sleep(SLOW_ARE_THERE);
            held.push(open_files(site.pid()).saturating_sub(before));
            let reading = Reading::of(&readers, site.pid());
            held.push(open_files(site.pid()).saturating_sub(before));
            drop(attackers);
            sleep(SETTLED);
            reading
        },
        || Reading::of(&readers, site.pid()),
    );
    held.sort_unstable();
    report.check(
        format!(
            "{name}: of {} at least {} are held while others read",
            thousands(SLOW as f64),
            thousands(held[0] as f64)
        ),
        held[0] >= LEAST_SLOW,
    );
    let beside = Beside::new(name, "undisturbed", runs, report);
    beside.p99(Asked::AtMost(1.5), report);
}

/// Attackers, who send the next few bytes every four seconds. They are elsewhere in the world: of the readers' core they
/// have what those leave.
fn start(attack: &[&str]) -> Process {
    let mut command = Command::new("nice");
    command
        .args(["-n", "19"])
        .arg(program("slowhttptest").expect("it was looked for at the start"))
        .args([
            "-c",
            &SLOW.to_string(),
            "-r",
            SLOW_A_SECOND,
            "-i",
            "4",
            "-l",
            "60",
            "-v",
            "0",
        ])
        .args(attack);
    Process::start(
        on(OTHERS, &command)
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    )
}
