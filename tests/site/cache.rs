//! Tests of the page cache: each page is rendered once, is the same for everyone, and is never out of date.

use axum::body::Body;
use axum::http::{Request, header};
use broadsheet::accounts::Role;
use broadsheet::cache::NoInvalidation;
use broadsheet::comments::Status;
use broadsheet::router;
use sqlx::AssertSqlSafe;
use tower::ServiceExt;

use crate::support::makers::SampleArticle;
use crate::support::visitor::{Page, Visitor};
use crate::support::{Setup, TestSite};

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

impl TestSite {
    /// Returns the value of a metric of the page cache.
    fn metric(&self, name: &str) -> u64 {
        let metrics = self.pages.metrics();
        let line = metrics
            .lines()
            .find_map(|line| line.strip_prefix(&format!("broadsheet_cache_{name} ")));
        line.and_then(|value| value.parse().ok())
            .unwrap_or_else(|| panic!("no {name} in {metrics}"))
    }

    /// Opens a page and returns whether it was rendered for this request instead of served from the cache.
    async fn is_rendered(&self, path: &str) -> bool {
        let before = self.metric("misses_total");
        self.visitor().open(path).await.has_status(200);
        self.metric("misses_total") > before
    }

    /// Runs an SQL statement directly in the database, without the site's code.
    pub async fn execute(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&self.app.pool)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

async fn open_with(site: &TestSite, path: &str, headers: &[(header::HeaderName, &str)]) -> Page {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    site.visitor().send(request, Body::empty(), path).await
}

#[tokio::test]
async fn a_page_is_rendered_once_and_is_the_same_for_everyone() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    site.comment(&article, "Ann", Status::Approved).await;
    let admin = site.staff("ada", Role::Admin).await;
    let rendered = site.visitor().open(&article.path).await;
    let again = site.visitor().open(&article.path).await;
    let by_admin = admin.open(&article.path).await;
    assert_eq!(rendered.body, again.body);
    assert_eq!(rendered.body, by_admin.body);
    assert_eq!(rendered.headers, again.headers);
    assert_eq!(rendered.header("set-cookie"), "");
    assert_eq!(site.metric("misses_total"), 1);
    assert_eq!(site.metric("hits_total"), 2);
    assert_eq!(site.metric("pages"), 1);
    assert!(site.metric("size_bytes") > rendered.body.len() as u64);
}

#[tokio::test]
async fn concurrent_requests_share_one_render() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let requests = (0..20).map(|_| {
        let (visitor, path) = (site.visitor(), article.path.clone());
        tokio::spawn(async move { visitor.open(&path).await.body })
    });
    let mut bodies = Vec::new();
    for request in requests.collect::<Vec<_>>() {
        bodies.push(request.await.expect("the request's task does not panic"));
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    assert_eq!(site.metric("misses_total"), 1);
    assert_eq!(site.metric("hits_total"), 19);
}

#[tokio::test]
async fn head_responses_and_304s_match_the_page() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    for path in [article.path.as_str(), "/", "/feed.xml", "/static/site.css"] {
        // The first round renders the page, the second finds it cached.
        for _ in 0..2 {
            let head = site.visitor().head(path).await;
            let page = site.visitor().open(path).await;
            assert!(head.body.is_empty());
            let length = page.body.len().to_string();
            assert_eq!(head.header("content-length"), length, "{path}");
            assert_eq!(head.header("etag"), page.header("etag"), "{path}");
            assert_eq!(page.header("vary"), "accept-encoding");
            let etag = page.header("etag");
            let same = open_with(&site, path, &[(header::IF_NONE_MATCH, etag)]).await;
            same.has_status(304);
            assert!(same.body.is_empty());
            assert_eq!(same.header("etag"), etag);
        }
    }
    let plain = site.visitor().open(&article.path).await;
    // An entity tag belongs to one encoding only.
    let other = [
        (header::ACCEPT_ENCODING, "gzip"),
        (header::IF_NONE_MATCH, plain.header("etag")),
    ];
    open_with(&site, &article.path, &other)
        .await
        .has_status(200);
}

#[tokio::test]
async fn tracking_parameters_do_not_change_the_page() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    assert!(site.is_rendered(&article.path).await);
    let tracked = format!("{}?utm_source=letter&fbclid=abc", article.path);
    assert!(!site.is_rendered(&tracked).await);
    // A parameter that is not known may change the page, so it is not cached.
    let unknown = format!("{}?something=else", article.path);
    let hits = site.metric("hits_total");
    for _ in 0..2 {
        site.visitor().open(&unknown).await.has_status(200);
    }
    assert_eq!(site.metric("hits_total"), hits);
}

