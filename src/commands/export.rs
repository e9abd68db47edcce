//! `export`: everything in a file that another program reads.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};

use crate::clock::Clock;
use crate::config::Config;
use crate::db::{self, embedded::Durability};
use crate::publication;
use crate::startup::{self, data_folder};
use crate::transfer::export::{Export, export};

/// For which program.
#[derive(Subcommand)]
pub enum ExportCommand {
    /// Write articles, pages, topics, authors and comments as WordPress's importer takes them (WXR 1.2)
    Wordpress(WordpressFile),
}

/// What is written, and where.
#[derive(Args)]
pub struct WordpressFile {
    /// File to write; - or nothing for standard output
    file: Option<PathBuf>,
    /// Write readers' email addresses, too: they are then readable by whoever has the file, and by WordPress
    #[arg(long)]
    with_emails: bool,
}

/// Exports, beside a running server or without one.
pub async fn run(config: Config, command: ExportCommand) -> anyhow::Result<()> {
    let ExportCommand::Wordpress(asked) = command;
    let file = asked.file.filter(|file| file.as_os_str() != "-");
    ensure!(
        file.is_some() || !io::stdout().is_terminal(),
        "name a file to write, or send the output into one"
    );
    if asked.with_emails {
        eprintln!(
            "The export will hold readers' email addresses in the clear. They were promised not to be published: keep the file closed, and delete it when it has done its work."
        );
    }
    let keys = startup::read_or_make(&config)?;
    let database = db::open(
        config.database_url.as_deref(),
        &data_folder(&config),
        Durability::Durable,
    )
    .await?;
    let exported = write(
        &config,
        &database.pool,
        &keys,
        asked.with_emails,
        file.as_deref(),
    )
    .await;
    database.close().await?;
    exported
}

async fn write(
    config: &Config,
    pool: &sqlx::PgPool,
    keys: &crate::crypto::Keys,
    with_emails: bool,
    file: Option<&Path>,
) -> anyhow::Result<()> {
    let mut db = pool.acquire().await?.detach();
    let publication = publication::store::find(&mut db)
        .await?
        .context("there is nothing to export: this database has no publication yet")?;
    ensure!(
        keys.use_key(&publication.key_id),
        "this database is sealed with another secret key than {}; put the right one in place",
        startup::key_file(config).display()
    );
    let what = Export {
        publication: &publication,
        base: config.absolute(""),
        keys,
        with_emails,
        now: Clock::System.now(),
    };
    let Some(file) = file else {
        let out = BufWriter::new(io::stdout().lock());
        return export(&mut db, &what, out).await;
    };
    // Under its own name only once it is whole.
    let unfinished = file.with_added_extension("unfinished");
    let told = || format!("{} cannot be written", file.display());
    let mut created = create(&unfinished, with_emails).with_context(told)?;
    let written = export(&mut db, &what, BufWriter::new(&mut created)).await;
    if let Err(error) = written.and_then(|()| Ok(created.flush()?)) {
        fs::remove_file(&unfinished).with_context(told)?;
        return Err(error);
    }
    created.sync_all().with_context(told)?;
    fs::rename(&unfinished, file).with_context(told)?;
    Ok(())
}

/// A file with addresses in it is its owner's alone, also where an export that was cut off has left one behind.
fn create(file: &Path, with_emails: bool) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
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
