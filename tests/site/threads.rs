//! Tests of large discussions: pages of threads, long threads, permalinks, feeds and structured data.

use broadsheet::accounts::Role;
use broadsheet::articles::ArticleKind;
use broadsheet::comments::Status;
use broadsheet::ids::CommentId;
use broadsheet::text::Language;
use scraper::{Html, Selector};
use serde_json::Value;
use sqlx::PgPool;

use crate::support::makers::SampleArticle;
use crate::support::{Setup, TestSite};

/// Adds `count` top-level comments by different commenters, one second apart. Returns their ids in this order.
async fn add_threads(site: &TestSite, on: &SampleArticle, count: i64) -> Vec<i64> {
    insert_rows(
        site,
        "insert into comments (id, article_id, root_id, name, body, body_html, dedup_hash, status, reasons, created_at)
         select $3 + n, $1, $3 + n, 'Reader ' || n, 'x', '<p>Words ' || n || '.</p>', int8send($3 + n), 'approved', '{}',
             '2026-03-01'::timestamptz + n * interval '1 second'
         from generate_series(1, $2) n returning id",
        on,
        count,
        100_000,
    )
    .await
}

/// Adds replies to a comment. If `in_a_row` is true, each is a reply to the previous one instead.
async fn add_replies(
    site: &TestSite,
    on: &SampleArticle,
    to: i64,
    count: i64,
    in_a_row: bool,
) -> Vec<i64> {
    let query = if in_a_row {
        "insert into comments (id, article_id, parent_id, root_id, name, body, body_html, dedup_hash, status, reasons, created_at)
         select $3 * 1000 + n, $1, case when n = 1 then $3 else $3 * 1000 + n - 1 end, $3, 'Answerer ' || n, 'x', '<p>Answer ' || n || '.</p>',
             int8send($3 * 1000 + n), 'approved', '{}', '2026-03-02'::timestamptz + n * interval '1 second'
         from generate_series(1, $2) n returning id"
    } else {
        "insert into comments (id, article_id, parent_id, root_id, name, body, body_html, dedup_hash, status, reasons, created_at)
         select $3 * 1000 + n, $1, $3, $3, 'Answerer ' || n, 'x', '<p>Answer ' || n || '.</p>',
             int8send($3 * 1000 + n), 'approved', '{}', '2026-03-02'::timestamptz + n * interval '1 second'
         from generate_series(1, $2) n returning id"
    };
    insert_rows(site, query, on, count, to).await
}

async fn insert_rows(
    site: &TestSite,
    query: &'static str,
    on: &SampleArticle,
    count: i64,
    from: i64,
) -> Vec<i64> {
    sqlx::query_scalar(query)
        .bind(on.id.0)
        .bind(count)
        .bind(from)
        .fetch_all(&site.app.pool)
        .await
        .expect("the comments are inserted")
}

async fn set_status(site: &TestSite, id: i64, status: Status) {
    sqlx::query("update comments set status = $2 where id = $1")
        .bind(id)
        .bind(status)
        .execute(&site.app.pool)
        .await
        .expect("the comment's status is changed");
}

fn newest_first() -> Setup {
    Setup::default().publication(|publication| publication.discussion.newest_first = true)
}

fn with_depth(depth: i32) -> Setup {
    Setup::default().publication(move |publication| publication.discussion.thread_depth = depth)
}

/// Returns the names of the comments' authors on a page.
async fn list_names(site: &TestSite, path: &str) -> Vec<String> {
    let page = site.visitor().open(path).await;
    page.has_status(200).texts_of(".reply-author")
}

fn reader_names(numbers: impl Iterator<Item = i64>) -> Vec<String> {
    numbers.map(|number| format!("Reader {number}")).collect()
}

