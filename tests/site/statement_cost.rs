//! Tests that the statements behind public pages cost the same however much a site has, in blocks of the database, which
//! unlike time are the same on every machine.

use broadsheet::articles::store::{self as articles, feeds, headlines, links, sitemap};
use broadsheet::comments::store::{approved, threads};
use broadsheet::ids::{AccountId, ArticleId, CommentId, TopicId};
use broadsheet::text::Slug;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::support::TestSite;

const FEW: i64 = 1_000;
const MANY: i64 = 8_000;
const COMMENTS_PER_ARTICLE: i64 = 5;
/// Blocks that a page may read however few the smaller site has: those of fifty rows with a few lookups each. On a small site,
/// Postgres may read a whole table instead.
const PAGE_BLOCKS: i64 = 400;

/// Inserts articles up to this number, every tenth of them with the topic, all by one author, with their comments. The first
/// article has as many threads as there are articles, and one thread of as many replies.
async fn fill(site: &TestSite, count: i64) {
    let statement = format!(
        "begin;
         set constraints all deferred;
         insert into topics (id, slug, name) overriding system value values (1, 'tea', 'Tea') on conflict do nothing;
         create temporary table fresh as
             select i from generate_series((select coalesce(max(id), 0) + 1 from articles where id < 20000), {count}) as i;
         insert into articles (id, slug, title, standfirst, sources, body, body_html, replies_open, state, published_at, path,
             author_id, created_at, updated_at)
         select i, 'post-' || i, 'Title', '', '', 'x', 'x', true, 'published', '2020-01-01'::timestamptz + i * interval '1 min',
             '/post-' || i, (select min(id) from accounts), now(), now() from fresh;
         insert into article_paths (path, article_id) select '/post-' || i, i from fresh;
         insert into article_topics (article_id, topic_id) select i, 1 from fresh where i % 10 = 0;
         insert into comments (article_id, root_id, id, name, body, body_html, dedup_hash, status, reasons, created_at,
             status_since)
         select i, id, id, 'Ann', 'x', 'x', int8send(id), 'approved', '{{}}', '2020-01-02'::timestamptz + id * interval '1 s', now()
         from fresh, lateral (select i * 100 + n as id from generate_series(1, {COMMENTS_PER_ARTICLE}) as n) as ids;
         insert into comments (article_id, root_id, id, name, body, body_html, dedup_hash, status, reasons, created_at,
             status_since)
         select 1, id, id, 'Bob', 'x', 'x', int8send(id), 'approved', '{{}}', '2020-01-03'::timestamptz + id * interval '1 s', now()
         from (select 10000000 + i as id from fresh) as ids;
         insert into comments (article_id, parent_id, root_id, id, name, body, body_html, dedup_hash, status, reasons,
             created_at, status_since)
         select 1, 101, 101, id, 'Cy', 'x', 'x', int8send(id), 'approved', '{{}}', '2020-01-03'::timestamptz + id * interval '1 s',
             now()
         from (select 20000000 + i as id from fresh) as ids;
         drop table fresh;
         commit;
         analyze"
    );
    let mut db = site.app.pool.acquire().await.expect("a connection");
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(&mut *db)
        .await
        .expect("articles and comments are inserted");
}

async fn count_blocks(db: &mut PgConnection) -> i64 {
    sqlx::query_scalar("select sum(pg_stat_get_xact_blocks_fetched(oid))::bigint from pg_class")
        .fetch_one(db)
        .await
        .expect("the blocks are counted")
}