#[tokio::test]
async fn all_spellings_of_a_url_are_one_page() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    assert!(site.is_rendered(&tea.path).await);
    let last = tea.path.chars().last().expect("a path");
    let spelled = tea.path.trim_end_matches(last).to_owned();
    for code in [
        format!("%{:02x}", u32::from(last)),
        format!("%{:02X}", u32::from(last)),
    ] {
        assert!(!site.is_rendered(&format!("{spelled}{code}")).await);
    }
    let pages = || site.metric("pages");
    site.visitor().open("/feed.xml").await.has_status(200);
    let before = pages();
    for number in 0..256 {
        // Each bit decides whether one of the letters is encoded.
        let spell = |(index, letter): (usize, char)| match number >> index & 1 {
            0 => letter.to_string(),
            _ => format!("%{:X}", u32::from(letter)),
        };
        let name: String = "feed.xml".chars().enumerate().map(spell).collect();
        let feed = site.visitor().open(&format!("/{name}")).await;
        assert!(feed.has_status(200).html().contains("<rss"), "/{name}");
    }
    assert_eq!(pages(), before);
    site.visitor()
        .open("/%61dmin/comments")
        .await
        .has_status(303);
}

#[tokio::test]
async fn no_accepted_encoding_is_a_reason_to_refuse_a_request() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    for accepted in [
        "identity;q=0",
        "*;q=0",
        "identity;q=0, *;q=0, gzip;q=0",
        "br;q=0",
        "",
    ] {
        let header = [(header::ACCEPT_ENCODING, accepted)];
        for path in [&tea.path, "/search?q=tea", "/admin/sign-in", "/static/none"] {
            let page = open_with(&site, path, &header).await;
            assert!(
                [200, 404].contains(&page.status.as_u16()),
                "{path} with {accepted}"
            );
        }
        open_with(&site, "/admin", &header).await.has_status(303);
    }
}

#[tokio::test]
async fn a_decision_shows_on_pages_as_soon_as_its_response_is_sent() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    site.comment(&tea, "Ann", Status::Held).await;
    let moderator = site.staff("mo", Role::Moderator).await;
    let queue = moderator.open("/admin/comments").await;
    site.visitor().open(&tea.path).await.has_status(200);
    let try_cached = || {
        let request = Request::get(&tea.path).body(());
        site.pages.try_cached(&request.expect("a request"))
    };
    assert!(try_cached().is_some());
    queue
        .form("/admin/comments")
        .decide("Approve")
        .await
        .has_status(303);
    assert!(try_cached().is_none(), "the old page is still there");
    site.visitor().open(&tea.path).await.sees("Words of Ann");
}

#[tokio::test]
async fn only_a_reply_that_no_page_shows_skips_the_wait_for_invalidations() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    for (sql, form, status, skips_wait) in [
        ("", "author=Ann&comment=One&topic=pills", 303, true),
        ("", "author=Ann&comment=Two", 303, true),
        ("", "author=Ann&comment=Two", 409, false),
        ("", "author=Ann&comment=", 422, false),
        (
            "update settings set hold_everything = false",
            "author=Ann&comment=Three",
            303,
            false,
        ),
    ] {
        site.execute(sql).await;
        let request = Request::post(format!("/articles/{}/reply", tea.id))
            .header(header::HOST, "127.0.0.1:8600")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("x-forwarded-for", "192.0.2.7")
            .body(Body::from(format!("{form}&email=ann%40example.org")))
            .expect("a request");
        let Ok(answer) = site.router.clone().oneshot(request).await;
        assert_eq!(answer.status(), status, "{form}");
        let no_invalidation = answer.extensions().get::<NoInvalidation>();
        assert_eq!(no_invalidation.is_some(), skips_wait, "{form}");
    }
    let statuses: Vec<Status> = sqlx::query_scalar("select status from comments order by id")
        .fetch_all(&site.app.pool)
        .await
        .expect("the statuses are read");
    assert_eq!(statuses, [Status::Spam, Status::Held, Status::Approved]);
}

#[tokio::test]
async fn a_page_is_not_cached_under_a_parameter_that_it_ignores() {
    let site = TestSite::new().await;
    for path in [
        "/robots.txt?to=1",
        "/?comments=3",
        "/static/site.css?from=1",
        "/feed.xml?before=9",
    ] {
        site.visitor().open(path).await.has_status(200);
    }
    assert_eq!(site.metric("pages"), 0);
}

