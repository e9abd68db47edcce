//! `import`: moving in.

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
use crate::transfer::files::Inputs;
use crate::transfer::import::{Listener, Options, import};

/// Where a site moves in from.
#[derive(Subcommand)]
pub enum ImportCommand {
    /// Take over the articles, comments and addresses of a WordPress site from its exports
    ///
    /// Export them there under Tools, Export, "All content". Running it again changes nothing; a newer export brings what has
    /// changed there and leaves what was edited here.
    Wordpress(WordpressFiles),
}

/// What is taken, and how.
#[derive(Args)]
pub struct WordpressFiles {
    /// Exports: .xml, also in .gz or .zip; - for standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Write nothing of it, and print the same report
    #[arg(long)]
    dry_run: bool,
    /// The old site's wp-content/uploads: what articles show is copied from it, and their addresses lead to the copies
    #[arg(long, value_name = "FOLDER")]
    uploads: Option<PathBuf>,
    /// The old site's time zone, such as Europe/Kyiv, for dates that the export does not have in UTC [default: as its other dates say]
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
}

/// Imports, beside a running server or without one. The report goes to standard output.
pub async fn run(config: Config, command: ImportCommand) -> anyhow::Result<()> {
    let ImportCommand::Wordpress(asked) = command;
    let zone =
        match &asked.time_zone {
            Some(name) => Some(dates::zone(name).with_context(|| {
                format!("{name} is not a time zone; one looks like Europe/Kyiv")
            })?),
            None => None,
        };
    if let Some(folder) = &asked.uploads {
        ensure!(
            folder.is_dir(),
            "{} is not a folder; --uploads wants the old site's wp-content/uploads",
            folder.display()
        );
    }
    // What was named is looked at before a database is started for it.
    let inputs = Inputs::open(&asked.files)?;
    let keys = startup::read_or_make(&config)?;
    let database = db::open(
        config.database_url.as_deref(),
        &data_folder(&config),
        Durability::Durable,
    )
    .await?;
    let options = Options {
        rehearse: asked.dry_run,
        uploads: asked.uploads,
        media: media_folder(&config),
        zone,
        base: config.absolute(""),
    };
    let progress = Progress::new();
    progress.tell("Reading everything once, to see that it is whole.");
    let imported = import(
        &database.pool,
        &keys,
        &Clock::System,
        inputs,
        options,
        &progress,
    )
    .await;
    progress.end();
    database.close().await?;
    print!("{}", imported?);
    Ok(())
}

/// Shows how far it is: a bar on a terminal, now and then a line elsewhere.
struct Progress {
    bar: Option<ProgressBar>,
    lines: Mutex<Lines>,
}

struct Lines {
    of: u64,
    done: u64,
    began: Instant,
    said: Instant,
}

/// Between two lines where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

impl Progress {
    fn new() -> Self {
        let style = ProgressStyle::with_template(
            "{bar:30} {human_pos} of {human_len} articles, {rate} a second, {eta} left",
        )
        .expect("the template is well formed")
        .with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
            // What is not written is not seen, and the next one is.
            let _ = write!(out, "{:.0}", state.per_sec());
        });
        // There is nothing to draw before it is known how many there are.
        let bar = io::stderr().is_terminal().then(|| {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()).with_style(style)
        });
        let now = Instant::now();
        Self {
            bar,
            lines: Mutex::new(Lines {
                of: 0,
                done: 0,
                began: now,
                said: now,
            }),
        }
    }

    fn tell(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Listener for Progress {
    fn goes_on(&self, kept: i64, since: &str) {
        self.tell(&format!(
            "An import of the same files, begun {since}, was cut off after it had kept {kept} articles. It goes on from there."
        ));
    }

    fn found(&self, articles: u64) {
        match &self.bar {
            Some(bar) => {
                bar.set_length(articles);
                bar.set_draw_target(ProgressDrawTarget::stderr());
                bar.reset_elapsed();
            }
            None => {
                eprintln!("Every file is whole; there are {articles} articles and pages in them.");
            }
        }
        let mut lines = self.lines.lock().expect("no holder of the lines panics");
        lines.of = articles;
        lines.began = Instant::now();
    }

    fn done(&self, articles: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(articles);
            return;
        }
        let mut lines = self.lines.lock().expect("no holder of the lines panics");
        lines.done += articles;
        if lines.said.elapsed() < BETWEEN_LINES {
            return;
        }
        lines.said = Instant::now();
        let seconds = lines.began.elapsed().as_secs().max(1);
        let rate = (lines.done / seconds).max(1);
        let left = lines.of.saturating_sub(lines.done) / rate;
        eprintln!(
            "{} of {} articles, {rate} a second, {left} seconds left",
            lines.done, lines.of
        );
    }
}
