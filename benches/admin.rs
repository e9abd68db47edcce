//! Whether the desk is as quick with a million comments as with a thousand, and what it costs to decide about all that
//! waits: `cargo bench --profile quick --bench desk`.
//!
//! Two databases of one shape are made (`desk/fill.sql`): a thousand comments of which 500 wait, and a million of which
//! 100,000 do. Pages that show as many cards at both sizes are asked for in turn, many times, of the real router, by a
//! moderator who is signed in; then which comments these are, and what is on their cards, is asked of the database alone.
//! What is asked for is a ratio of less than 1.3 of the pages, in the median and at the 99th of a hundred.
//!
//! A flood of alike comments is read in the small one, to see that it costs what its comments do.
//!
//! Then all 100,000 become spam with one press, and held again with another, while a reader opens articles. What is asked
//! for is a fifth, at least, of the rows a second that one plain `update` of the same rows changes in a copy of the
//! database; and that no reader's page fails.

#[path = "../tests/support/cluster.rs"]
#[allow(dead_code, reason = "only folders are needed of it")]
mod cluster;

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use argon2::Argon2;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use broadsheet::accounts::{self, Handle, Moderator, Role};
use broadsheet::app::App;
use broadsheet::clock::{Clock, Ts};
use broadsheet::comments::Status;
use broadsheet::comments::screening::Kind;
use broadsheet::config::Settings;
use broadsheet::crypto::Keys;
use broadsheet::db::embedded::{Durability, Private};
use broadsheet::ids::{ArticleId, CommentId};
use broadsheet::moderation::bulk;
use broadsheet::moderation::filter::{Age, Filter, Order};
use broadsheet::moderation::store::{self, StandsFor};
use broadsheet::publication::{self, Publication};
use broadsheet::router;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool};
use tower::ServiceExt;

/// How often each page is asked for.
const ROUNDS: usize = 800;
/// And before it counts: after five executions, Postgres may choose another plan.
const WARM_UP: usize = 12;
/// What the issue of this bench asks for.
const MOST: f64 = 1.3;
const LEAST_SHARE: f64 = 0.2;
/// When it is.
const MOMENT: &str = "2026-03-14T15:09:26Z";
/// Cards on a page of the queue.
const CARDS: i64 = 50;

/// A database and the site on it.
struct Site {
    app: App,
    router: Router,
    cookie: String,
    moderator: Moderator,
}

/// What is measured at both sizes: seconds, and what came of it.
struct Measured {
    name: &'static str,
    filter: Filter,
    cards: [usize; 2],
    bytes: [usize; 2],
    times: [Vec<f64>; 2],
}

#[tokio::main]
async fn main() {
    let folder = cluster::folder("desk");
    let postgres = Private::start(&folder.join("data"), Durability::Durable)
        .unwrap_or_else(|error| panic!("a Postgres to measure with: {error:#}"));
    let small = make(postgres.url(), "small", &SMALL).await;
    let large = make(postgres.url(), "large", &LARGE).await;
    let mut admin = connect(postgres.url()).await;
    run(&mut admin, "checkpoint").await;

    let sites = [small, large];
    let mut is_good = true;
    println!("Pages of the queue, through the router:");
    let mut pages = measured();
    for round in 0..ROUNDS + WARM_UP {
        for page in &mut pages {
            for (size, site) in sites.iter().enumerate() {
                page.open(site, size, round >= WARM_UP).await;
            }
        }
    }
    is_good &= tell(&pages);
    println!("Which comments, and what is on their cards, of the database alone:");
    let mut calls = measured();
    for round in 0..ROUNDS + WARM_UP {
        for call in &mut calls {
            for (size, site) in sites.iter().enumerate() {
                call.ask(site, size, round >= WARM_UP).await;
            }
        }
    }
    tell(&calls);

    let [small, large] = sites;
    is_good &= flood(&small).await;
    small.app.pool.close().await;
    large.app.pool.close().await;
    run(&mut admin, "create database plain template large").await;
    run(&mut admin, "checkpoint").await;
    let plain_rate = plain(&with_database(postgres.url(), "plain")).await;
    let large = open(&with_database(postgres.url(), "large"), None).await;
    is_good &= act_on_all(&large, plain_rate).await;
    large.app.pool.close().await;
    admin.close().await.expect("it is left");
    postgres.stop();
    fs::remove_dir_all(&folder).expect("the folder is ours");
    assert!(is_good, "this falls short of what is asked");
}

