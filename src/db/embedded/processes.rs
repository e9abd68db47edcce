//! Looking at processes, where the system shows them. Where it does not (macOS), Postgres cleans up after itself.

use std::fs;
use std::path::Path;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Postgres processes that work in `folder`: each makes its data folder its working directory.
pub fn postgres_in(folder: &Path) -> Vec<i32> {
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

/// Asks a process of ours to stop at once.
pub fn quit(pid: i32) {
    send(pid, Signal::SIGQUIT);
}

/// Ends a process of ours that hears nothing any more.
pub fn end(pid: i32) {
    send(pid, Signal::SIGKILL);
}

fn send(pid: i32, signal: Signal) {
    // It may be gone by itself in this very moment.
    let _ = kill(Pid::from_raw(pid), signal);
}

/// Whether this system shows its processes.
pub fn are_visible() -> bool {
    Path::new("/proc/self/cwd").exists()
}
