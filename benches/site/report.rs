//! Measured values, their goals, and the verdicts.

use std::fmt;
use std::process::ExitCode;

/// Spread of the rates, as a share of the median, above which a comparison is too noisy.
const MAX_SPREAD: f64 = 0.2;

/// Values of all runs, sorted.
pub struct SampleSeries(Vec<f64>);

/// Unit of measured values.
#[derive(Clone, Copy)]
pub enum SampleUnit {
    PerSecond(&'static str),
    Millis,
    Micros,
}

/// Goal for the ratio of two medians.
#[derive(Clone, Copy)]
pub enum RatioLimit {
    AtLeast(f64),
    AtMost(f64),
}

/// Two series and the goal for their ratio.
pub struct BenchComparison<'a> {
    pub name: &'a str,
    pub unit: SampleUnit,
    pub ours: &'a SampleSeries,
    pub beside: &'a str,
    pub theirs: &'a SampleSeries,
    pub goal: RatioLimit,
    /// Larger of the two spreads of the rates: see [`SampleSeries::spread`].
    pub spread: f64,
}

#[derive(Clone, Copy, PartialEq)]
enum CheckVerdict {
    Holds,
    Misses,
    TooNoisy,
}

/// All verdicts so far.
#[derive(Default)]
pub struct BenchReport {
    lines: Vec<(CheckVerdict, String)>,
}

impl SampleSeries {
    /// Collects one value per sample.
    pub fn new<T>(all: &[T], number: impl Fn(&T) -> f64) -> Self {
        let mut ids: Vec<f64> = all.iter().map(number).collect();
        ids.sort_by(f64::total_cmp);
        assert!(!ids.is_empty(), "nothing was measured");
        Self(ids)
    }

    pub fn median(&self) -> f64 {
        self.0[self.0.len() / 2]
    }

    /// Returns the 99th percentile.
    pub fn p99(&self) -> f64 {
        self.0[self.0.len() * 99 / 100]
    }

    pub fn lowest(&self) -> f64 {
        self.0[0]
    }

    pub fn highest(&self) -> f64 {
        self.0[self.0.len() - 1]
    }

    /// Returns the distance of the second lowest and second highest value as a share of the median, which tolerates one
    /// disturbed run.
    pub fn spread(&self) -> f64 {
        (self.0[self.0.len() - 2] - self.0[1]) / self.median()
    }

    /// Formats the median, with the lowest and highest value in brackets.
    pub fn format_summary(&self, unit: SampleUnit) -> String {
        let (median, lowest, highest) = (self.median(), self.lowest(), self.highest());
        match unit {
            SampleUnit::PerSecond(things) => format!(
                "{} {things}/s ({}..{})",
                format_thousands(median),
                format_thousands(lowest),
                format_thousands(highest)
            ),
            SampleUnit::Millis => format!("{median:.2} ms ({lowest:.2}..{highest:.2})"),
            SampleUnit::Micros => format!("{median:.2} µs ({lowest:.2}..{highest:.2})"),
        }
    }
}

impl RatioLimit {
    fn is_met_by(self, ratio: f64) -> bool {
        match self {
            Self::AtLeast(least) => ratio >= least,
            Self::AtMost(most) => ratio <= most,
        }
    }
}

impl fmt::Display for RatioLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(least) => write!(f, "at least {least:.2}"),
            Self::AtMost(most) => write!(f, "at most {most:.2}"),
        }
    }
}

impl BenchReport {
    /// Prints two series and checks their ratio.
    pub fn compare(&mut self, compared: &BenchComparison) {
        let BenchComparison { unit, goal, .. } = *compared;
        let ratio = compared.ours.median() / compared.theirs.median();
        let verdict = if compared.spread > MAX_SPREAD {
            CheckVerdict::TooNoisy
        } else if goal.is_met_by(ratio) {
            CheckVerdict::Holds
        } else {
            CheckVerdict::Misses
        };
        let line = format!(
            "{}: {} beside {} {}: {ratio:.2}, goal: {goal}",
            compared.name,
            compared.ours.format_summary(unit),
            compared.beside,
            compared.theirs.format_summary(unit),
        );
        self.add(verdict, line);
    }

    /// Prints a line and whether its goal is met.
    pub fn check(&mut self, line: String, is_met: bool) {
        let verdict = if is_met {
            CheckVerdict::Holds
        } else {
            CheckVerdict::Misses
        };
        self.add(verdict, line);
    }

    fn add(&mut self, verdict: CheckVerdict, line: String) {
        println!("{line}: {verdict}");
        self.lines.push((verdict, line));
    }

    /// Prints the lines that do not hold, and returns the exit status.
    pub fn print_summary(&self) -> ExitCode {
        let failed = self
            .lines
            .iter()
            .filter(|(verdict, _)| *verdict != CheckVerdict::Holds);
        let count = failed.clone().count();
        println!("\n{} lines hold, {count} do not.", self.lines.len() - count);
        for (verdict, line) in failed {
            println!("- {line}: {verdict}");
        }
        if count == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

impl fmt::Display for CheckVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Holds => "holds",
            Self::Misses => "misses",
            Self::TooNoisy => "too noisy to call",
        })
    }
}

/// Formats a number without its fraction and with thousands separators.
pub fn format_thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut formatted = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            formatted.push(',');
        }
        formatted.push(digit);
    }
    formatted
}

/// Runs both sides in alternation, each first in every second round, so that disturbances fall on both. One run of each
/// goes before, as a warm-up.
pub fn run_alternately<T>(
    rounds: usize,
    mut ours: impl FnMut() -> T,
    mut theirs: impl FnMut() -> T,
) -> [Vec<T>; 2] {
    ours();
    theirs();
    let mut done = [Vec::new(), Vec::new()];
    for round in 0..rounds {
        if round % 2 == 0 {
            done[0].push(ours());
            done[1].push(theirs());
        } else {
            done[1].push(theirs());
            done[0].push(ours());
        }
    }
    done
}
