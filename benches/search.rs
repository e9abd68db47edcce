//! Compares the search among 100,000 articles to the search among 1,000: `cargo bench --profile quick --bench search`.
//!
//! The articles have 600 words each, drawn from 60,000 invented ones as often as Zipf's law says. The program indexes the
//! first thousand; the others are copies. Pages are requested from the router, without the network; the median of each counts.
//! A word that occurs nowhere must take less than twice as long among the many. Copying takes some minutes.

#[path = "../tests/support/cluster.rs"]
#[allow(dead_code, reason = "only the folder is needed")]
mod cluster;

use std::fs;
use std::time::Instant;

use argon2::Argon2;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use broadsheet::app::App;
use broadsheet::articles::{indexing, welcome};
use broadsheet::clock::Clock;
use broadsheet::config::Settings;
use broadsheet::crypto::KeyRing;
use broadsheet::db::MIGRATOR;
use broadsheet::db::embedded::{CommitDurability, EmbeddedPostgres};
use broadsheet::router;
use http_body_util::BodyExt;
use sqlx::{AssertSqlSafe, PgPool};
use tower::ServiceExt;

const FEW: i64 = 1_000;
const MANY: i64 = 100_000;
const WORDS_PER_ARTICLE: i64 = 600;
const ROUNDS: usize = 101;
/// Bound for the word that occurs nowhere.
const MAX_RATIO: f64 = 2.0;

/// Beginnings of the words. Each is that of a twentieth of them.
const BEGINNINGS: [&str; 20] = [
    "con", "pro", "dis", "com", "int", "per", "sub", "tra", "rec", "ove", "und", "for", "out",
    "sta", "res", "exp", "par", "def", "pre", "mar",
];

/// Returns the word with this rank, 0 for the commonest.
fn word(rank: usize) -> String {
    format!("{}w{rank}", BEGINNINGS[rank % BEGINNINGS.len()])
}

/// Lists the searches by name.
fn list_searches() -> Vec<(&'static str, String)> {
    vec![
        ("a word that occurs nowhere", "qwertzuiop".to_owned()),
        (
            "three such words",
            "qwertzuiop asdfghjkl yxcvbnmqwe".to_owned(),
        ),
        ("a word of one article in a thousand", "once17".to_owned()),
        ("a word of one article in twenty", word(999)),
        ("the commonest word", word(0)),
        ("the beginning of words of every article", "con".to_owned()),
        (
            "three common words",
            format!("{} {} {}", word(1), word(2), word(3)),
        ),
        (
            "a phrase of common words",
            format!("\"{} {}\"", word(0), word(1)),
        ),
        (
            "a rare word without a common one",
            format!("once17 -{}", word(0)),
        ),
        ("only an excluded word", format!("-{}", word(5))),
    ]
}

#[tokio::main]
async fn main() {
    let folder = cluster::folder("search");
    let postgres = EmbeddedPostgres::start(&folder.join("data"), CommitDurability::Test)
        .unwrap_or_else(|error| panic!("a Postgres to measure with: {error:#}"));
    let pool = PgPool::connect(postgres.superuser_url())
        .await
        .expect("a connection");
    MIGRATOR.run(&pool).await.expect("the migrations run");
    let config = Settings::default()
        .check()
        .expect("the default settings are valid");
    let keys = KeyRing::from_secret(&[7; 32]);
    let app = App::new(pool.clone(), Clock::System, keys, config, Argon2::default());
    welcome::create_welcome_site(&app)
        .await
        .expect("the site is created");
    insert_articles(&app).await;
    let few = measure(&app).await;
    copy_articles(&pool).await;
    let many = measure(&app).await;
    let mut nowhere = 0.0;
    for (index, (name, _)) in list_searches().iter().enumerate() {
        let ratio = many[index] / few[index];
        println!(
            "{name}: {:.2} ms among {FEW}, {:.2} ms among {MANY} ({ratio:.2})",
            few[index], many[index]
        );
        if index == 0 {
            nowhere = ratio;
        }
    }
    pool.close().await;
    postgres.stop();
    fs::remove_dir_all(&folder).expect("the folder is removed");
    assert!(nowhere < MAX_RATIO, "the bound is exceeded; see above");
}

