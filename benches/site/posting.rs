//! Replies that are kept for good when they are answered, beside what the database alone keeps when it is given the same rows.
//! Each run has a copy of the database, so that none works on what another left.

use super::pgbench;
use super::process::{BOTH, OTHERS};
use super::report::{Asked, Compared, Report, Series, Unit, in_turn};
use super::world::World;
use super::wrk::Wrk;

const ROUNDS: usize = 7;
/// Of one run, and of what goes before it in the same copy.
const SECONDS: u32 = 6;
const WARM_UP: u32 = 2;
/// Who replies at a time.
const CONNECTIONS: u32 = 16;

pub fn measure(world: &mut World, report: &mut Report) {
    world.move_postgres(BOTH);
    let [ours, theirs] = in_turn(ROUNDS, || reply(world), || insert(world));
    let [ours, theirs] = [ours, theirs].map(|rates| Series::of(&rates, |rate| *rate));
    report.compare(&Compared {
        name: "posting",
        unit: Unit::PerSecond("replies"),
        ours: &ours,
        beside: "pgbench",
        theirs: &theirs,
        asked: Asked::AtLeast(0.5),
        width: ours.width().max(theirs.width()),
    });
    world.move_postgres(OTHERS);
}

/// Replies a second that are answered as kept, and are.
fn reply(world: &World) -> f64 {
    let copy = world.copy();
    let site = world.start_with(BOTH, &copy, &[]);
    let writers = |seconds| {
        Wrk::new(site.address, "/", CONNECTIONS, seconds)
            .on(BOTH)
            .with_script("reply.lua", &world.numbers)
    };
    writers(WARM_UP).run();
    let count = || world.ask_in::<(i64,)>(&copy, "select count(*) from comments")[0].0;
    let before = count();
    let run = writers(SECONDS).run();
    let answered = run.kept.expect("reply.lua says it");
    let kept = (count() - before) as f64;
    assert!(
        kept >= answered,
        "{answered} replies are said to be kept, and {kept} are"
    );
    assert!(run.errors.is_none(), "{:?}", run.errors);
    answered / run.seconds
}

/// Transactions a second that put such a reply there.
fn insert(world: &World) -> f64 {
    let copy = world.copy();
    pgbench::rate("reply.sql", &copy, CONNECTIONS, WARM_UP);
    pgbench::rate("reply.sql", &copy, CONNECTIONS, SECONDS)
}
