//! The real program, as an operator starts it: a process with a data folder, a port and a log.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::cluster::folder;

/// How long anything that should happen may take.
pub const SOON: Duration = Duration::from_secs(60);

/// A running server. Dropping it kills it.
pub struct Server {
    pub data: PathBuf,
    pub address: SocketAddr,
    child: Child,
    log: PathBuf,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// The program with the settings of the test's own environment taken away.
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

/// Runs a command to its end, with `input` on standard input.
pub fn run(mut command: Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // It may end without reading.
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

/// Waits for something to become true.
#[track_caller]
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + SOON;
    while !is_so() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

impl Server {
    /// A new site in a new folder.
    pub fn new() -> Self {
        Self::start(&folder("data"))
    }

    /// A site whose data are in `data`, ready to serve.
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// The same, with settings of its own.
    pub fn start_with(data: &Path, settings: &[(&str, &str)]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .expect("a free port")
            .local_addr()
            .expect("its address")
            .port();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let log = data.join(format!("server-{port}.log"));
        let mut command = broadsheet(data);
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
                .try_get("/readyz")
                .is_some_and(|answer| answer.status == 200)
        });
        server
    }

    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("the log reads")
    }

    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).expect("a process id")
    }

    /// Waits for the end of a server that was killed.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        self.child.wait().expect("it is gone");
    }

    /// Asks it to stop, as an init system does, and waits.
    pub fn stop(&mut self) {
        kill(Pid::from_raw(self.pid()), Signal::SIGTERM).expect("it was running");
        wait_until("the server stops", || {
            self.child.try_wait().expect("it can be asked").is_some()
        });
    }

    pub fn database_url(&self) -> String {
        let mut command = broadsheet(&self.data);
        command.args(["db", "url"]);
        let output = run(command, "");
        assert!(output.status.success(), "{}", text(&output));
        String::from_utf8(output.stdout)
            .expect("an address")
            .trim()
            .to_owned()
    }

    /// The postmaster's process id.
    pub fn postgres_pid(&self) -> Option<i32> {
        let file = fs::read_to_string(self.data.join("postgres/postmaster.pid")).ok()?;
        file.lines().next()?.trim().parse().ok()
    }

    /// The processes that the postmaster has started.
    pub fn postgres_children(&self) -> Vec<i32> {
        let postmaster = self.postgres_pid().expect("Postgres runs").to_string();
        let entries = fs::read_dir("/proc").expect("a system that shows its processes");
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

    /// Kills the postmaster, if it runs at this moment.
    pub fn kill_postgres(&self) {
        // The file outlives its process, and the number may be another's by then.
        let is_postgres = |pid: &i32| {
            fs::read_to_string(format!("/proc/{pid}/comm"))
                .is_ok_and(|name| name.trim() == "postgres")
        };
        if let Some(pid) = self.postgres_pid().filter(is_postgres) {
            // It may have ended between the question and the kill.
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.try_get(path)
            .unwrap_or_else(|| panic!("no answer from {path}"))
    }

    pub fn try_get(&self, path: &str) -> Option<Answer> {
        get_at(self.address, path)
    }

    /// Posts a form from a network of its own; `None` if the connection broke before the answer was whole.
    pub fn try_post(&self, path: &str, from: &str, fields: &[(&str, &str)]) -> Option<Answer> {
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

/// What is at this path of an address.
pub fn get_at(address: SocketAddr, path: &str) -> Option<Answer> {
    ask(
        address,
        &format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"),
    )
}

fn ask(address: SocketAddr, request: &str) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(SOON)).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer {
        status,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

impl Answer {
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
        // It may have been stopped already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether a process is there and not just a memory of one.
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
