//! Many open connections: their memory, and whether readers notice them, be they idle or of attackers who send as slowly as
//! they can.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::http::HttpConnection;
use super::load::{LoadSample, SideBySide};
use super::process::{
    CLIENT_CORE, ChildProcess, count_open_files, find_program, pin_command, resident_bytes,
};
use super::report::{BenchReport, RatioLimit, format_thousands, run_alternately};
use super::setup::{BenchSetup, SiteServer, get_page};

const ROUNDS: usize = 5;
/// Length of one run: it ends before the server closes slow connections after ten seconds.
const RUN_SECONDS: u32 = 5;
const FEW: usize = 1_000;
const MANY: usize = 10_000;
/// Memory that each of them may take, in kB.
const MAX_KILOBYTES: f64 = 16.0;
/// Connections that must stay open to the end; with fewer, nothing was measured.
const MIN_OPEN: usize = 9_900;
/// Connections of an attack.
const SLOW: usize = 2_000;
/// Connections that the attack must hold all the time; with fewer, nothing was measured.
const MIN_SLOW: usize = 1_900;
const SLOW_PER_SECOND: &str = "1000";
/// Time after which all of them are open.
const SLOW_RAMP_UP: Duration = Duration::from_secs(3);
/// Time after which the work of opening or closing so many connections is done.
const SETTLE_TIME: Duration = Duration::from_secs(2);
const MEGABYTE: f64 = 1024.0 * 1024.0;

pub fn measure(setup: &mut BenchSetup, report: &mut BenchReport) {
    raise_fd_limit();
    let site = setup.start_server();
    check_memory(setup, &site, report);
    check_idle(setup, &site, report);
    let article = format!("http://{}{}", site.address, setup.article);
    let reply = format!("http://{}/articles/1001/reply", site.address);
    let slow_headers = ["-H", "-t", "GET", "-u", &article];
    check_slow(
        setup,
        &site,
        "connections, slow headers",
        &slow_headers,
        report,
    );
    let slow_body = ["-B", "-t", "POST", "-u", &reply];
    check_slow(setup, &site, "connections, slow bodies", &slow_body, report);
}

/// Raises the limit on open files: each connection is one in this process as well.
fn raise_fd_limit() {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).expect("the limit on open files is read");
    assert!(
        most > MANY as u64 + 100,
        "only {most} files may be open; raise it with  ulimit -Hn"
    );
    setrlimit(Resource::RLIMIT_NOFILE, most, most).expect("the limit on open files is raised");
}

/// Opens connections until there are `count`, and gets a page on each new one.
fn open_idle(
    setup: &BenchSetup,
    site: &SiteServer,
    connections: &mut Vec<HttpConnection>,
    count: usize,
) {
    while connections.len() < count {
        let mut connection = site.connect();
        get_page(&mut connection, &setup.article, "gzip");
        connections.push(connection);
    }
}

fn check_memory(setup: &BenchSetup, site: &SiteServer, report: &mut BenchReport) {
    setup.article_readers(site.address, 2).run();
    sleep(SETTLE_TIME);
    let idle = resident_bytes(site.pid());
    let mut connections = Vec::new();
    open_idle(setup, site, &mut connections, FEW);
    let some = resident_bytes(site.pid());
    open_idle(setup, site, &mut connections, MANY);
    let many = resident_bytes(site.pid());
    let kilobytes_each = (many - idle) / MANY as f64 / 1024.0;
    let line = format!(
        "connections: {:.1} MB of memory idle, {:.1} MB with {} open, {:.1} MB with {}: {kilobytes_each:.2} kB each, goal: at most {MAX_KILOBYTES:.0}",
        idle / MEGABYTE,
        some / MEGABYTE,
        format_thousands(FEW as f64),
        many / MEGABYTE,
        format_thousands(MANY as f64),
    );
    report.check(line, kilobytes_each <= MAX_KILOBYTES);
}

fn check_idle(setup: &BenchSetup, site: &SiteServer, report: &mut BenchReport) {
    let readers = setup
        .article_readers(site.address, RUN_SECONDS)
        .with_pauses();
    let mut lasted = MANY;
    let runs = run_alternately(
        ROUNDS,
        || {
            let mut connections = Vec::new();
            open_idle(setup, site, &mut connections, MANY);
            sleep(SETTLE_TIME);
            let load = LoadSample::measure(&readers, site.pid());
            lasted = lasted.min(connections.iter().filter(|one| one.is_open()).count());
            drop(connections);
            sleep(SETTLE_TIME);
            load
        },
        || LoadSample::measure(&readers, site.pid()),
    );
    report.check(
        format!(
            "connections, idle: of {} at least {} were open to the end",
            format_thousands(MANY as f64),
            format_thousands(lasted as f64)
        ),
        lasted >= MIN_OPEN,
    );
    let comparison = SideBySide::new("connections, idle", "undisturbed", runs, report);
    comparison.check_p99(RatioLimit::AtMost(1.2), report);
}

fn check_slow(
    setup: &BenchSetup,
    site: &SiteServer,
    name: &'static str,
    attack: &[&str],
    report: &mut BenchReport,
) {
    let readers = setup
        .article_readers(site.address, RUN_SECONDS)
        .with_pauses();
    let mut held = Vec::new();
    let runs = run_alternately(
        ROUNDS,
        || {
            let before = count_open_files(site.pid());
            let attackers = start_attack(attack);
            sleep(SLOW_RAMP_UP);
            held.push(count_open_files(site.pid()).saturating_sub(before));
            let load = LoadSample::measure(&readers, site.pid());
            held.push(count_open_files(site.pid()).saturating_sub(before));
            drop(attackers);
            sleep(SETTLE_TIME);
            load
        },
        || LoadSample::measure(&readers, site.pid()),
    );
    held.sort_unstable();
    report.check(
        format!(
            "{name}: of {} at least {} are held while others read",
            format_thousands(SLOW as f64),
            format_thousands(held[0] as f64)
        ),
        held[0] >= MIN_SLOW,
    );
    let comparison = SideBySide::new(name, "undisturbed", runs, report);
    comparison.check_p99(RatioLimit::AtMost(1.5), report);
}

/// Starts attackers that send the next few bytes every four seconds. They run at low priority, so that they take no CPU time
/// from the readers on the same core.
fn start_attack(attack: &[&str]) -> ChildProcess {
    let mut command = Command::new("nice");
    command
        .args(["-n", "19"])
        .arg(find_program("slowhttptest").expect("slowhttptest is installed"))
        .args([
            "-c",
            &SLOW.to_string(),
            "-r",
            SLOW_PER_SECOND,
            "-i",
            "4",
            "-l",
            "60",
            "-v",
            "0",
        ])
        .args(attack);
    ChildProcess::start(
        pin_command(CLIENT_CORE, &command)
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    )
}
