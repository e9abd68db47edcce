//! A minute without the database: readers notice nothing, a reply is given back with its text, and changes show right after
//! the return.

use std::thread::sleep;
use std::time::{Duration, Instant};

use super::report::BenchReport;
use super::setup::{BenchSetup, SiteServer};

/// Seconds for which readers read, and the part before the outage.
const READ_SECONDS: u32 = 75;
const LEAD_TIME: Duration = Duration::from_secs(5);
/// Length of the outage, and the time in it at which somebody replies.
const OUTAGE: Duration = Duration::from_secs(60);
const REPLY_DELAY: Duration = Duration::from_secs(20);
/// Time after the return within which a change must show.
const DELAY_LIMIT: Duration = Duration::from_secs(1);
/// Time after which a missing change counts as lost.
const GIVE_UP_AFTER: Duration = Duration::from_secs(30);

pub fn measure(setup: &mut BenchSetup, report: &mut BenchReport) {
    let site = setup.start_server();
    // Long enough for every page to get into the cache.
    setup.all_article_readers(&site, 5).run();
    let readers = setup.all_article_readers(&site, READ_SECONDS).start();
    sleep(LEAD_TIME);
    let gone = Instant::now();
    setup.stop_postgres();
    sleep(REPLY_DELAY);
    reply(&site, report);
    sleep(OUTAGE.saturating_sub(gone.elapsed()));
    setup.start_postgres();
    change(setup, &site, report);
    let run = readers.finish();
    report.check(
        format!(
            "database_away: {:.0} pages a second for {READ_SECONDS} s, of which the database was away {:.0}, and {}",
            run.rate,
            OUTAGE.as_secs_f64(),
            run.errors.as_deref().unwrap_or("no error")
        ),
        run.errors.is_none(),
    );
}

/// Posts a reply and looks for its text in the response.
fn reply(site: &SiteServer, report: &mut BenchReport) {
    let comment = "Forty herons stood on the ice that morning";
    let fields = [
        ("author", "Ann"),
        ("email", "ann@example.org"),
        ("comment", comment),
    ];
    let begun = Instant::now();
    let answer = site
        .connect()
        .post(
            "/articles/1001/reply",
            &[("x-forwarded-for", "192.0.2.7")],
            &fields,
        )
        .expect("the site answers");
    let page = String::from_utf8_lossy(&answer.body);
    report.check(
        format!(
            "database_away: a reply is answered {} after {:.1} s, with its text",
            answer.status,
            begun.elapsed().as_secs_f64()
        ),
        answer.status == 503 && page.contains(comment),
    );
}

/// Approves a comment directly in the database and waits for the page to show it.
fn change(setup: &BenchSetup, site: &SiteServer, report: &mut BenchReport) {
    let back = Instant::now();
    let changed: Vec<(i64, String)> = setup.query(
        "with changed as (
             update comments set status = 'approved', status_since = now()
             where id = (select min(id) from comments where article_id > 1000 and status = 'held') returning id, article_id
         )
         select changed.id, path from changed join articles on articles.id = article_id",
    );
    let response = back.elapsed().as_secs_f64();
    let (id, path) = &changed[0];
    let mut reader = site.connect();
    let mut shows = || {
        let page = reader.get(path, &[]);
        page.is_ok_and(|page| page.shows(*id))
    };
    while !shows() && back.elapsed() < GIVE_UP_AFTER {}
    let shown = back.elapsed();
    report.check(
        format!(
            "database_away: a change is shown {:.2} s after the database is back, {:.2} s after it was made, goal: {:.0} s",
            shown.as_secs_f64(),
            shown.as_secs_f64() - response,
            DELAY_LIMIT.as_secs_f64()
        ),
        shown <= DELAY_LIMIT,
    );
}