#[tokio::test]
async fn a_page_of_comments_shows_fifty_threads_oldest_first() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    add_threads(&site, &article, 120).await;
    let second = format!("{}?comments=2", article.path);
    let third = format!("{}?comments=3", article.path);
    assert_eq!(list_names(&site, &article.path).await, reader_names(1..=50));
    assert_eq!(list_names(&site, &second).await, reader_names(51..=100));
    assert_eq!(list_names(&site, &third).await, reader_names(101..=120));
    let page = site.visitor().open(&second).await;
    page.sees("120 comments").sees("Page 2 of 3");
    assert_eq!(page.text_of(".paging [rel=prev]"), "Older comments");
    assert_eq!(page.text_of(".paging [rel=next]"), "Newer comments");
    let link = |css: &str| page.attribute(css, "href").expect("a link");
    assert_eq!(
        link("link[rel=canonical]"),
        format!("http://127.0.0.1:8600{second}")
    );
    assert_eq!(link("link[rel=prev]"), article.path);
    assert_eq!(link("link[rel=next]"), third);
    assert_eq!(
        link(".paging [rel=prev]"),
        format!("{}#comments", article.path)
    );
    let first = site.visitor().open(&article.path).await;
    assert!(first.texts_of("[rel=prev]").is_empty());
    assert_eq!(
        first.attribute("link[rel=canonical]", "href"),
        Some(format!("http://127.0.0.1:8600{}", article.path))
    );
}

#[tokio::test]
async fn threads_are_newest_first_if_the_setting_says_so() {
    let site = newest_first().build().await;
    let article = site.article("Tea").await;
    let ids = add_threads(&site, &article, 120).await;
    add_replies(&site, &article, ids[119], 2, false).await;
    let mut expected = reader_names((71..=120).rev());
    // Replies are oldest first all the same.
    expected.splice(1..1, ["Answerer 1".to_owned(), "Answerer 2".to_owned()]);
    assert_eq!(list_names(&site, &article.path).await, expected);
    for (page, numbers) in [(2, 21..=70), (3, 1..=20)] {
        let path = format!("{}?comments={page}", article.path);
        assert_eq!(list_names(&site, &path).await, reader_names(numbers.rev()));
    }
    let page = site
        .visitor()
        .open(&format!("{}?comments=2", article.path))
        .await;
    assert_eq!(page.text_of(".paging [rel=prev]"), "Newer comments");
    assert_eq!(page.text_of(".paging [rel=next]"), "Older comments");
    for (index, page) in [(119, ""), (70, ""), (69, "?comments=2"), (0, "?comments=3")] {
        let id = ids[index];
        let place = site.visitor().open(&format!("/comments/{id}")).await;
        let expected = format!("{}{page}#comment-{id}", article.path);
        assert_eq!(place.leads_to(), expected);
    }
}

#[tokio::test]
async fn a_page_beyond_the_end_redirects_to_the_last_page() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ids = add_threads(&site, &article, 51).await;
    for beyond in ["3", "1000000", "99999999999999999999"] {
        let page = site
            .visitor()
            .open(&format!("{}?comments={beyond}", article.path))
            .await;
        page.has_status(302);
        assert_eq!(page.leads_to(), format!("{}?comments=2", article.path));
    }
    for nonsense in ["0", "-1", "1", "two", "", "2'"] {
        let path = format!("{}?comments={nonsense}", article.path);
        assert_eq!(list_names(&site, &path).await.len(), 50, "{nonsense}");
    }
    set_status(&site, ids[0], Status::Spam).await;
    let page = site
        .visitor()
        .open(&format!("{}?comments=2", article.path))
        .await;
    assert_eq!(page.has_status(302).leads_to(), article.path);
    let empty = site.article("Coffee").await;
    let page = site
        .visitor()
        .open(&format!("{}?comments=2", empty.path))
        .await;
    assert_eq!(page.has_status(302).leads_to(), empty.path);
}

#[tokio::test]
async fn each_of_ten_thousand_permalinks_leads_to_the_page_of_its_comment() {
    for setup in [Setup::default(), newest_first()] {
        let site = setup.build().await;
        let is_newest_first = {
            let publication = site
                .app
                .load_publication()
                .await
                .expect("the publication is read");
            publication.discussion.newest_first
        };
        let article = site.article("Tea").await;
        let ids = add_threads(&site, &article, 10_000).await;
        for number in [1, 50, 51, 4_999, 5_000, 5_001, 9_950, 9_951, 9_999, 10_000] {
            let id = ids[number - 1];
            let place = site.visitor().open(&format!("/comments/{id}")).await;
            let before = if is_newest_first {
                10_000 - number
            } else {
                number - 1
            };
            let page = match 1 + before / 50 {
                1 => article.path.clone(),
                page => format!("{}?comments={page}", article.path),
            };
            assert_eq!(place.leads_to(), format!("{page}#comment-{id}"));
            let shown = site.visitor().open(&page).await;
            assert_eq!(
                shown.text_of(&format!("#comment-{id} .reply-author")),
                format!("Reader {number}")
            );
            assert_eq!(shown.texts_of(".reply").len(), 50);
            shown.sees("10000 comments");
        }
    }
}

