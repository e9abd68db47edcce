//! Readers while moderators decide: the loss of rate, and whether anyone sees a page from before a decision.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use super::http::HttpConnection;
use super::load::{LoadSample, SideBySide};
use super::moderator::{BenchModerator, share_comments};
use super::report::{BenchReport, RatioLimit, SampleSeries, format_thousands, run_alternately};
use super::setup::{BenchSetup, SiteServer, get_page};

const ROUNDS: usize = 7;
/// Length of one run.
const RUN_SECONDS: u32 = 6;
const MODERATORS: usize = 4;
/// Decisions of all moderators together while they keep a pace.
const DECISIONS_PER_SECOND: u32 = 20;
/// Decisions of each moderator at full speed.
const DECISIONS: usize = 2_500;
/// Longer than the decisions take; readers are stopped after them.
const UNLIMITED_SECONDS: u32 = 3_600;

pub fn measure(setup: &mut BenchSetup, report: &mut BenchReport) {
    let site = setup.start_server();
    check_paced_decisions(setup, &site, report);
    check_fast_decisions(setup, &site, report);
}

fn check_paced_decisions(setup: &BenchSetup, site: &SiteServer, report: &mut BenchReport) {
    let readers = setup.all_article_readers(site, RUN_SECONDS);
    let mut moderators = share_comments(setup, site, MODERATORS);
    let mut paces = Vec::new();
    let runs = run_alternately(
        ROUNDS,
        || {
            let is_over = AtomicBool::new(false);
            thread::scope(|scope| {
                let deciding: Vec<_> = moderators
                    .iter_mut()
                    .map(|moderator| {
                        moderator.reconnect(site);
                        scope.spawn(|| decide_at_pace(moderator, &is_over))
                    })
                    .collect();
                let load = LoadSample::measure(&readers, site.pid());
                is_over.store(true, Ordering::Relaxed);
                let paces_of_each = deciding
                    .into_iter()
                    .map(|one| one.join().expect("no moderator thread panics"));
                paces.push(paces_of_each.sum::<f64>());
                load
            })
        },
        || LoadSample::measure(&readers, site.pid()),
    );
    let pace = SampleSeries::new(&paces, |pace| *pace);
    report.check(
        format!(
            "decisions: {:.1} a second ({:.1}..{:.1}), goal: {DECISIONS_PER_SECOND}",
            pace.median(),
            pace.lowest(),
            pace.highest()
        ),
        pace.lowest() > f64::from(DECISIONS_PER_SECOND) * 0.95,
    );
    let comparison = SideBySide::new("decisions", "undisturbed", runs, report);
    comparison.check_rate(RatioLimit::AtLeast(0.8), report);
}

/// Decides at one moderator's share of the pace, as far as the site keeps up, and returns the decisions per second.
fn decide_at_pace(moderator: &mut BenchModerator, is_over: &AtomicBool) -> f64 {
    let begun = Instant::now();
    let interval = Duration::from_secs(1) / DECISIONS_PER_SECOND * MODERATORS as u32;
    let mut decided = 0;
    while !is_over.load(Ordering::Relaxed) {
        moderator.decide();
        decided += 1;
        sleep((interval * decided).saturating_sub(begun.elapsed()));
    }
    f64::from(decided) / begun.elapsed().as_secs_f64()
}

fn check_fast_decisions(setup: &BenchSetup, site: &SiteServer, report: &mut BenchReport) {
    let readers = setup.all_article_readers(site, UNLIMITED_SECONDS).start();
    let begun = Instant::now();
    let outdated = AtomicUsize::new(0);
    thread::scope(|scope| {
        for moderator in share_comments(setup, site, MODERATORS) {
            scope.spawn(|| {
                let seen = count_outdated_pages(moderator, site.connect());
                outdated.fetch_add(seen, Ordering::Relaxed);
            });
        }
    });
    let time = begun.elapsed().as_secs_f64();
    let run = readers.interrupt();
    let all = (MODERATORS * DECISIONS) as f64;
    let outdated = outdated.into_inner();
    println!(
        "decisions: {} in {time:.0} s, while readers were given {} pages a second",
        format_thousands(all),
        format_thousands(run.rate)
    );
    if let Some(errors) = run.errors {
        report.check(format!("decisions: readers met {errors}"), false);
    }
    report.check(
        format!(
            "decisions: of {} pages asked for right after a decision {outdated} were from before it",
            format_thousands(all)
        ),
        outdated == 0,
    );
}

/// Decides and reads the page after each response. Returns the number of pages without their decision.
fn count_outdated_pages(mut moderator: BenchModerator, mut reader: HttpConnection) -> usize {
    let mut outdated = 0;
    for _ in 0..DECISIONS {
        let comment = moderator.decide();
        let page = get_page(&mut reader, &comment.path, "identity");
        if page.shows(comment.id) != comment.is_shown {
            outdated += 1;
        }
    }
    outdated
}