/// Returns the name of each statement, and the number of blocks that it reads.
async fn measure(site: &TestSite, mode: &str) -> Vec<(&'static str, i64)> {
    let now = site.now();
    let mut db = site.app.pool.begin().await.expect("a transaction");
    sqlx::raw_sql(AssertSqlSafe(format!("set local plan_cache_mode = {mode}")))
        .execute(&mut *db)
        .await
        .expect("the mode is set");
    let mut measured = Vec::new();
    macro_rules! measure {
        ($name:literal, $statement:expr) => {{
            // The first run reads the catalogue as well.
            for run in 0..2 {
                let before = count_blocks(&mut db).await;
                let result = $statement.await.expect($name);
                let blocks = count_blocks(&mut db).await - before;
                std::hint::black_box(&result);
                if run == 1 {
                    measured.push(($name, blocks));
                }
            }
        }};
    }
    let (oldest, topic) = (Some(ArticleId(30)), TopicId(1));
    let author: i64 = sqlx::query_scalar("select min(id) from accounts")
        .fetch_one(&mut *db)
        .await
        .expect("an account");
    let author = AccountId(author);
    let first = ArticleId(1);
    let counts = threads::count(&mut db, first).await.expect("the counts");
    let thread = threads::ThreadKey {
        root_id: CommentId(101),
        replies: i32::try_from(counts.replies - counts.threads).expect("few") + 1,
    };
    measure!("front page", headlines::list_newest(&mut db, None, 11, now));
    measure!(
        "oldest page",
        headlines::list_newest(&mut db, oldest, 11, now)
    );
    measure!(
        "topic",
        headlines::list_by_topic(&mut db, topic, None, 11, now)
    );
    measure!(
        "topic, oldest page",
        headlines::list_by_topic(&mut db, topic, oldest, 11, now)
    );
    measure!(
        "author",
        headlines::list_by_author(&mut db, author, None, 11, now)
    );
    measure!(
        "author, oldest page",
        headlines::list_by_author(&mut db, author, oldest, 11, now)
    );
    measure!("feed", feeds::list_newest(&mut db, 20, now));
    measure!(
        "feed of a topic",
        feeds::list_by_topic(&mut db, topic, 20, now)
    );
    measure!(
        "feed of an author",
        feeds::list_by_author(&mut db, author, 20, now)
    );
    let post = Slug::from_title("post");
    measure!(
        "suggestions",
        links::list_by_slug_prefix(&mut db, &post, 5, now)
    );
    measure!("newest links", links::list_newest(&mut db, 5, now));
    measure!("article", articles::find_by_path(&mut db, "/post-7", now));
    measure!(
        "unknown path",
        articles::find_by_path(&mut db, "/nowhere", now)
    );
    measure!("months", sitemap::list_months(&mut db, now));
    measure!("feed of comments", approved::list_newest(&mut db, 20, now));
    measure!(
        "feed of an article",
        approved::list_newest_on(&mut db, first, 20)
    );
    measure!("thread counts", threads::count(&mut db, first));
    measure!(
        "first threads",
        threads::list(&mut db, first, counts, false, 0, 50)
    );
    let last = counts.threads - 50;
    measure!(
        "last threads",
        threads::list(&mut db, first, counts, false, last, 50)
    );
    measure!(
        "start of a thread",
        approved::list_in_thread(&mut db, thread, 0, 50)
    );
    let page = threads::list(&mut db, first, counts, false, 0, 50).await;
    let page = page.expect("the first threads");
    measure!(
        "comments of the first threads",
        approved::list_in_threads(&mut db, &page, 10)
    );
    let end = i64::from(thread.replies) - 50;
    measure!(
        "end of a thread",
        approved::list_in_thread(&mut db, thread, end, 50)
    );
    measure!("comment", approved::find(&mut db, first, CommentId(101)));
    measure!(
        "permalink",
        threads::find_position(&mut db, CommentId(104), now)
    );
    measured
}

#[tokio::test]
async fn public_pages_read_no_more_of_a_large_site_than_of_a_small_one() {
    let site = TestSite::new().await;
    site.article("First").await;
    let modes = ["force_custom_plan", "force_generic_plan"];
    fill(&site, FEW).await;
    let mut small = Vec::new();
    for mode in modes {
        small.push(measure(&site, mode).await);
    }
    fill(&site, MANY).await;
    let mut grown = Vec::new();
    for (mode, small) in modes.into_iter().zip(small) {
        let large = measure(&site, mode).await;
        for ((name, before), (_, after)) in small.into_iter().zip(large) {
            assert!(before > 0, "{name} reads something");
            if after > (before * 2).max(PAGE_BLOCKS) {
                grown.push(format!("{name}, {mode}: {before} blocks, then {after}"));
            }
        }
    }
    assert!(grown.is_empty(), "{grown:#?}");
}