/// What `desk/fill.sql` is told.
type Shape = [(&'static str, &'static str); 9];
const SMALL: Shape = [
    ("comments", "1000"),
    ("articles", "100"),
    ("commenters", "300"),
    ("days", "30"),
    ("person_every", "8"),
    ("network_every", "8"),
    ("rare", "i % 25 = 1"),
    ("held", "i % 2 = 0"),
    ("wave", "false"),
];
const LARGE: Shape = [
    ("comments", "1000000"),
    ("articles", "10000"),
    ("commenters", "300000"),
    ("days", "730"),
    ("person_every", "8000"),
    ("network_every", "1600"),
    ("rare", "(i % 10000 = 1 and i > 600000)"),
    ("held", "(i % 40 = 0 or i > 800000 and i % 10 < 4)"),
    ("wave", "i % 10 = 3 and i between 800000 and 900000"),
];

fn now() -> Ts {
    Ts::new(MOMENT.parse().expect("a moment"))
}

fn with_database(url: &str, name: &str) -> String {
    let (server, _) = url
        .rsplit_once('/')
        .expect("an address ends in its database");
    format!("{server}/{name}")
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.expect("a connection")
}

async fn run(db: &mut PgConnection, statement: &str) {
    db.execute(AssertSqlSafe(statement.to_owned()))
        .await
        .unwrap_or_else(|error| panic!("{statement:.60}: {error}"));
}

/// Makes a database of this shape, and the site on it.
async fn make(server: &str, name: &str, shape: &Shape) -> Site {
    let begun = Instant::now();
    run(
        &mut connect(server).await,
        &format!("create database {name}"),
    )
    .await;
    let url = with_database(server, name);
    let mut db = connect(&url).await;
    broadsheet::db::MIGRATOR
        .run(&mut db)
        .await
        .expect("migrations run");
    let keys = Keys::from_secret(&[7; 32]);
    publication::store::insert(&mut db, &Publication::new(&keys.id()))
        .await
        .expect("settings go in");
    let handle = Handle::parse("mo").expect("a handle");
    accounts::store::insert(&mut db, &handle, "Mo", Role::Moderator, None, now())
        .await
        .expect("an account goes in")
        .expect("the handle is free");
    let mut fill = include_str!("desk/fill.sql").replace(":moment", &format!("'{MOMENT}'"));
    for (word, value) in shape {
        fill = fill.replace(&format!(":{word}"), value);
    }
    sqlx::raw_sql(AssertSqlSafe(fill))
        .execute(&mut db)
        .await
        .unwrap_or_else(|error| panic!("filling {name}: {error}"));
    // What autovacuum does within minutes.
    run(&mut db, "vacuum analyze").await;
    println!("{name} is made in {:.0} s", begun.elapsed().as_secs_f64());
    open(&url, Some(keys)).await
}

async fn open(url: &str, keys: Option<Keys>) -> Site {
    let pool = PgPool::connect(url).await.expect("a connection");
    let config = Settings::default().check().expect("settings");
    let keys = keys.unwrap_or_else(|| Keys::from_secret(&[7; 32]));
    let app = App::new(pool, Clock::fixed(now()), keys, config, Argon2::default());
    let mut db = app.pool.acquire().await.expect("a connection");
    let handle = Handle::parse("mo").expect("a handle");
    let (account, _) = accounts::store::find_by_handle(&mut db, &handle)
        .await
        .expect("accounts can be asked")
        .expect("it was made");
    let cookie = accounts::session::start(&app, &mut db, account.id)
        .await
        .expect("a session");
    let moderator = Moderator::acting(&mut db, account.id)
        .await
        .expect("accounts can be asked")
        .expect("it moderates");
    drop(db);
    Site {
        router: router::router(app.clone()),
        cookie: format!("{}={}", cookie.name(), cookie.value()),
        moderator,
        app,
    }
}

/// What is measured. `fill.sql` sees to it that the first comment is by the person, and the second from the network, that
/// have enough for a page at both sizes.
fn measured() -> Vec<Measured> {
    let held = || Filter::of(Status::Held);
    let likeliest = Filter {
        order: Order::Likeliest,
        ..held()
    };
    let by_reason = |kind| Filter {
        reason: Some(kind),
        ..held()
    };
    let on = Filter {
        article: Some(ArticleId(1)),
        ..held()
    };
    let by = Filter {
        person: Some(CommentId(1)),
        ..held()
    };
    let from = Filter {
        network: Some(CommentId(2)),
        ..held()
    };
    let with = |words: &str| Filter {
        words: words.to_owned(),
        ..held()
    };
    let aged = |age| Filter {
        age: Some(age),
        ..held()
    };
    let all = [
        ("the queue", held()),
        ("the likeliest first", likeliest),
        ("for a reason", by_reason(Kind::Links)),
        ("under an article", on.clone()),
        ("by a person", by.clone()),
        ("from a network", from),
        ("with a word of nearly all", with("w1")),
        ("with a word of one in five", with("cranes")),
        ("with a rare word", with("zhuravel")),
        ("within a week", aged(Age::Within(7))),
        ("older than a week", aged(Age::Over(7))),
        (
            "under an article, with a word",
            Filter {
                words: "w1".to_owned(),
                ..on
            },
        ),
        (
            "for a reason, older than a week",
            Filter {
                age: Some(Age::Over(7)),
                ..by_reason(Kind::FirstTimer)
            },
        ),
        (
            "by a person, for a reason",
            Filter {
                reason: Some(Kind::FirstTimer),
                ..by
            },
        ),
    ];
    let new = |(name, filter)| Measured {
        name,
        filter,
        cards: [0; 2],
        bytes: [0; 2],
        times: [Vec::new(), Vec::new()],
    };
    all.into_iter().map(new).collect()
}

