//! `check log`: whether the audit log is as it was written, and every comment as the log says.

use std::process::ExitCode;

use clap::Args;

use super::privacy::grouped;
use crate::config::Config;
use crate::moderation::log_check::{self, Noted, Seen};
use crate::startup;

/// Arguments of `check log`.
#[derive(Args)]
pub struct CheckLogArgs {
    /// End of the log as an earlier check printed it; also detects a log that was rewritten as a whole since then
    #[arg(long, value_name = "POSITION:HASH")]
    checkpoint: Option<Noted>,
}

/// Verifies the audit log, beside a running server or without one; succeeds when it is intact.
pub async fn check_log(config: Config, args: CheckLogArgs) -> anyhow::Result<ExitCode> {
    let database = startup::open_database(&config).await?;
    // The database is closed, and an embedded one stopped, whatever the result is.
    let result = async {
        let mut db = database.pool.acquire().await?;
        log_check::check(&mut db, args.checkpoint.as_ref()).await
    };
    let result = result.await;
    database.close().await?;
    Ok(print_report(&result?))
}

fn print_report(report: &Seen) -> ExitCode {
    let count = |count: i64, one: &str, many: &str| {
        let unit = if count == 1 { one } else { many };
        format!("{} {unit}", grouped(count.unsigned_abs()))
    };
    let end = match &report.end {
        Some((position, hash)) => format!("the chain ends at entry {position} with {hash}"),
        None => "the chain has not begun".to_owned(),
    };
    let entries = count(report.entries, "entry", "entries");
    let decisions = count(report.decisions, "decision", "decisions");
    println!("{entries}, {decisions}; {end}");
    for fault in &report.faults {
        println!("{fault}");
    }
    if report.more > 0 {
        println!("And {}.", count(report.more, "more fault", "more faults"));
    }
    match report.is_well() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
