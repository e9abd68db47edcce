//! Postgres cluster on disk and the processes that run it: starts them, detects when they are ready, and stops them.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::cluster_files;
use super::launcher::PostgresLauncher;
use super::socket::{self, PORT, format_url};

/// Longest time until Postgres must accept connections. It is enough for the recovery after a crash; a start that takes
/// longer is broken.
const READY_TIMEOUT: Duration = Duration::from_secs(120);
/// Time after which leftover Postgres processes of an exited server are told to quit. If they have not ended after
/// [`ORPHAN_TIMEOUT`], the start fails.
const ORPHAN_QUIT_AFTER: Duration = Duration::from_secs(2);
const ORPHAN_TIMEOUT: Duration = Duration::from_secs(20);
/// Size in bytes above which the Postgres log is truncated at a start.
const MAX_LOG_BYTES: u64 = 16 * 1024 * 1024;
/// Number of lines from the end of the Postgres log that an error message shows.
const LOG_TAIL_LINES: usize = 8;

/// Smallest size of Postgres's shared buffers in megabytes: Postgres's own default. The largest size is as much as a
/// publication with a million comments can use.
const MIN_BUFFERS_MB: u64 = 128;
const MAX_BUFFERS_MB: u64 = 512;

/// Shell script that runs Postgres for as long as the pipe on standard input is open. When the Broadsheet process ends
/// for any reason, the pipe closes and the script shuts Postgres down.
// A shell gives its background jobs /dev/null to read from, so the pipe is copied to descriptor 3 first. SIGINT is
// Postgres's fast shutdown (its documentation, "Shutting Down the Server"). It is repeated, since background jobs ignore it
// until Postgres has set its handler.
const SUPERVISOR_SCRIPT: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- &
postgres=$!
( read -r _ <&3; while kill -INT "$postgres"; do sleep 1; done ) 2>/dev/null &
watcher=$!
exec 3<&- </dev/null
wait "$postgres"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"
"#;

/// Durability of committed transactions in a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitDurability {
    /// Commits survive a power cut.
    Durable,
    /// Commits survive the end of the process but not a power cut, because Postgres does not wait for the disk. For
    /// tests.
    Test,
}

/// Cluster on disk with everything that is needed to start it.
pub struct PostgresCluster {
    folder: PathBuf,
    log: PathBuf,
    pub(super) socket_dir: PathBuf,
    launcher: PostgresLauncher,
    durability: CommitDurability,
}

impl PostgresCluster {
    pub fn new(
        data: &Path,
        launcher: PostgresLauncher,
        durability: CommitDurability,
    ) -> anyhow::Result<Self> {
        let socket_dir = socket::create_socket_dir(data, &launcher.user)?;
        socket::remove_stale_socket_dirs(data, &launcher.user, &socket_dir);
        Ok(Self {
            folder: data.join("postgres"),
            log: data.join("postgres.log"),
            socket_dir,
            launcher,
            durability,
        })
    }

    /// Returns the URL of the site's database for a role.
    pub fn url(&self, role: &str) -> String {
        format_url(&self.socket_dir, role)
    }

    /// Starts Postgres under the supervisor script. It does not accept connections yet when this returns.
    pub fn start(&self) -> anyhow::Result<Child> {
        self.clean_stale_state()?;
        let log = self.open_log()?;
        let mut command =
            self.launcher
                .scripted_command(SUPERVISOR_SCRIPT, "postgres", &self.folder);
        self.add_postgres_args(&mut command);
        command.stdout(log.try_clone()?).stderr(log);
        command.spawn().context("Postgres cannot be started")
    }

    fn add_postgres_args(&self, command: &mut Command) {
        command
            .arg("-D")
            .arg(&self.folder)
            .arg("-k")
            .arg(&self.socket_dir)
            .args(["-p", PORT]);
        for setting in [
            // No TCP at all: the socket folder guards access.
            "listen_addresses=",
            // More than one server's pool takes, so that a second server, psql and commands find room beside it.
            "max_connections=60",
            // Standard error goes to our log file already.
            "logging_collector=off",
            "log_destination=stderr",
        ] {
            command.args(["-c", setting]);
        }
        let buffers = match self.durability {
            CommitDurability::Durable => choose_shared_buffers_mb(),
            CommitDurability::Test => MIN_BUFFERS_MB,
        };
        command.args(["-c", &format!("shared_buffers={buffers}MB")]);
        if self.durability == CommitDurability::Test {
            // `-F` turns `fsync` off.
            command.args(["-F", "-c", "synchronous_commit=off"]);
            command.args(["-c", "full_page_writes=off"]);
        }
    }