#[tokio::test]
async fn an_imported_id_works_as_a_permalink() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ids = add_threads(&site, &article, 60).await;
    sqlx::query("with site as (insert into imported_sites (url) values ('old.example.org') returning id) update comments set site_id = site.id, wordpress_id = 77 from site where comments.id = $1")
        .bind(ids[59])
        .execute(&site.app.pool)
        .await
        .expect("the comment is marked as imported");
    let place = site.visitor().open("/comments/77").await.leads_to();
    assert_eq!(
        place,
        format!("{}?comments=2#comment-{}", article.path, ids[59])
    );
    site.visitor().open("/comments/78").await.has_status(404);
    set_status(&site, ids[59], Status::Held).await;
    site.visitor().open("/comments/77").await.has_status(404);
}

#[tokio::test]
async fn a_thread_keeps_its_position_when_its_first_comment_is_removed() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ids = add_threads(&site, &article, 52).await;
    add_replies(&site, &article, ids[1], 2, false).await;
    set_status(&site, ids[1], Status::Trashed).await;
    let first = list_names(&site, &article.path).await;
    assert_eq!(
        first[..4],
        ["Reader 1", "Answerer 1", "Answerer 2", "Reader 3"]
    );
    assert_eq!(first.len(), 51);
    let page = site.visitor().open(&article.path).await;
    page.sees("53 comments").does_not_see("Reader 2 ");
    assert!(page.texts_of(".thread ol").is_empty(), "they stand alone");
    assert_eq!(
        list_names(&site, &format!("{}?comments=2", article.path)).await,
        reader_names(51..=52)
    );
}

#[tokio::test]
async fn an_erased_comment_is_not_shown() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ids = add_threads(&site, &article, 2).await;
    sqlx::query("update comments set status = 'trashed', erased_at = now(), name = 'Gone', body = '', body_html = '' where id = $1")
        .bind(ids[0])
        .execute(&site.app.pool)
        .await
        .expect("the comment is marked as erased");
    assert_eq!(list_names(&site, &article.path).await, ["Reader 2"]);
    let address = format!("/comments/{}", ids[0]);
    site.visitor().open(&address).await.has_status(404);
}

#[tokio::test]
async fn threads_are_nested_to_the_depth_of_the_setting() {
    for depth in [2, 5, 10] {
        let site = with_depth(depth).build().await;
        let article = site.article("Tea").await;
        let ids = add_threads(&site, &article, 1).await;
        add_replies(&site, &article, ids[0], 12, true).await;
        let page = site.visitor().open(&article.path).await;
        let levels = usize::try_from(depth).expect("the depth fits usize");
        let css = |levels: usize| format!(".thread{} > li", " > li > ol".repeat(levels - 1));
        assert!(!page.texts_of(&css(levels)).is_empty(), "{depth}");
        assert!(page.texts_of(&css(levels + 1)).is_empty(), "{depth}");
        let said = page.texts_of(".reply-parent");
        assert_eq!(said.len(), 13 - levels);
        assert_eq!(said[said.len() - 1], "in reply to Answerer 11");
        let there = page.attribute(".reply-parent", "href");
        let answered = ids[0] * 1000 + i64::from(depth) - 1;
        assert_eq!(there, Some(format!("#comment-{answered}")));
    }
}

