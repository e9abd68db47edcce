//! The cluster on disk: making it, starting its first process, knowing when it is ready.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::Durability;
use super::account::Account;
use super::binaries::Binaries;
use super::processes;
use crate::crypto::hex;

/// The role and the database, both ours alone.
const NAME: &str = "broadsheet";
/// Only part of the socket's name; nothing listens on a port.
const PORT: &str = "5432";
/// A recovery after a crash may take long; a start that takes longer than this is broken.
const READY_WITHIN: Duration = Duration::from_secs(120);
/// How long processes of a dead predecessor get before they are told to quit, and before we give up on them.
const ORPHANS_QUIT_AFTER: Duration = Duration::from_secs(2);
const ORPHANS_GONE_WITHIN: Duration = Duration::from_secs(20);
/// A log larger than this many bytes is begun anew at a start.
const LOG_BYTES: u64 = 16 * 1024 * 1024;

/// Runs Postgres for as long as the pipe on standard input is open: when we end, however we end, the pipe closes and the
/// watcher shuts Postgres down. Jobs in the background of a shell read from /dev/null, hence the copy of the pipe.
const WATCHED: &str = r#"
exec 3<&0
"$@" </dev/null 3<&- &
postgres=$!
( read -r _ <&3; kill -INT "$postgres" ) 2>/dev/null &
watcher=$!
exec 3<&- </dev/null
wait "$postgres"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"
"#;

/// A cluster, and all that is needed to start it.
pub struct Cluster {
    pub folder: PathBuf,
    log: PathBuf,
    socket: PathBuf,
    binaries: Binaries,
    account: Account,
    durability: Durability,
}

/// Megabytes of shared buffers: Postgres's own default, and as many as a publication of a million comments has a use for.
const LEAST_BUFFERS: u64 = 128;
const MOST_BUFFERS: u64 = 512;

/// Megabytes of shared buffers on this machine: a quarter of its memory (Postgres's documentation, "Resource Consumption"),
/// within bounds. Other systems than Linux do not say how much there is in a file; there it is the least.
fn shared_buffers() -> u64 {
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = memory
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    (kilobytes.unwrap_or_default() / 1024 / 4).clamp(LEAST_BUFFERS, MOST_BUFFERS)
}

impl Cluster {
    pub fn new(
        data: &Path,
        binaries: Binaries,
        account: Account,
        durability: Durability,
    ) -> anyhow::Result<Self> {
        let socket = socket_folder(data, &account)?;
        Ok(Self {
            folder: data.join("postgres"),
            log: data.join("postgres.log"),
            socket,
            binaries,
            account,
            durability,
        })
    }

    /// The cluster's address.
    pub fn url(&self) -> String {
        url_for(&self.socket.to_string_lossy())
    }

