//! Tests of the sitemap: every public page is in one of its files, and old files stay as they are.

use broadsheet::accounts::Role;
use broadsheet::articles::{ArticleKind, ArticleState};

use crate::support::makers::at;
use crate::support::{Setup, TestSite};

const BASE: &str = "http://127.0.0.1:8600";

/// Returns the texts of all elements with this name in a file of the sitemap, which must be well-formed.
async fn texts(site: &TestSite, path: &str, name: &str) -> Vec<String> {
    let page = site.visitor().open(path).await;
    assert_eq!(
        page.has_status(200).header("content-type"),
        "application/xml"
    );
    let xml = page.html();
    let document = roxmltree::Document::parse(&xml).expect("the file is well-formed XML");
    document
        .descendants()
        .filter(|node| node.is_element() && node.tag_name().name() == name)
        .map(|node| node.text().unwrap_or_default().to_owned())
        .collect()
}

/// Returns the paths in a file of the sitemap.
async fn paths(site: &TestSite, file: &str) -> Vec<String> {
    let urls = texts(site, file, "loc").await;
    urls.iter()
        .map(|url| {
            url.strip_prefix(BASE)
                .expect("a URL of this site")
                .to_owned()
        })
        .collect()
}

async fn published(site: &TestSite, title: &str, time: &str) -> String {
    let article = site
        .article_with(title, |draft| draft.published_at = Some(at(time)))
        .await;
    article.path
}

#[tokio::test]
async fn every_public_page_is_in_one_file_of_the_sitemap() {
    let site = Setup::default()
        .publication(|publication| publication.discussion.shows_transparency = true)
        .build()
        .await;
    let mut expected = vec!["/".to_owned(), "/transparency".to_owned()];
    for (title, time) in [
        ("Old", "2019-12-31T23:59:59Z"),
        ("New year", "2020-01-01T00:00:00Z"),
        ("Another", "2020-01-31T10:00:00Z"),
        ("Tea", "2026-03-14T15:00:00Z"),
    ] {
        expected.push(published(&site, title, time).await);
    }
    let topical = site
        .article_with("Topical", |draft| draft.topics = vec!["Drinks".to_owned()])
        .await;
    let imprint = site
        .article_with("Imprint", |draft| draft.kind = ArticleKind::Page)
        .await;
    site.article_with("Draft", |draft| {
        draft.state = ArticleState::Draft;
        draft.topics = vec!["Unpublished".to_owned()];
    })
    .await;
    for (title, time) in [
        ("Later", "2026-03-14T16:00:00Z"),
        ("Next", "2026-06-01T00:00:00Z"),
    ] {
        published(&site, title, time).await;
    }
    site.staff("stranger", Role::Editor).await;
    expected.extend([topical.path, imprint.path]);
    expected.extend(["/topics/drinks", "/authors/maker"].map(str::to_owned));
    let index = paths(&site, "/sitemap.xml").await;
    assert_eq!(
        index,
        [
            "/sitemap-pages.xml",
            "/sitemap-2026-03.xml",
            "/sitemap-2020-01.xml",
            "/sitemap-2019-12.xml"
        ]
    );
    let mut listed = Vec::new();
    for file in &index {
        listed.extend(paths(&site, file).await);
    }
    for path in &listed {
        site.visitor().open(path).await.has_status(200);
    }
    listed.sort();
    expected.sort();
    assert_eq!(listed, expected);
    let january = texts(&site, "/sitemap-2020-01.xml", "lastmod").await;
    assert_eq!(
        january,
        ["2020-01-01T00:00:00+00:00", "2020-01-31T10:00:00+00:00"]
    );
    for nothing in [
        "/sitemap-2020-02.xml",
        "/sitemap-2026-06.xml",
        "/sitemap-2020-01-2.xml",
        "/sitemap-2020-01-1.xml",
        "/sitemap-9999-12.xml",
        "/sitemap-0.xml",
    ] {
        site.visitor().open(nothing).await.has_status(404);
    }
}

#[tokio::test]
async fn robots_txt_names_both_sitemaps() {
    let site = TestSite::new().await;
    let robots = site.visitor().open("/robots.txt").await.html();
    for name in ["sitemap.xml", "news-sitemap.xml"] {
        assert!(
            robots.contains(&format!("Sitemap: {BASE}/{name}\n")),
            "{robots}"
        );
    }
    // A site without any article has an index and a file of pages.
    assert_eq!(paths(&site, "/sitemap.xml").await, ["/sitemap-pages.xml"]);
    assert_eq!(paths(&site, "/sitemap-pages.xml").await, ["/"]);
    assert!(paths(&site, "/news-sitemap.xml").await.is_empty());
}

