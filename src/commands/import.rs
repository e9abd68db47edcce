//! `import`: imports the content of another site.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Subcommand;

use super::import_progress::ConsoleProgress;
use crate::clock::Clock;
use crate::config::Config;
use crate::startup::{self, media_dir};
use crate::text::zones;
use crate::transfer::files::InputFiles;
use crate::transfer::import::{ImportOptions, run_import};

#[derive(Subcommand)]
pub enum ImportCommand {
    /// Import articles, pages, comments and URLs of a WordPress site from its exports
    ///
    /// In WordPress, choose Tools, Export, "All content". Importing the same export again changes nothing; a newer export updates
    /// what changed in WordPress, except articles that were edited on this site.
    Wordpress {
        /// Exports: .xml, also in .gz or .zip; - for standard input
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Write nothing, and print the report of what would be written
        #[arg(long)]
        dry_run: bool,
        /// Folder wp-content/uploads of the WordPress site: files that articles show are copied from it to the media folder
        #[arg(long, value_name = "FOLDER")]
        uploads: Option<PathBuf>,
        /// Time zone of the WordPress site, such as Europe/Kyiv, for dates that the export does not have in UTC [default: learned from its other dates]
        #[arg(long, value_name = "ZONE")]
        time_zone: Option<String>,
    },
}

/// Imports the exports and prints the report to standard output. A server may be running at the same time.
pub async fn run(config: Config, command: ImportCommand) -> anyhow::Result<()> {
    let ImportCommand::Wordpress {
        files,
        dry_run,
        uploads,
        time_zone,
    } = command;
    let zone = match &time_zone {
        Some(name) => Some(zones::find_zone(name).ok().with_context(|| {
            format!("--time-zone {name}: not a known time zone; use a name such as Europe/Kyiv")
        })?),
        None => None,
    };
    if let Some(folder) = &uploads {
        ensure!(
            folder.is_dir(),
            "--uploads {}: not a folder; name the wp-content/uploads folder of the WordPress site",
            folder.display()
        );
    }
    // Before the database is started, which takes longer than a wrong file name is worth.
    let files = InputFiles::open(&files)?;
    let (keys, database) = startup::open_or_create_site(&config).await?;
    let options = ImportOptions {
        dry_run,
        uploads_folder: uploads,
        media_folder: media_dir(&config),
        zone,
        base_url: config.absolute_url(""),
    };
    let progress = ConsoleProgress::new();
    progress.print("Checking that all files are complete.");
    let imported = run_import(
        &database.pool,
        &keys,
        &Clock::System,
        files,
        &options,
        &progress,
    )
    .await;
    progress.clear();
    database.close().await?;
    print!("{}", imported?);
    Ok(())
}
