//! `check log`: verifies that the audit log has not been changed and that every comment has the status that the log
//! records.

use std::process::ExitCode;

use crate::audit_log::verify::{Checkpoint, VerifyReport, verify_log};
use crate::config::Config;
use crate::privacy_check::group_thousands;
use crate::startup;

/// Verifies the audit log and succeeds if it is intact. A server may be running at the same time.
pub async fn check_log(config: Config, checkpoint: Option<Checkpoint>) -> anyhow::Result<ExitCode> {
    let database = startup::open_database(&config).await?;
    // The database is closed, and an embedded one stopped, whatever the result is.
    let result = async {
        let mut db = database.pool.acquire().await?;
        verify_log(&mut db, checkpoint.as_ref()).await
    };
    let result = result.await;
    database.close().await?;
    Ok(print_report(&result?))
}

fn print_report(report: &VerifyReport) -> ExitCode {
    let count = |count: i64, one: &str, many: &str| {
        let unit = if count == 1 { one } else { many };
        format!("{} {unit}", group_thousands(count.unsigned_abs()))
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
    if report.unlisted_faults > 0 {
        println!(
            "And {}.",
            count(report.unlisted_faults, "more fault", "more faults")
        );
    }
    match report.is_intact() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
