//! Replies that are durable when they are answered, beside the same rows inserted by the database alone. Each run has its own
//! copy of the database.

use super::pgbench;
use super::process::{BOTH_CORES, CLIENT_CORE};
use super::report::{
    BenchComparison, BenchReport, RatioLimit, SampleSeries, SampleUnit, run_alternately,
};
use super::setup::BenchSetup;
use super::wrk::WrkCommand;

const ROUNDS: usize = 7;
/// Length of one run, and of the warm-up before it in the same copy.
const RUN_SECONDS: u32 = 6;
const WARM_UP: u32 = 2;
/// Commenters at one time.
const CONNECTIONS: u32 = 16;

pub fn measure(setup: &mut BenchSetup, report: &mut BenchReport) {
    setup.move_postgres(BOTH_CORES);
    let [ours, theirs] =
        run_alternately(ROUNDS, || measure_replies(setup), || measure_inserts(setup));
    let [ours, theirs] = [ours, theirs].map(|rates| SampleSeries::new(&rates, |rate| *rate));
    report.compare(&BenchComparison {
        name: "posting",
        unit: SampleUnit::PerSecond("replies"),
        ours: &ours,
        beside: "pgbench",
        theirs: &theirs,
        goal: RatioLimit::AtLeast(0.5),
        spread: ours.spread().max(theirs.spread()),
    });
    setup.move_postgres(CLIENT_CORE);
}

/// Returns the replies per second that were answered as saved, and checks that they are.
fn measure_replies(setup: &BenchSetup) -> f64 {
    let copy = setup.copy_database();
    let site = setup.start_server_with(BOTH_CORES, &copy, &[]);
    let writers = |seconds| {
        WrkCommand::new(site.address, "/", CONNECTIONS, seconds)
            .on(BOTH_CORES)
            .with_script("reply.lua", &setup.ids)
    };
    writers(WARM_UP).run();
    let count = || setup.query_database::<(i64,)>(&copy, "select count(*) from comments")[0].0;
    let before = count();
    let run = writers(RUN_SECONDS).run();
    let answered = run
        .saved
        .expect("reply.lua prints the number of saved replies");
    let saved = (count() - before) as f64;
    assert!(
        saved >= answered,
        "{answered} replies were answered as saved, and {saved} are"
    );
    assert!(run.errors.is_none(), "{:?}", run.errors);
    answered / run.seconds
}

/// Returns the transactions per second that insert such a reply.
fn measure_inserts(setup: &BenchSetup) -> f64 {
    let copy = setup.copy_database();
    pgbench::measure_rate("reply.sql", &copy, CONNECTIONS, WARM_UP);
    pgbench::measure_rate("reply.sql", &copy, CONNECTIONS, RUN_SECONDS)
}
