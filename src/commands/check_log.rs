//! `check log`: whether the log of the desk is as it was written, and every comment as was decided last.

use std::process::ExitCode;

use clap::Args;

use super::privacy::grouped;
use crate::config::Config;
use crate::db::{self, embedded::Durability};
use crate::moderation::log_check::{self, Noted, Seen};
use crate::startup::data_folder;

/// What is to be held against the log.
#[derive(Args)]
pub struct CheckLog {
    /// How the log ended some day, as this printed it then: a log that was written anew from before is noticed as well
    #[arg(long, value_name = "POSITION:HASH")]
    checkpoint: Option<Noted>,
}

/// Checks the log, beside a running server or without one; success when all is well.
pub async fn check_log(config: Config, asked: CheckLog) -> anyhow::Result<ExitCode> {
    let database = db::open(
        config.database_url.as_deref(),
        &data_folder(&config),
        Durability::Durable,
    )
    .await?;
    let seen = async {
        let mut db = database.pool.acquire().await?;
        log_check::check(&mut db, asked.checkpoint.as_ref()).await
    };
    let seen = seen.await;
    database.close().await?;
    Ok(say(&seen?))
}

fn say(seen: &Seen) -> ExitCode {
    let count = |count: i64, one: &str, many: &str| {
        let what = if count == 1 { one } else { many };
        format!("{} {what}", grouped(count.unsigned_abs()))
    };
    let end = match &seen.end {
        Some((position, hash)) => format!("the chain ends at entry {position} with {hash}"),
        None => "the chain has not begun".to_owned(),
    };
    let entries = count(seen.entries, "entry", "entries");
    let decisions = count(seen.decisions, "decision", "decisions");
    println!("{entries}, {decisions}; {end}");
    for fault in &seen.faults {
        println!("{fault}");
    }
    if seen.more > 0 {
        println!("And {}.", count(seen.more, "fault more", "faults more"));
    }
    match seen.is_well() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
