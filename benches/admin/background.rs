//! Indexing of a flood of similar comments, and bulk actions while a reader loads articles.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use broadsheet::comments::Status;
use broadsheet::moderation::filter::QueueFilter;
use broadsheet::moderation::indexing::index_batch;
use broadsheet::moderation::{bulk, store};

use super::sites::{FilledSite, connect, load_page, now};
use crate::quantiles;

/// Bound for the row rate of a bulk action divided by that of a plain update.
const MIN_RATE_SHARE: f64 = 0.2;

/// Indexes five thousand similar comments: the last thousand may take no longer than twice the first.
pub async fn index_flood(site: &FilledSite) -> bool {
    let mut times = Vec::new();
    for thousand in 0..5_i64 {
        sqlx::query(
            "insert into comments (article_id, root_id, commenter_id, name, body, body_html, dedup_hash, status, reasons, created_at, network_hash)
             select 1 + i % 50, 0, 1 + i % 200, 'Friend ' || i, sample.words, '<p>' || sample.words || '</p>', int8send(-i), 'held', '{everything-is-held}', $2,
                 sha256(int8send(i % 9))
             from generate_series($1 * 1000 + 1, $1 * 1000 + 1000) as i
             cross join lateral (select 'Hello friend ' || i || ', I earn ' || i || ' dollars a week from my home, and so can you: read how at https://money.example/'
                 || i || ' and start ' || (array['today', 'now', 'tomorrow'])[1 + i % 3] as words) sample",
        )
        .bind(thousand)
        .bind(now())
        .execute(&site.app.pool)
        .await
        .expect("comments are inserted");
        let started = Instant::now();
        while index_batch(&site.app)
            .await
            .expect("comments are indexed")
            .is_some()
        {}
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
pub async fn measure_plain_update(url: &str) -> f64 {
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
pub async fn measure_bulk_actions(site: &FilledSite, plain_rate: f64) -> bool {
    let quiet = read_while(site, tokio::time::sleep(Duration::from_secs(5))).await;
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
            last = Some(action_id.expect("the bulk action starts"));
            bulk::run_pending(&site.app)
                .await
                .expect("the bulk action finishes");
            started.elapsed().as_secs_f64()
        };
        let mut time = 0.0;
        let reads = read_while(site, async { time = action.await }).await;
        let mut db = site.app.pool.acquire().await.expect("a connection");
        let action_id = last.expect("the bulk action has an id");
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
    reader.await.expect("the reader task does not panic")
}
