//! Tests of security headers, and of requests from other sites that must be refused.

use base64::prelude::{BASE64_STANDARD, Engine};
use broadsheet::accounts::Role;
use sha2::{Digest, Sha256};

use crate::support::makers::{get, send_request};
use crate::support::{Setup, TestSite};

#[tokio::test]
async fn every_response_has_security_headers() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    for path in [
        "/",
        article.path.as_str(),
        "/feed.xml",
        "/nothing",
        "/admin/sign-in",
        "/static/site.css",
        "/healthz",
    ] {
        let page = site.visitor().open(path).await;
        let policy = page.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(
            !policy.contains("unsafe") && !policy.contains("http"),
            "{policy}"
        );
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("cross-origin-opener-policy"), "same-origin");
        assert!(page.header("permissions-policy").contains("camera=()"));
        assert!(!page.header("referrer-policy").is_empty());
        assert_eq!(page.header("strict-transport-security"), "", "{path}");
    }
    let page = site.visitor().open("/").await;
    insta::assert_snapshot!(
        page.headers
            .iter()
            // These depend on the bytes of the page.
            .filter(|(name, _)| !["etag", "content-length"].contains(&name.as_str()))
            .map(|(name, value)| format!("{name}: {}\n", value.to_str().expect("the header is text")))
            .collect::<String>()
            .replace(&broadsheet::web::assets::InlineStyle::load().csp_hash(), "'(hash)'"),
        @r"
        content-type: text/html; charset=utf-8
        content-security-policy: default-src 'none'; style-src 'self' '(hash)'; script-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'
        x-content-type-options: nosniff
        referrer-policy: strict-origin-when-cross-origin
        permissions-policy: camera=(), geolocation=(), microphone=()
        cross-origin-opener-policy: same-origin
        cache-control: no-cache
        vary: accept-encoding
        "
    );
}

#[tokio::test]
async fn https_sites_send_strict_transport_security() {
    let site = Setup::default()
        .settings(|settings| settings.public_url = Some("https://news.example.org".into()))
        .build()
        .await;
    assert!(
        site.visitor()
            .open("/")
            .await
            .header("strict-transport-security")
            .starts_with("max-age=31536000")
    );
}

#[tokio::test]
async fn forms_on_other_sites_are_rejected() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let admin = site.staff("ada", Role::Admin).await;
    let post = format!("/articles/{}/reply", article.id);
    for path in [
        post.as_str(),
        "/admin/comments",
        "/admin/settings",
        "/admin/sign-in",
        "/admin/sign-out",
    ] {
        for (header, value) in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
        ] {
            let request = axum::http::Request::post(path)
                .header("content-type", "application/x-www-form-urlencoded")
                .header(header, value);
            admin
                .send(request, "a=b".into(), path)
                .await
                .has_status(403)
                .sees("came from another website");
        }
    }
    let request = axum::http::Request::post(post.as_str())
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", "http://127.0.0.1:8600");
    admin
        .send(request, "a=b".into(), &post)
        .await
        .has_status(422);
}

#[tokio::test]
async fn pages_load_nothing_from_other_sites() {
    let site = TestSite::new().await;
    let article = site
        .article_with("Tea", |draft| {
            draft.body = "![x](https://tracker.example/p.gif) [ok](https://example.org)".to_owned();
        })
        .await;
    let admin = site.staff("ada", Role::Admin).await;
    for path in [
        "/",
        article.path.as_str(),
        "/admin/sign-in",
        "/admin/nothing",
        "/nothing",
        "/admin/comments",
        "/admin/articles/new",
        "/admin/settings",
        "/admin/account",
    ] {
        let page = admin.open(path).await;
        let html = scraper::Html::parse_document(&page.html());
        for css in ["[src]", "link[href]:not([rel=canonical])", "form[action]"] {
            for element in html.select(&scraper::Selector::parse(css).expect("a selector")) {
                let value = element.value();
                let address = value
                    .attr("src")
                    .or(value.attr("href"))
                    .or(value.attr("action"))
                    .expect("the element has an address");
                assert!(
                    address.starts_with('/') && !address.starts_with("//"),
                    "{path} asks for {address}"
                );
            }
        }
        for css in [
            "[style]",
            // JSON-LD for search engines is not executed.
            "script:not([src]):not([type='application/ld+json'])",
            "[onclick]",
            "iframe",
        ] {
            let found = html
                .select(&scraper::Selector::parse(css).expect("a selector"))
                .count();
            assert_eq!(found, 0, "{path} has {css}");
        }
        // Inline styles are allowed by their hash.
        let css = scraper::Selector::parse("style").expect("a selector");
        for style in html.select(&css) {
            let hash = Sha256::digest(style.text().collect::<String>());
            let named = format!("'sha256-{}'", BASE64_STANDARD.encode(hash));
            let policy = page.header("content-security-policy");
            assert!(policy.contains(&named), "{path}: {policy}");
        }
    }
}

#[tokio::test]
async fn fingerprinted_assets_are_cached_for_good() {
    let site = TestSite::new().await;
    let address = site
        .visitor()
        .open("/search")
        .await
        .attribute("link[rel=stylesheet]", "href")
        .expect("the page links a stylesheet");
    let sheet = site.visitor().open(&address).await;
    assert_eq!(
        sheet.has_status(200).header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
    assert_ne!(
        site.visitor()
            .open("/static/site.css")
            .await
            .header("cache-control"),
        sheet.header("cache-control")
    );
}

#[tokio::test]
async fn pages_are_compressed_if_the_browser_accepts_it() {
    let site = TestSite::new().await;
    for coding in ["gzip", "br"] {
        let page = send_request(
            &site.visitor(),
            get("/static/site.css").header("accept-encoding", coding),
            "/static/site.css",
        )
        .await;
        assert_eq!(page.header("content-encoding"), coding);
    }
}

#[tokio::test]
async fn the_cause_of_an_error_is_only_logged() {
    let mut site = TestSite::new().await;
    site.may_log_errors();
    sqlx::query("drop table article_paths cascade")
        .execute(&site.app.pool)
        .await
        .expect("the table is dropped");
    let page = site.visitor().open("/2026/03/14/tea").await;
    page.has_status(500)
        .sees("Something went wrong")
        .does_not_see("article_paths");
    let reference = page
        .text_of(".muted")
        .rsplit(' ')
        .next()
        .expect("the page contains an error reference")
        .trim_end_matches('.')
        .to_owned();
    let log = site.log();
    let line = log
        .lines()
        .find(|line| line.contains(" ERROR "))
        .expect("the log contains the error");
    assert!(
        line.contains(&reference) && line.contains("article_paths"),
        "{line}"
    );
}
