//! Tests of public pages: the front page, articles, the feed, redirects, and the not-found page.

use broadsheet::accounts::Role;
use broadsheet::articles::ArticleState;
use broadsheet::comments::Status;
use broadsheet::text::Language;

use crate::support::makers::at;
use crate::support::{Setup, TestSite};

#[tokio::test]
async fn the_front_page_lists_the_newest_first_in_pages() {
    let site = TestSite::new().await;
    for number in 1..=12 {
        site.article_with(&format!("Number {number:02}"), |draft| {
            draft.published_at = Some(at(&format!("2026-03-{number:02}T08:00:00Z")));
            draft.standfirst = format!("Standfirst {number:02}.");
        })
        .await;
    }
    let front = site.visitor().open("/").await;
    let titles = front.has_status(200).texts_of("h2 a");
    assert_eq!(titles.first().map(String::as_str), Some("Number 12"));
    assert_eq!(titles.len(), 10);
    front.sees("March 12, 2026").sees("Standfirst 12.");
    let older = front
        .attribute("a[rel=next]", "href")
        .expect("the page links older articles");
    let older = site.visitor().open(&older).await;
    assert_eq!(older.texts_of("h2 a"), ["Number 02", "Number 01"]);
    assert!(older.attribute("a[rel=next]", "href").is_none());
    assert!(older.html().contains("noindex"));
    site.visitor().open("/?before=1").await.has_status(404);
}

#[tokio::test]
async fn an_article_page_has_its_parts_in_the_order_of_a_newspaper() {
    let site = Setup::default()
        .publication(|publication| {
            publication.appeal = "Support us.".to_owned();
            publication.appeal_html = broadsheet::text::markdown::render_article("Support us.");
        })
        .build()
        .await;
    let article = site
        .article_with("Tea", |draft| {
            draft.standfirst = "Why it is good.".to_owned();
            draft.sources = "a kettle.".to_owned();
            draft.body = "First.\n\n> Quoted.\n\n- one\n- two".to_owned();
        })
        .await;
    site.comment(&article, "Ann", Status::Approved).await;
    let page = site.visitor().open(&article.path).await;
    let text = page.has_status(200).text();
    let order = [
        "March 14, 2026",
        "Tea",
        "Why it is good.",
        "Source: a kettle.",
        "First.",
        "Quoted.",
        "one two",
        "Support us.",
        "One comment",
        "Words of Ann.",
        "Leave a Reply",
        "Post Comment",
    ];
    let mut from = text
        .find("March 14")
        .expect("the page shows the article's date");
    for words in order {
        from += text[from..]
            .find(words)
            .unwrap_or_else(|| panic!("{words:?} is missing or out of order in {text}"));
    }
    assert_eq!(
        page.attribute("link[rel=canonical]", "href").as_deref(),
        Some(format!("http://127.0.0.1:8600{}", article.path).as_str())
    );
}

#[tokio::test]
async fn dates_and_plurals_are_in_the_language_of_the_site() {
    let site = Setup::default()
        .publication(|publication| {
            publication.language = Language::Ukrainian;
            publication.zone = broadsheet::text::dates::parse_zone("Europe/Kyiv").expect("a zone");
        })
        .build()
        .await;
    // Late in the evening in London it is the next day in Kyiv.
    let article = site
        .article_with("Чай", |draft| {
            draft.published_at = Some(at("2024-07-21T22:30:00Z"));
        })
        .await;
    assert_eq!(article.path, "/2024/07/22/chai");
    for name in ["Перша", "Друга", "Третя", "Четверта", "Пята"] {
        site.comment(&article, name, Status::Approved).await;
    }
    let page = site.visitor().open(&article.path).await;
    page.sees("22 липня 2024 р.")
        .sees("5 коментарів")
        .sees("Залишити відповідь");
    assert_eq!(page.attribute("html", "lang").as_deref(), Some("uk"));
}

#[tokio::test]
async fn drafts_and_scheduled_articles_are_not_public() {
    let site = TestSite::new().await;
    let draft = site
        .article_with("Draft", |draft| draft.state = ArticleState::Draft)
        .await;
    let later = site
        .article_with("Later", |draft| {
            draft.published_at = Some(at("2026-03-14T16:00:00Z"));
        })
        .await;
    assert_eq!(draft.path, "");
    let visitor = site.visitor();
    visitor.open(&later.path).await.has_status(404);
    visitor
        .open("/")
        .await
        .does_not_see("Later")
        .does_not_see("Draft");
    visitor
        .open(&format!("/articles/{}/reply", later.id))
        .await
        .has_status(404);
    assert!(!visitor.open("/feed.xml").await.html().contains("Later"));
    site.app.clock.advance(3_600);
    visitor.open(&later.path).await.has_status(200);
    visitor.open("/").await.sees("Later").does_not_see("Draft");
}

