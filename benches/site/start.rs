//! Time from the start of the process to the first byte of the front page.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::nginx::NginxSetup;
use super::process::{ChildProcess, SERVER_CORE, child_pids, resident_bytes};
use super::report::{BenchReport, SampleSeries, SampleUnit, run_alternately};
use super::setup::{BenchSetup, get_page};

const ROUNDS: usize = 7;
/// Milliseconds that a start may take.
const START_LIMIT: f64 = 100.0;
/// Pause between two attempts to connect.
const CONNECT_PAUSE: Duration = Duration::from_micros(200);
/// Time after which a server counts as broken.
const GIVE_UP_AFTER: Duration = Duration::from_secs(20);
/// Time after which a started server is idle.
const REST_TIME: Duration = Duration::from_secs(2);
const MEGABYTE: f64 = 1024.0 * 1024.0;

pub fn measure(setup: &mut BenchSetup, report: &mut BenchReport) {
    let [plain, gzip] = ["identity", "gzip"].map(|coding| {
        let site = setup.start_server();
        get_page(&mut site.connect(), "/", coding)
    });
    let folder = setup.folder.join("nginx-front-page");
    let nginx = NginxSetup::new(folder, "/", &plain, &gzip, "");
    let mut memories = [0.0; 2];
    let [ours, theirs] = run_alternately(
        ROUNDS,
        || {
            let (command, address) = setup.server_command(SERVER_CORE, setup.url());
            let (process, time) = time_start(command, address);
            sleep(REST_TIME);
            memories[0] = resident_bytes(process.pid());
            time
        },
        || time_start(nginx.command(), nginx.address).1,
    );
    memories[1] = {
        let nginx = nginx.start();
        let workers = child_pids(nginx.process.pid())
            .into_iter()
            .map(resident_bytes);
        resident_bytes(nginx.process.pid()) + workers.sum::<f64>()
    };
    let [ours, theirs] = [ours, theirs].map(|times| SampleSeries::new(&times, |time| *time));
    println!(
        "start: {:.1} MB of memory when at rest, nginx {:.1} MB",
        memories[0] / MEGABYTE,
        memories[1] / MEGABYTE
    );
    report.check(
        format!(
            "start: {} beside nginx {}, goal: less than {START_LIMIT:.0} ms",
            ours.format_summary(SampleUnit::Millis),
            theirs.format_summary(SampleUnit::Millis)
        ),
        ours.median() < START_LIMIT,
    );
}

/// Starts a server and returns the milliseconds until the first byte of the front page.
fn time_start(mut command: Command, address: SocketAddr) -> (ChildProcess, f64) {
    let begun = Instant::now();
    let process = ChildProcess::start(&mut command);
    let mut stream = loop {
        match TcpStream::connect(address) {
            Ok(stream) => break stream,
            Err(_) => sleep(CONNECT_PAUSE),
        }
        assert!(
            begun.elapsed() < GIVE_UP_AFTER,
            "nobody listens at {address}"
        );
    };
    stream
        .set_read_timeout(Some(GIVE_UP_AFTER))
        .expect("the read timeout is set");
    let request = format!("GET / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream
        .write_all(request.as_bytes())
        .expect("the request is sent");
    let mut answer = vec![0; 1];
    stream.read_exact(&mut answer).expect("a response");
    let time = begun.elapsed().as_secs_f64() * 1000.0;
    stream
        .read_to_end(&mut answer)
        .expect("the whole response is read");
    assert!(
        answer.starts_with(b"HTTP/1.1 200 "),
        "the front page is there"
    );
    (process, time)
}
