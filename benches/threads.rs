//! Compares a page of an article with 10,000 comments to one of an article with 100: `cargo bench --bench threads`.
//!
//! The real program imports a sample export into a Postgres of its own; this bench then serves it over loopback TCP. One article
//! has 10,000 comments, the other 150, of which a hundred are approved (three of ten in a sample export are held, spam or trash):
//! about as many as the least that fill a page with fifty threads. So the compared pages show the same amount, which is printed
//! beside the results.
//!
//! Pages are requested in turn, many times; the median counts. The time is from the last byte of the request to the first of the
//! response. Every ratio to the first page of the small article must be less than 1.5: bytes, bytes with Brotli, and time.

#[path = "../tests/support/cluster.rs"]
#[allow(dead_code, reason = "only the folder is needed")]
mod cluster;
#[path = "../tests/support/sample_export.rs"]
#[allow(dead_code, reason = "the other bench has the rest")]
mod sample_export;

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
use broadsheet::crypto::KeyRing;
use broadsheet::db::embedded::{CommitDurability, EmbeddedPostgres};
use broadsheet::router;
use sqlx::PgPool;

const SMALL_COMMENTS: u64 = 150;
const LARGE_COMMENTS: u64 = 10_000;
const ROUNDS: usize = 200;
/// Bound for each ratio.
const MAX_RATIO: f64 = 1.5;

/// A page, and what was measured of it.
struct PageMeasurement {
    name: &'static str,
    path: String,
    /// Size of the response, uncompressed and with Brotli.
    bytes: [usize; 2],
    comments: usize,
    /// Comments at the first level. A thread whose first comment is gone has several.
    top_level: usize,
    /// Seconds to the first byte.
    times: Vec<f64>,
}

#[tokio::main]
async fn main() {
    let folder = cluster::folder("threads");
    let postgres = EmbeddedPostgres::start(&folder.join("data"), CommitDurability::Durable)
        .unwrap_or_else(|error| panic!("a Postgres to measure with: {error:#}"));
    import(&folder, postgres.superuser_url());
    let pool = PgPool::connect(postgres.superuser_url())
        .await
        .expect("a connection");
    // Autovacuum would do this within a minute.
    sqlx::query("vacuum analyze")
        .execute(&pool)
        .await
        .expect("the tables are vacuumed");
    let small = find_article(&pool, SMALL_COMMENTS).await;
    let large = find_article(&pool, LARGE_COMMENTS).await;
    let last = count_pages(&pool, &large).await;
    let server = serve(pool.clone()).await;
    let page_of = |page: i64| format!("{large}?comments={page}");
    let pages = vec![
        PageMeasurement::new("small article, first page", small.clone()),
        PageMeasurement::new("large article, first page", large.clone()),
        PageMeasurement::new("large article, middle page", page_of(last / 2)),
        PageMeasurement::new("large article, last page but one", page_of(last - 1)),
        PageMeasurement::new("large article, last page", page_of(last)),
    ];
    let permalinks = vec![
        PageMeasurement::new(
            "permalink of the small article's last comment",
            find_permalink(&pool, &small, None).await,
        ),
        PageMeasurement::new(
            "permalink of the large article's middle comment",
            find_permalink(&pool, &large, Some(LARGE_COMMENTS / 2)).await,
        ),
        PageMeasurement::new(
            "permalink of the large article's 9,999th comment",
            find_permalink(&pool, &large, Some(LARGE_COMMENTS - 1)).await,
        ),
    ];
    let measured = tokio::task::spawn_blocking(move || {
        [pages, permalinks].map(|mut group| {
            measure(server, &mut group);
            group
        })
    });
    let measured = measured.await.expect("the measuring task does not panic");
    let mut is_good = true;
    for group in &measured {
        is_good &= print_results(group);
    }
    pool.close().await;
    postgres.stop();
    fs::remove_dir_all(&folder).expect("the folder is removed");
    assert!(is_good, "a bound is exceeded; see above");
}

/// Imports a sample export with the real program.
fn import(folder: &Path, database: &str) {
    let file = folder.join("made.xml");
    let mut out = BufWriter::new(File::create(&file).expect("a file"));
    sample_export::write_each(&mut out, 20, |number| match number {
        1 => SMALL_COMMENTS,
        2 => LARGE_COMMENTS,
        _ => 10,
    })
    .expect("the export is written");
    drop(out);
    let key = folder.join("key");
    fs::write(&key, "7".repeat(64)).expect("the key file is written");
    fs::set_permissions(&key, PermissionsExt::from_mode(0o600))
        .expect("the key file's permissions are set");
    let status = Command::new(env!("CARGO_BIN_EXE_broadsheet"))
        .args(["import", "wordpress"])
        .arg(&file)
        .env("DATABASE_URL", database)
        .env("BROADSHEET_SECRET_KEY_FILE", &key)
        .env("BROADSHEET_LOG", "warn")
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .status()
        .expect("a process");
    assert!(status.success(), "the import failed");
}