#[tokio::test]
async fn old_paths_and_trailing_slashes_redirect() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let visitor = site.visitor();
    let slash = visitor.open(&format!("{}/", article.path)).await;
    assert_eq!(slash.has_status(301).leads_to(), article.path);
    let editor = site.staff("edda", Role::Editor).await;
    let form = editor
        .open(&format!("/admin/articles/{}", article.id))
        .await
        .form("/admin/articles/");
    form.fill("slug", "green-tea")
        .press("Update")
        .await
        .has_status(303);
    let old = visitor.open(&article.path).await;
    assert_eq!(old.has_status(301).leads_to(), "/2026/03/14/green-tea");
    let old = visitor.open(&format!("{}/", article.path)).await;
    assert_eq!(old.has_status(301).leads_to(), "/2026/03/14/green-tea");
    visitor.open("/2026/03/14/green-tea").await.has_status(200);
    for (from, to) in [
        ("//", "/"),
        ("/feed.xml/", "/feed.xml"),
        ("/admin/", "/admin"),
        (
            "/admin/sign-in/?next=%2Fadmin",
            "/admin/sign-in?next=%2Fadmin",
        ),
        (
            "/2026/03/14/green-tea//?comments=2",
            "/2026/03/14/green-tea?comments=2",
        ),
        (
            "/2026/03/14/tea?comments=2",
            "/2026/03/14/green-tea?comments=2",
        ),
    ] {
        assert_eq!(visitor.open(from).await.has_status(301).leads_to(), to);
    }
    // A browser would read these as URLs of another site.
    visitor.open("//evil.example/").await.has_status(404);
    visitor.open("/\\evil.example/").await.has_status(404);
}

#[tokio::test]
async fn the_not_found_page_suggests_articles() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let later = site
        .article_with("Tea tomorrow", |draft| {
            draft.published_at = Some(at("2026-03-15T08:00:00Z"));
        })
        .await;
    let pots = site
        .article_with("Tea pots", |draft| {
            draft.published_at = Some(at("2026-03-10T08:00:00Z"));
        })
        .await;
    let links = |page: &crate::support::visitor::Page, list: &str| {
        let html = scraper::Html::parse_document(&page.html());
        let css = scraper::Selector::parse(&format!("{list} a")).expect("a selector");
        html.select(&css)
            .map(|link| {
                link.value()
                    .attr("href")
                    .expect("the link has an address")
                    .to_owned()
            })
            .collect::<Vec<_>>()
    };
    // The right slug with a wrong date: the most similar article comes first, and a scheduled one never.
    let page = site.visitor().open("/2019/01/01/tea").await;
    page.has_status(404)
        .sees("Page not found")
        .sees("Were you looking for one of these?")
        .sees("Go to the front page");
    assert_eq!(page.header("cache-control"), "no-store");
    let shown = links(&page, "h2 + ul");
    assert_eq!(shown[..2], [tea.path.clone(), pots.path.clone()]);
    assert!(!shown.contains(&later.path));
    for mistyped in ["/tea).", "/2026/TEA", "/2026/%D0%A2%D0%B5%D0%B0"] {
        let page = site.visitor().open(mistyped).await;
        assert_eq!(links(&page, "h2 + ul")[0], tea.path, "{mistyped}");
    }
    let page = site.visitor().open("/nothing/here").await;
    page.has_status(404)
        .does_not_see("Were you looking")
        .sees("Newest articles");
    assert_eq!(links(&page, ".suggestions"), [tea.path, pots.path]);
    for path in [
        "/articles/none/reply",
        "/articles/99/reply",
        "/comments/99",
        "/comments/x",
        "/static/nothing.css",
        "/?before=x",
        "/%00",
        "/%ff",
    ] {
        site.visitor()
            .open(path)
            .await
            .has_status(404)
            .sees("Page not found");
    }
    site.visitor().head("/nothing").await.has_status(404);
    let wrong = site.visitor().post("/feed.xml", "").await;
    wrong
        .has_status(405)
        .sees("This address does not accept that");
}

