//! `export`: writes the whole site to a file for another program.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::Subcommand;
use sqlx::PgPool;

use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::KeyRing;
use crate::publication;
use crate::startup;
use crate::transfer::export::{ExportRequest, write_export};

#[derive(Subcommand)]
pub enum ExportCommand {
    /// Export articles, pages, topics, authors and comments to a file for WordPress's importer (WXR 1.2)
    Wordpress {
        /// File to write; - or none for standard output
        file: Option<PathBuf>,
        /// Include emails of commenters as plain text, readable by anyone who has the file, and by WordPress
        #[arg(long)]
        with_emails: bool,
    },
}

/// Exports the site. A server may be running at the same time.
pub async fn run(config: Config, command: ExportCommand) -> anyhow::Result<()> {
    let ExportCommand::Wordpress { file, with_emails } = command;
    let file = file.filter(|file| file.as_os_str() != "-");
    ensure!(
        file.is_some() || !io::stdout().is_terminal(),
        "name a file to write: broadsheet export wordpress FILE; or redirect the output to one"
    );
    if with_emails {
        eprintln!(
            "The export will contain emails of commenters as plain text. Commenters were promised that their email is not published: keep the file private, and delete it when you no longer need it."
        );
    }
    let keys = startup::load_keys(&config)?;
    let database = startup::open_database(&config).await?;
    let exported = write(&config, &database.pool, &keys, with_emails, file.as_deref()).await;
    database.close().await?;
    exported
}

async fn write(
    config: &Config,
    pool: &PgPool,
    keys: &KeyRing,
    with_emails: bool,
    file: Option<&Path>,
) -> anyhow::Result<()> {
    let mut db = pool.acquire().await?.detach();
    let publication = publication::store::find(&mut db)
        .await?
        .context("there is nothing to export: no site has been set up in this database yet")?;
    startup::activate_key(config, keys, &publication)?;
    let request = ExportRequest {
        publication: &publication,
        base_url: config.absolute_url(""),
        keys,
        with_emails,
        now: Clock::System.now(),
    };
    let Some(file) = file else {
        let out = BufWriter::new(io::stdout().lock());
        return write_export(&mut db, &request, out).await;
    };
    // Renamed once complete: nobody may take a partial export for a whole one.
    let unfinished = file.with_added_extension("unfinished");
    let context = || format!("{} cannot be written", file.display());
    let mut created = create(&unfinished, with_emails).with_context(context)?;
    let written = write_export(&mut db, &request, BufWriter::new(&mut created)).await;
    if let Err(error) = written.and_then(|()| Ok(created.flush()?)) {
        fs::remove_file(&unfinished).with_context(context)?;
        return Err(error);
    }
    created.sync_all().with_context(context)?;
    fs::rename(&unfinished, file).with_context(context)?;
    Ok(())
}

/// Creates the output file, and replaces the leftover of an interrupted export. If the file will contain emails, only its
/// owner may read it.
fn create(file: &Path, with_emails: bool) -> io::Result<File> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mode = if with_emails { 0o600 } else { 0o644 };
    File::options()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(file)
}
