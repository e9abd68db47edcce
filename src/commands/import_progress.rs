//! Progress of an import: a progress bar on a terminal, otherwise a line every few seconds.

use std::fmt;
use std::io::{self, IsTerminal};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::transfer::import::ImportProgress;

/// Import progress on standard error, so that the report on standard output can be piped.
pub(super) struct ConsoleProgress {
    bar: Option<ProgressBar>,
    lines: Mutex<LineProgress>,
}

struct LineProgress {
    total: u64,
    done: u64,
    started: Instant,
    last_printed: Instant,
}

/// Interval between two lines of progress if standard error is not a terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

impl ConsoleProgress {
    pub(super) fn new() -> Self {
        let style = ProgressStyle::with_template(
            "{bar:30} {human_pos} of {human_len} articles, {rate} per second, {eta} left",
        )
        .expect("the progress bar's template is valid")
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

    pub(super) fn print(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }

    pub(super) fn clear(&self) {
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
        let mut lines = self.lines.lock().expect("the lock is not poisoned");
        lines.total = articles;
        lines.started = Instant::now();
    }

    fn on_written(&self, articles: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(articles);
            return;
        }
        let mut lines = self.lines.lock().expect("the lock is not poisoned");
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