#[tokio::test]
async fn a_long_thread_continues_on_its_own_pages() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ids = add_threads(&site, &article, 2).await;
    let replies = add_replies(&site, &article, ids[0], 500, true).await;
    let page = site.visitor().open(&article.path).await;
    page.sees("502 comments")
        .sees("451 more replies in this thread");
    assert_eq!(page.texts_of(".reply").len(), 51);
    let more = page
        .attribute(".thread-more a", "href")
        .expect("the thread links its other replies");
    assert_eq!(more, format!("/comments/{}/thread?from=2", ids[0]));
    let second = site.visitor().open(&more).await;
    second
        .has_status(200)
        .sees("501 replies in this thread")
        .sees("Page 2 of 4");
    assert_eq!(second.header("x-robots-tag"), "noindex");
    assert_eq!(second.texts_of(".reply").len(), 200);
    assert_eq!(second.texts_of(".reply-author")[0], "Answerer 50");
    // Its parent is on the article's page.
    assert_eq!(
        second.text_of(".reply .reply-parent"),
        "in reply to Answerer 49"
    );
    let response = second
        .attribute(".reply-parent", "href")
        .expect("the reply links its parent");
    let question = site.visitor().open(&response).await.leads_to();
    assert_eq!(
        question,
        format!("{}#comment-{}", article.path, replies[48])
    );
    assert_eq!(
        second.attribute(".small-title a", "href").as_deref(),
        Some(article.path.as_str())
    );
    let again = site.staff("mo", Role::Moderator).await.open(&more).await;
    assert_eq!(again.body, second.body, "the same for everyone");
    for (number, page) in [
        (49, 1),
        (50, 2),
        (249, 2),
        (250, 3),
        (449, 3),
        (450, 4),
        (500, 4),
    ] {
        let id = replies[number - 1];
        let place = site.visitor().open(&format!("/comments/{id}")).await;
        let expected = match page {
            1 => article.path.clone(),
            page => format!("/comments/{}/thread?from={page}", ids[0]),
        };
        assert_eq!(place.leads_to(), format!("{expected}#comment-{id}"));
        let shown = site.visitor().open(&expected).await;
        let author = shown.text_of(&format!("#comment-{id} .reply-author"));
        assert_eq!(author, format!("Answerer {number}"));
    }
    let last = site
        .visitor()
        .open(&format!("/comments/{}/thread?from=4", ids[0]))
        .await;
    assert_eq!(last.texts_of(".reply").len(), 51);
    assert_eq!(last.text_of(".paging [rel=prev]"), "Older comments");
    assert!(last.texts_of("[rel=next]").is_empty());
}

#[tokio::test]
async fn a_missing_page_of_a_thread_redirects_to_an_existing_one() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ids = add_threads(&site, &article, 2).await;
    let replies = add_replies(&site, &article, ids[0], 60, false).await;
    let open = async |path: String| site.visitor().open(&path).await;
    let thread = format!("/comments/{}/thread", ids[0]);
    let beyond = open(format!("{thread}?from=9")).await;
    assert_eq!(
        beyond.has_status(302).leads_to(),
        format!("{thread}?from=2")
    );
    for first in ["", "?from=1", "?from=x"] {
        let page = open(format!("{thread}{first}")).await;
        let place = page.has_status(302).leads_to();
        assert_eq!(place, format!("/comments/{}", ids[0]));
    }
    let short = open(format!("/comments/{}/thread?from=2", ids[1])).await;
    assert_eq!(
        short.has_status(302).leads_to(),
        format!("/comments/{}", ids[1])
    );
    // Without its first comment, a thread begins with its oldest reply.
    set_status(&site, ids[0], Status::Spam).await;
    let page = open(thread.clone()).await;
    assert_eq!(page.leads_to(), format!("/comments/{}", replies[0]));
    set_status(&site, ids[1], Status::Spam).await;
    for gone in [replies[0], ids[1], 7] {
        open(format!("/comments/{gone}/thread?from=2"))
            .await
            .has_status(404);
    }
    sqlx::query("update articles set state = 'draft'")
        .execute(&site.app.pool)
        .await
        .expect("the article is unpublished");
    open(format!("{thread}?from=2")).await.has_status(404);
}

#[tokio::test]
async fn counts_are_pluralised_in_the_readers_language() {
    for (more, english, ukrainian) in [
        (
            1,
            "One more reply in this thread",
            "Ще 1 відповідь у цій гілці",
        ),
        (
            3,
            "3 more replies in this thread",
            "Ще 3 відповіді в цій гілці",
        ),
        (
            12,
            "12 more replies in this thread",
            "Ще 12 відповідей у цій гілці",
        ),
    ] {
        for (language, words, page) in [
            (Language::English, english, "Page 1 of 2"),
            (Language::Ukrainian, ukrainian, "Сторінка 1 з 2"),
        ] {
            let site = Setup::default()
                .publication(move |publication| publication.language = language)
                .build()
                .await;
            let article = site.article("Tea").await;
            let ids = add_threads(&site, &article, 51).await;
            add_replies(&site, &article, ids[0], 49 + more, false).await;
            let shown = site.visitor().open(&article.path).await;
            assert_eq!(shown.text_of(".thread-more"), words);
            shown.sees(page);
        }
    }
}