#[tokio::test]
async fn a_change_renders_only_the_file_of_its_month_anew() {
    let site = TestSite::new().await;
    let editor = site.staff("edda", Role::Editor).await;
    let old = site
        .article_with("Old", |draft| {
            draft.published_at = Some(at("2019-12-10T08:00:00Z"));
        })
        .await;
    published(&site, "New", "2026-03-10T08:00:00Z").await;
    let etags = async || -> Vec<String> {
        let mut found = Vec::new();
        for file in ["/sitemap-2019-12.xml", "/sitemap-2026-03.xml"] {
            let page = site.visitor().open(file).await;
            found.push(page.has_status(200).header("last-modified").to_owned());
        }
        found
    };
    let save = async |field: &str, value: &str| {
        let page = editor.open(&format!("/admin/articles/{}", old.id)).await;
        let form = page.form("/admin/articles/");
        let form = match field {
            "pinned" => form.tick(field, value),
            _ => form.fill(field, value),
        };
        form.press("Update").await.has_status(303);
        site.advance(60).await;
    };
    site.advance(60).await;
    let first = etags().await;
    // Another article of another month, and what no file shows.
    published(&site, "Newer", "2026-03-11T08:00:00Z").await;
    site.advance(60).await;
    let second = etags().await;
    assert_eq!((&first[0], first[1] == second[1]), (&second[0], false));
    save("pinned", "yes").await;
    assert_eq!(etags().await, second);
    save("body", "Other words.").await;
    let third = etags().await;
    assert_eq!((third[0] == second[0], &third[1]), (false, &second[1]));
    save("slug", "older").await;
    assert_eq!(
        paths(&site, "/sitemap-2019-12.xml").await,
        ["/2019/12/10/older"]
    );
    save("published_at", "2026-03-01T08:00").await;
    site.visitor()
        .open("/sitemap-2019-12.xml")
        .await
        .has_status(404);
    assert_eq!(paths(&site, "/sitemap-2026-03.xml").await.len(), 3);
    assert_eq!(
        paths(&site, "/sitemap.xml").await,
        ["/sitemap-pages.xml", "/sitemap-2026-03.xml"]
    );
}

#[tokio::test]
async fn the_counted_months_equal_the_articles_after_every_change() {
    let site = TestSite::new().await;
    let months = "select coalesce(sum(abs(coalesce(counted.articles, 0) - coalesce(actual.articles, 0))), 0)::bigint
        from article_months counted
        full join (select date_trunc('month', published_at at time zone 'UTC')::date as month, count(*) as articles
                   from articles where state = 'published' and kind = 'article' group by 1) actual using (month)";
    for number in 1..=9 {
        published(
            &site,
            &format!("Number {number}"),
            &format!("2026-0{}-28T23:30:00Z", number % 3 + 1),
        )
        .await;
    }
    for change in [
        "update articles set published_at = published_at + interval '1 day'",
        "update articles set state = 'draft' where id % 2 = 0",
        "update articles set kind = 'page' where id % 3 = 0",
        "update articles set published_at = published_at - interval '40 days' where id % 4 < 2",
        "update articles set state = 'published', kind = 'article'",
        "delete from articles where id % 5 = 0",
    ] {
        sqlx::query(change)
            .execute(&site.app.pool)
            .await
            .unwrap_or_else(|error| panic!("{change}: {error}"));
        assert_eq!(site.count(months).await, 0, "{change}");
    }
}

#[tokio::test]
async fn the_news_sitemap_lists_two_days() {
    let site = Setup::default()
        .publication(|publication| publication.title = "Кур’єр & Co".to_owned())
        .build()
        .await;
    published(&site, "Too old", "2026-03-12T15:09:26Z").await;
    published(&site, "Just in time", "2026-03-12T15:09:27Z").await;
    published(&site, "Later", "2026-03-14T15:09:28Z").await;
    site.article_with("Imprint", |draft| draft.kind = ArticleKind::Page)
        .await;
    published(&site, "Tea & <biscuits>", "2026-03-14T15:00:00Z").await;
    let path = "/news-sitemap.xml";
    assert_eq!(
        texts(&site, path, "title").await,
        ["Tea & <biscuits>", "Just in time"]
    );
    assert_eq!(texts(&site, path, "name").await, ["Кур’єр & Co"; 2]);
    assert_eq!(texts(&site, path, "language").await, ["en"; 2]);
    assert_eq!(
        texts(&site, path, "publication_date").await,
        ["2026-03-14T15:00:00+00:00", "2026-03-12T15:09:27+00:00"]
    );
    // The cached file loses and gains articles by itself.
    site.advance(1).await;
    assert_eq!(texts(&site, path, "title").await, ["Tea & <biscuits>"]);
    site.advance(1).await;
    assert_eq!(
        texts(&site, path, "title").await,
        ["Later", "Tea & <biscuits>"]
    );
}
