//! Load tests: what the clients got and what it cost the server, compared side by side.

use super::process::cpu_seconds;
use super::report::{BenchComparison, BenchReport, RatioLimit, SampleSeries, SampleUnit};
use super::wrk::WrkCommand;

/// Result of one run.
pub struct LoadSample {
    /// Responses per second.
    rate: f64,
    /// Milliseconds.
    p99: f64,
    /// Microseconds of the server's CPU time per response.
    cpu: f64,
    /// Share of the time in which the server used its core.
    busy: f64,
    errors: Option<String>,
}

/// Runs of our server and of another, or of ours under another condition.
pub struct SideBySide {
    name: &'static str,
    beside: &'static str,
    runs: [Vec<LoadSample>; 2],
}

impl LoadSample {
    /// Runs `wrk` against the server that is process `pid`.
    pub fn measure(wrk: &WrkCommand, pid: i32) -> Self {
        let before = cpu_seconds(pid);
        let run = wrk.run();
        let cpu = cpu_seconds(pid) - before;
        Self {
            rate: run.rate,
            p99: run.p99,
            cpu: cpu / run.requests * 1_000_000.0,
            busy: cpu / run.seconds,
            errors: run.errors,
        }
    }
}

impl SideBySide {
    /// Takes our runs, then the others. Any error in them fails the comparison.
    pub fn new(
        name: &'static str,
        beside: &'static str,
        runs: [Vec<LoadSample>; 2],
        report: &mut BenchReport,
    ) -> Self {
        let errors = runs.iter().flatten().filter_map(|run| run.errors.as_ref());
        for errors in errors {
            report.check(format!("{name}: {errors}"), false);
        }
        let [ours, theirs] = runs
            .each_ref()
            .map(|runs| SampleSeries::new(runs, |run| run.busy).median() * 100.0);
        println!("{name}: busy {ours:.0} % of the time, {beside} {theirs:.0} %");
        Self { name, beside, runs }
    }

    /// Prints the rates, which have no goal.
    pub fn print_rates(&self) {
        let [ours, theirs] = self
            .runs
            .each_ref()
            .map(|runs| SampleSeries::new(runs, |run| run.rate));
        let unit = SampleUnit::PerSecond("req");
        println!(
            "{}: {} beside {} {}: {:.2}",
            self.name,
            ours.format_summary(unit),
            self.beside,
            theirs.format_summary(unit),
            ours.median() / theirs.median()
        );
    }

    pub fn check_rate(&self, goal: RatioLimit, report: &mut BenchReport) {
        self.compare(
            "",
            SampleUnit::PerSecond("req"),
            goal,
            |run| run.rate,
            report,
        );
    }

    pub fn check_p99(&self, goal: RatioLimit, report: &mut BenchReport) {
        self.compare(", p99", SampleUnit::Millis, goal, |run| run.p99, report);
    }

    pub fn check_cpu(&self, goal: RatioLimit, report: &mut BenchReport) {
        self.compare(
            ", CPU per page",
            SampleUnit::Micros,
            goal,
            |run| run.cpu,
            report,
        );
    }

    fn compare(
        &self,
        metric: &str,
        unit: SampleUnit,
        goal: RatioLimit,
        value: fn(&LoadSample) -> f64,
        report: &mut BenchReport,
    ) {
        let [ours, theirs] = self
            .runs
            .each_ref()
            .map(|runs| SampleSeries::new(runs, value));
        let rates = self
            .runs
            .each_ref()
            .map(|runs| SampleSeries::new(runs, |run| run.rate));
        let widths = rates.map(|rates| rates.spread());
        report.compare(&BenchComparison {
            name: &format!("{}{metric}", self.name),
            unit,
            ours: &ours,
            beside: self.beside,
            theirs: &theirs,
            goal,
            spread: widths[0].max(widths[1]),
        });
    }
}