#[tokio::test]
async fn a_head_request_gets_no_body() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    for path in [
        "/",
        article.path.as_str(),
        "/feed.xml",
        "/healthz",
        "/readyz",
    ] {
        let head = site.visitor().head(path).await;
        head.has_status(200);
        assert!(head.body.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn the_feed_contains_whole_articles() {
    let site = TestSite::new().await;
    site.article_with("Tea & <biscuits>", |draft| {
        draft.standfirst = "Why <table> is back.".to_owned();
        draft.body = "Words & *more*.".to_owned();
    })
    .await;
    let feed = site.visitor().open("/feed.xml").await;
    assert_eq!(
        feed.header("content-type"),
        "application/rss+xml; charset=utf-8"
    );
    let guid = feed.html();
    let guid = guid
        .split_once("urn:uuid:")
        .and_then(|(_, rest)| rest.split_once('<'))
        .map(|(guid, _)| guid.to_owned())
        .expect("the item has a guid");
    let xml = feed.html().replace("><", ">\n<").replace(&guid, "…");
    insta::assert_snapshot!(xml, @r#"
    <?xml version="1.0" encoding="utf-8"?>
    <rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
    <channel>
    <title>The Test Courier</title>
    <link>http://127.0.0.1:8600/</link>
    <description>The Test Courier</description>
    <language>en</language>
    <lastBuildDate>Sat, 14 Mar 2026 15:09:26 +0000</lastBuildDate>
    <atom:link href="http://127.0.0.1:8600/feed.xml" rel="self" type="application/rss+xml"/>
    <item>
    <title>Tea &amp; &lt;biscuits&gt;</title>
    <link>http://127.0.0.1:8600/2026/03/14/tea-biscuits</link>
    <description>
    <![CDATA[Why &#60;table&#62; is back.]]>
    </description>
    <comments>http://127.0.0.1:8600/2026/03/14/tea-biscuits#comments</comments>
    <guid isPermaLink="false">urn:uuid:…</guid>
    <pubDate>Sat, 14 Mar 2026 15:09:26 +0000</pubDate>
    <content:encoded>
    <![CDATA[<p>Words &amp; <em>more</em>.</p>
    ]]>
    </content:encoded>
    <dc:creator>Maker</dc:creator>
    </item>
    </channel>
    </rss>
    "#);
}

#[tokio::test]
async fn links_in_the_feed_are_absolute() {
    let site = TestSite::new().await;
    let article = site
        .article_with("Tea", |draft| {
            draft.body =
                "![cup](/static/welcome.svg) [here](/feed.xml) [there](https://example.org/) Noted.[^1]\n\n[^1]: A note."
                    .to_owned();
        })
        .await;
    let feed = site.visitor().open("/feed.xml").await.html();
    let base = "http://127.0.0.1:8600";
    for whole in [
        format!("src=\"{base}/static/welcome.svg\""),
        format!("href=\"{base}/feed.xml\""),
        "href=\"https://example.org/\"".to_owned(),
        format!("href=\"{base}{}#fn-1\"", article.path),
    ] {
        assert!(feed.contains(&whole), "{whole} is not in {feed}");
    }
    let page = site.visitor().open(&article.path).await.html();
    assert!(page.contains("href=\"#fn-1\""), "{page}");
}

#[tokio::test]
async fn public_pages_are_the_same_for_everyone() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    site.comment(&article, "Ann", Status::Approved).await;
    let admin = site.staff("ada", Role::Admin).await;
    for path in ["/", article.path.as_str(), "/feed.xml", "/sitemap.xml"] {
        let stranger = site.visitor().open(path).await;
        let staff = admin.open(path).await;
        assert_eq!(stranger.html(), staff.html(), "{path}");
        assert!(
            stranger.headers.get("set-cookie").is_none()
                && staff.headers.get("set-cookie").is_none()
        );
    }
}

#[tokio::test]
async fn a_site_with_cached_pages_is_ready_for_readers_while_the_database_is_away() {
    let mut site = TestSite::new().await;
    let visitor = site.visitor();
    visitor.open("/").await.has_status(200);
    visitor.open("/readyz?for=writes").await.has_status(200);
    visitor.open("/readyz?for=ever").await.has_status(400);
    site.may_log_errors();
    site.app.pool.close().await;
    while visitor.open("/readyz?for=writes").await.status == 200 {}
    let away = visitor.open("/readyz?for=writes").await;
    assert_eq!(away.html(), "not ready: the database is away\n");
    let ready = visitor.open("/readyz").await;
    ready.has_status(200);
    assert_eq!(
        ready.html(),
        "ready: the database is away; cached pages are served\n"
    );
}

#[tokio::test]
async fn health_checks_report_alive_and_ready() {
    let mut site = TestSite::new().await;
    let visitor = site.visitor();
    visitor.open("/healthz").await.has_status(200);
    visitor.open("/readyz").await.has_status(200);
    site.may_log_errors();
    site.app.pool.close().await;
    visitor.open("/healthz").await.has_status(200);
    // One result answers all requests for a second.
    let away = loop {
        let answer = visitor.open("/readyz").await;
        if answer.status != 200 {
            break answer;
        }
    };
    away.has_status(503);
    assert_eq!(away.html(), "not ready: the database is away\n");
    assert_eq!(away.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(away.header("retry-after"), "5");
    visitor
        .open("/")
        .await
        .has_status(503)
        .sees("We will be back in a moment");
}
