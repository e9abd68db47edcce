//! Child processes: their cores, CPU time and memory, and their end.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Core of the measured server.
pub const SERVER_CORE: &str = "0";
/// Core of everything else: the clients and Postgres.
pub const CLIENT_CORE: &str = "1";
pub const BOTH_CORES: &str = "0,1";

/// Time from SIGTERM to SIGKILL.
const EXIT_TIMEOUT: Duration = Duration::from_secs(5);

/// Running program. Dropping it ends the process.
pub struct ChildProcess {
    child: Child,
}

/// Finds a program in `PATH` or in the folders of system administration.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    folders
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

/// Returns the command pinned to cores. `taskset` replaces itself by the program, so the process id is the program's.
pub fn pin_command(cores: &str, command: &Command) -> Command {
    let mut on_cores = Command::new("taskset");
    on_cores
        .args(["--cpu-list", cores])
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => on_cores.env(name, value),
            None => on_cores.env_remove(name),
        };
    }
    on_cores.stdin(Stdio::null());
    on_cores
}

/// Pins all threads of a running process to cores. Its later children inherit that. A process that has ended is ignored.
pub fn pin_process(cores: &str, pid: i32) {
    let status = Command::new("taskset")
        .args(["--all-tasks", "--cpu-list", "--pid", cores])
        .arg(pid.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("taskset runs");
    let is_gone = !Path::new(&format!("/proc/{pid}")).exists();
    assert!(
        status.success() || is_gone,
        "process {pid} could not be pinned"
    );
}

/// Returns the direct children of a process.
pub fn child_pids(pid: i32) -> Vec<i32> {
    let listed = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let listed = listed.unwrap_or_default();
    let pids = listed.split_whitespace();
    pids.filter_map(|pid| pid.parse().ok()).collect()
}

/// Returns the user and system CPU time of a process in seconds: fields 14 and 15 of its `stat` (proc(5)).
pub fn cpu_seconds(pid: i32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process runs");
    let (_, after_name) = stat
        .rsplit_once(')')
        .expect("the program name ends with a bracket");
    let ticks = after_name.split_whitespace().skip(11).take(2);
    let ticks: f64 = ticks.map(|field| field.parse().unwrap_or(0.0)).sum();
    ticks / ticks_per_second()
}

fn ticks_per_second() -> f64 {
    static TICKS: OnceLock<f64> = OnceLock::new();
    *TICKS.get_or_init(|| {
        let output = Command::new("getconf").arg("CLK_TCK").output();
        let output = output.expect("getconf runs").stdout;
        let output = String::from_utf8_lossy(&output).into_owned();
        output.trim().parse().expect("getconf prints a number")
    })
}

/// Returns the resident memory of a process in bytes.
pub fn resident_bytes(pid: i32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.expect("the process has resident memory") * 1024.0
}

/// Returns the number of open files and connections of a process.
pub fn count_open_files(pid: i32) -> usize {
    let files = fs::read_dir(format!("/proc/{pid}/fd"));
    files.expect("the process runs").count()
}

impl ChildProcess {
    pub fn start(command: &mut Command) -> Self {
        let started = command.spawn();
        let name = command.get_program().to_owned();
        let child =
            started.unwrap_or_else(|error| panic!("{} does not start: {error}", name.display()));
        Self { child }
    }

    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).expect("a process id")
    }

    /// Sends SIGINT.
    pub fn interrupt(&self) {
        // It may have ended already.
        let _ = kill(Pid::from_raw(self.pid()), Signal::SIGINT);
    }

    /// Waits for a successful end and returns the standard output, which must be piped.
    pub fn output(mut self) -> String {
        let mut output = String::new();
        let mut pipe = self.child.stdout.take().expect("a pipe");
        pipe.read_to_string(&mut output)
            .expect("the output is text");
        let status = self.child.wait().expect("the program ends");
        assert!(status.success(), "it failed: {output}");
        output
    }

    fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for ChildProcess {
    fn drop(&mut self) {
        if self.has_ended() {
            return;
        }
        let _ = kill(Pid::from_raw(self.pid()), Signal::SIGTERM);
        let deadline = Instant::now() + EXIT_TIMEOUT;
        while !self.has_ended() && Instant::now() < deadline {
            sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