/// Returns whether the stored counts of comments and threads match the comments.
async fn counts_match(pool: &PgPool) -> bool {
    sqlx::query_scalar(
        "select not exists (
             select article_id, root_id, replies from article_threads where replies <> 0
             except select article_id, root_id, count(*) from comments where status = 'approved' group by 1, 2)
         and not exists (
             select article_id, root_id, count(*) from comments where status = 'approved' group by 1, 2
             except select article_id, root_id, replies from article_threads)
         and not exists (
             select article_id, sum(count), sum(threads) from article_comment_counts group by 1 having sum(count) <> 0 or sum(threads) <> 0
             except select article_id, count(*), count(distinct root_id) from comments where status = 'approved' group by 1)
         and not exists (
             select article_id, count(*), count(distinct root_id) from comments where status = 'approved' group by 1
             except select article_id, sum(count), sum(threads) from article_comment_counts group by 1)",
    )
    .fetch_one(pool)
    .await
    .expect("the stored counts are compared")
}

#[tokio::test]
async fn stored_counts_match_the_comments_after_any_change() {
    let site = TestSite::new().await;
    let articles = [site.article("Tea").await, site.article("Coffee").await];
    let mod_ = site.staff("mo", Role::Moderator).await;
    // Knuth's MMIX constants: the same mix each time.
    let mut dice: u64 = 2026;
    let mut roll = |sides: usize| {
        dice = dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(dice >> 33).expect("a 31-bit number fits usize") % sides
    };
    let mut said: Vec<(usize, CommentId)> = Vec::new();
    for step in 0..150 {
        let status = Status::ALL[roll(4)];
        match roll(5) {
            0 | 1 => {
                let on = roll(2);
                let parents: Vec<CommentId> = said
                    .iter()
                    .filter(|(under, _)| *under == on)
                    .map(|(_, id)| *id)
                    .collect();
                let parent =
                    (!parents.is_empty() && roll(3) > 0).then(|| parents[roll(parents.len())]);
                let name = format!("N{step}");
                let id = site
                    .insert_reply(&articles[on], parent, &name, status)
                    .await;
                said.push((on, id));
            }
            2 if !said.is_empty() => set_status(&site, said[roll(said.len())].1.0, status).await,
            3 => {
                // Many in one statement.
                sqlx::query("update comments set status = $1 where id % 7 = $2")
                    .bind(status)
                    .bind(i64::try_from(roll(7)).expect("the remainder fits i64"))
                    .execute(&site.app.pool)
                    .await
                    .expect("the comments' statuses are changed");
            }
            _ => {
                // The last moderation action, or its undo.
                let queue = mod_.open("/admin/comments").await;
                if !queue.texts_of("button[name=one]").is_empty() {
                    let form = queue.form("/admin/comments");
                    form.decide("Approve").await.has_status(303);
                    let act = site
                        .count("select coalesce(max(action_id), 0) from decisions")
                        .await
                        .to_string();
                    if roll(2) == 0 {
                        mod_.post_fields("/admin/comments/undo", &[("action", &act)])
                            .await
                            .has_status(303);
                    }
                }
            }
        }
        assert!(counts_match(&site.app.pool).await, "after step {step}");
    }
    assert!(site.count("select count(*) from decisions").await > 0);
    sqlx::query("delete from comments where parent_id is not null and not exists (select 1 from comments answer where answer.parent_id = comments.id) and not exists (select 1 from decisions where comment_id = comments.id)")
        .execute(&site.app.pool)
        .await
        .expect("some comments are deleted");
    assert!(counts_match(&site.app.pool).await);
}

