//! A minute without the database: readers go on reading, whoever replies gets their words back, and a moment after the database
//! is back pages show what has changed.

use std::thread::sleep;
use std::time::{Duration, Instant};

use super::report::Report;
use super::world::{Site, World};

/// How long readers read, and of that before the database goes.
const READ: u32 = 75;
const BEFORE: Duration = Duration::from_secs(5);
/// How long it is away, and when in that time somebody replies.
const AWAY: Duration = Duration::from_secs(60);
const REPLIED: Duration = Duration::from_secs(20);
/// How soon after its return a change is there to read.
const WITHIN: Duration = Duration::from_secs(1);
/// A page that has not followed by then never does.
const NEVER: Duration = Duration::from_secs(30);

pub fn measure(world: &mut World, report: &mut Report) {
    let site = world.start();
    // All of them are asked for once, or more.
    world.readers_of_all(&site, 5).run();
    let readers = world.readers_of_all(&site, READ).start();
    sleep(BEFORE);
    let gone = Instant::now();
    world.stop_postgres();
    sleep(REPLIED);
    reply(&site, report);
    sleep(AWAY.saturating_sub(gone.elapsed()));
    world.start_postgres();
    change(world, &site, report);
    let run = readers.finish();
    report.check(
        format!(
            "database_away: {:.0} pages a second for {READ} s, of which the database was away {:.0}, and {}",
            run.rate,
            AWAY.as_secs_f64(),
            run.errors.as_deref().unwrap_or("no error")
        ),
        run.errors.is_none(),
    );
}

/// Replies, and looks for the words in the answer.
fn reply(site: &Site, report: &mut Report) {
    let words = "Forty herons stood on the ice that morning";
    let fields = [
        ("author", "Ann"),
        ("email", "ann@example.org"),
        ("comment", words),
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
            "database_away: a reply is answered {} after {:.1} s, with its words",
            answer.status,
            begun.elapsed().as_secs_f64()
        ),
        answer.status == 503 && page.contains(words),
    );
}

/// Approves a comment behind the site's back, and waits for its page.
fn change(world: &World, site: &Site, report: &mut Report) {
    let back = Instant::now();
    let changed: Vec<(i64, String)> = world.ask(
        "with changed as (
             update comments set status = 'approved', status_since = now()
             where id = (select min(id) from comments where article_id > 1000 and status = 'held') returning id, article_id
         )
         select changed.id, path from changed join articles on articles.id = article_id",
    );
    let asked = back.elapsed().as_secs_f64();
    let (id, path) = &changed[0];
    let mut reader = site.connect();
    let mut shows = || {
        let page = reader.get(path, &[]);
        page.is_ok_and(|page| page.shows(*id))
    };
    while !shows() && back.elapsed() < NEVER {}
    let shown = back.elapsed();
    report.check(
        format!(
            "database_away: a change is shown {:.2} s after the database is back, {:.2} s after it was made, asked for {:.0} s",
            shown.as_secs_f64(),
            shown.as_secs_f64() - asked,
            WITHIN.as_secs_f64()
        ),
        shown <= WITHIN,
    );
}
