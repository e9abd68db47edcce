//! Entry point: parses the command line, starts logging, runs the command.

use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use broadsheet::commands::{self, Cli};
use broadsheet::config::LogConfig;
use clap::Parser;
use mimalloc::MiMalloc;
use nix::sys::prctl::set_thp_disable;
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let log = match LogConfig::parse(&cli.settings.log) {
        Ok(log) => log,
        Err(error) => return fail(&error),
    };
    start_logging(&log);
    disable_transparent_huge_pages();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(code) => code,
        Err(error) => fail(&format!("{error:#}")),
    }
}

fn disable_transparent_huge_pages() {
    // An idle connection would keep a whole page of 2 MB in memory, and clearing one takes as long as dozens of responses.
    if let Err(error) = set_thp_disable(true) {
        tracing::debug!(%error, "transparent huge pages stay enabled; memory use may be higher");
    }
}

fn fail(problem: &dyn Display) -> ExitCode {
    eprintln!("broadsheet: {problem}");
    // The code that clap gives to a wrong command line.
    ExitCode::from(2)
}

fn start_logging(log: &LogConfig) {
    let filter = EnvFilter::new(&log.filter);
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Standard output is for what a command prints, so that it can be piped.
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false);
    if log.json {
        subscriber.json().init();
    } else {
        subscriber.init();
    }
}