#[tokio::test]
async fn concurrent_approvals_in_one_thread_count_one_thread() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ids = add_threads(&site, &article, 1).await;
    let replies = add_replies(&site, &article, ids[0], 2, false).await;
    for id in [ids[0], replies[0], replies[1]] {
        set_status(&site, id, Status::Held).await;
    }
    assert_eq!(list_names(&site, &article.path).await.len(), 0);
    for (statuses, threads) in [
        (Status::Approved, 1),
        (Status::Spam, 0),
        (Status::Approved, 1),
    ] {
        let mut first = site.app.pool.begin().await.expect("a transaction");
        sqlx::query("update comments set status = $2 where id = $1")
            .bind(replies[0])
            .bind(statuses)
            .execute(&mut *first)
            .await
            .expect("the comment's status is changed");
        // Begins before the first has committed, and waits for it.
        let second = set_status(&site, replies[1], statuses);
        let (_, committed) = tokio::join!(second, async {
            site.wait_for_blocked_query().await;
            first.commit().await
        });
        committed.expect("the transaction commits");
        assert!(counts_match(&site.app.pool).await);
        let saved = site
            .count("select sum(threads)::bigint from article_comment_counts")
            .await;
        assert_eq!(saved, threads);
    }
    let page = site.visitor().open(&article.path).await;
    page.sees("2 comments");
    assert_eq!(page.texts_of(".reply-author"), ["Answerer 1", "Answerer 2"]);
}

#[tokio::test]
async fn staff_comments_and_edits_are_marked() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ids = add_threads(&site, &article, 3).await;
    site.staff("edda", Role::Editor).await;
    for (id, handle) in [(ids[0], "maker"), (ids[1], "edda")] {
        sqlx::query("update comments set account_id = (select id from accounts where username = $2) where id = $1")
            .bind(id)
            .bind(handle)
            .execute(&site.app.pool)
            .await
            .expect("the comment gets a staff author");
    }
    sqlx::query("update comments set edited_at = '2026-03-02T10:30:00Z' where id = $1")
        .bind(ids[2])
        .execute(&site.app.pool)
        .await
        .expect("the comment is marked as edited");
    let page = site.visitor().open(&article.path).await;
    assert_eq!(page.texts_of(".reply-staff"), ["Author", "Staff"]);
    assert_eq!(
        page.text_of(&format!("#comment-{} .reply-staff", ids[0])),
        "Author"
    );
    assert_eq!(page.texts_of(".reply-edited"), ["edited"]);
    let edited = format!("#comment-{} .dt-updated", ids[2]);
    assert_eq!(
        page.attribute(&edited, "datetime").as_deref(),
        Some("2026-03-02T10:30+00:00")
    );
    assert_eq!(
        page.attribute(&edited, "title").as_deref(),
        Some("March 2, 2026 at 10:30\u{202f}AM")
    );
}

/// Returns the JSON-LD data of a page.
fn structured_data(html: &str) -> Value {
    let page = Html::parse_document(html);
    let css = Selector::parse("script[type='application/ld+json']").expect("a selector");
    let block: String = page
        .select(&css)
        .next()
        .expect("the page has a block of JSON-LD")
        .text()
        .collect();
    serde_json::from_str(&block).expect("the JSON-LD block is valid JSON")
}

