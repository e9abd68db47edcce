//! What was measured, what is asked for, and whether the one meets the other.

use std::fmt;
use std::process::ExitCode;

/// A series of req/s that is wider than this share of its median decides nothing.
const WIDEST: f64 = 0.2;

/// One number a run.
pub struct Series(Vec<f64>);

/// What the numbers are.
#[derive(Clone, Copy)]
pub enum Unit {
    /// So many a second, of these.
    PerSecond(&'static str),
    Millis,
    Micros,
}

/// What a ratio has to be.
#[derive(Clone, Copy)]
pub enum Asked {
    AtLeast(f64),
    AtMost(f64),
}

/// Two series beside each other.
pub struct Compared<'a> {
    pub name: &'a str,
    pub unit: Unit,
    pub ours: &'a Series,
    pub beside: &'a str,
    pub theirs: &'a Series,
    pub asked: Asked,
    /// How far apart the runs are in which this was measured, by their req/s: see [`Series::width`].
    pub width: f64,
}

#[derive(Clone, Copy, PartialEq)]
enum Verdict {
    Holds,
    Misses,
    TooNoisy,
}

/// What is asked for, line by line.
#[derive(Default)]
pub struct Report {
    lines: Vec<(Verdict, String)>,
}

impl Series {
    /// What each of these gives.
    pub fn of<T>(all: &[T], number: impl Fn(&T) -> f64) -> Self {
        let mut numbers: Vec<f64> = all.iter().map(number).collect();
        numbers.sort_by(f64::total_cmp);
        assert!(!numbers.is_empty(), "something is measured");
        Self(numbers)
    }

    pub fn median(&self) -> f64 {
        self.0[self.0.len() / 2]
    }

    /// What 99 of 100 are no more than.
    pub fn p99(&self) -> f64 {
        self.0[self.0.len() * 99 / 100]
    }

    pub fn lowest(&self) -> f64 {
        self.0[0]
    }

    pub fn highest(&self) -> f64 {
        self.0[self.0.len() - 1]
    }

    /// How far apart the second lowest and the second highest are, as a share of the median: that does not move for one run
    /// in which the machine had something else to do.
    pub fn width(&self) -> f64 {
        (self.0[self.0.len() - 2] - self.0[1]) / self.median()
    }

    /// The median, and in brackets from where to where.
    pub fn told(&self, unit: Unit) -> String {
        let (median, lowest, highest) = (self.median(), self.lowest(), self.highest());
        match unit {
            Unit::PerSecond(what) => format!(
                "{} {what}/s ({}..{})",
                thousands(median),
                thousands(lowest),
                thousands(highest)
            ),
            Unit::Millis => format!("{median:.2} ms ({lowest:.2}..{highest:.2})"),
            Unit::Micros => format!("{median:.2} µs ({lowest:.2}..{highest:.2})"),
        }
    }
}

impl Asked {
    fn is_met_by(self, ratio: f64) -> bool {
        match self {
            Self::AtLeast(least) => ratio >= least,
            Self::AtMost(most) => ratio <= most,
        }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(least) => write!(f, "at least {least:.2}"),
            Self::AtMost(most) => write!(f, "at most {most:.2}"),
        }
    }
}

impl Report {
    /// Tells two series, and whether their ratio is as asked for.
    pub fn compare(&mut self, compared: &Compared) {
        let Compared { unit, asked, .. } = *compared;
        let ratio = compared.ours.median() / compared.theirs.median();
        let verdict = if compared.width > WIDEST {
            Verdict::TooNoisy
        } else if asked.is_met_by(ratio) {
            Verdict::Holds
        } else {
            Verdict::Misses
        };
        let said = format!(
            "{}: {} beside {} {}: {ratio:.2}, asked for {asked}",
            compared.name,
            compared.ours.told(unit),
            compared.beside,
            compared.theirs.told(unit),
        );
        self.add(verdict, said);
    }

    /// Tells what is asked for by itself, and whether it is so.
    pub fn check(&mut self, said: String, is_so: bool) {
        let verdict = if is_so {
            Verdict::Holds
        } else {
            Verdict::Misses
        };
        self.add(verdict, said);
    }

    fn add(&mut self, verdict: Verdict, said: String) {
        println!("{said}: {verdict}");
        self.lines.push((verdict, said));
    }

    /// Says at the end what does not hold.
    pub fn end(&self) -> ExitCode {
        let fall_short = self
            .lines
            .iter()
            .filter(|(verdict, _)| *verdict != Verdict::Holds);
        let count = fall_short.clone().count();
        println!("\n{} lines hold, {count} do not.", self.lines.len() - count);
        for (verdict, said) in fall_short {
            println!("- {said}: {verdict}");
        }
        if count == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Holds => "holds",
            Self::Misses => "misses",
            Self::TooNoisy => "too noisy to call",
        })
    }
}

/// A number without its fraction, with a comma after the thousands.
pub fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut told = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            told.push(',');
        }
        told.push(digit);
    }
    told
}

/// Does both in turn, so many times after each has warmed up, each first in every second round: what else the machine does
/// falls on both.
pub fn in_turn<T>(
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
