//! The search behind `check privacy` finds what leaks: the real site, with one part of it made to give the address away.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{from_fn, map_response};
use axum::response::Response;
use broadsheet::privacy_check::{Canary, Findings, Log, search_log, search_site};
use sha2::Digest;

use crate::support::{Setup, TestSite};

async fn site() -> TestSite {
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

async fn searched(site: &TestSite, canary: &Canary, router: Router) -> Findings {
    let mut findings = canary.findings(&site.app.keys).expect("an address");
    search_site(&site.app, &router, canary, 1000, &mut findings)
        .await
        .expect("the canary can do everything");
    findings
}

/// Adds something to the body of every page whose address begins so.
fn with_leak(router: Router, beginning: &'static str, leak: String) -> Router {
    router.layer(from_fn(
        move |request: Request, next: axum::middleware::Next| {
            let leaks = request.uri().path().starts_with(beginning);
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
async fn nothing_leaks() {
    let site = site().await;
    let findings = searched(&site, &Canary::new(), site.router.clone()).await;
    assert!(
        findings.are_well(),
        "{:#?}\n{:#?}",
        findings.wrong,
        findings.searched
    );
}

#[tokio::test]
async fn an_address_in_a_page_is_found_and_not_repeated() {
    let site = site().await;
    let canary = Canary::new();
    let leak = format!("<a href=\"mailto:{}\">", canary.typed.to_lowercase());
    let router = with_leak(site.router.clone(), "/topics/", leak);
    let findings = searched(&site, &canary, router).await;
    assert!(!findings.are_well());
    for wrong in &findings.wrong {
        assert!(wrong.starts_with("LEAK /topics/"), "{wrong}");
        assert!(wrong.contains(": plain"), "{wrong}");
        assert!(
            !wrong.to_lowercase().contains(&canary.typed.to_lowercase()),
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn a_hash_of_it_in_a_feed_is_found() {
    let site = site().await;
    let canary = Canary::new();
    let hash = sha2::Sha256::digest(canary.typed.to_lowercase());
    let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    // Cut short, as an identicon might have it.
    let leak = format!("<img src=\"/i/{}\">", &digits[..24]);
    let router = with_leak(site.router.clone(), "/comments/feed.xml", leak);
    let findings = searched(&site, &canary, router).await;
    assert!(!findings.are_well());
    for wrong in &findings.wrong {
        assert!(wrong.starts_with("LEAK /comments/feed.xml"), "{wrong}");
        assert!(wrong.contains("sha-256"), "{wrong}");
    }
}

#[tokio::test]
async fn the_keyed_hash_in_a_header_is_found() {
    let site = site().await;
    let canary = Canary::new();
    let email = broadsheet::commenters::Email::parse(&canary.typed).expect("an address");
    let hash = broadsheet::crypto::encode_hex(&email.hash(&site.app.keys));
    let router = site
        .router
        .clone()
        .layer(map_response(move |mut response: Response| {
            let value = HeaderValue::from_str(&hash).expect("digits");
            async move {
                if response.headers().contains_key("content-disposition") {
                    response.headers_mut().insert("etag", value);
                }
                response
            }
        }));
    let findings = searched(&site, &canary, router).await;
    assert!(!findings.are_well());
    for wrong in &findings.wrong {
        assert!(wrong.starts_with("LEAK /commenters/"), "{wrong}");
        assert!(wrong.contains("the keyed hash"), "{wrong}");
    }
}

#[tokio::test]
async fn an_address_in_the_log_is_found_and_a_log_that_says_nothing_is_no_proof() {
    let canary = Canary::new();
    let site = site().await;
    for (leaking, expected) in [
        (
            format!("a reply was kept by {}", canary.typed),
            "LEAK the log",
        ),
        ("nothing".to_owned(), "WRONG the log"),
    ] {
        let mut findings = canary.findings(&site.app.keys).expect("an address");
        let log = Log::new(findings.stream("a reply was kept"));
        let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).finish();
        tracing::subscriber::with_default(subscriber, || tracing::info!("{leaking}"));
        search_log(&log, &mut findings);
        assert!(
            findings.wrong.len() == 1 && findings.wrong[0].starts_with(expected),
            "{:?}",
            findings.wrong
        );
    }
}

#[tokio::test]
async fn a_walk_that_does_not_see_the_reply_is_no_proof() {
    let site = site().await;
    // Feeds that are empty: nothing leaks from them, and nothing is proved by that.
    let router = site.router.clone().layer(from_fn(
        |request: Request, next: axum::middleware::Next| async move {
            match request.uri().path().contains("feed") {
                true => Response::new(Body::empty()),
                false => next.run(request).await,
            }
        },
    ));
    let findings = searched(&site, &Canary::new(), router).await;
    assert_eq!(
        findings.wrong,
        ["WRONG no feed holds the canary's approved reply; too little was searched"]
    );
}
