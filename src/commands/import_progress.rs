//! Progress of an import: a bar at a terminal, a line now and then elsewhere.

use std::fmt;
use std::io::{self, IsTerminal};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::transfer::import::Listener;

/// Time between two lines where there is no terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// Progress shown on standard error, so that the report can be piped.
pub(super) struct ImportProgress {
    bar: Option<ProgressBar>,
    counts: Mutex<ProgressCounts>,
}

/// Articles counted for the lines.
struct ProgressCounts {
    total: u64,
    done: u64,
    started_at: Instant,
    printed_at: Instant,
}

impl ImportProgress {
    pub(super) fn new() -> Self {
        let style = ProgressStyle::with_template(
            "{bar:30} {human_pos} of {human_len} articles, {rate} a second, {eta} left",
        )
        .expect("the template is well formed")
        .with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
            // A rate that could not be drawn is drawn again in a moment.
            let _ = write!(out, "{:.0}", state.per_sec());
        });
        // Hidden until the number of articles is known.
        let bar = io::stderr().is_terminal().then(|| {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()).with_style(style)
        });
        let now = Instant::now();
        Self {
            bar,
            counts: Mutex::new(ProgressCounts {
                total: 0,
                done: 0,
                started_at: now,
                printed_at: now,
            }),
        }
    }

    /// Prints a line above the bar.
    pub(super) fn print(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }

    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn counts(&self) -> MutexGuard<'_, ProgressCounts> {
        self.counts.lock().expect("no holder of the counts panics")
    }
}

impl Listener for ImportProgress {
    fn goes_on(&self, kept: i64, since: &str) {
        self.print(&format!(
            "An import of the same files, started {since}, was interrupted after {kept} articles; it goes on from there."
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
                eprintln!("Every file is complete; they hold {articles} articles and pages.");
            }
        }
        let mut counts = self.counts();
        counts.total = articles;
        counts.started_at = Instant::now();
    }

    fn done(&self, articles: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(articles);
            return;
        }
        let mut counts = self.counts();
        counts.done += articles;
        if counts.printed_at.elapsed() < LINE_INTERVAL {
            return;
        }
        counts.printed_at = Instant::now();
        // Never zero, since both divide.
        let seconds = counts.started_at.elapsed().as_secs().max(1);
        let rate = (counts.done / seconds).max(1);
        let left = counts.total.saturating_sub(counts.done) / rate;
        eprintln!(
            "{} of {} articles, {rate} a second, {left} seconds left",
            counts.done, counts.total
        );
    }
}