/// Creates two articles, one of them with a topic. Returns the paths of all kinds of cached pages that show them.
async fn cached_pages(
    site: &TestSite,
) -> (SampleArticle, SampleArticle, Vec<(&'static str, String)>) {
    let tea = site.article("Tea").await;
    let coffee = site.article("Coffee").await;
    // Another article of the topic, so that its page stays when one is taken out of it.
    let cocoa = site.article("Cocoa").await;
    let first = site.comment(&tea, "Ann", Status::Approved).await;
    site.comment(&coffee, "Bob", Status::Approved).await;
    site.execute(&format!(
        "insert into topics (slug, name) values ('drinks', 'Drinks');
         insert into article_topics select article, id from topics, unnest('{{{}, {}}}'::bigint[]) as article",
        coffee.id, cocoa.id
    ))
    .await;
    let pages = vec![
        ("tea", tea.path.clone()),
        ("tea's feed", format!("{}/feed.xml", tea.path)),
        (
            "tea's form",
            format!("/articles/{}/reply?to={first}", tea.id),
        ),
        ("coffee", coffee.path.clone()),
        ("front", "/".to_owned()),
        ("topic", "/topics/drinks".to_owned()),
        ("feed", "/feed.xml".to_owned()),
        ("replies", "/comments/feed.xml".to_owned()),
        ("sitemap", "/sitemap.xml".to_owned()),
        ("robots", "/robots.txt".to_owned()),
    ];
    (tea, coffee, pages)
}

#[tokio::test]
async fn a_change_in_the_database_drops_exactly_the_pages_that_show_it() {
    let site = TestSite::new().await;
    let (tea, coffee, pages) = cached_pages(&site).await;
    let held = site.comment(&tea, "Carl", Status::Held).await;
    let of_tea = ["tea", "tea's feed", "tea's form", "front", "replies"];
    let lists = ["front", "topic", "feed", "replies", "sitemap"];
    let all: Vec<&str> = pages.iter().map(|(name, _)| *name).collect();
    let with = |some: &[&'static str], more: &[&'static str]| -> Vec<&'static str> {
        some.iter().chain(more).copied().collect()
    };
    let cases: Vec<(String, Vec<&str>)> = vec![
        (
            format!("update comments set body = 'Other words' where id = {held}"),
            vec![],
        ),
        (
            format!("update comments set status = 'spam' where id = {held}"),
            vec![],
        ),
        (
            format!("update comments set status = 'approved' where id = {held}"),
            of_tea.to_vec(),
        ),
        (
            format!("update comments set body_html = '<p>Other words</p>' where id = {held}"),
            of_tea.to_vec(),
        ),
        (
            format!(
                "update comments set network_hash = null, dedup_hash = int8send(id) where id = {held}"
            ),
            vec![],
        ),
        (
            format!("delete from comments where id = {held}"),
            of_tea.to_vec(),
        ),
        (
            format!(
                "update articles set title = 'Green tea' where id = {}",
                tea.id
            ),
            with(&["tea", "tea's feed", "tea's form"], &lists),
        ),
        (
            format!("update articles set title = title where id = {}", tea.id),
            vec![],
        ),
        (
            format!(
                "delete from article_topics where article_id = {}",
                coffee.id
            ),
            with(&["coffee"], &lists),
        ),
        (
            "update topics set name = 'All drinks'".to_owned(),
            all.clone(),
        ),
        ("update accounts set name = 'Other'".to_owned(), all.clone()),
        (
            "update accounts set passphrase_hash = null".to_owned(),
            vec![],
        ),
        (
            "update settings set title = 'Other'".to_owned(),
            all.clone(),
        ),
        (
            "begin; update settings set title = 'Never'; rollback".to_owned(),
            vec![],
        ),
    ];
    for (sql, expected) in cases {
        for (_, path) in &pages {
            site.visitor().open(path).await.has_status(200);
        }
        site.execute(&sql).await;
        let mut rendered = Vec::new();
        for (name, path) in &pages {
            if site.is_rendered(path).await {
                rendered.push(*name);
            }
        }
        let mut expected = expected;
        expected.sort_by_key(|name| all.iter().position(|known| known == name));
        assert_eq!(rendered, expected, "{sql}");
    }
}

#[tokio::test]
async fn a_held_reply_invalidates_no_page() {
    let site = TestSite::new().await;
    let (tea, _, pages) = cached_pages(&site).await;
    for (_, path) in &pages {
        site.visitor().open(path).await.has_status(200);
    }
    let page = site.visitor().open(&tea.path).await;
    page.form("/articles/")
        .fill("comment", "A question.")
        .fill("author", "Dora")
        .fill("email", "dora@example.org")
        .press("Post Comment")
        .await
        .has_status(303);
    for (name, path) in &pages {
        assert!(!site.is_rendered(path).await, "{name}");
    }
    assert_eq!(site.metric("dropped_total"), 0);
}

