//! Runs of the load generator `wrk`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::process::{CLIENT_CORE, ChildProcess, find_program, pin_command};

/// Command line of a run.
#[derive(Clone)]
pub struct WrkCommand {
    cores: &'static str,
    connections: u32,
    seconds: u32,
    headers: Vec<String>,
    /// Script in `benches/site/`, and the file that it reads.
    script: Option<(&'static str, Option<PathBuf>)>,
    url: String,
}

/// Run in progress.
pub struct WrkProcess(ChildProcess);

/// Result of a run.
pub struct WrkResult {
    pub requests: f64,
    pub seconds: f64,
    /// Requests per second.
    pub rate: f64,
    /// Milliseconds.
    pub p99: f64,
    /// Replies answered with 303, as `reply.lua` counts them.
    pub saved: Option<f64>,
    pub errors: Option<String>,
}

impl WrkCommand {
    /// Requests a page as browsers do, from the core of the clients.
    pub fn new(site: SocketAddr, path: &str, connections: u32, seconds: u32) -> Self {
        Self {
            cores: CLIENT_CORE,
            connections,
            seconds,
            headers: vec!["Accept-Encoding: gzip".to_owned()],
            script: None,
            url: format!("http://{site}{path}"),
        }
    }

    pub fn on(mut self, cores: &'static str) -> Self {
        self.cores = cores;
        self
    }

    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push(format!("{name}: {value}"));
        self
    }

    pub fn with_script(mut self, script: &'static str, file: &Path) -> Self {
        self.script = Some((script, Some(file.to_owned())));
        self
    }

    /// Pauses for a millisecond before each request.
    pub fn with_pauses(mut self) -> Self {
        self.script = Some(("paced.lua", None));
        self
    }

    pub fn start(&self) -> WrkProcess {
        let mut command = Command::new(find_program("wrk").expect("wrk is installed"));
        command.args(["--threads", "1", "--latency", "--connections"]);
        command.arg(self.connections.to_string());
        command.arg("--duration").arg(format!("{}s", self.seconds));
        for header in &self.headers {
            command.args(["--header", header]);
        }
        if let Some((script, _)) = &self.script {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/site");
            command.arg("--script").arg(folder.join(script));
        }
        command.arg(&self.url);
        if let Some((_, Some(file))) = &self.script {
            command.arg("--").arg(file);
        }
        WrkProcess(ChildProcess::start(
            pin_command(self.cores, &command).stdout(Stdio::piped()),
        ))
    }

    pub fn run(&self) -> WrkResult {
        self.start().finish()
    }
}

impl WrkProcess {
    /// Waits for the end of the run.
    pub fn finish(self) -> WrkResult {
        WrkResult::parse(&self.0.output())
    }

    /// Ends the run early and returns its result up to now.
    pub fn interrupt(self) -> WrkResult {
        self.0.interrupt();
        self.finish()
    }
}

impl WrkResult {
    fn parse(output: &str) -> Self {
        let line = |text: &str| output.lines().find(|line| line.contains(text));
        let first_word = |text: &str| line(text)?.trim().split(' ').next().map(str::to_owned);
        let last_word = |text: &str| line(text)?.split_whitespace().last().map(str::to_owned);
        let number = |text: Option<String>| text?.parse::<f64>().ok();
        let spent = line(" requests in ").and_then(|line| {
            let (_, spent) = line.split_once(" requests in ")?;
            parse_millis(spent.split(',').next()?)
        });
        let errors = ["Socket errors:", "Non-2xx or 3xx responses:"];
        let errors: Vec<&str> = errors.into_iter().filter_map(line).map(str::trim).collect();
        let parsed = || {
            Some(Self {
                requests: number(first_word(" requests in "))?,
                seconds: spent? / 1000.0,
                rate: number(last_word("Requests/sec:"))?,
                p99: parse_millis(&last_word(" 99%")?)?,
                saved: number(last_word("Saved:")),
                errors: (!errors.is_empty()).then(|| errors.join(", ")),
            })
        };
        parsed().unwrap_or_else(|| panic!("wrk printed something unexpected:\n{output}"))
    }
}

/// Parses a time as `wrk` prints it, such as `1.93ms`, into milliseconds.
fn parse_millis(text: &str) -> Option<f64> {
    let unit = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit);
    let millis_per_unit = match unit {
        "us" => 0.001,
        "ms" => 1.0,
        "s" => 1_000.0,
        "m" => 60_000.0,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * millis_per_unit)
}
