//! Tests that a search costs the same however many articles there are, in blocks of the database, which unlike time are
//! the same on every machine.

use broadsheet::articles::store::search::{self, BEGIN_SEARCH};
use broadsheet::clock::Ts;
use broadsheet::ids::ArticleId;
use broadsheet::text::search::SearchQuery;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::support::makers::at;
use crate::support::{START_TIME, TestSite};

const FEW: i64 = 2_000;
const MANY: i64 = 12_000;

/// Inserts published articles up to this number, each with 120 words of a vocabulary of 3,000, too many to be stored in
/// the row itself. All contain `common`, and every hundredth `occasional`.
async fn fill(site: &TestSite, articles: i64) {
    // Built at the end, which is faster than to insert each word.
    let statement = format!(
        "set session_replication_role = replica;
         do $$
         declare definition text := pg_get_indexdef('article_search_by_vector'::regclass);
         begin
             drop index article_search_by_vector;
             insert into articles (id, slug, title, standfirst, sources, body, body_html, replies_open, state, published_at,
                 path, author_id, created_at, updated_at)
             select i, 'a' || i, 'Title', '', '', 'x', 'x', true, 'published', '2020-01-01'::timestamptz + i * interval '1 min',
                 '/a' || i, (select min(id) from accounts), now(), now()
             from generate_series((select coalesce(max(id), 0) + 1 from articles where id < 20000), {articles}) as i;
             insert into article_search
             select articles.id, published_at, 1, array_to_tsvector(
                 array(select md5(((articles.id * 31 + n * n * 7) % 3000)::text) from generate_series(1, 120) as n)
                 || array['*', 'common'] || case when articles.id % 100 = 0 then array['occasional'] else '{{}}' end
                 || case when articles.id = 7 then array['once'] else '{{}}' end)
             from articles where id < 20000 on conflict do nothing;
             execute definition;
         end
         $$;
         set session_replication_role = origin;
         analyze article_search;
         analyze articles"
    );
    let mut db = site.app.pool.acquire().await.expect("a connection");
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(&mut *db)
        .await
        .expect("articles are inserted");
}

/// Returns the number of articles found, and how many blocks of the tables of the search were read for the first page.
async fn measure(
    site: &TestSite,
    plan_cache_mode: &str,
    text: &str,
    before: Option<ArticleId>,
) -> (usize, i64) {
    let query = SearchQuery::parse(text)
        .expect("the query has a word")
        .to_tsquery();
    let now: Ts = at(START_TIME);
    let mut db = site
        .app
        .pool
        .begin_with(BEGIN_SEARCH)
        .await
        .expect("a transaction");
    sqlx::raw_sql(AssertSqlSafe(format!(
        "set local plan_cache_mode = {plan_cache_mode}"
    )))
    .execute(&mut *db)
    .await
    .expect("the mode is set");
    let before_search = count_blocks(&mut db).await;
    let page = search::find_page(&mut db, &query, before, 11, now)
        .await
        .expect("the search succeeds");
    let blocks = count_blocks(&mut db).await - before_search;
    (page.ids.len(), blocks)
}

/// Returns the number of blocks of the tables of the search that this connection has read since its statistics were sent.
async fn count_blocks(db: &mut PgConnection) -> i64 {
    sqlx::query_scalar(
        "select sum(pg_stat_get_xact_blocks_fetched(oid))::bigint from pg_class
         where oid in (select indexrelid from pg_index where indrelid = 'article_search'::regclass)
             or oid = 'article_search'::regclass
             or oid = (select reltoastrelid from pg_class where oid = 'article_search'::regclass)",
    )
    .fetch_one(db)
    .await
    .expect("the blocks are counted")
}

#[tokio::test]
async fn a_search_reads_no_more_of_a_large_site_than_of_a_small_one() {
    let site = TestSite::new().await;
    site.article("First").await;
    let queries = [
        ("nowhere", 0),
        ("once", 1),
        ("common", 11),
        ("common -nowhere", 11),
        ("nowhere or once", 1),
        ("common nowhere", 0),
        ("\"common nowhere\"", 0),
        ("-nowhere", 11),
    ];
    let mut small = Vec::new();
    fill(&site, FEW).await;
    for mode in ["force_custom_plan", "force_generic_plan"] {
        for (text, expected) in queries {
            let (found, blocks) = measure(&site, mode, text, None).await;
            assert_eq!(found, expected, "{text}");
            assert!(blocks > 0, "{text}");
            small.push(blocks);
        }
    }
    fill(&site, MANY).await;
    let mut small = small.into_iter();
    for mode in ["force_custom_plan", "force_generic_plan"] {
        for (text, expected) in queries {
            let before = small.next().expect("one measurement for each query");
            let (found, blocks) = measure(&site, mode, text, None).await;
            assert_eq!(found, expected, "{text}");
            // Six times as many articles; a deeper index costs a few blocks.
            assert!(
                blocks <= before * 2 + 10,
                "{text}, {mode}: {before} blocks with {FEW} articles, {blocks} with {MANY}"
            );
        }
        // Far down the list, too.
        let (found, deep) = measure(&site, mode, "common", Some(ArticleId(1_000))).await;
        let (_, first) = measure(&site, mode, "common", None).await;
        assert_eq!(found, 11);
        assert!(
            deep <= first * 2,
            "{mode}: {first} blocks for the first page, {deep} far down"
        );
    }
    let (found, _) = measure(&site, "auto", "occasional", None).await;
    assert_eq!(found, 11);
}

#[tokio::test]
async fn more_than_a_thousand_articles_are_not_counted() {
    let site = TestSite::new().await;
    site.article("First").await;
    fill(&site, 1_005).await;
    let reader = site.visitor();
    let page = reader.open("/search?q=common").await;
    page.has_status(200).sees("More than 1,000 articles found");
    assert_eq!(page.texts_of(".headline").len(), 10);
    let older = page
        .attribute("a[rel=next]", "href")
        .expect("there are more");
    let page = reader.open(&older).await;
    assert_eq!(page.texts_of(".headline").len(), 10);
    reader
        .open("/search?q=occasional")
        .await
        .sees("10 articles found");
}
