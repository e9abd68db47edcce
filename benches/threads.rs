//! Whether a page of ten thousand replies costs what a page of a hundred does: `cargo bench --bench threads`.
//!
//! A made export is imported by the real program into a Postgres of its own, then served from here over loopback TCP. One
//! of its articles has 10,000 comments, one 150: a hundred of those are approved, about as many as the least that fill a
//! page with fifty threads, so that pages are compared that show the same (a made export marks three comments in ten as
//! held, spam or trash, and every third answers the one before it). What a page holds is told beside it.
//!
//! Pages are asked for in turn, many times; the median counts. Time is from the last byte of the question to the first of
//! the answer. Every ratio to the small article's first page must be less than 1.5, in bytes, plain and with Brotli, and
//! in time.

#[path = "../tests/support/cluster.rs"]
#[allow(dead_code, reason = "only folders are needed of it")]
mod cluster;
#[path = "../tests/support/made_export.rs"]
#[allow(dead_code, reason = "the other bench has the rest")]
mod made_export;

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use argon2::Argon2;
use broadsheet::app::App;
use broadsheet::clock::Clock;
use broadsheet::config::Settings;
use broadsheet::crypto::Keys;
use broadsheet::db::embedded::{Durability, Private};
use broadsheet::router;
use sqlx::PgPool;

const SMALL: u64 = 150;
const LARGE: u64 = 10_000;
const ROUNDS: usize = 200;
/// What the issue of this bench asks for.
const MOST: f64 = 1.5;

/// A page, and what was measured of it.
struct Measured {
    name: &'static str,
    path: String,
    /// Of the whole answer, as it is and with Brotli.
    bytes: [usize; 2],
    replies: usize,
    /// Those at the first level: where a thread has lost its first, more than one a thread.
    at_the_top: usize,
    /// Seconds to the first byte, round by round.
    times: Vec<f64>,
}

#[tokio::main]
async fn main() {
    let folder = cluster::folder("threads");
    let postgres = Private::start(&folder.join("data"), Durability::Durable)
        .unwrap_or_else(|error| panic!("a Postgres to measure with: {error:#}"));
    import(&folder, postgres.url());
    let pool = PgPool::connect(postgres.url()).await.expect("a connection");
    // What autovacuum does within a minute of such an import.
    sqlx::query("vacuum analyze")
        .execute(&pool)
        .await
        .expect("it is swept");
    let small = article(&pool, SMALL).await;
    let large = article(&pool, LARGE).await;
    let last = last_page(&pool, &large).await;
    let address = serve(pool.clone()).await;
    let page_of = |page: i64| format!("{large}?comments={page}");
    let pages = vec![
        Measured::new("the first of the small", small.clone()),
        Measured::new("the first of the large", large.clone()),
        Measured::new("one in its middle", page_of(last / 2)),
        Measured::new("its last but one", page_of(last - 1)),
        Measured::new("its last", page_of(last)),
    ];
    let places = vec![
        Measured::new(
            "the place of the small's last",
            comment_at(&pool, &small, None).await,
        ),
        Measured::new(
            "the place of the large's middle",
            comment_at(&pool, &large, Some(LARGE / 2)).await,
        ),
        Measured::new(
            "the place of the large's 9,999th",
            comment_at(&pool, &large, Some(LARGE - 1)).await,
        ),
    ];
    let measured = tokio::task::spawn_blocking(move || {
        [pages, places].map(|mut group| {
            measure(address, &mut group);
            group
        })
    });
    let measured = measured.await.expect("it is measured");
    let mut is_good = true;
    for group in &measured {
        is_good &= tell(group);
    }
    pool.close().await;
    postgres.stop();
    fs::remove_dir_all(&folder).expect("the folder is ours");
    assert!(is_good, "this falls short of what is asked");
}

/// Imports a made export with the real program.
fn import(folder: &Path, database: &str) {
    let file = folder.join("made.xml");
    let mut out = BufWriter::new(File::create(&file).expect("a file"));
    made_export::write_each(&mut out, 20, |number| match number {
        1 => SMALL,
        2 => LARGE,
        _ => 10,
    })
    .expect("an export");
    drop(out);
    let key = folder.join("key");
    fs::write(&key, "7".repeat(64)).expect("a key");
    fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).expect("a closed key");
    let status = Command::new(env!("CARGO_BIN_EXE_broadsheet"))
        .args(["import", "wordpress"])
        .arg(&file)
        .env("DATABASE_URL", database)
        .env("BROADSHEET_SECRET_KEY_FILE", &key)
        .env("BROADSHEET_LOG", "warn")
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .status()
        .expect("it starts");
    assert!(status.success(), "the import failed");
}

/// The address of the article with so many comments, whatever was decided about them.
async fn article(pool: &PgPool, comments: u64) -> String {
    sqlx::query_scalar(
        "select path from articles where (select count(*) from comments where article_id = articles.id) = $1",
    )
    .bind(i64::try_from(comments).expect("it fits"))
    .fetch_one(pool)
    .await
    .expect("it was imported")
}

