//! Programs as children of this one: on which core they run, what time and memory they take, and their end.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The core of what is measured.
pub const SERVERS: &str = "0";
/// The core of all that it works with: who asks, and Postgres.
pub const OTHERS: &str = "1";
/// Where nothing is kept apart.
pub const BOTH: &str = "0,1";

/// How long a program may take to end when it is told to.
const ENDS_WITHIN: Duration = Duration::from_secs(5);

/// A running program. Dropping it ends it.
pub struct Process {
    child: Child,
}

/// Where a program is; the folders of what only root may do are looked into as well.
pub fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    folders
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

/// The command, on these cores. `taskset` turns into the program, so the process is the program's own.
pub fn on(cores: &str, command: &Command) -> Command {
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

/// Moves a running process, all its threads, to these cores, if it is still there. What it starts from then on is there too.
pub fn move_to(cores: &str, pid: i32) {
    let done = Command::new("taskset")
        .args(["--all-tasks", "--cpu-list", "--pid", cores])
        .arg(pid.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("taskset runs");
    let is_gone = !Path::new(&format!("/proc/{pid}")).exists();
    assert!(done.success() || is_gone, "process {pid} stays where it is");
}

/// The processes that a process has started.
pub fn children(pid: i32) -> Vec<i32> {
    let listed = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let listed = listed.unwrap_or_default();
    let pids = listed.split_whitespace();
    pids.filter_map(|pid| pid.parse().ok()).collect()
}

/// Seconds that a process has computed, and the system for it: the 14th and 15th field of its `stat` (proc(5)).
pub fn cpu_time(pid: i32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process runs");
    let (_, after_name) = stat.rsplit_once(')').expect("the name is in brackets");
    let ticks = after_name.split_whitespace().skip(11).take(2);
    let ticks: f64 = ticks.map(|field| field.parse().unwrap_or(0.0)).sum();
    ticks / ticks_a_second()
}

fn ticks_a_second() -> f64 {
    static TICKS: OnceLock<f64> = OnceLock::new();
    *TICKS.get_or_init(|| {
        let said = Command::new("getconf").arg("CLK_TCK").output();
        let said = said.expect("getconf runs").stdout;
        let said = String::from_utf8_lossy(&said).into_owned();
        said.trim().parse().expect("it is a number")
    })
}

/// Bytes of memory that a process holds.
pub fn memory(pid: i32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.expect("it has memory") * 1024.0
}

/// How many files and connections a process has open.
pub fn open_files(pid: i32) -> usize {
    let files = fs::read_dir(format!("/proc/{pid}/fd"));
    files.expect("the process runs").count()
}

impl Process {
    /// Starts a program.
    pub fn start(command: &mut Command) -> Self {
        let started = command.spawn();
        let name = command.get_program().to_owned();
        let child =
            started.unwrap_or_else(|error| panic!("{} does not start: {error}", name.display()));
        Self { child }
    }

    /// Its number.
    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).expect("a process id")
    }

    /// What Ctrl-C does.
    pub fn interrupt(&self) {
        // It may have ended by itself.
        let _ = kill(Pid::from_raw(self.pid()), Signal::SIGINT);
    }

    /// All that it says until it ends by itself, if its output was piped.
    pub fn output(mut self) -> String {
        let mut said = String::new();
        let mut pipe = self.child.stdout.take().expect("a pipe");
        pipe.read_to_string(&mut said).expect("it says text");
        let status = self.child.wait().expect("it ends");
        assert!(status.success(), "it failed: {said}");
        said
    }

    fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.has_ended() {
            return;
        }
        let _ = kill(Pid::from_raw(self.pid()), Signal::SIGTERM);
        let deadline = Instant::now() + ENDS_WITHIN;
        while !self.has_ended() && Instant::now() < deadline {
            sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
