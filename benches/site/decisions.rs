//! Readers while moderators decide: how many fewer pages there are, and whether anyone sees a page from before a decision.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use super::http::Connection;
use super::moderator::{Moderator, shares};
use super::reading::{Beside, Reading};
use super::report::{Asked, Report, Series, in_turn, thousands};
use super::world::{Site, World, get};

const ROUNDS: usize = 7;
/// Of one run.
const SECONDS: u32 = 6;
/// Moderators at a time.
const MODERATORS: usize = 4;
/// Decisions a second of all of them, while they keep a pace.
const PACE: u32 = 20;
/// Decisions of each, as fast as they can.
const DECISIONS: usize = 2_500;
/// Longer than they take; readers are stopped when they are done.
const FOREVER: u32 = 3_600;

pub fn measure(world: &mut World, report: &mut Report) {
    let site = world.start();
    at_a_pace(world, &site, report);
    as_fast_as_they_can(world, &site, report);
}

fn at_a_pace(world: &World, site: &Site, report: &mut Report) {
    let readers = world.readers_of_all(site, SECONDS);
    let mut moderators = shares(world, site, MODERATORS);
    let mut paces = Vec::new();
    let runs = in_turn(
        ROUNDS,
        || {
            let is_over = AtomicBool::new(false);
            thread::scope(|scope| {
                let deciding: Vec<_> = moderators
                    .iter_mut()
                    .map(|moderator| {
                        moderator.connect_anew(site);
                        scope.spawn(|| decide_until(moderator, &is_over))
                    })
                    .collect();
                let reading = Reading::of(&readers, site.pid());
                is_over.store(true, Ordering::Relaxed);
                let paces_of_each = deciding
                    .into_iter()
                    .map(|one| one.join().expect("nobody gives up"));
                paces.push(paces_of_each.sum::<f64>());
                reading
            })
        },
        || Reading::of(&readers, site.pid()),
    );
    let pace = Series::of(&paces, |pace| *pace);
    report.check(
        format!(
            "decisions: {:.1} a second ({:.1}..{:.1}), asked for {PACE}",
            pace.median(),
            pace.lowest(),
            pace.highest()
        ),
        pace.lowest() > f64::from(PACE) * 0.95,
    );
    let beside = Beside::new("decisions", "undisturbed", runs, report);
    beside.rate(Asked::AtLeast(0.8), report);
}

/// One moderator's part of the pace, as far as the site keeps up; gives how many a second that were.
fn decide_until(moderator: &mut Moderator, is_over: &AtomicBool) -> f64 {
    let begun = Instant::now();
    let between = Duration::from_secs(1) / PACE * MODERATORS as u32;
    let mut decided = 0;
    while !is_over.load(Ordering::Relaxed) {
        moderator.decide();
        decided += 1;
        sleep((between * decided).saturating_sub(begun.elapsed()));
    }
    f64::from(decided) / begun.elapsed().as_secs_f64()
}

fn as_fast_as_they_can(world: &World, site: &Site, report: &mut Report) {
    let readers = world.readers_of_all(site, FOREVER).start();
    let begun = Instant::now();
    let outdated = AtomicUsize::new(0);
    thread::scope(|scope| {
        for moderator in shares(world, site, MODERATORS) {
            scope.spawn(|| {
                let seen = decide_and_look(moderator, site.connect());
                outdated.fetch_add(seen, Ordering::Relaxed);
            });
        }
    });
    let time = begun.elapsed().as_secs_f64();
    let run = readers.finish_now();
    let all = (MODERATORS * DECISIONS) as f64;
    let outdated = outdated.into_inner();
    println!(
        "decisions: {} in {time:.0} s, while readers were given {} pages a second",
        thousands(all),
        thousands(run.rate)
    );
    if let Some(errors) = run.errors {
        report.check(format!("decisions: readers met {errors}"), false);
    }
    report.check(
        format!(
            "decisions: of {} pages asked for right after a decision {outdated} were from before it",
            thousands(all)
        ),
        outdated == 0,
    );
}

/// How many pages that were asked for when a decision had been answered did not follow it.
fn decide_and_look(mut moderator: Moderator, mut reader: Connection) -> usize {
    let mut outdated = 0;
    for _ in 0..DECISIONS {
        let comment = moderator.decide();
        let page = get(&mut reader, &comment.path, "identity");
        if page.shows(comment.id) != comment.is_shown {
            outdated += 1;
        }
    }
    outdated
}
