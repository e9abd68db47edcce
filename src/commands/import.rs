//! The `import` command.

use std::fmt;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::clock::Clock;
use crate::config::Config;
use crate::db::{self, embedded::Durability};
use crate::startup::{self, data_folder, media_folder};
use crate::text::dates;
use crate::transfer::files::InputFiles;
use crate::transfer::import::{ImportOptions, ImportProgress, run_import};

/// Formats that can be imported.
#[derive(Subcommand)]
pub enum ImportCommand {
    /// Import articles, pages, comments and URLs of a WordPress site from its exports
    ///
    /// In WordPress, choose Tools, Export, "All content". Importing the same export again changes nothing; a newer export updates
    /// what changed in WordPress, except articles that were edited on this site.
    Wordpress(WordpressFiles),
}

/// Files and options of an import.
#[derive(Args)]
pub struct WordpressFiles {
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
}

/// Imports, with or without a running server, and prints the report to standard output.
pub async fn run(config: Config, command: ImportCommand) -> anyhow::Result<()> {
    let ImportCommand::Wordpress(asked) = command;
    let zone = match &asked.time_zone {
        Some(name) => Some(dates::parse_zone(name).with_context(|| {
            format!("--time-zone {name}: not a known time zone; use a name such as Europe/Kyiv")
        })?),
        None => None,
    };
    if let Some(folder) = &asked.uploads {
        ensure!(
            folder.is_dir(),
            "--uploads {}: not a folder; name the wp-content/uploads folder of the WordPress site",
            folder.display()
        );
    }
    // Before the database is started, which takes longer than a wrong file name is worth.
    let files = InputFiles::open(&asked.files)?;
    let keys = startup::read_or_make(&config)?;
    let database = db::open(
        config.database_url.as_deref(),
        &data_folder(&config),
        Durability::Durable,
    )
    .await?;
    let options = ImportOptions {
        dry_run: asked.dry_run,
        uploads_folder: asked.uploads,
        media_folder: media_folder(&config),
        zone,
        base_url: config.absolute(""),
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

/// Shows the progress: a bar on a terminal, otherwise a line every ten seconds.
struct ConsoleProgress {
    bar: Option<ProgressBar>,
    lines: Mutex<LineProgress>,
}

struct LineProgress {
    total: u64,
    done: u64,
    started: Instant,
    last_printed: Instant,
}

/// Interval between two lines where there is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

impl ConsoleProgress {
    fn new() -> Self {
        let style = ProgressStyle::with_template(
            "{bar:30} {human_pos} of {human_len} articles, {rate} per second, {eta} left",
        )
        .expect("the template is well formed")
        .with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
            // An error here costs one update of the bar.
            let _ = write!(out, "{:.0}", state.per_sec());
        });
        // Hidden until the number of articles is known.
        let bar = io::stderr().is_terminal().then(|| {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()).with_style(style)
        });
        let now = Instant::now();
        Self {
            bar,
            lines: Mutex::new(LineProgress {
                total: 0,
                done: 0,
                started: now,
                last_printed: now,
            }),
        }
    }

    fn print(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl ImportProgress for ConsoleProgress {
    fn on_resume(&self, imported: i64, started_at: &str) {
        self.print(&format!(
            "An import of the same files, started at {started_at}, was interrupted after {imported} articles and pages. Resuming it."
        ));
    }

    fn on_scanned(&self, articles: u64) {
        match &self.bar {
            Some(bar) => {
                bar.set_length(articles);
                bar.set_draw_target(ProgressDrawTarget::stderr());
                bar.reset_elapsed();
            }
            None => {
                eprintln!("All files are complete. They contain {articles} articles and pages.");
            }
        }
        let mut lines = self.lines.lock().expect("no holder of the lines panics");
        lines.total = articles;
        lines.started = Instant::now();
    }

    fn on_written(&self, articles: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(articles);
            return;
        }
        let mut lines = self.lines.lock().expect("no holder of the lines panics");
        lines.done += articles;
        if lines.last_printed.elapsed() < LINE_INTERVAL {
            return;
        }
        lines.last_printed = Instant::now();
        let seconds = lines.started.elapsed().as_secs().max(1);
        let rate = (lines.done / seconds).max(1);
        let left = lines.total.saturating_sub(lines.done) / rate;
        eprintln!(
            "{} of {} articles, {rate} per second, {left} seconds left",
            lines.done, lines.total
        );
    }
}