    /// Makes the cluster beside its place and moves it there when it is whole, so that a start that was cut off leaves
    /// nothing half made.
    pub fn make(&self) -> anyhow::Result<()> {
        let unfinished = self.folder.with_extension("new");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).with_context(|| {
                format!(
                    "{} is left from a start that was cut off and cannot be removed",
                    unfinished.display()
                )
            })?;
        }
        DirBuilder::new().mode(0o700).create(&unfinished)?;
        if self.account.steps_down {
            chown(
                &unfinished,
                Some(self.account.uid.as_raw()),
                Some(self.account.gid.as_raw()),
            )?;
        }
        tracing::info!(
            version = self.binaries.major,
            "making a private Postgres; this happens once"
        );
        let mut initdb = self.command("initdb", &unfinished);
        initdb
            .args([
                "--username",
                NAME,
                "--auth=trust",
                "--encoding=UTF8",
                "--data-checksums",
                "--no-instructions",
                "-D",
            ])
            .arg(&unfinished);
        initdb.args(self.locale());
        if self.durability == Durability::Test {
            initdb.arg("--no-sync");
        }
        run(initdb, None).context("initdb failed")?;
        let mut single = self.command("postgres", &unfinished);
        single
            .args(["--single", "-D"])
            .arg(&unfinished)
            .arg("template1");
        run(single, Some(&format!("create database {NAME}\n")))
            .context("making the database failed")?;
        fs::rename(&unfinished, &self.folder)?;
        // The name of the folder is on disk when its parent is.
        if let Some(data) = self.folder.parent() {
            File::open(data)?.sync_all()?;
        }
        Ok(())
    }

    /// Letters must fold in every language, and the rule must not change with the machine: Postgres's own C.UTF-8 from
    /// 17 on, the system's before that.
    fn locale(&self) -> &'static [&'static str] {
        if self.binaries.major >= 17 {
            &[
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
            ]
        } else {
            &["--locale=C.UTF-8"]
        }
    }

    /// Starts the first process, watched. It is not ready yet.
    pub fn start(&self) -> anyhow::Result<Child> {
        self.clear_what_a_dead_predecessor_left()?;
        let log = self.open_log()?;
        let mut command = Command::new("/bin/sh");
        command
            .arg("-c")
            .arg(WATCHED)
            .arg("sh")
            .arg(self.binaries.program("postgres"));
        command
            .arg("-D")
            .arg(&self.folder)
            .arg("-k")
            .arg(&self.socket)
            .args(["-p", PORT]);
        for setting in [
            "listen_addresses=",
            "max_connections=60",
            "logging_collector=off",
            "log_destination=stderr",
        ] {
            command.args(["-c", setting]);
        }
        let buffers = match self.durability {
            Durability::Durable => shared_buffers(),
            Durability::Test => LEAST_BUFFERS,
        };
        command.args(["-c", &format!("shared_buffers={buffers}MB")]);
        if self.durability == Durability::Test {
            command.args([
                "-F",
                "-c",
                "synchronous_commit=off",
                "-c",
                "full_page_writes=off",
            ]);
        }
        self.step_down(&mut command, &self.folder);
        // A process group of its own, or Ctrl-C would stop Postgres before we have answered what is open.
        command
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log);
        command.spawn().context("Postgres cannot be started")
    }

    /// Waits until the process just started answers.
    pub fn wait_until_ready(&self, child: &mut Child) -> anyhow::Result<()> {
        let deadline = Instant::now() + READY_WITHIN;
        while !is_ready(&self.folder) {
            if let Some(status) = child.try_wait()? {
                bail!(
                    "Postgres ended at its start ({status}); the end of {} says:\n{}",
                    self.log.display(),
                    self.log_end()
                );
            }
            ensure!(
                Instant::now() < deadline,
                "Postgres was not ready within {} s; {} may say why",
                READY_WITHIN.as_secs(),
                self.log.display()
            );
            sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// The process id of the running cluster.
    pub fn pid(&self) -> Option<i32> {
        pid_file(&self.folder)?.lines().next()?.trim().parse().ok()
    }

    /// Tells the running cluster to stop at once. After five seconds it kills those of its processes that do not (its
    /// documentation, "Shutting Down the Server").
    pub fn quit(&self) {
        self.pid().into_iter().for_each(processes::quit);
    }

    /// Ends every process of the running cluster. What was committed is on disk all the same.
    pub fn end(&self) {
        let visible = processes::postgres_in(&self.folder);
        self.pid()
            .into_iter()
            .chain(visible)
            .for_each(processes::end);
    }

    /// A killed Postgres leaves its pid file, which still says "ready", and perhaps processes that hold its memory. We
    /// hold the lock on the data folder, so whatever is there is nobody's.
    fn clear_what_a_dead_predecessor_left(&self) -> anyhow::Result<()> {
        if !processes::are_visible() {
            return Ok(());
        }
        let began = Instant::now();
        loop {
            let orphans = processes::postgres_in(&self.folder);
            if orphans.is_empty() {
                break;
            }
            ensure!(
                began.elapsed() < ORPHANS_GONE_WITHIN,
                "processes of an earlier Postgres do not end: {orphans:?}"
            );
            if began.elapsed() > ORPHANS_QUIT_AFTER {
                orphans.iter().copied().for_each(processes::quit);
            }
            sleep(Duration::from_millis(50));
        }
        for stale in [
            self.folder.join("postmaster.pid"),
            self.socket.join(format!(".s.PGSQL.{PORT}.lock")),
            self.socket.join(format!(".s.PGSQL.{PORT}")),
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
        let is_large = fs::metadata(&self.log).is_ok_and(|meta| meta.len() > LOG_BYTES);
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

    fn log_end(&self) -> String {
        let text = fs::read(&self.log)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(8)..].join("\n")
    }

    fn command(&self, program: &str, working: &Path) -> Command {
        let mut command = Command::new(self.binaries.program(program));
        self.step_down(&mut command, working);
        command
    }

    /// As the cluster's account, in a folder it may enter, with none of the settings meant for another Postgres.
    fn step_down(&self, command: &mut Command, working: &Path) {
        for (name, _) in
            std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"PG"))
        {
            command.env_remove(name);
        }
        command
            .env_remove("LC_ALL")
            .env("LC_MESSAGES", "C")
            .current_dir(working);
        if self.account.steps_down {
            command
                .uid(self.account.uid.as_raw())
                .gid(self.account.gid.as_raw());
        }
    }
}