impl Measured {
    /// Opens the page.
    async fn open(&mut self, site: &Site, size: usize, counts: bool) {
        let path = format!("/admin/comments?{}", self.filter.query());
        let asked = Instant::now();
        let page = open_page(&site.router, &path, Some(&site.cookie)).await;
        let time = asked.elapsed().as_secs_f64();
        let page = page.unwrap_or_else(|| panic!("{path} failed"));
        if counts {
            self.times[size].push(time);
        } else {
            self.bytes[size] = page.len();
            let html = String::from_utf8(page).expect("pages are UTF-8");
            self.cards[size] = html.matches("id=\"card-").count();
        }
    }

    /// Asks what differs between pages: which comments, and what is on their cards.
    async fn ask(&mut self, site: &Site, size: usize, counts: bool) {
        let mut db = site.app.pool.acquire().await.expect("a connection");
        let asked = Instant::now();
        let (filter, now) = (&self.filter, now());
        let (page, stands_for) = if *filter == Filter::of(Status::Held) {
            let page = store::find_gathered(&mut db, None, CARDS).await;
            (page, StandsFor::AllAlike)
        } else {
            let page = store::find(&mut db, filter, None, None, CARDS, now).await;
            (page, StandsFor::Itself)
        };
        let ids: Vec<CommentId> = page
            .expect("they are found")
            .found
            .iter()
            .map(|found| found.id)
            .collect();
        let cards = store::cards(&mut db, &ids, stands_for)
            .await
            .expect("there are cards");
        let time = asked.elapsed().as_secs_f64();
        if counts {
            self.times[size].push(time);
        } else {
            self.cards[size] = cards.len();
            self.bytes[size] = cards.iter().map(|card| card.body_html.as_str().len()).sum();
        }
    }
}

/// The page at an address, if it is there.
async fn open_page(router: &Router, path: &str, cookie: Option<&str>) -> Option<Vec<u8>> {
    let mut request = Request::get(path).header(header::HOST, "127.0.0.1:8600");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    let request = request.body(Body::empty()).expect("a request");
    let answer = router.clone().oneshot(request).await.ok()?;
    if answer.status() != 200 {
        return None;
    }
    let page = to_bytes(answer.into_body(), usize::MAX).await.ok()?;
    Some(page.to_vec())
}

/// Tells what was measured, and whether the large is near the small.
fn tell(group: &[Measured]) -> bool {
    let mut is_good = true;
    for one in group {
        let [small, large] = one.times.each_ref().map(|times| quantiles(times));
        let ratios = [large.0 / small.0, large.1 / small.1];
        println!(
            "{}: median {:.2} and {:.2} ms ({:.2}), p99 {:.2} and {:.2} ms ({:.2}); {} and {} cards, {} and {} bytes",
            one.name,
            small.0 * 1000.0,
            large.0 * 1000.0,
            ratios[0],
            small.1 * 1000.0,
            large.1 * 1000.0,
            ratios[1],
            one.cards[0],
            one.cards[1],
            one.bytes[0],
            one.bytes[1],
        );
        is_good &= ratios.iter().all(|ratio| *ratio < MOST);
    }
    is_good
}