    /// Blocks until the Postgres that was just started as `child` accepts connections.
    pub fn wait_until_ready(&self, child: &mut Child) -> anyhow::Result<()> {
        let deadline = Instant::now() + READY_TIMEOUT;
        while !cluster_files::is_ready(&self.folder) {
            if let Some(status) = child.try_wait()? {
                bail!(
                    "Postgres exited while starting ({status}); the end of {} says:\n{}",
                    self.log.display(),
                    self.read_log_tail()
                );
            }
            ensure!(
                Instant::now() < deadline,
                "Postgres was not ready within {} s; look into {}",
                READY_TIMEOUT.as_secs(),
                self.log.display()
            );
            sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    fn pid(&self) -> Option<i32> {
        cluster_files::find_pid(&self.folder)
    }

    /// Requests an immediate shutdown of Postgres. It kills those of its processes that have not ended after five seconds
    /// (Postgres's documentation, "Shutting Down the Server").
    pub fn request_quit(&self) {
        if let Some(pid) = self.pid() {
            send_signal(pid, Signal::SIGQUIT);
        }
    }

    /// Kills every process of the running cluster. Committed transactions are on disk and not lost.
    pub fn kill(&self) {
        // All of them: a killed postmaster cannot end its children any more.
        let visible = list_postgres_in(&self.folder);
        for pid in self.pid().into_iter().chain(visible) {
            send_signal(pid, Signal::SIGKILL);
        }
    }

    /// Waits until the Postgres processes of an exited server have ended, and removes the files that they left behind.
    fn clean_stale_state(&self) -> anyhow::Result<()> {
        // On systems without `/proc`, such as macOS, this is left to Postgres.
        if !Path::new("/proc/self/cwd").exists() {
            return Ok(());
        }
        // We hold the lock on the data folder, so no live owner has a use for any of this. The old pid file still says
        // "ready", and old processes may hold shared memory of the cluster.
        let started_at = Instant::now();
        loop {
            let orphans = list_postgres_in(&self.folder);
            if orphans.is_empty() {
                break;
            }
            ensure!(
                started_at.elapsed() < ORPHAN_TIMEOUT,
                "processes of an earlier Postgres do not end; stop them with  kill -9 {}",
                orphans
                    .iter()
                    .map(i32::to_string)
                    .collect::<Vec<_>>()
                    .join(" ")
            );
            if started_at.elapsed() > ORPHAN_QUIT_AFTER {
                for pid in orphans {
                    send_signal(pid, Signal::SIGQUIT);
                }
            }
            sleep(Duration::from_millis(50));
        }
        for stale in [
            self.folder.join("postmaster.pid"),
            socket::socket_path(&self.socket_dir).with_added_extension("lock"),
            socket::socket_path(&self.socket_dir),
        ] {
            match fs::remove_file(&stale) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(error)
                        .with_context(|| format!("{} cannot be removed", stale.display()));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn open_log(&self) -> anyhow::Result<File> {
        let is_large = fs::metadata(&self.log).is_ok_and(|meta| meta.len() > MAX_LOG_BYTES);
        let mut options = OpenOptions::new();
        options.create(true);
        if is_large {
            options.write(true).truncate(true)
        } else {
            options.append(true)
        };
        options
            .open(&self.log)
            .with_context(|| format!("{} cannot be written", self.log.display()))
    }

    fn read_log_tail(&self) -> String {
        let text = fs::read(&self.log)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(LOG_TAIL_LINES)..].join("\n")
    }
}

impl Drop for PostgresCluster {
    fn drop(&mut self) {
        // Postgres has ended, and the lock on the data folder is still held.
        socket::remove_socket_dir(&self.socket_dir);
    }
}

/// Returns the size of shared buffers in megabytes: a quarter of this machine's memory (Postgres's documentation,
/// "Resource Consumption"), but at least [`MIN_BUFFERS_MB`] and at most [`MAX_BUFFERS_MB`].
fn choose_shared_buffers_mb() -> u64 {
    // Other systems than Linux have no such file; there it is the minimum.
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = memory
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    (kilobytes.unwrap_or_default() / 1024 / 4).clamp(MIN_BUFFERS_MB, MAX_BUFFERS_MB)
}

/// Lists the ids of the Postgres processes that use the data folder `folder`, and of the script that is about to start one.
/// Each of them has the data folder as its working directory.
fn list_postgres_in(folder: &Path) -> Vec<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let is_script = |pid: &i32| {
        let arguments = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let mut arguments = arguments.split(|byte| *byte == 0);
        arguments.any(|argument| argument == SUPERVISOR_SCRIPT.as_bytes())
    };
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == folder))
        .filter(|pid| {
            fs::read_to_string(format!("/proc/{pid}/comm"))
                .is_ok_and(|comm| comm.trim() == "postgres")
                || is_script(pid)
        })
        .collect()
}

fn send_signal(pid: i32, signal: Signal) {
    // Fails if the process has just ended by itself, which is what was wanted.
    let _ = kill(Pid::from_raw(pid), signal);
}
