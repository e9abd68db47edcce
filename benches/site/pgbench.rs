//! Runs of `pgbench`: the same work for the database alone.

use std::path::Path;
use std::process::{Command, Stdio};

use broadsheet::db::embedded::find_client_program;

use super::process::{BOTH_CORES, ChildProcess, pin_command};

/// Oldest major version that runs our scripts.
const MIN_VERSION: u32 = 14;

/// Returns the transactions per second of a script in `benches/site/`.
pub fn measure_rate(script: &str, database: &str, connections: u32, seconds: u32) -> f64 {
    let program = find_client_program("pgbench", MIN_VERSION).expect("pgbench is installed");
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("benches/site")
        .join(script);
    let mut command = Command::new(program);
    command.args([
        "--no-vacuum",
        "--protocol",
        "prepared",
        "--jobs",
        "1",
        "--client",
    ]);
    command.arg(connections.to_string());
    command.arg("--time").arg(seconds.to_string());
    command.arg("--file").arg(script).arg(database);
    let output =
        ChildProcess::start(pin_command(BOTH_CORES, &command).stdout(Stdio::piped())).output();
    let line = output.lines().find_map(|line| line.strip_prefix("tps = "));
    let rate = line.and_then(|line| line.split(' ').next()?.parse().ok());
    rate.unwrap_or_else(|| panic!("pgbench printed something unexpected:\n{output}"))
}

/// Returns whether `pgbench` is installed in a usable version.
pub fn is_installed() -> bool {
    find_client_program("pgbench", MIN_VERSION).is_ok()
}
