//! `import`: content of another site.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};

use super::import_progress::ImportProgress;
use crate::clock::Clock;
use crate::config::Config;
use crate::startup::{self, media_folder};
use crate::text::dates;
use crate::transfer::files::Inputs;
use crate::transfer::import::{Options, import};

#[derive(Subcommand)]
pub enum ImportCommand {
    /// Import articles, comments and URLs of a WordPress site from its export files
    ///
    /// Export them in WordPress under Tools, Export, "All content". Importing the same files again changes nothing; a newer
    /// export updates what has changed in WordPress and leaves what was edited here.
    Wordpress(WordpressImportArgs),
}

/// Arguments of `import wordpress`.
#[derive(Args)]
pub struct WordpressImportArgs {
    /// Export files: .xml, also inside .gz or .zip; - reads standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print the report of the import without writing anything
    #[arg(long)]
    dry_run: bool,
    /// The old site's wp-content/uploads folder; files used in articles are copied from it, and their URLs are changed to the copies
    #[arg(long, value_name = "DIR")]
    uploads: Option<PathBuf>,
    /// Time zone of the old site, such as Europe/Kyiv, for dates without UTC [default: derived from its other dates]
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
}

/// Runs a subcommand of `import`, beside a running server or without one. The report goes to standard output.
pub async fn run(config: Config, command: ImportCommand) -> anyhow::Result<()> {
    let ImportCommand::Wordpress(args) = command;
    let zone = match &args.time_zone {
        Some(name) => Some(dates::zone(name).with_context(|| {
            format!("--time-zone {name} is not a time zone; one looks like Europe/Kyiv")
        })?),
        None => None,
    };
    if let Some(folder) = &args.uploads {
        ensure!(
            folder.is_dir(),
            "{} is not a folder; name the old site's wp-content/uploads, as in  --uploads /var/www/wp-content/uploads",
            folder.display()
        );
    }
    // Before a database is started: a wrong file name is the commonest mistake.
    let inputs = Inputs::open(&args.files)?;
    let keys = startup::read_or_make(&config)?;
    let database = startup::open_database(&config).await?;
    let options = Options {
        rehearse: args.dry_run,
        uploads: args.uploads,
        media: media_folder(&config),
        zone,
        base: config.absolute(""),
    };
    let progress = ImportProgress::new();
    progress.print("Checking that every file is complete.");
    let imported = import(
        &database.pool,
        &keys,
        &Clock::System,
        inputs,
        options,
        &progress,
    )
    .await;
    progress.finish();
    database.close().await?;
    print!("{}", imported?);
    Ok(())
}