#[tokio::test]
async fn structured_data_matches_the_page() {
    let site = TestSite::new().await;
    let article = site.article("Tea & <cake>").await;
    let ids = add_threads(&site, &article, 60).await;
    add_replies(&site, &article, ids[0], 2, true).await;
    let page = site.visitor().open(&article.path).await;
    let html = page.html();
    let said = structured_data(&html);
    assert_eq!(said["@type"], "Article");
    assert_eq!(said["headline"], page.text_of("h1"));
    assert_eq!(said["author"]["name"], page.text_of(".byline .p-author"));
    assert_eq!(said["datePublished"], "2026-03-14T15:09:26+00:00");
    assert_eq!(
        said["url"],
        format!("http://127.0.0.1:8600{}", article.path)
    );
    assert_eq!(said["commentCount"], 62);
    page.sees("62 comments");
    // Comments are described by their own markup, as parts of the same article.
    let part = "[itemid] > .thread [itemtype='https://schema.org/Comment'][itemprop=comment]";
    assert_eq!(page.texts_of(part).len(), 52);
    assert_eq!(
        page.attribute(".replies", "itemid").as_deref(),
        said["@id"].as_str()
    );
    let (first, second) = (ids[0], ids[0] * 1000 + 1);
    let comment = |id: i64| format!("#comment-{id}[itemscope]");
    let of_first = |what: &str| page.text_of(&format!("{} [itemprop={what}]", comment(first)));
    assert_eq!(of_first("name"), page.texts_of(".reply-author")[0]);
    assert_eq!(of_first("text"), page.texts_of(".reply-body")[0]);
    let head = |id: i64, what: &str, name: &str| {
        page.attribute(&format!("{} > header > {what}", comment(id)), name)
    };
    let address = |id: i64| Some(format!("/comments/{id}"));
    assert_eq!(head(first, "a[itemprop=url]", "href"), address(first));
    assert_eq!(
        head(first, "a > [itemprop=datePublished]", "datetime").as_deref(),
        Some("2026-03-01T00:00+00:00")
    );
    assert_eq!(head(first, "[itemprop=parentItem]", "href"), None);
    assert_eq!(
        head(second, "[itemprop=parentItem]", "href"),
        address(first)
    );
    assert_eq!(
        head(second + 1, "[itemprop=parentItem]", "href"),
        address(second)
    );
    // The same in microformats: replies are citations inside the entry.
    assert_eq!(page.texts_of(".h-entry .p-comment.h-cite").len(), 52);
    let answer = format!("#comment-{}", ids[0] * 1000 + 1);
    assert_eq!(
        page.attribute(&format!("{answer} .u-in-reply-to"), "href"),
        address(ids[0])
    );
    assert_eq!(
        page.attribute(&format!("{answer} > header > .u-url"), "href"),
        Some(format!("/comments/{}", ids[0] * 1000 + 1))
    );
    let imprint = site
        .article_with("Imprint", |draft| draft.kind = ArticleKind::Page)
        .await;
    let said = structured_data(&site.visitor().open(&imprint.path).await.html());
    assert_eq!(said["@type"], "WebPage");
    assert_eq!(said.get("author"), None);
}

#[tokio::test]
async fn an_article_has_a_feed_of_its_comments() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let other = site.article("Coffee").await;
    let ids = add_threads(&site, &article, 60).await;
    site.comment(&other, "Elsewhere", Status::Approved).await;
    set_status(&site, ids[59], Status::Held).await;
    let page = site.visitor().open(&article.path).await;
    let address = page
        .attribute("link[rel=alternate][title*=Tea]", "href")
        .expect("the page links the thread's feed");
    assert_eq!(address, format!("{}/feed.xml", article.path));
    let feed = site.visitor().open(&address).await;
    feed.has_status(200);
    assert_eq!(
        feed.header("content-type"),
        "application/rss+xml; charset=utf-8"
    );
    let xml = feed.html();
    let channel = roxmltree::Document::parse(&xml).expect("the feed is valid XML");
    let texts = |parent: &str, name: &str| -> Vec<String> {
        channel
            .descendants()
            .filter(|node| {
                // RSS, not Atom.
                node.has_tag_name(name)
                    && node.tag_name().namespace().is_none()
                    && node.parent().is_some_and(|p| p.has_tag_name(parent))
            })
            .map(|node| node.text().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(texts("channel", "title"), ["Comments on “Tea”"]);
    assert_eq!(
        texts("channel", "link"),
        [format!("http://127.0.0.1:8600{}", article.path)]
    );
    let titles = texts("item", "title");
    assert_eq!(titles.len(), 50);
    assert_eq!(titles[0], "Reader 59 on “Tea”");
    let permanent = format!("http://127.0.0.1:8600/comments/{}", ids[58]);
    assert!(texts("item", "guid")[0].starts_with("urn:uuid:"));
    assert_eq!(texts("item", "link")[0], permanent);
    for old in ["/feed", "/feed/", "/feed/rss2"] {
        let mut page = site.visitor().open(&format!("{}{old}", article.path)).await;
        page.has_status(301);
        if old.ends_with('/') {
            page = site.visitor().open(&page.leads_to()).await;
        }
        assert_eq!(page.has_status(301).leads_to(), address);
    }
    sqlx::query("insert into article_paths (path, article_id) values ('/old-tea', $1)")
        .bind(article.id.0)
        .execute(&site.app.pool)
        .await
        .expect("the old path is inserted");
    for old in ["/old-tea/comment-page-1", "/old-tea/comment-page-1/"] {
        let place = site.visitor().open(old).await.follow().await.path;
        assert!(place.starts_with(&article.path), "{old} leads to {place}");
    }
    for old in ["/old-tea/feed.xml", "/old-tea/feed"] {
        let page = site.visitor().open(old).await;
        assert_eq!(page.has_status(301).leads_to(), address);
    }
    for nowhere in ["/2026/03/14/milk/feed.xml", "/nothing/feed"] {
        site.visitor().open(nowhere).await.has_status(404);
    }
}

#[tokio::test]
async fn an_article_whose_path_is_a_feed_path_is_served_instead_of_the_feed() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let other = site.article("Coffee").await;
    let path = format!("{}/feed.xml", article.path);
    let mut moved = site.app.pool.begin().await.expect("a transaction");
    for statement in [
        "insert into article_paths (path, article_id) values ($1, $2)",
        "update articles set path = $1 where id = $2",
    ] {
        sqlx::query(statement)
            .bind(&path)
            .bind(other.id.0)
            .execute(&mut *moved)
            .await
            .expect("the path is moved to another article");
    }
    moved.commit().await.expect("the transaction commits");
    let page = site.visitor().open(&path).await;
    page.has_status(200);
    assert_eq!(page.text_of("h1"), "Coffee");
}

