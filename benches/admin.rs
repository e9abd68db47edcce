//! Compares the queue with a million comments to the queue with a thousand, and measures bulk actions:
//! `cargo bench --profile quick --bench admin`.
//!
//! `admin/fill.sql` fills two databases of the same shape: a thousand comments of which 500 are held, and a million of which
//! 100,000 are. A signed-in moderator loads pages that show as many cards at both sizes, in turn and many times, through the real
//! router; then the same comments and cards are read from the database alone. The larger queue may be slower by a factor of less
//! than 1.3, at the median and at the 99th percentile.
//!
//! In the small database, a flood of similar comments is indexed; its cost must grow with its size and no faster.
//!
//! In the large one, all 100,000 held comments become spam by one action and held again by another, while a reader loads
//! articles. That must change at least a fifth as many rows a second as one plain `update` of the same rows in a copy of the
//! database, and no page may fail.

#[path = "../tests/support/cluster.rs"]
#[allow(dead_code, reason = "only the folder is needed")]
mod cluster;

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use argon2::Argon2;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use broadsheet::accounts::{self, Moderator, Role, Username};
use broadsheet::app::App;
use broadsheet::clock::{Clock, Ts};
use broadsheet::comments::Status;
use broadsheet::comments::screening::ReasonKind;
use broadsheet::config::Settings;
use broadsheet::crypto::KeyRing;
use broadsheet::db::embedded::{CommitDurability, EmbeddedPostgres};
use broadsheet::ids::{ArticleId, CommentId};
use broadsheet::moderation::bulk;
use broadsheet::moderation::filter::{CommentAge, QueueFilter, QueueOrder};
use broadsheet::moderation::store;
use broadsheet::moderation::store::cards::CardScope;
use broadsheet::publication::{self, Publication};
use broadsheet::router;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool};
use tower::ServiceExt;

/// FilterMeasurement requests per page.
const ROUNDS: usize = 800;
/// Requests before that: after five executions, Postgres may choose another plan.
const WARM_UP_ROUNDS: usize = 12;
/// Bound for the time at the large size divided by that at the small measurement.
const MAX_RATIO: f64 = 1.3;
/// Bound for the row rate of a bulk action divided by that of a plain update.
const MIN_RATE_SHARE: f64 = 0.2;
/// Current time of the site.
const NOW: &str = "2026-03-14T15:09:26Z";
const CARDS_PER_PAGE: i64 = 50;

/// A site on a filled database.
struct FilledSite {
    app: App,
    router: Router,
    cookie: String,
    moderator: Moderator,
}

/// A filter, and what was measured of it at both sizes.
struct FilterMeasurement {
    name: &'static str,
    filter: QueueFilter,
    cards: [usize; 2],
    bytes: [usize; 2],
    /// Seconds.
    times: [Vec<f64>; 2],
}

#[tokio::main]
async fn main() {
    let folder = cluster::folder("admin");
    let postgres = EmbeddedPostgres::start(&folder.join("data"), CommitDurability::Durable)
        .unwrap_or_else(|error| panic!("a Postgres to measure with: {error:#}"));
    let small = create_site(postgres.url(), "small", &SMALL).await;
    let large = create_site(postgres.url(), "large", &LARGE).await;
    let mut admin = connect(postgres.url()).await;
    run(&mut admin, "checkpoint").await;

    let sites = [small, large];
    let mut is_good = true;
    println!("Pages of the queue, through the router:");
    let mut pages = measurements();
    for round in 0..ROUNDS + WARM_UP_ROUNDS {
        for page in &mut pages {
            for (size, site) in sites.iter().enumerate() {
                page.measure_page(site, size, round >= WARM_UP_ROUNDS).await;
            }
        }
    }
    is_good &= print_results(&pages);
    println!("The same comments and cards, read from the database alone:");
    let mut queries = measurements();
    for round in 0..ROUNDS + WARM_UP_ROUNDS {
        for query in &mut queries {
            for (size, site) in sites.iter().enumerate() {
                query
                    .measure_query(site, size, round >= WARM_UP_ROUNDS)
                    .await;
            }
        }
    }
    print_results(&queries);

    let [small, large] = sites;
    is_good &= index_flood(&small).await;
    small.app.pool.close().await;
    large.app.pool.close().await;
    run(&mut admin, "create database plain template large").await;
    run(&mut admin, "checkpoint").await;
    let plain_rate = measure_plain_update(&with_database(postgres.url(), "plain")).await;
    let large = open_site(&with_database(postgres.url(), "large"), None).await;
    is_good &= measure_bulk_actions(&large, plain_rate).await;
    large.app.pool.close().await;
    admin.close().await.expect("a closed connection");
    postgres.stop();
    fs::remove_dir_all(&folder).expect("the folder is removed");
    assert!(is_good, "a bound is exceeded; see above");
}

