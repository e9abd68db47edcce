//! Progress of a backup on a terminal: the bytes that were written or read.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Interval at which the bar moves even if no bytes come.
const TICK: Duration = Duration::from_millis(200);

/// Bar on standard error that counts bytes. Nothing is shown if standard error is no terminal.
pub struct ByteProgress(ProgressBar);

impl ByteProgress {
    /// Shows a bar for work of unknown size, which the message names.
    pub fn start(message: &'static str) -> Self {
        if !io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let style = ProgressStyle::with_template("{spinner} {msg}: {bytes}, {bytes_per_sec}");
        let bar = ProgressBar::new_spinner();
        bar.set_style(style.expect("the template is valid"));
        bar.set_message(message);
        bar.enable_steady_tick(TICK);
        Self(bar)
    }

    /// Sets the number of bytes of the whole work.
    pub fn begin(&self, total: u64) {
        let style = ProgressStyle::with_template(
            "{msg}: {bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
        );
        self.0.set_style(style.expect("the template is valid"));
        self.0.set_length(total);
    }

    pub fn add(&self, bytes: u64) {
        self.0.inc(bytes);
    }

    /// Removes the bar.
    pub fn finish(self) {
        self.0.finish_and_clear();
    }
}