async fn execute(pool: &PgPool, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(pool)
        .await
        .expect("the statement succeeds");
}

/// Inserts the first thousand articles and indexes them.
async fn insert_articles(app: &App) {
    let beginnings = BEGINNINGS.join(",");
    let statement = format!(
        "begin;
         insert into articles (id, slug, title, standfirst, sources, body, body_html, replies_open, state, published_at, path,
             author_id, created_at, updated_at)
         select 1000 + i, 'a' || i, 'Title', '', '', text, '<p>' || text || '</p>', true, 'published',
             '2020-01-01'::timestamptz + i * interval '10 min', '/a' || i, (select min(id) from accounts), now(), now()
         from generate_series(1, {FEW}) as i cross join lateral (
             -- The rank of a word by Zipf's law, from a number that is the same in each run.
             select string_agg(('{{{beginnings}}}'::text[])[1 + rank % 20] || 'w' || rank, ' ' order by n) || ' once' || i as text
             from (
                 select n, floor(power(60000, (hashint8extended(i * 1000 + n, 1) & 65535) / 65536.0) - 1)::int as rank
                 from generate_series(1, {WORDS_PER_ARTICLE}) as n
             ) drawn
         ) made;
         insert into article_paths select path, id from articles on conflict do nothing;
         commit"
    );
    execute(&app.pool, statement).await;
    while indexing::index_batch(app)
        .await
        .expect("a batch is indexed")
        .is_some()
    {}
    execute(&app.pool, "vacuum analyze".to_owned()).await;
}

/// Copies the articles until there are as many as are to be measured.
async fn copy_articles(pool: &PgPool) {
    let copies = MANY / FEW - 1;
    let statement = format!(
        "set session_replication_role = replica;
         set maintenance_work_mem = '512MB';
         do $$
         declare definition text := pg_get_indexdef('article_search_by_vector'::regclass);
         begin
             drop index article_search_by_vector;
             insert into articles (id, slug, title, standfirst, sources, body, body_html, replies_open, state, published_at, path,
                 author_id, created_at, updated_at)
             select id + copy * {FEW}, slug || '-' || copy, title, standfirst, sources, body, body_html, true, state,
                 published_at + copy * interval '10 days', path || '-' || copy, author_id, created_at, updated_at
             from articles cross join generate_series(1, {copies}) as copy where id > 1000;
             insert into article_search
             select article_id + copy * {FEW}, published_at + copy * interval '10 days', analyzer, search_vector
             from article_search cross join generate_series(1, {copies}) as copy where article_id > 1000;
             execute definition;
         end
         $$"
    );
    execute(pool, statement).await;
    execute(pool, "vacuum analyze".to_owned()).await;
}

/// Returns the median time of each search in milliseconds.
async fn measure(app: &App) -> Vec<f64> {
    let router = router::router(app.clone());
    let searches = list_searches();
    let mut times = vec![Vec::new(); searches.len()];
    for round in 0..=ROUNDS {
        for (index, (_, text)) in searches.iter().enumerate() {
            let time = request(&router, text).await;
            // The first time, statements are prepared and blocks are read from the disk.
            if round > 0 {
                times[index].push(time);
            }
        }
    }
    times.iter_mut().map(|times| median(times)).collect()
}

async fn request(router: &Router, text: &str) -> f64 {
    let query: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let request = Request::get(format!("/search?q={query}"))
        .body(Body::empty())
        .expect("a request");
    let started = Instant::now();
    let response = router
        .clone()
        .oneshot(request)
        .await
        .expect("the router answers");
    let status = response.status();
    response
        .into_body()
        .collect()
        .await
        .expect("the page is read");
    assert_eq!(status, StatusCode::OK, "{text}");
    started.elapsed().as_secs_f64() * 1_000.0
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
