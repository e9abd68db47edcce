//! Readers without number: a run of `wrk`, and what it says.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::process::{OTHERS, Process, on, program};

/// What is asked for, how, and for how long.
#[derive(Clone)]
pub struct Wrk {
    cores: &'static str,
    connections: u32,
    seconds: u32,
    headers: Vec<String>,
    /// A script of `benches/site/`, and the file that it reads, if it reads one.
    script: Option<(&'static str, Option<PathBuf>)>,
    address: String,
}

/// A run that is under way.
pub struct Running(Process);

/// What a run says.
pub struct Run {
    pub requests: f64,
    pub seconds: f64,
    /// Requests a second.
    pub rate: f64,
    /// Milliseconds.
    pub p99: f64,
    /// Answers that reply.lua counts.
    pub kept: Option<f64>,
    /// What went wrong.
    pub errors: Option<String>,
}

impl Wrk {
    /// For pages as browsers ask for them, from a core of its own.
    pub fn new(site: SocketAddr, path: &str, connections: u32, seconds: u32) -> Self {
        Self {
            cores: OTHERS,
            connections,
            seconds,
            headers: vec!["Accept-Encoding: gzip".to_owned()],
            script: None,
            address: format!("http://{site}{path}"),
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

    /// Readers who rest between two pages.
    pub fn paced(mut self) -> Self {
        self.script = Some(("paced.lua", None));
        self
    }

    pub fn start(&self) -> Running {
        let mut command = Command::new(program("wrk").expect("it was looked for at the start"));
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
        command.arg(&self.address);
        if let Some((_, Some(file))) = &self.script {
            command.arg("--").arg(file);
        }
        Running(Process::start(
            on(self.cores, &command).stdout(Stdio::piped()),
        ))
    }

    pub fn run(&self) -> Run {
        self.start().finish()
    }
}

impl Running {
    /// Waits for its end.
    pub fn finish(self) -> Run {
        Run::read(&self.0.output())
    }

    /// Ends it now; what it did until then counts.
    pub fn finish_now(self) -> Run {
        self.0.interrupt();
        self.finish()
    }
}

impl Run {
    fn read(said: &str) -> Self {
        let line = |words: &str| said.lines().find(|line| line.contains(words));
        let before = |words: &str| line(words)?.trim().split(' ').next().map(str::to_owned);
        let after = |words: &str| line(words)?.split_whitespace().last().map(str::to_owned);
        let number = |text: Option<String>| text?.parse::<f64>().ok();
        let spent = line(" requests in ").and_then(|line| {
            let (_, spent) = line.split_once(" requests in ")?;
            millis(spent.split(',').next()?)
        });
        let errors = ["Socket errors:", "Non-2xx or 3xx responses:"];
        let errors: Vec<&str> = errors.into_iter().filter_map(line).map(str::trim).collect();
        let understood = || {
            Some(Self {
                requests: number(before(" requests in "))?,
                seconds: spent? / 1000.0,
                rate: number(after("Requests/sec:"))?,
                p99: millis(&after(" 99%")?)?,
                kept: number(after("Kept:")),
                errors: (!errors.is_empty()).then(|| errors.join(", ")),
            })
        };
        understood().unwrap_or_else(|| panic!("wrk says something else than expected:\n{said}"))
    }
}

/// Milliseconds, of a time as wrk writes it: `1.93ms`.
fn millis(told: &str) -> Option<f64> {
    let unit = told.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = told.split_at(unit);
    let in_millis = match unit {
        "us" => 0.001,
        "ms" => 1.0,
        "s" => 1_000.0,
        "m" => 60_000.0,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * in_millis)
}
