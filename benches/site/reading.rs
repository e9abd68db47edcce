//! What readers got, and what it took the one they asked: run by run, of us and of what stands beside us.

use super::process::cpu_time;
use super::report::{Asked, Compared, Report, Series, Unit};
use super::wrk::Wrk;

/// One run.
pub struct Reading {
    /// Answers a second.
    rate: f64,
    /// Milliseconds.
    p99: f64,
    /// Microseconds that the one who was asked computed for an answer.
    cpu: f64,
    /// Which share of the time it computed.
    busy: f64,
    /// What went wrong.
    errors: Option<String>,
}

/// Runs in turn.
pub struct Beside {
    name: &'static str,
    beside: &'static str,
    runs: [Vec<Reading>; 2],
}

impl Reading {
    /// Asks this process.
    pub fn of(wrk: &Wrk, pid: i32) -> Self {
        let before = cpu_time(pid);
        let run = wrk.run();
        let cpu = cpu_time(pid) - before;
        Self {
            rate: run.rate,
            p99: run.p99,
            cpu: cpu / run.requests * 1_000_000.0,
            busy: cpu / run.seconds,
            errors: run.errors,
        }
    }
}

impl Beside {
    /// Ours, then those beside. Nothing may have gone wrong in them.
    pub fn new(
        name: &'static str,
        beside: &'static str,
        runs: [Vec<Reading>; 2],
        report: &mut Report,
    ) -> Self {
        let errors = runs.iter().flatten().filter_map(|run| run.errors.as_ref());
        for errors in errors {
            report.check(format!("{name}: {errors}"), false);
        }
        let [ours, theirs] = runs
            .each_ref()
            .map(|runs| Series::of(runs, |run| run.busy).median() * 100.0);
        println!("{name}: busy {ours:.0} % of the time, {beside} {theirs:.0} %");
        Self { name, beside, runs }
    }

    /// Tells the rates, of which nothing is asked.
    pub fn tell(&self) {
        let [ours, theirs] = self
            .runs
            .each_ref()
            .map(|runs| Series::of(runs, |run| run.rate));
        let unit = Unit::PerSecond("req");
        println!(
            "{}: {} beside {} {}: {:.2}",
            self.name,
            ours.told(unit),
            self.beside,
            theirs.told(unit),
            ours.median() / theirs.median()
        );
    }

    pub fn rate(&self, asked: Asked, report: &mut Report) {
        self.compare("", Unit::PerSecond("req"), asked, |run| run.rate, report);
    }

    pub fn p99(&self, asked: Asked, report: &mut Report) {
        self.compare(", p99", Unit::Millis, asked, |run| run.p99, report);
    }

    pub fn cpu(&self, asked: Asked, report: &mut Report) {
        self.compare(
            ", CPU an answer",
            Unit::Micros,
            asked,
            |run| run.cpu,
            report,
        );
    }

    fn compare(
        &self,
        what: &str,
        unit: Unit,
        asked: Asked,
        number: fn(&Reading) -> f64,
        report: &mut Report,
    ) {
        let [ours, theirs] = self.runs.each_ref().map(|runs| Series::of(runs, number));
        let rates = self
            .runs
            .each_ref()
            .map(|runs| Series::of(runs, |run| run.rate));
        let widths = rates.map(|rates| rates.width());
        report.compare(&Compared {
            name: &format!("{}{what}", self.name),
            unit,
            ours: &ours,
            beside: self.beside,
            theirs: &theirs,
            asked,
            width: widths[0].max(widths[1]),
        });
    }
}
