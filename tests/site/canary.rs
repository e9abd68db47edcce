//! Tests of the search that `check privacy` uses to find leaks. Each test runs it on a site of which one part leaks the
//! email.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{from_fn, map_response};
use axum::response::Response;
use broadsheet::privacy_check::{Canary, LeakReport, LogSearch, search_log, search_site};
use sha2::Digest;

use crate::support::{Setup, TestSite};

async fn site_with_mail() -> TestSite {
    let site = Setup::default()
        .settings(|settings| {
            settings.smtp_url = Some("smtp://canary.invalid:25".into());
            settings.mail_from = Some("news@example.org".into());
        })
        .build()
        .await;
    site.article("Tea").await;
    site
}

async fn search(site: &TestSite, canary: &Canary, router: Router) -> LeakReport {
    let mut report = canary.start_report(&site.app.keys).expect("a valid email");
    search_site(&site.app, &router, canary, 1000, &mut report)
        .await
        .expect("the site can be searched with the canary");
    report
}

/// Adds a text to the body of every page whose path begins with `prefix`.
fn with_leak(router: Router, prefix: &'static str, leak: String) -> Router {
    router.layer(from_fn(
        move |request: Request, next: axum::middleware::Next| {
            let leaks = request.uri().path().starts_with(prefix);
            let leak = leak.clone();
            async move {
                let response = next.run(request).await;
                if !leaks {
                    return response;
                }
                let (parts, body) = response.into_parts();
                let mut body = to_bytes(body, usize::MAX).await.expect("a body").to_vec();
                body.extend_from_slice(leak.as_bytes());
                let mut response = Response::from_parts(parts, Body::from(body));
                response.headers_mut().remove(header::CONTENT_LENGTH);
                response
            }
        },
    ))
}

#[tokio::test]
async fn a_site_without_leaks_passes_the_privacy_check() {
    let site = site_with_mail().await;
    let report = search(&site, &Canary::random(), site.router.clone()).await;
    assert!(
        report.passed(),
        "{:#?}\n{:#?}",
        report.problems,
        report.searched
    );
}

#[tokio::test]
async fn an_email_on_a_page_is_reported_without_repeating_it() {
    let site = site_with_mail().await;
    let canary = Canary::random();
    let leak = format!("<a href=\"mailto:{}\">", canary.email.to_lowercase());
    let router = with_leak(site.router.clone(), "/topics/", leak);
    let report = search(&site, &canary, router).await;
    assert!(!report.passed());
    for problem in &report.problems {
        assert!(problem.starts_with("LEAK /topics/"), "{problem}");
        assert!(problem.contains(": plain"), "{problem}");
        assert!(
            !problem
                .to_lowercase()
                .contains(&canary.email.to_lowercase()),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn a_truncated_hash_of_the_email_in_a_feed_is_reported() {
    let site = site_with_mail().await;
    let canary = Canary::random();
    let hash = sha2::Sha256::digest(canary.email.to_lowercase());
    let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    // Truncated, as the URL of an identicon may have it.
    let leak = format!("<img src=\"/i/{}\">", &digits[..24]);
    let router = with_leak(site.router.clone(), "/comments/feed.xml", leak);
    let report = search(&site, &canary, router).await;
    assert!(!report.passed());
    for problem in &report.problems {
        assert!(problem.starts_with("LEAK /comments/feed.xml"), "{problem}");
        assert!(problem.contains("sha-256"), "{problem}");
    }
}

#[tokio::test]
async fn the_keyed_hash_of_the_email_in_a_header_is_reported() {
    let site = site_with_mail().await;
    let canary = Canary::random();
    let email = broadsheet::commenters::Email::parse(&canary.email).expect("a valid email");
    let hash = broadsheet::crypto::encode_hex(&email.hash(&site.app.keys));
    let router = site
        .router
        .clone()
        .layer(map_response(move |mut response: Response| {
            let value =
                HeaderValue::from_str(&hash).expect("hexadecimal digits make a valid header value");
            async move {
                if response.headers().contains_key("content-disposition") {
                    response.headers_mut().insert("etag", value);
                }
                response
            }
        }));
    let report = search(&site, &canary, router).await;
    assert!(!report.passed());
    for problem in &report.problems {
        assert!(problem.starts_with("LEAK /commenters/"), "{problem}");
        assert!(problem.contains("the keyed hash"), "{problem}");
    }
}

#[tokio::test]
async fn an_email_in_the_log_is_reported_and_so_is_a_log_without_the_reply() {
    let canary = Canary::random();
    let site = site_with_mail().await;
    for (leaking, expected) in [
        (format!("comment saved by {}", canary.email), "LEAK the log"),
        ("nothing".to_owned(), "INCOMPLETE the log"),
    ] {
        let mut report = canary.start_report(&site.app.keys).expect("a valid email");
        let log = LogSearch::new(report.search_stream("comment saved"));
        let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).finish();
        tracing::subscriber::with_default(subscriber, || tracing::info!("{leaking}"));
        search_log(&log, &mut report);
        assert!(
            report.problems.len() == 1 && report.problems[0].starts_with(expected),
            "{:?}",
            report.problems
        );
    }
}

#[tokio::test]
async fn the_privacy_check_is_incomplete_if_feeds_lack_the_test_reply() {
    let site = site_with_mail().await;
    // Empty feeds leak nothing, but then the feeds with replies were not searched.
    let router = site.router.clone().layer(from_fn(
        |request: Request, next: axum::middleware::Next| async move {
            match request.uri().path().contains("feed") {
                true => Response::new(Body::empty()),
                false => next.run(request).await,
            }
        },
    ));
    let report = search(&site, &Canary::random(), router).await;
    assert_eq!(
        report.problems,
        ["INCOMPLETE no feed contained the canary's approved reply"]
    );
}
