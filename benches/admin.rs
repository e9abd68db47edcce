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

mod admin {
    pub mod background;
    pub mod sites;
}

use std::fs;
use std::time::Instant;

use admin::background::{index_flood, measure_bulk_actions, measure_plain_update};
use admin::sites::{
    FilledSite, LARGE, SMALL, connect, create_site, load_page, now, open_site, run, with_database,
};
use broadsheet::comments::Status;
use broadsheet::comments::screening::ReasonKind;
use broadsheet::db::embedded::{CommitDurability, EmbeddedPostgres};
use broadsheet::ids::{ArticleId, CommentId};
use broadsheet::moderation::filter::{CommentAge, QueueFilter, QueueOrder};
use broadsheet::moderation::store;
use broadsheet::moderation::store::cards::CardScope;
use sqlx::Connection;

/// Measured requests per page and size.
const ROUNDS: usize = 800;
/// Requests before the measured ones: Postgres may choose another plan after five executions.
const WARM_UP_ROUNDS: usize = 12;
/// Bound for the time at the large size divided by that at the small size.
const MAX_RATIO: f64 = 1.3;
const CARDS_PER_PAGE: i64 = 50;

/// A filter and its measurements at both sizes.
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
    let small = create_site(postgres.superuser_url(), "small", &SMALL).await;
    let large = create_site(postgres.superuser_url(), "large", &LARGE).await;
    let mut server = connect(postgres.superuser_url()).await;
    run(&mut server, "checkpoint").await;

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
    run(&mut server, "create database plain template large").await;
    run(&mut server, "checkpoint").await;
    let plain_rate = measure_plain_update(&with_database(postgres.superuser_url(), "plain")).await;
    let large = open_site(&with_database(postgres.superuser_url(), "large"), None).await;
    is_good &= measure_bulk_actions(&large, plain_rate).await;
    large.app.pool.close().await;
    server.close().await.expect("the connection closes");
    postgres.stop();
    fs::remove_dir_all(&folder).expect("the folder is removed");
    assert!(is_good, "a bound is exceeded; see above");
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
            .expect("the matching comments are read")
            .found
            .iter()
            .map(|found| found.id)
            .collect();
        let cards = store::cards::list(&mut db, &ids, scope)
            .await
            .expect("the cards are read");
        let time = started.elapsed().as_secs_f64();
        if counts {
            self.times[size].push(time);
        } else {
            self.cards[size] = cards.len();
            self.bytes[size] = cards.iter().map(|card| card.body_html.as_str().len()).sum();
        }
    }
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
