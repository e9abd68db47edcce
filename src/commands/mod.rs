//! Command line of the program, with one file per subcommand.

mod account;
mod backup;
mod check;
mod check_log;
mod commenter;
mod commenter_export;
mod database;
mod export;
mod import;
mod import_progress;
mod key;
mod key_rotation;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::audit_log::verify::Checkpoint;
use crate::config::Settings;
use crate::privacy_check::{self, PrivacyArgs};

/// Broadsheet publishes articles and takes moderated reader comments.
///
/// Without a command it serves the site. The first start creates everything it needs: an embedded Postgres and a secret
/// key in the data folder, a welcome article, and a one-time link in the log that makes its visitor the first admin.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    /// Subcommand to run; `serve` if none is given.
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub settings: Settings,
}

/// Subcommands of `broadsheet`.
#[derive(Subcommand)]
pub enum Command {
    /// Serve the site (the default)
    Serve,
    /// Add and list staff accounts, and set their passphrases
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Import content from another site; repeatable, and every old URL keeps working
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Export all content to a file for another program
    #[command(subcommand)]
    Export(export::ExportCommand),
    /// Export or erase everything stored about a commenter, whose email address is read from standard input
    #[command(subcommand)]
    Commenter(commenter::CommenterCommand),
    /// Write a backup of the database and the media folder to one file, while the site may be running
    Backup(backup::BackupArgs),
    /// Restore a backup into an empty data folder or database
    ///
    /// Put the secret key of the site in place first: as secret.key in the data folder, or in the file that
    /// BROADSHEET_SECRET_KEY_FILE names.
    Restore {
        /// Backup file
        file: PathBuf,
    },
    /// Rotate the secret key
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Access the database itself
    #[command(subcommand)]
    Db(database::DbCommand),
    /// Check settings, database, secret key and mail, and print what to do about each problem
    Check {
        /// Check to run instead
        #[command(subcommand)]
        check: Option<CheckCommand>,
    },
}

#[derive(Subcommand)]
pub enum CheckCommand {
    /// Check on a copy of the site that no commenter's email address leaks
    ///
    /// A made-up commenter replies in every way on a copy, which is in the same Postgres and dropped at the end. Then every
    /// page, feed, header and email to others, the log, the export and a dump of the database are searched for its email
    /// address, in all encodings and hashes. Nothing is posted on the site itself, and nothing is mailed.
    Privacy(PrivacyArgs),
    /// Prove a backup by restoring it into a temporary database
    ///
    /// Needs the programs of Postgres and the secret key, but no site. The temporary database is in the folder for temporary
    /// files, or where TMPDIR says, and takes as much room as that of the site.
    Backup {
        /// Backup file
        file: PathBuf,
    },
    /// Verify the hashes of the audit log, and that each comment has the status decided last
    ///
    /// Prints the end of the log. Saved elsewhere and given as --checkpoint later, it shows whether the log up to there has
    /// been changed since.
    Log {
        /// End of the log as an earlier check printed it; also detects a log that was rewritten as a whole since then
        #[arg(long, value_name = "POSITION:HASH")]
        checkpoint: Option<Checkpoint>,
    },
}

/// Runs the subcommand that the command line names.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::serve(cli.settings.check()?).await?,
        Command::Account(command) => account::account(cli.settings.check()?, command).await?,
        Command::Import(command) => import::run(cli.settings.check()?, command).await?,
        Command::Export(command) => export::run(cli.settings.check()?, command).await?,
        Command::Commenter(command) => {
            return commenter::commenter(cli.settings.check()?, command).await;
        }
        Command::Backup(args) => backup::backup(cli.settings.check()?, args).await?,
        Command::Restore { file } => backup::restore(cli.settings.check()?, &file).await?,
        Command::Key(command) => key::run(cli.settings.check()?, command).await?,
        Command::Db(command) => database::database(&cli.settings.check()?, &command)?,
        Command::Check { check: None } => return Ok(check::check(&cli.settings).await),
        Command::Check {
            check: Some(CheckCommand::Backup { file }),
        } => backup::check(cli.settings.check()?, &file).await?,
        Command::Check {
            check: Some(CheckCommand::Privacy(args)),
        } => return privacy_check::check_privacy(cli.settings.check()?, args).await,
        Command::Check {
            check: Some(CheckCommand::Log { checkpoint }),
        } => return check_log::check_log(cli.settings.check()?, checkpoint).await,
    }
    Ok(ExitCode::SUCCESS)
}
