//! `db`: direct access to the database.

use anyhow::Context;
use clap::Subcommand;

use crate::config::Config;
use crate::db::embedded::find_running_url;
use crate::startup::{self, data_dir};

#[derive(Subcommand)]
pub enum DbCommand {
    /// Print the database's URL for psql or pg_dump, as in: psql "$(broadsheet db url)"
    Url,
}

/// Runs a subcommand of `db`. The embedded Postgres has a URL only while a server runs.
pub fn database(config: &Config, command: &DbCommand) -> anyhow::Result<()> {
    match command {
        DbCommand::Url => {
            let data = data_dir(config);
            let url = match &config.database_url {
                Some(url) => url.clone(),
                None => {
                    startup::require_site(config)?;
                    find_running_url(&data).with_context(|| {
                        format!(
                            "no server runs on {}; start one with  broadsheet serve",
                            data.display()
                        )
                    })?
                }
            };
            println!("{url}");
        }
    }
    Ok(())
}
