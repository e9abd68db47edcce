//! The `broadsheet` program as an operator starts it: a process with a data folder, a port and a log file.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::cluster::folder;

/// Time after which [`wait_until`] gives up.
pub const WAIT_LIMIT: Duration = Duration::from_secs(60);

/// Running server process, killed when the value is dropped.
pub struct Server {
    pub data: PathBuf,
    pub address: SocketAddr,
    child: Child,
    log: PathBuf,
}

/// A complete HTTP response.
pub struct RawResponse {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// Returns a command that runs `broadsheet` on the data folder `data`. Settings in the test's own environment are
/// removed.
pub fn broadsheet(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_broadsheet"));
    for (name, _) in std::env::vars()
        .filter(|(name, _)| name.starts_with("BROADSHEET_") || name == "DATABASE_URL")
    {
        command.env_remove(name);
    }
    command.env("BROADSHEET_DATA_DIR", data);
    command
}

/// Runs a command until it ends, with `input` on standard input.
pub fn run(mut command: Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // The program may end without reading its input.
    let _ = child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(input.as_bytes());
    child.wait_with_output().expect("the program ends")
}

pub fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Waits until the condition is true. After [`WAIT_LIMIT`] panics with the description `what`.
#[track_caller]
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + WAIT_LIMIT;
    while !condition() {
        assert!(Instant::now() < deadline, "timed out waiting until {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

impl Server {
    /// Creates a new data folder and starts a site in it.
    pub fn new() -> Self {
        Self::start(&folder("data"))
    }

    /// Starts the site whose data folder is `data`, and waits until it is ready.
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// Starts a site with further environment variables.
    pub fn start_with(data: &Path, settings: &[(&str, &str)]) -> Self {
        Self::start_command(broadsheet(data), data, settings)
    }

    /// Starts a site that may open only this many files.
    pub fn start_with_file_limit(data: &Path, files: usize, settings: &[(&str, &str)]) -> Self {
        let program = broadsheet(data);
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("ulimit -n {files}; exec \"$0\"")])
            .arg(program.get_program());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        Self::start_command(command, data, settings)
    }

    fn start_command(mut command: Command, data: &Path, settings: &[(&str, &str)]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .expect("a free port")
            .local_addr()
            .expect("a local address")
            .port();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let log = data.join(format!("server-{port}.log"));
        command
            .env("BROADSHEET_LISTEN", address.to_string())
            .env("BROADSHEET_TRUSTED_PROXIES", "127.0.0.1")
            .envs(settings.iter().copied());
        let file = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .expect("a log");
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .spawn()
            .expect("the server starts");
        let server = Self {
            data: data.to_owned(),
            address,
            child,
            log,
        };
        wait_until("the server is ready", || {
            server
                .try_get("/readyz?for=writes")
                .is_some_and(|answer| answer.status == 200)
        });
        server
    }

    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("the log is read")
    }

    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).expect("a process id")
    }

    /// Kills the server without a clean shutdown, and waits until the process has ended.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        self.child.wait().expect("the killed process ends");
    }

    /// Stops the server with SIGTERM, as an init system does, and waits until the process has ended.
    pub fn stop(&mut self) {
        kill(Pid::from_raw(self.pid()), Signal::SIGTERM).expect("the server is running");
        wait_until("the server stops", || {
            self.child
                .try_wait()
                .expect("the process can be polled")
                .is_some()
        });
    }

    pub fn database_url(&self) -> String {
        let mut command = broadsheet(&self.data);
        command.args(["db", "url"]);
        let output = run(command, "");
        assert!(output.status.success(), "{}", text(&output));
        String::from_utf8(output.stdout)
            .expect("a URL")
            .trim()
            .to_owned()
    }

    /// Returns the URL of the embedded Postgres for its superuser.
    pub fn superuser_url(&self) -> String {
        let url = self.database_url();
        url.replace("://broadsheet@", "://postgres@")
    }

    /// Returns the process id of the embedded Postgres, or `None` while it is not running.
    pub fn postgres_pid(&self) -> Option<i32> {
        let file = fs::read_to_string(self.data.join("postgres/postmaster.pid")).ok()?;
        file.lines().next()?.trim().parse().ok()
    }

    /// Returns the ids of the processes that the embedded Postgres has started.
    pub fn postgres_children(&self) -> Vec<i32> {
        let postmaster = self
            .postgres_pid()
            .expect("Postgres is running")
            .to_string();
        let entries = fs::read_dir("/proc").expect("/proc can be read");
        let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        pids.filter(|pid: &i32| {
            // The parent is the second field after the name in brackets (proc(5)).
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let parent = stat
                .rsplit(')')
                .next()
                .and_then(|rest| rest.split_whitespace().nth(1));
            parent == Some(postmaster.as_str())
        })
        .collect()
    }

    /// Kills the main process of the embedded Postgres if it is running.
    pub fn kill_postgres(&self) {
        // The pid file outlives its process, and another process may have the id by now.
        let is_postgres = |pid: &i32| {
            fs::read_to_string(format!("/proc/{pid}/comm"))
                .is_ok_and(|name| name.trim() == "postgres")
        };
        if let Some(pid) = self.postgres_pid().filter(is_postgres) {
            // The process may have ended since the check.
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }

    pub fn get(&self, path: &str) -> RawResponse {
        self.try_get(path)
            .unwrap_or_else(|| panic!("no response from {path}"))
    }

    pub fn try_get(&self, path: &str) -> Option<RawResponse> {
        get_at(self.address, path)
    }

    /// Posts a form with `from` as the client's IP address. Returns `None` if the connection breaks before the whole
    /// response has arrived.
    pub fn try_post(&self, path: &str, from: &str, fields: &[(&str, &str)]) -> Option<RawResponse> {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let (address, bytes) = (self.address, body.len());
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nx-forwarded-for: {from}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {bytes}\r\n\r\n{body}"
        );
        ask(address, &request)
    }
}

/// Requests a path from a server. Returns `None` if no complete response arrives.
pub fn get_at(address: SocketAddr, path: &str) -> Option<RawResponse> {
    ask(
        address,
        &format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"),
    )
}

fn ask(address: SocketAddr, request: &str) -> Option<RawResponse> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(WAIT_LIMIT)).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(RawResponse {
        status,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

impl RawResponse {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            line.split_once(": ")
                .filter(|(found, _)| found.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The server may have been stopped already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns whether a process exists and is not a zombie.
pub fn is_alive(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .trim_start()
            .starts_with('Z')
    })
}