/// Returns the path of the article with this number of comments of any status.
async fn find_article(pool: &PgPool, comments: u64) -> String {
    sqlx::query_scalar(
        "select path from articles where (select count(*) from comments where article_id = articles.id) = $1",
    )
    .bind(i64::try_from(comments).expect("the number of comments fits i64"))
    .fetch_one(pool)
    .await
    .expect("an article has this number of comments")
}

async fn count_pages(pool: &PgPool, path: &str) -> i64 {
    let threads: i64 = sqlx::query_scalar(
        "select sum(threads)::bigint from article_comment_counts where article_id = (select id from articles where path = $1)",
    )
    .bind(path)
    .fetch_one(pool)
    .await
    .expect("the number of threads is read");
    (threads + 49) / 50
}

/// Returns the permalink of the `position`-th comment of an article, or of the next approved one after it; without a position,
/// of the last.
async fn find_permalink(pool: &PgPool, path: &str, position: Option<u64>) -> String {
    let id: i64 = sqlx::query_scalar(
        "with numbered as (
             select id, status, row_number() over (order by created_at, id) as position from comments
             where article_id = (select id from articles where path = $1)
         )
         select coalesce(
             (select id from numbered where status = 'approved' and position >= $2 order by position limit 1),
             (select id from numbered where status = 'approved' order by position desc limit 1))",
    )
    .bind(path)
    .bind(position.map(|position| i64::try_from(position).expect("the position fits i64")))
    .fetch_one(pool)
    .await
    .expect("the article has an approved comment");
    format!("/comments/{id}")
}

async fn serve(pool: PgPool) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let server = listener.local_addr().expect("a local address");
    let config = Settings::default()
        .check()
        .expect("the default settings are valid");
    let keys = KeyRing::from_secret(&[7; 32]);
    let app = App::new(pool, Clock::System, keys, config, Argon2::default());
    tokio::spawn(async move { axum::serve(listener, router::router(app)).await });
    server
}

impl PageMeasurement {
    fn new(name: &'static str, path: String) -> Self {
        Self {
            name,
            path,
            bytes: [0; 2],
            comments: 0,
            top_level: 0,
            times: Vec::new(),
        }
    }
}

fn measure(server: SocketAddr, group: &mut [PageMeasurement]) {
    for page in &mut *group {
        let (_, plain) = request(server, &page.path, "identity");
        let html = String::from_utf8(plain).expect("pages are UTF-8");
        page.comments = html.matches("<article class=\"reply ").count();
        page.top_level = count_top_level(&html);
        let (_, brotli) = request(server, &page.path, "br");
        page.bytes = [html.len(), brotli.len()];
    }
    for _ in 0..ROUNDS {
        for page in &mut *group {
            let (time, _) = request(server, &page.path, "identity");
            page.times.push(time);
        }
    }
}

/// Counts the comments outside nested lists.
fn count_top_level(html: &str) -> usize {
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

/// Requests a page. Returns the seconds until the response begins, and its body.
fn request(server: SocketAddr, path: &str, encoding: &str) -> (f64, Vec<u8>) {
    let mut stream = TcpStream::connect(server).expect("a connection");
    stream
        .set_nodelay(true)
        .expect("the connection sends without delay");
    let request = format!(
        "GET {path} HTTP/1.1\r\nhost: 127.0.0.1:8600\r\naccept-encoding: {encoding}\r\nconnection: close\r\n\r\n"
    );
    stream
        .write_all(request.as_bytes())
        .expect("the request is sent");
    let sent = Instant::now();
    let mut response = vec![0; 1];
    stream.read_exact(&mut response).expect("a response");
    let time = sent.elapsed().as_secs_f64();
    stream
        .read_to_end(&mut response)
        .expect("the whole response is read");
    let status = &response[..12];
    let is_expected = status.ends_with(b" 200") || status.ends_with(b" 303");
    assert!(is_expected, "{path}: {}", String::from_utf8_lossy(status));
    let end = response
        .windows(4)
        .position(|bytes| bytes == b"\r\n\r\n")
        .expect("the response has a head");
    (time, response.split_off(end + 4))
}

/// Prints the results of a group, and returns whether all are within the bound of its first.
fn print_results(group: &[PageMeasurement]) -> bool {
    let mut is_good = true;
    let [base_plain, base_brotli] = group[0].bytes.map(|bytes| bytes.max(1) as f64);
    let base_time = median(&group[0].times);
    for page in group {
        let [plain, brotli] = page.bytes.map(|bytes| bytes as f64);
        let time = median(&page.times);
        let ratios = [plain / base_plain, brotli / base_brotli, time / base_time];
        print!("{}: {:.2} ms ({:.2})", page.name, time * 1000.0, ratios[2]);
        // A permalink redirects, so it has no comments and no size of interest.
        if page.comments > 0 {
            print!(
                "; {plain} bytes ({:.2}), {brotli} with Brotli ({:.2}); {} comments, {} at the top level",
                ratios[0], ratios[1], page.comments, page.top_level
            );
        }
        println!();
        is_good &= ratios.iter().all(|ratio| *ratio < MAX_RATIO);
    }
    is_good
}

fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
