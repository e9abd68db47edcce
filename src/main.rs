//! Parses the command line, starts logging, hands over to a command.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use broadsheet::commands::{self, Cli};
use broadsheet::config::LogSetting;
use clap::Parser;
use mimalloc::MiMalloc;
use nix::sys::prctl::set_thp_disable;
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let log = match LogSetting::parse(&cli.settings.log) {
        Ok(log) => log,
        Err(wrong) => return told(&wrong),
    };
    start_logging(&log);
    take_small_pages();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return told(&error),
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(code) => code,
        Err(error) => told(&format!("{error:#}")),
    }
}

/// Has memory come in pages of 4 kB, where the system would give ones of 2 MB: a connection that waits in such a page keeps
/// all of it, and clearing one takes as long as dozens of answers.
fn take_small_pages() {
    if let Err(error) = set_thp_disable(true) {
        tracing::debug!(%error, "memory comes in pages as large as the system likes");
    }
}

fn told(problem: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("broadsheet: {problem}");
    ExitCode::from(2)
}

/// Logs go to standard error, so that what a command prints can be piped.
fn start_logging(log: &LogSetting) {
    let filter = EnvFilter::new(&log.filter);
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false);
    if log.json {
        subscriber.json().init();
    } else {
        subscriber.init();
    }
}