/// The median, and what 99 of 100 are no more than.
fn quantiles(times: &[f64]) -> (f64, f64) {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

/// Reads five thousand comments that say nearly the same: the last thousand may not take much longer than the first.
async fn flood(site: &Site) -> bool {
    let mut times = Vec::new();
    for thousand in 0..5_i64 {
        sqlx::query(
            "insert into comments (article_id, root_id, commenter_id, name, body, body_html, said_once, status, reasons, created_at, network_hash)
             select 1 + i % 50, 0, 1 + i % 200, 'Friend ' || i, said, '<p>' || said || '</p>', int8send(-i), 'held', '{everything-is-held}', $2,
                 sha256(int8send(i % 9))
             from generate_series($1 * 1000 + 1, $1 * 1000 + 1000) as i
             cross join lateral (select 'Hello friend ' || i || ', I earn ' || i || ' dollars a week from my home, and so can you: read how at https://money.example/'
                 || i || ' and start ' || (array['today', 'now', 'tomorrow'])[1 + i % 3] as said) made",
        )
        .bind(thousand)
        .bind(now())
        .execute(&site.app.pool)
        .await
        .expect("they come in");
        let begun = Instant::now();
        broadsheet::worker::read(&site.app)
            .await
            .expect("they are read");
        times.push(begun.elapsed().as_secs_f64());
    }
    let gathered: i64 = sqlx::query_scalar("select max(held)::bigint from lookalikes")
        .fetch_one(&site.app.pool)
        .await
        .expect("they are counted");
    let ratio = times[4] / times[0];
    println!(
        "A flood of 5,000 is read in {:.1} s, its last thousand in {ratio:.2} of the time of its first; {gathered} are gathered",
        times.iter().sum::<f64>()
    );
    ratio < 2.0 && gathered == 5_000
}

/// Rows a second that one statement changes.
async fn plain(url: &str) -> f64 {
    let mut db = connect(url).await;
    let begun = Instant::now();
    let done = sqlx::query("update comments set status = 'spam' where status = 'held'")
        .execute(&mut db)
        .await
        .expect("they are changed");
    let time = begun.elapsed().as_secs_f64();
    let rows = done.rows_affected();
    println!("One plain update of {rows} rows: {time:.1} s");
    rows as f64 / time
}

/// Makes spam of all that waits and takes it back, while a reader reads.
async fn act_on_all(site: &Site, plain_rate: f64) -> bool {
    let quiet = read_while(site, tokio::time::sleep(std::time::Duration::from_secs(5))).await;
    println!("A reader while nothing happens: {quiet}");
    let mut is_good = true;
    let mut last = None;
    for name in ["All become spam", "All are held again"] {
        let begun = Instant::now();
        let act = async {
            let act = match last {
                None => {
                    let filter = Filter::of(Status::Held);
                    bulk::decide_all(&site.app, &site.moderator, &filter, Status::Spam, "", now())
                        .await
                }
                Some(act) => bulk::undo_all(&site.app, &site.moderator, act).await,
            };
            last = Some(act.expect("it is begun"));
            bulk::work_on_all(&site.app).await.expect("it is done");
            begun.elapsed().as_secs_f64()
        };
        let mut time = 0.0;
        let read = read_while(site, async { time = act.await }).await;
        let mut db = site.app.pool.acquire().await.expect("a connection");
        let act = last.expect("it was begun");
        let decided = store::decisions_of(&mut db, act)
            .await
            .expect("it is known");
        let share = decided as f64 / time / plain_rate;
        println!(
            "{name}, {decided} of them: {time:.1} s, {share:.2} of the rows a second of one update"
        );
        println!("A reader meanwhile: {read}");
        is_good &= share >= LEAST_SHARE && decided >= 100_000 && !read.has_failed();
    }
    is_good
}

/// How a reader fared.
struct ReadMeanwhile {
    times: Vec<f64>,
    failed: usize,
}

impl ReadMeanwhile {
    fn has_failed(&self) -> bool {
        self.failed > 0 || self.times.is_empty()
    }
}

impl std::fmt::Display for ReadMeanwhile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (median, p99) = quantiles(&self.times);
        write!(
            f,
            "{} pages, {} failed; median {:.2} ms, p99 {:.2} ms",
            self.times.len(),
            self.failed,
            median * 1000.0,
            p99 * 1000.0
        )
    }
}

/// Opens articles, one after the other, until something is done.
async fn read_while(site: &Site, work: impl Future<Output = ()>) -> ReadMeanwhile {
    let is_done = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn({
        let (router, is_done) = (site.router.clone(), Arc::clone(&is_done));
        async move {
            let mut read = ReadMeanwhile {
                times: Vec::new(),
                failed: 0,
            };
            let mut number = 0;
            while !is_done.load(Ordering::Relaxed) {
                number = number % 500 + 1;
                let asked = Instant::now();
                match open_page(&router, &format!("/story-{number}"), None).await {
                    Some(_) => read.times.push(asked.elapsed().as_secs_f64()),
                    None => read.failed += 1,
                }
            }
            read
        }
    });
    work.await;
    is_done.store(true, Ordering::Relaxed);
    reader.await.expect("the reader reads")
}