/// Variables of `admin/fill.sql`.
type FillVariables = [(&'static str, &'static str); 9];
const SMALL: FillVariables = [
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
const LARGE: FillVariables = [
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
    Ts::new(NOW.parse().expect("a time"))
}

fn with_database(url: &str, name: &str) -> String {
    let (server, _) = url.rsplit_once('/').expect("a URL that ends in a database");
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

/// Creates a database, fills it, and opens a site on it.
async fn create_site(server: &str, name: &str, variables: &FillVariables) -> FilledSite {
    let started = Instant::now();
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
    let keys = KeyRing::from_secret(&[7; 32]);
    publication::store::insert(&mut db, &Publication::new(&keys.active_id()))
        .await
        .expect("settings go in");
    let handle = Username::parse("mo").expect("a handle");
    accounts::store::insert(&mut db, &handle, "Mo", Role::Moderator, None, now())
        .await
        .expect("an account goes in")
        .expect("the handle is free");
    let mut fill = include_str!("admin/fill.sql").replace(":moment", &format!("'{NOW}'"));
    for (name, value) in variables {
        fill = fill.replace(&format!(":{name}"), value);
    }
    sqlx::raw_sql(AssertSqlSafe(fill))
        .execute(&mut db)
        .await
        .unwrap_or_else(|error| panic!("filling {name}: {error}"));
    // Autovacuum would do this within minutes.
    run(&mut db, "vacuum analyze").await;
    println!(
        "{name} database filled in {:.0} s",
        started.elapsed().as_secs_f64()
    );
    open_site(&url, Some(keys)).await
}

async fn open_site(url: &str, keys: Option<KeyRing>) -> FilledSite {
    let pool = PgPool::connect(url).await.expect("a connection");
    let config = Settings::default().check().expect("settings");
    let keys = keys.unwrap_or_else(|| KeyRing::from_secret(&[7; 32]));
    let app = App::new(pool, Clock::fixed(now()), keys, config, Argon2::default());
    let mut db = app.pool.acquire().await.expect("a connection");
    let handle = Username::parse("mo").expect("a handle");
    let (account, _) = accounts::store::find_by_username(&mut db, &handle)
        .await
        .expect("accounts can be asked")
        .expect("it was made");
    let cookie = accounts::session::create_session(&app, &mut db, account.id)
        .await
        .expect("a session");
    let moderator = Moderator::load_active(&mut db, account.id)
        .await
        .expect("accounts can be asked")
        .expect("it moderates");
    drop(db);
    FilledSite {
        router: router::router(app.clone()),
        cookie: format!("{}={}", cookie.name(), cookie.value()),
        moderator,
        app,
    }
}

/// Returns the filters to measure. `fill.sql` gives the author of comment 1 and the network of comment 2 enough comments for a
/// full page at both sizes.
fn measurements() -> Vec<FilterMeasurement> {
    let held = || QueueFilter::with_status(Status::Held);
    let by_score = QueueFilter {
        order: QueueOrder::HighestScoreFirst,
        ..held()
    };
    let by_reason = |kind| QueueFilter {
        reason: Some(kind),
        ..held()
    };
    let on_article = QueueFilter {
        article: Some(ArticleId(1)),
        ..held()
    };
    let by_author = QueueFilter {
        same_author_as: Some(CommentId(1)),
        ..held()
    };
    let from_network = QueueFilter {
        same_network_as: Some(CommentId(2)),
        ..held()
    };
    let search = |text: &str| QueueFilter {
        search: text.to_owned(),
        ..held()
    };
    let aged = |age| QueueFilter {
        age: Some(age),
        ..held()
    };
    let all = [
        ("the queue", held()),
        ("by spam score", by_score),
        ("with a reason", by_reason(ReasonKind::Links)),
        ("on an article", on_article.clone()),
        ("by an author", by_author.clone()),
        ("from a network", from_network),
        ("search for a word in nearly all", search("w1")),
        ("search for a word in one of five", search("cranes")),
        ("search for a rare word", search("zhuravel")),
        ("within a week", aged(CommentAge::AtMost(7))),
        ("older than a week", aged(CommentAge::MoreThan(7))),
        (
            "on an article, with a search",
            QueueFilter {
                search: "w1".to_owned(),
                ..on_article
            },
        ),
        (
            "with a reason, older than a week",
            QueueFilter {
                age: Some(CommentAge::MoreThan(7)),
                ..by_reason(ReasonKind::FirstTimer)
            },
        ),
        (
            "by an author, with a reason",
            QueueFilter {
                reason: Some(ReasonKind::FirstTimer),
                ..by_author
            },
        ),
    ];
    let new = |(name, filter)| FilterMeasurement {
        name,
        filter,
        cards: [0; 2],
        bytes: [0; 2],
        times: [Vec::new(), Vec::new()],
    };
    all.into_iter().map(new).collect()
}

impl FilterMeasurement {
    /// Loads the page.
    async fn measure_page(&mut self, site: &FilledSite, size: usize, counts: bool) {
        let path = format!("/admin/comments?{}", self.filter.query());
        let started = Instant::now();
        let page = load_page(&site.router, &path, Some(&site.cookie)).await;
        let time = started.elapsed().as_secs_f64();
        let page = page.unwrap_or_else(|| panic!("{path} failed"));
        if counts {
            self.times[size].push(time);
        } else {
            self.bytes[size] = page.len();
            let html = String::from_utf8(page).expect("pages are UTF-8");
            self.cards[size] = html.matches("id=\"card-").count();
        }
    }

    /// Reads only what differs between pages: the comments and their cards.
    async fn measure_query(&mut self, site: &FilledSite, size: usize, counts: bool) {
        let mut db = site.app.pool.acquire().await.expect("a connection");
        let started = Instant::now();
        let (filter, now) = (&self.filter, now());
        let (page, scope) = if *filter == QueueFilter::with_status(Status::Held) {
            let page = store::queue::find_grouped(&mut db, None, CARDS_PER_PAGE).await;
            (page, CardScope::WholeGroup)
        } else {
            let page = store::queue::find(&mut db, filter, None, None, CARDS_PER_PAGE, now).await;
            (page, CardScope::SingleComment)
        };
        let ids: Vec<CommentId> = page
            .expect("they are found")
            .found
            .iter()
            .map(|found| found.id)
            .collect();
        let cards = store::cards::list(&mut db, &ids, scope)
            .await
            .expect("there are cards");
        let time = started.elapsed().as_secs_f64();
        if counts {
            self.times[size].push(time);
        } else {
            self.cards[size] = cards.len();
            self.bytes[size] = cards.iter().map(|card| card.body_html.as_str().len()).sum();
        }
    }
}

/// Loads a page; `None` unless the status is 200.
async fn load_page(router: &Router, path: &str, cookie: Option<&str>) -> Option<Vec<u8>> {
    let mut request = Request::get(path).header(header::HOST, "127.0.0.1:8600");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    let request = request.body(Body::empty()).expect("a request");
    let response = router.clone().oneshot(request).await.ok()?;
    if response.status() != 200 {
        return None;
    }
    let page = to_bytes(response.into_body(), usize::MAX).await.ok()?;
    Some(page.to_vec())
}

/// Prints the results, and returns whether all are within the bound.
fn print_results(group: &[FilterMeasurement]) -> bool {
    let mut is_good = true;
    for measurement in group {
        let [small, large] = measurement.times.each_ref().map(|times| quantiles(times));
        let ratios = [large.0 / small.0, large.1 / small.1];
        println!(
            "{}: median {:.2} and {:.2} ms ({:.2}), p99 {:.2} and {:.2} ms ({:.2}); {} and {} cards, {} and {} bytes",
            measurement.name,
            small.0 * 1000.0,
            large.0 * 1000.0,
            ratios[0],
            small.1 * 1000.0,
            large.1 * 1000.0,
            ratios[1],
            measurement.cards[0],
            measurement.cards[1],
            measurement.bytes[0],
            measurement.bytes[1],
        );
        is_good &= ratios.iter().all(|ratio| *ratio < MAX_RATIO);
    }
    is_good
}

/// Returns the median and the 99th percentile.
fn quantiles(times: &[f64]) -> (f64, f64) {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

/// Indexes five thousand similar comments: the last thousand may take no longer than twice the first.
async fn index_flood(site: &FilledSite) -> bool {
    let mut times = Vec::new();
    for thousand in 0..5_i64 {
        sqlx::query(
            "insert into comments (article_id, root_id, commenter_id, name, body, body_html, dedup_hash, status, reasons, created_at, network_hash)
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
        .expect("comments are inserted");
        let started = Instant::now();
        broadsheet::worker::index_comments(&site.app)
            .await
            .expect("comments are indexed");
        times.push(started.elapsed().as_secs_f64());
    }
    let grouped: i64 = sqlx::query_scalar("select max(held)::bigint from similar_groups")
        .fetch_one(&site.app.pool)
        .await
        .expect("a count");
    let ratio = times[4] / times[0];
    println!(
        "5,000 similar comments indexed in {:.1} s, the last thousand in {ratio:.2} of the time of the first; {grouped} grouped",
        times.iter().sum::<f64>()
    );
    ratio < 2.0 && grouped == 5_000
}

/// Returns the rows a second that one statement updates.
async fn measure_plain_update(url: &str) -> f64 {
    let mut db = connect(url).await;
    let started = Instant::now();
    let updated = sqlx::query("update comments set status = 'spam' where status = 'held'")
        .execute(&mut db)
        .await
        .expect("comments are updated");
    let time = started.elapsed().as_secs_f64();
    let rows = updated.rows_affected();
    println!("One plain update of {rows} rows: {time:.1} s");
    rows as f64 / time
}

/// Marks every held comment as spam and undoes that, while a reader loads articles.
async fn measure_bulk_actions(site: &FilledSite, plain_rate: f64) -> bool {
    let quiet = read_while(site, tokio::time::sleep(std::time::Duration::from_secs(5))).await;
    println!("A reader without a bulk action: {quiet}");
    let mut is_good = true;
    let mut last = None;
    for name in ["Mark all as spam", "Undo"] {
        let started = Instant::now();
        let action = async {
            let action_id = match last {
                None => {
                    let filter = QueueFilter::with_status(Status::Held);
                    bulk::decide_all(&site.app, &site.moderator, &filter, Status::Spam, "", now())
                        .await
                }
                Some(action_id) => bulk::undo_all(&site.app, &site.moderator, action_id).await,
            };
            last = Some(action_id.expect("the action starts"));
            bulk::run_pending(&site.app)
                .await
                .expect("the action finishes");
            started.elapsed().as_secs_f64()
        };
        let mut time = 0.0;
        let reads = read_while(site, async { time = action.await }).await;
        let mut db = site.app.pool.acquire().await.expect("a connection");
        let action_id = last.expect("the action started");
        let decided = store::action_summary::count_decisions(&mut db, action_id)
            .await
            .expect("a count");
        let share = decided as f64 / time / plain_rate;
        println!(
            "{name}, {decided} comments: {time:.1} s, {share:.2} of the row rate of one update"
        );
        println!("A reader meanwhile: {reads}");
        is_good &= share >= MIN_RATE_SHARE && decided >= 100_000 && !reads.has_failed();
    }
    is_good
}

/// Page loads of the reader.
struct ReaderStats {
    times: Vec<f64>,
    failed: usize,
}

impl ReaderStats {
    fn has_failed(&self) -> bool {
        self.failed > 0 || self.times.is_empty()
    }
}

impl std::fmt::Display for ReaderStats {
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

/// Loads articles one after the other until `work` is done.
async fn read_while(site: &FilledSite, work: impl Future<Output = ()>) -> ReaderStats {
    let is_done = Arc::new(AtomicBool::new(false));
    let reader = tokio::spawn({
        let (router, is_done) = (site.router.clone(), Arc::clone(&is_done));
        async move {
            let mut read = ReaderStats {
                times: Vec::new(),
                failed: 0,
            };
            let mut number = 0;
            while !is_done.load(Ordering::Relaxed) {
                number = number % 500 + 1;
                let started = Instant::now();
                match load_page(&router, &format!("/story-{number}"), None).await {
                    Some(_) => read.times.push(started.elapsed().as_secs_f64()),
                    None => read.failed += 1,
                }
            }
            read
        }
    });
    work.await;
    is_done.store(true, Ordering::Relaxed);
    reader.await.expect("the reader ends")
}