/// Runs a command to its end; what it says is the error when it fails.
fn run(mut command: Command, input: Option<&str>) -> anyhow::Result<()> {
    let mut child = command
        .stdin(if input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
        stdin.write_all(input.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    // Single-user mode ends well even when its statement does not.
    ensure!(
        output.status.success() && !said.contains("ERROR:"),
        "{}",
        said.trim()
    );
    Ok(())
}

/// The major version that made a cluster; `None` if there is none yet.
pub fn major_of(folder: &Path) -> anyhow::Result<Option<u32>> {
    match fs::read_to_string(folder.join("PG_VERSION")) {
        Ok(text) => {
            let major = text
                .trim()
                .split('.')
                .next()
                .and_then(|major| major.parse().ok());
            Ok(Some(major.with_context(|| {
                format!(
                    "{} does not name a version of Postgres",
                    folder.join("PG_VERSION").display()
                )
            })?))
        }
        Err(error) if error.kind() == ErrorKind::NotFound && !folder.exists() => Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let is_empty = fs::read_dir(folder)?.next().is_none();
            ensure!(
                is_empty,
                "{} is there but is not the data of a Postgres; move it away",
                folder.display()
            );
            fs::remove_dir(folder)?;
            Ok(None)
        }
        Err(error) => Err(error)
            .with_context(|| format!("{} cannot be read", folder.join("PG_VERSION").display())),
    }
}

fn pid_file(folder: &Path) -> Option<String> {
    fs::read_to_string(folder.join("postmaster.pid")).ok()
}

/// Whether the pid file says so, in its eighth line.
pub fn is_ready(folder: &Path) -> bool {
    pid_file(folder).is_some_and(|text| {
        text.lines()
            .nth(7)
            .is_some_and(|line| line.trim() == "ready")
    })
}

/// Where the running cluster has its socket: the pid file's fifth line.
pub fn socket_folder_in_use(folder: &Path) -> Option<PathBuf> {
    pid_file(folder)?.lines().nth(4).map(PathBuf::from)
}

/// The address of the cluster whose socket is in `socket`.
pub fn url_for(socket: &str) -> String {
    format!(
        "postgres://{NAME}@{}/{NAME}",
        utf8_percent_encode(socket, NON_ALPHANUMERIC)
    )
}

/// A folder for the socket, open to the account alone: whoever can enter it is let in. A socket's whole path holds about
/// 100 bytes, so it is a short one of its own and not the data folder.
fn socket_folder(data: &Path, account: &Account) -> anyhow::Result<PathBuf> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|folder| !account.steps_down && folder.is_dir() && folder.as_os_str().len() < 60);
    let name = format!(
        "{NAME}-{}",
        hex(&blake3::hash(data.as_os_str().as_encoded_bytes()).as_bytes()[..6])
    );
    let folder = runtime.unwrap_or_else(|| PathBuf::from("/tmp")).join(name);
    match DirBuilder::new().mode(0o700).create(&folder) {
        Ok(()) if account.steps_down => chown(
            &folder,
            Some(account.uid.as_raw()),
            Some(account.gid.as_raw()),
        )?,
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => {
            return Err(error)
                .with_context(|| format!("the socket folder {} cannot be made", folder.display()));
        }
    }
    let meta = fs::symlink_metadata(&folder)?;
    let is_ours = meta.is_dir()
        && meta.uid() == account.uid.as_raw()
        && meta.permissions().mode().trailing_zeros() >= 6;
    ensure!(
        is_ours,
        "the socket folder {} belongs to someone else or is open to others; remove it",
        folder.display()
    );
    Ok(folder)
}
