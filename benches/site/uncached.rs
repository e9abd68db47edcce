//! Pages of which nothing is kept, beside what the database alone gives when it is asked the same.

use super::pgbench;
use super::process::{BOTH, OTHERS};
use super::report::{Asked, Compared, Report, Series, Unit, in_turn};
use super::world::World;
use super::wrk::Wrk;

const ROUNDS: usize = 7;
/// Of one run.
const SECONDS: u32 = 6;
/// At a time, of readers and of the database.
const CONNECTIONS: u32 = 16;

pub fn measure(world: &mut World, report: &mut Report) {
    world.move_postgres(BOTH);
    let site = world.start_with(BOTH, world.url(), &[("BROADSHEET_CACHE_MB", "0")]);
    let readers = Wrk::new(site.address, "/", CONNECTIONS, SECONDS)
        .on(BOTH)
        .with_script("random.lua", &world.paths);
    let mut errors = Vec::new();
    let [ours, theirs] = in_turn(
        ROUNDS,
        || {
            let run = readers.run();
            errors.extend(run.errors);
            run.rate
        },
        || pgbench::rate("page.sql", world.url(), CONNECTIONS, SECONDS),
    );
    for errors in errors {
        report.check(format!("uncached: {errors}"), false);
    }
    let [ours, theirs] = [ours, theirs].map(|rates| Series::of(&rates, |rate| *rate));
    report.compare(&Compared {
        name: "uncached",
        unit: Unit::PerSecond("pages"),
        ours: &ours,
        beside: "pgbench",
        theirs: &theirs,
        asked: Asked::AtLeast(0.35),
        width: ours.width().max(theirs.width()),
    });
    world.move_postgres(OTHERS);
}
