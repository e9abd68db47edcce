//! Pages without a cache, beside the same queries run by the database alone.

use super::pgbench;
use super::process::{BOTH_CORES, CLIENT_CORE};
use super::report::{
    BenchComparison, BenchReport, RatioLimit, SampleSeries, SampleUnit, run_alternately,
};
use super::setup::BenchSetup;
use super::wrk::WrkCommand;

const ROUNDS: usize = 7;
/// Length of one run.
const RUN_SECONDS: u32 = 6;
/// Connections of the readers, and of `pgbench`.
const CONNECTIONS: u32 = 16;

pub fn measure(setup: &mut BenchSetup, report: &mut BenchReport) {
    setup.move_postgres(BOTH_CORES);
    let site = setup.start_server_with(BOTH_CORES, setup.url(), &[("BROADSHEET_CACHE_MB", "0")]);
    let readers = WrkCommand::new(site.address, "/", CONNECTIONS, RUN_SECONDS)
        .on(BOTH_CORES)
        .with_script("random.lua", &setup.paths);
    let mut errors = Vec::new();
    let [ours, theirs] = run_alternately(
        ROUNDS,
        || {
            let run = readers.run();
            errors.extend(run.errors);
            run.rate
        },
        || pgbench::measure_rate("page.sql", setup.url(), CONNECTIONS, RUN_SECONDS),
    );
    for errors in errors {
        report.check(format!("uncached: {errors}"), false);
    }
    let [ours, theirs] = [ours, theirs].map(|rates| SampleSeries::new(&rates, |rate| *rate));
    report.compare(&BenchComparison {
        name: "uncached",
        unit: SampleUnit::PerSecond("pages"),
        ours: &ours,
        beside: "pgbench",
        theirs: &theirs,
        goal: RatioLimit::AtLeast(0.35),
        spread: ours.spread().max(theirs.spread()),
    });
    setup.move_postgres(CLIENT_CORE);
}
