//! Two servers on one database: the time until one shows a decision that the other has answered.

use std::time::{Duration, Instant};

use super::moderator::share_comments;
use super::report::{BenchReport, SampleSeries, SampleUnit};
use super::setup::{BenchSetup, get_page};

const DECISIONS: usize = 500;
/// Milliseconds within which 99 of 100 decisions must show.
const DELAY_LIMIT: f64 = 50.0;
/// Time after which a missing decision counts as lost.
const GIVE_UP_AFTER: Duration = Duration::from_secs(10);

pub fn measure(setup: &mut BenchSetup, report: &mut BenchReport) {
    let (one, other) = (setup.start_server(), setup.start_server());
    for site in [&one, &other] {
        setup.all_article_readers(site, 2).run();
    }
    let mut reader = other.connect();
    let mut times = Vec::new();
    let mut moderator = share_comments(setup, &one, 1).remove(0);
    for _ in 0..DECISIONS {
        let comment = moderator.decide();
        let answered = Instant::now();
        while get_page(&mut reader, &comment.path, "identity").shows(comment.id) != comment.is_shown
            && answered.elapsed() < GIVE_UP_AFTER
        {}
        times.push(answered.elapsed().as_secs_f64() * 1000.0);
    }
    let times = SampleSeries::new(&times, |time| *time);
    report.check(
        format!(
            "nodes: another server shows a decision after {}, 99 of 100 within {:.2} ms, goal: {DELAY_LIMIT:.0} ms",
            times.format_summary(SampleUnit::Millis),
            times.p99()
        ),
        times.p99() <= DELAY_LIMIT,
    );
}