async fn last_page(pool: &PgPool, path: &str) -> i64 {
    let threads: i64 = sqlx::query_scalar(
        "select sum(threads)::bigint from article_reply_counts where article_id = (select id from articles where path = $1)",
    )
    .bind(path)
    .fetch_one(pool)
    .await
    .expect("it has replies");
    (threads + 49) / 50
}

/// The address of an article's comment of that number among all of them, or of the next there is to read; or of the last.
async fn comment_at(pool: &PgPool, path: &str, number: Option<u64>) -> String {
    let id: i64 = sqlx::query_scalar(
        "with said as (
             select id, status, row_number() over (order by created_at, id) as place from comments
             where article_id = (select id from articles where path = $1)
         )
         select coalesce(
             (select id from said where status = 'approved' and place >= $2 order by place limit 1),
             (select id from said where status = 'approved' order by place desc limit 1))",
    )
    .bind(path)
    .bind(number.map(|number| i64::try_from(number).expect("it fits")))
    .fetch_one(pool)
    .await
    .expect("it is there");
    format!("/comments/{id}")
}

async fn serve(pool: PgPool) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let config = Settings::default().check().expect("settings");
    let keys = Keys::from_secret(&[7; 32]);
    let app = App::new(pool, Clock::System, keys, config, Argon2::default());
    tokio::spawn(async move { axum::serve(listener, router::router(app)).await });
    address
}

impl Measured {
    fn new(name: &'static str, path: String) -> Self {
        Self {
            name,
            path,
            bytes: [0; 2],
            replies: 0,
            at_the_top: 0,
            times: Vec::new(),
        }
    }
}

fn measure(address: SocketAddr, group: &mut [Measured]) {
    for page in &mut *group {
        let (_, plain) = ask(address, &page.path, "identity");
        let html = String::from_utf8(plain).expect("pages are UTF-8");
        page.replies = html.matches("<article class=\"reply ").count();
        page.at_the_top = top_level(&html);
        let (_, brotli) = ask(address, &page.path, "br");
        page.bytes = [html.len(), brotli.len()];
    }
    for _ in 0..ROUNDS {
        for page in &mut *group {
            let (time, _) = ask(address, &page.path, "identity");
            page.times.push(time);
        }
    }
}

/// Replies in no list of answers: the depth of lists is counted.
fn top_level(html: &str) -> usize {
    let Some((_, thread)) = html.split_once("<ol class=\"thread\">") else {
        return 0;
    };
    let (mut depth, mut found) = (0_usize, 0);
    for line in thread.lines() {
        match line {
            "<ol>" => depth += 1,
            "</ol>" if depth == 0 => break,
            "</ol>" => depth -= 1,
            "<li>" if depth == 0 => found += 1,
            _ => {}
        }
    }
    found
}

/// Seconds until the answer begins, and the answer.
fn ask(address: SocketAddr, path: &str, coding: &str) -> (f64, Vec<u8>) {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_nodelay(true).expect("a socket");
    let question = format!(
        "GET {path} HTTP/1.1\r\nhost: 127.0.0.1:8600\r\naccept-encoding: {coding}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(question.as_bytes()).expect("it is asked");
    let asked = Instant::now();
    let mut answer = vec![0; 1];
    stream.read_exact(&mut answer).expect("an answer");
    let time = asked.elapsed().as_secs_f64();
    stream.read_to_end(&mut answer).expect("all of it");
    let status = &answer[..12];
    let is_there = status.ends_with(b" 200") || status.ends_with(b" 303");
    assert!(is_there, "{path}: {}", String::from_utf8_lossy(status));
    let end = answer
        .windows(4)
        .position(|bytes| bytes == b"\r\n\r\n")
        .expect("a head");
    (time, answer.split_off(end + 4))
}

/// Tells a group, and whether everything in it is near its first.
fn tell(group: &[Measured]) -> bool {
    let mut is_good = true;
    let [base_plain, base_brotli] = group[0].bytes.map(|bytes| bytes.max(1) as f64);
    let base_time = median(&group[0].times);
    for page in group {
        let [plain, brotli] = page.bytes.map(|bytes| bytes as f64);
        let time = median(&page.times);
        let ratios = [plain / base_plain, brotli / base_brotli, time / base_time];
        print!("{}: {:.2} ms ({:.2})", page.name, time * 1000.0, ratios[2]);
        // A place is an answer without a page.
        if page.replies > 0 {
            print!(
                "; {plain} bytes ({:.2}), {brotli} with Brotli ({:.2}); {} replies, {} of them at the top",
                ratios[0], ratios[1], page.replies, page.at_the_top
            );
        }
        println!();
        is_good &= ratios.iter().all(|ratio| *ratio < MOST);
    }
    is_good
}

fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