#[tokio::test]
async fn pages_expire_at_the_time_of_a_scheduled_change() {
    let site = Setup::default()
        .publication(|publication| publication.discussion.close_after_days = 14)
        .build()
        .await;
    let tea = site.article("Tea").await;
    let begins = site.now();
    site.article_with("Coffee", |draft| {
        draft.published_at = Some(begins.plus_seconds(HOUR));
    })
    .await;
    for path in ["/", "/feed.xml", "/sitemap.xml"] {
        assert!(site.is_rendered(path).await);
        assert!(!site.is_rendered(path).await);
    }
    site.visitor().open(&tea.path).await.sees("Leave a Reply");
    site.app.clock.advance(HOUR - 1);
    assert!(!site.is_rendered("/").await);
    site.app.clock.advance(1);
    site.visitor().open("/").await.sees("Coffee");
    assert!(
        site.visitor()
            .open("/feed.xml")
            .await
            .html()
            .contains("Coffee")
    );
    assert!(site.is_rendered("/sitemap.xml").await);
    site.app.clock.advance(14 * DAY - HOUR - 1);
    assert!(!site.is_rendered(&tea.path).await);
    site.app.clock.advance(1);
    let closed = site.visitor().open(&tea.path).await;
    assert!(!closed.html().contains("Leave a Reply"));
}

#[tokio::test]
async fn a_decision_on_one_server_shows_on_another() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let id = site.comment(&tea, "Ann", Status::Held).await;
    let other = router::site(site.app.clone());
    let listening = tokio::spawn({
        let other = other.clone();
        async move { other.listen().await }
    });
    while !other.is_listening() {
        tokio::task::yield_now().await;
    }
    let there = Visitor::new(other.clone());
    assert!(!there.open(&tea.path).await.html().contains("Words of Ann"));
    let moderator = site.staff("mo", Role::Moderator).await;
    moderator
        .open("/admin/comments")
        .await
        .form("/admin/comments")
        .decide("Approve")
        .await
        .has_status(303);
    assert_eq!(site.status_of(id).await, Status::Approved);
    assert!(there.open(&tea.path).await.html().contains("Words of Ann"));
    listening.abort();
}

#[tokio::test]
async fn losing_the_database_listener_invalidates_every_page() {
    let mut site = TestSite::new().await;
    site.may_log_errors();
    let tea = site.article("Tea").await;
    assert!(site.is_rendered(&tea.path).await && !site.is_rendered(&tea.path).await);
    // The last statement of the listener's connection is LISTEN or the check that it still listens.
    let killed = site
        .count(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()
               and (query ilike 'listen%' or query like '%pg_listening_channels%')",
        )
        .await;
    assert_eq!(killed, 1);
    while site.metric("dropped_total") == 0 {
        tokio::task::yield_now().await;
    }
    while !site.pages.is_listening() {
        tokio::task::yield_now().await;
    }
    assert!(site.is_rendered(&tea.path).await && !site.is_rendered(&tea.path).await);
}

#[tokio::test]
async fn without_a_cache_pages_are_rendered_on_each_request() {
    let site = Setup::default()
        .settings(|settings| settings.cache_mb = Some("0".into()))
        .build()
        .await;
    let tea = site.article("Tea").await;
    let page = open_with(&site, &tea.path, &[(header::ACCEPT_ENCODING, "br")]).await;
    assert_eq!(page.header("content-encoding"), "br");
    let etag = page.header("etag");
    let response = [
        (header::ACCEPT_ENCODING, "br"),
        (header::IF_NONE_MATCH, etag),
    ];
    open_with(&site, &tea.path, &response).await.has_status(304);
    site.execute("update articles set title = 'Green tea'")
        .await;
    site.visitor().open(&tea.path).await.sees("Green tea");
    let head = site.visitor().head(&tea.path).await;
    let page = site.visitor().open(&tea.path).await;
    assert_eq!(head.header("content-length"), page.body.len().to_string());
    assert!(!site.pages.metrics().contains("broadsheet_cache"));
}

#[tokio::test]
async fn private_pages_are_never_cached() {
    let site = TestSite::new().await;
    site.article("Tea").await;
    let admin = site.staff("ada", Role::Admin).await;
    for path in [
        "/admin/comments",
        "/admin/articles",
        "/search?q=tea",
        "/nothing",
        "/readyz",
    ] {
        admin.open(path).await;
        site.visitor().open(path).await;
    }
    assert_eq!(site.metric("pages"), 0);
    assert_eq!(site.metric("hits_total"), 0);
}
