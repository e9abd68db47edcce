//! Postgres processes of this machine, found in `/proc`. On systems without it (macOS), cleaning up is left to Postgres.

use std::fs;
use std::path::Path;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Lists the ids of the Postgres processes that use the data folder `folder`. Each Postgres process makes its data folder
/// its working directory.
pub fn list_postgres_in(folder: &Path) -> Vec<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == folder))
        .filter(|pid| {
            fs::read_to_string(format!("/proc/{pid}/comm"))
                .is_ok_and(|comm| comm.trim() == "postgres")
        })
        .collect()
}

/// Requests an immediate shutdown of a Postgres process.
pub fn send_quit(pid: i32) {
    send(pid, Signal::SIGQUIT);
}

pub fn send_kill(pid: i32) {
    send(pid, Signal::SIGKILL);
}

fn send(pid: i32, signal: Signal) {
    // Fails if the process has just ended by itself, which is what was wanted.
    let _ = kill(Pid::from_raw(pid), signal);
}

/// Returns whether this system lists its processes in `/proc`.
pub fn are_visible() -> bool {
    Path::new("/proc/self/cwd").exists()
}
