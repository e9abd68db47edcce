//! From nothing to the front page's first byte.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::nginx::Prepared;
use super::process::{Process, SERVERS, children, memory};
use super::report::{Report, Series, Unit, in_turn};
use super::world::{World, get};

const ROUNDS: usize = 7;
/// Milliseconds.
const WITHIN: f64 = 100.0;
/// Between two attempts to connect.
const PAUSE: Duration = Duration::from_micros(200);
/// A server that has not answered by then never does.
const NEVER: Duration = Duration::from_secs(20);
/// When what a start leaves to be done is done.
const AT_REST: Duration = Duration::from_secs(2);
const MEGABYTE: f64 = 1024.0 * 1024.0;

pub fn measure(world: &mut World, report: &mut Report) {
    let [plain, gzip] = ["identity", "gzip"].map(|coding| {
        let site = world.start();
        get(&mut site.connect(), "/", coding)
    });
    let folder = world.folder.join("nginx-of-front");
    let nginx = Prepared::new(folder, "/", &plain, &gzip, "");
    let mut memories = [0.0; 2];
    let [ours, theirs] = in_turn(
        ROUNDS,
        || {
            let (command, address) = world.server(SERVERS, world.url());
            let (process, time) = start(command, address);
            sleep(AT_REST);
            memories[0] = memory(process.pid());
            time
        },
        || start(nginx.command(), nginx.address).1,
    );
    memories[1] = {
        let nginx = nginx.start();
        let workers = children(nginx.process.pid()).into_iter().map(memory);
        memory(nginx.process.pid()) + workers.sum::<f64>()
    };
    let [ours, theirs] = [ours, theirs].map(|times| Series::of(&times, |time| *time));
    println!(
        "start: {:.1} MB of memory when at rest, nginx {:.1} MB",
        memories[0] / MEGABYTE,
        memories[1] / MEGABYTE
    );
    report.check(
        format!(
            "start: {} beside nginx {}, asked for less than {WITHIN:.0} ms",
            ours.told(Unit::Millis),
            theirs.told(Unit::Millis)
        ),
        ours.median() < WITHIN,
    );
}

/// Starts a server and gives the milliseconds until the front page begins.
fn start(mut command: Command, address: SocketAddr) -> (Process, f64) {
    let begun = Instant::now();
    let process = Process::start(&mut command);
    let mut stream = loop {
        match TcpStream::connect(address) {
            Ok(stream) => break stream,
            Err(_) => sleep(PAUSE),
        }
        assert!(begun.elapsed() < NEVER, "nobody listens at {address}");
    };
    stream.set_read_timeout(Some(NEVER)).expect("a socket");
    let question = format!("GET / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(question.as_bytes()).expect("it is asked");
    let mut answer = vec![0; 1];
    stream.read_exact(&mut answer).expect("an answer");
    let time = begun.elapsed().as_secs_f64() * 1000.0;
    stream.read_to_end(&mut answer).expect("all of it");
    assert!(
        answer.starts_with(b"HTTP/1.1 200 "),
        "the front page is there"
    );
    (process, time)
}
