//! The same work, asked of the database alone: a run of `pgbench`.

use std::path::Path;
use std::process::{Command, Stdio};

use broadsheet::db::embedded::client_program;

use super::process::{BOTH, Process, on};

/// The oldest that reads our scripts.
const OLDEST: u32 = 14;

/// Transactions a second of a script of `benches/site/`, on `connections` connections.
pub fn rate(script: &str, database: &str, connections: u32, seconds: u32) -> f64 {
    let program = client_program("pgbench", OLDEST).expect("it was looked for at the start");
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
    let said = Process::start(on(BOTH, &command).stdout(Stdio::piped())).output();
    let line = said.lines().find_map(|line| line.strip_prefix("tps = "));
    let rate = line.and_then(|line| line.split(' ').next()?.parse().ok());
    rate.unwrap_or_else(|| panic!("pgbench says something else than expected:\n{said}"))
}

/// Whether there is one.
pub fn is_here() -> bool {
    client_program("pgbench", OLDEST).is_ok()
}
