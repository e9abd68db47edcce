//! The command line: one file a subcommand; `connection`, `socket` and `alarm` are what `serve` stands on.

mod account;
mod alarm;
mod check;
mod check_log;
mod commenter;
mod connection;
mod database;
mod export;
mod import;
mod rekey;
mod serve;
mod socket;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Settings;
use crate::privacy_check as privacy;

/// Broadsheet publishes articles and takes moderated reader comments.
///
/// Without a command it serves the site. Everything it needs is made at the first start: a private Postgres and a secret
/// key in the data folder, a welcome article, and a one-time link, printed in the log, that makes the first admin.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    /// What to do; `serve` if nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How the installation is set up.
    #[command(flatten)]
    pub settings: Settings,
}

/// What the binary can do.
#[derive(Subcommand)]
pub enum Command {
    /// Serve the site (the default)
    Serve,
    /// Add people to the staff, list them, give them another passphrase
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Move in from another site: rehearsed, repeatable, and no address breaks
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Write everything into a file that another program reads
    #[command(subcommand)]
    Export(export::ExportCommand),
    /// Answer someone who asks what is kept of them, or wants it gone; their address is read from standard input
    #[command(subcommand)]
    Commenter(commenter::CommenterCommand),
    /// Seal everything anew with a new secret key, while the site serves
    ///
    /// What was cut off goes on when it is run again. The older key stays in the key file until --forget-old.
    Rekey(rekey::Rekey),
    /// The database itself
    #[command(subcommand)]
    Db(database::DbCommand),
    /// Look at settings, database, secret key and mail, and say what to do where something is wrong
    Check {
        /// What to look at instead
        #[command(subcommand)]
        what: Option<CheckCommand>,
    },
}

/// What can be looked at more closely.
#[derive(Subcommand)]
pub enum CheckCommand {
    /// Look for a reader's email address everywhere, after a made-up reader has used a copy of the site
    ///
    /// On the copy, in the same Postgres and dropped at the end, a canary replies in every way. Then every page, feed,
    /// header and letter to others, the log, the export and a dump of the database are searched for its address, its
    /// encodings and its hashes. Nothing is posted on the site itself, and nothing is mailed.
    Privacy(privacy::Privacy),
    /// Make every hash of the log anew, and see that each comment is as was decided last
    ///
    /// Says how the log ends: noted elsewhere and given as --checkpoint some other day, it shows whether what was in the log by
    /// then still is.
    Log(check_log::CheckLog),
}

/// Does what the command line says.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(cli.settings.check()?).await?,
        Command::Account(command) => account::account(cli.settings.check()?, command).await?,
        Command::Import(command) => import::run(cli.settings.check()?, command).await?,
        Command::Export(command) => export::run(cli.settings.check()?, command).await?,
        Command::Commenter(command) => {
            return commenter::commenter(cli.settings.check()?, command).await;
        }
        Command::Rekey(asked) => rekey::rekey(cli.settings.check()?, asked).await?,
        Command::Db(command) => database::database(&cli.settings.check()?, &command)?,
        Command::Check { what: None } => return Ok(check::check(&cli.settings).await),
        Command::Check {
            what: Some(CheckCommand::Privacy(asked)),
        } => return privacy::privacy(cli.settings.check()?, asked).await,
        Command::Check {
            what: Some(CheckCommand::Log(asked)),
        } => return check_log::check_log(cli.settings.check()?, asked).await,
    }
    Ok(ExitCode::SUCCESS)
}
