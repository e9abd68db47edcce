//! Two servers on one database: how long the one shows a page from before a decision that the other has answered.

use std::time::{Duration, Instant};

use super::moderator::shares;
use super::report::{Report, Series, Unit};
use super::world::{World, get};

const DECISIONS: usize = 500;
/// Milliseconds within which 99 of 100 are there to read.
const WITHIN: f64 = 50.0;
/// A page that has not followed by then never does.
const NEVER: Duration = Duration::from_secs(10);

pub fn measure(world: &mut World, report: &mut Report) {
    let (one, other) = (world.start(), world.start());
    for site in [&one, &other] {
        world.readers_of_all(site, 2).run();
    }
    let mut reader = other.connect();
    let mut times = Vec::new();
    let mut moderator = shares(world, &one, 1).remove(0);
    for _ in 0..DECISIONS {
        let comment = moderator.decide();
        let answered = Instant::now();
        while get(&mut reader, &comment.path, "identity").shows(comment.id) != comment.is_shown
            && answered.elapsed() < NEVER
        {}
        times.push(answered.elapsed().as_secs_f64() * 1000.0);
    }
    let times = Series::of(&times, |time| *time);
    report.check(
        format!(
            "nodes: another server shows a decision after {}, 99 of 100 within {:.2} ms, asked for {WITHIN:.0} ms",
            times.told(Unit::Millis),
            times.p99()
        ),
        times.p99() <= WITHIN,
    );
}
