//! `export`: the whole site as a file for another program.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use sqlx::PgPool;

use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::Keys;
use crate::publication;
use crate::startup;
use crate::transfer::export::{Export, export};

#[derive(Subcommand)]
pub enum ExportCommand {
    /// Export articles, pages, topics, authors and comments for WordPress's importer (WXR 1.2)
    Wordpress(WordpressExportArgs),
}

/// Arguments of `export wordpress`.
#[derive(Args)]
pub struct WordpressExportArgs {
    /// File to write [default: standard output, as with -]
    file: Option<PathBuf>,
    /// Include commenters' email addresses, readable by anyone who has the file and by WordPress
    #[arg(long)]
    with_emails: bool,
}

/// Runs a subcommand of `export`, beside a running server or without one.
pub async fn run(config: Config, command: ExportCommand) -> anyhow::Result<()> {
    let ExportCommand::Wordpress(args) = command;
    let file = args.file.filter(|file| file.as_os_str() != "-");
    ensure!(
        file.is_some() || !io::stdout().is_terminal(),
        "name a file to write, as in  broadsheet export wordpress site.xml"
    );
    if args.with_emails {
        eprintln!(
            "The export will hold commenters' email addresses in the clear. They were promised not to be published: protect the file, and delete it after use."
        );
    }
    let keys = startup::read_or_make(&config)?;
    let database = startup::open_database(&config).await?;
    let result = write(
        &config,
        &database.pool,
        &keys,
        args.with_emails,
        file.as_deref(),
    )
    .await;
    database.close().await?;
    result
}

async fn write(
    config: &Config,
    pool: &PgPool,
    keys: &Keys,
    with_emails: bool,
    path: Option<&Path>,
) -> anyhow::Result<()> {
    let mut db = pool.acquire().await?.detach();
    let publication = publication::store::find(&mut db)
        .await?
        .context("there is nothing to export: this database has no publication yet")?;
    startup::activate_key(keys, &publication, &startup::key_file(config))?;
    let options = Export {
        publication: &publication,
        base: config.absolute(""),
        keys,
        with_emails,
        now: Clock::System.now(),
    };
    let Some(path) = path else {
        let out = BufWriter::new(io::stdout().lock());
        return export(&mut db, &options, out).await;
    };
    // Renamed when it is complete, so that an interrupted export cannot be taken for a whole one.
    let unfinished = path.with_added_extension("unfinished");
    let context = || format!("{} cannot be written", path.display());
    let mut created = create_file(&unfinished, with_emails).with_context(context)?;
    let written = export(&mut db, &options, BufWriter::new(&mut created)).await;
    if let Err(error) = written.and_then(|()| Ok(created.flush()?)) {
        fs::remove_file(&unfinished).with_context(context)?;
        return Err(error);
    }
    created.sync_all().with_context(context)?;
    fs::rename(&unfinished, path).with_context(context)
}

/// Creates a file, readable by its owner only if it is to hold email addresses.
fn create_file(path: &Path, with_emails: bool) -> io::Result<File> {
    // An interrupted export may have left a file whose mode was another.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mode = if with_emails { 0o600 } else { 0o644 };
    File::options()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
}