#[tokio::test]
async fn replies_close_when_the_article_is_too_old() {
    const DAY: i64 = 24 * 60 * 60;
    let site = Setup::default()
        .publication(|publication| publication.discussion.close_after_days = 14)
        .build()
        .await;
    let article = site.article("Tea").await;
    let imprint = site
        .article_with("Imprint", |draft| draft.kind = ArticleKind::Page)
        .await;
    let ids = add_threads(&site, &article, 1).await;
    let fields = [
        ("comment", "Hello there"),
        ("author", "Bob"),
        ("email", "bob@example.org"),
    ];
    let post = format!("/articles/{}/reply", article.id);
    let form = format!("{post}?to={}", ids[0]);
    site.app.clock.advance(14 * DAY - 1);
    let page = site.visitor().open(&article.path).await;
    page.sees("Leave a Reply");
    assert!(!page.texts_of(".reply-link").is_empty());
    site.visitor()
        .post_fields(&post, &fields)
        .await
        .has_status(303);
    site.app.clock.advance(1);
    let page = site.visitor().open(&article.path).await;
    page.sees("Comments are closed.")
        .does_not_see("Leave a Reply");
    assert!(page.texts_of(".reply-link").is_empty());
    site.visitor()
        .open(&form)
        .await
        .sees("Comments are closed.")
        .does_not_see("Leave a Reply");
    let refused = site.visitor().post_fields(&post, &fields).await;
    refused.has_status(403);
    assert_eq!(refused.text_of("#unsent-text"), "Hello there");
    assert_eq!(site.count("select count(*) from comments").await, 2);
    let page = site.visitor().open(&imprint.path).await;
    page.sees("Leave a Reply");
    site.visitor()
        .post_fields(&format!("/articles/{}/reply", imprint.id), &fields)
        .await
        .has_status(303);
}

#[tokio::test]
async fn hostile_text_cannot_end_the_structured_data() {
    let site = TestSite::new().await;
    let article = site.article("</script><script>alert(1)</script>").await;
    let hostile = "</script><script>alert(2)</script><!-- <script>";
    for name in [hostile, "</ScRiPt >"] {
        site.comment(&article, name, Status::Approved).await;
    }
    let page = site.visitor().open(&article.path).await;
    let html = page.html();
    assert!(!html.contains("<script>") && !html.contains("<!-- "));
    let css = Selector::parse("script").expect("a selector");
    let parsed = Html::parse_document(&html);
    let kinds: Vec<_> = parsed
        .select(&css)
        .map(|script| {
            (
                script.value().attr("type"),
                script.value().attr("src").is_some(),
            )
        })
        .collect();
    assert_eq!(kinds, [(Some("application/ld+json"), false), (None, true)]);
    let said = structured_data(&html);
    assert_eq!(said["headline"], "</script><script>alert(1)</script>");
    let replied = |part: &str| page.texts_of(&format!("[itemprop=comment] [itemprop={part}]"));
    assert_eq!(replied("name")[0], hostile);
    assert_eq!(replied("text")[0], format!("Words of {hostile}."));
}
