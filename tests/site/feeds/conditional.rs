//! Tests of `Last-Modified` and `If-Modified-Since` on feeds and pages.

use axum::body::Body;
use axum::http::{Request, header};
use broadsheet::comments::Status;

use crate::support::visitor::Page;
use crate::support::{Setup, TestSite};

/// Requests a path of a client that knows only a date, and perhaps an entity tag.
async fn open_since(site: &TestSite, path: &str, since: &str, etag: Option<&str>) -> Page {
    let mut request = Request::get(path).header(header::IF_MODIFIED_SINCE, since);
    if let Some(etag) = etag {
        request = request.header(header::IF_NONE_MATCH, etag);
    }
    site.visitor().send(request, Body::empty(), path).await
}

#[tokio::test]
async fn a_client_that_knows_the_date_gets_304_until_the_page_changes() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    site.advance(60).await;
    let paths = [
        "/feed.xml",
        "/feed.atom",
        "/feed.json",
        "/comments/feed.xml",
        article.path.as_str(),
        "/",
        "/sitemap.xml",
    ];
    let mut stated = Vec::new();
    for path in paths {
        let page = site.visitor().open(path).await;
        let date = page.has_status(200).header("last-modified").to_owned();
        assert_eq!(date, "Sat, 14 Mar 2026 15:10:26 GMT", "{path}");
        let again = open_since(&site, path, &date, None).await;
        assert!(again.has_status(304).body.is_empty(), "{path}");
        // An entity tag that does not match says that the page has changed, whatever the date says.
        let other = open_since(&site, path, &date, Some("\"other\"")).await;
        other.has_status(200);
        let etag = page.header("etag");
        let same = open_since(&site, path, "Sun, 06 Nov 1994 08:49:37 GMT", Some(etag)).await;
        same.has_status(304);
        stated.push(date);
    }
    // In the same second: the clock of the test stands still.
    let comment = site.comment(&article, "Ann", Status::Approved).await;
    let path = article.path.as_str();
    let changed = open_since(&site, path, &stated[4], None).await;
    changed.has_status(200).sees("Words of Ann.");
    assert_eq!(changed.header("last-modified"), "", "its date has not come");
    site.advance(1).await;
    let approved = site
        .visitor()
        .open(path)
        .await
        .header("last-modified")
        .to_owned();
    assert_eq!(approved, "Sat, 14 Mar 2026 15:10:27 GMT");
    open_since(&site, path, &approved, None)
        .await
        .has_status(304);
    // A later decision is never hidden by the date of an earlier page.
    sqlx::query("update comments set status = 'trashed' where id = $1")
        .bind(comment.0)
        .execute(&site.app.pool)
        .await
        .expect("the comment is trashed");
    for date in [&stated[4], &approved] {
        let page = open_since(&site, path, date, None).await;
        page.has_status(200).does_not_see("Words of Ann.");
    }
    for date in ["nonsense", "", "Fri, 13 Mar 2126 00:00:00 GMT"] {
        open_since(&site, path, date, None).await.has_status(200);
    }
}

#[tokio::test]
async fn a_page_that_is_not_cached_states_no_date() {
    let site = Setup::default()
        .settings(|settings| settings.cache_mb = Some("0".to_owned()))
        .build()
        .await;
    site.article("Tea").await;
    site.advance(60).await;
    for _ in 0..2 {
        let feed = site.visitor().open("/feed.xml").await;
        assert_eq!(feed.has_status(200).header("last-modified"), "");
        assert_ne!(feed.header("etag"), "");
        let date = "Sat, 14 Mar 2026 15:10:26 GMT";
        open_since(&site, "/feed.xml", date, None)
            .await
            .has_status(200);
    }
}

#[tokio::test]
async fn an_article_published_by_the_clock_is_not_hidden_by_a_date() {
    let site = TestSite::new().await;
    site.article("Tea").await;
    site.advance(2).await;
    site.article_with("Later", |draft| {
        draft.published_at = draft.published_at.map(|at| at.plus_seconds(10));
    })
    .await;
    site.advance(2).await;
    let feed = site.visitor().open("/feed.xml").await;
    let date = feed.header("last-modified").to_owned();
    assert_ne!(date, "");
    open_since(&site, "/feed.xml", &date, None)
        .await
        .has_status(304);
    site.advance(10).await;
    let feed = open_since(&site, "/feed.xml", &date, None).await;
    assert!(feed.has_status(200).html().contains("Later"));
}
