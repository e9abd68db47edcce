//! Tests of limits on what strangers can cause: verification emails, comments on several servers, searches and unknown URLs.

use broadsheet::app::App;
use broadsheet::router;
use broadsheet::worker::send_mail;

use crate::support::makers::SampleArticle;
use crate::support::smtp::SmtpSink;
use crate::support::visitor::{Page, Visitor};
use crate::support::{Setup, TestSite, cheap_argon2};

/// Returns a site behind a proxy, which names the IP address of each client.
fn proxied_site() -> Setup {
    Setup::default().settings(|settings| settings.trusted_proxies = Some("127.0.0.1".into()))
}

/// Posts a comment that subscribes to replies.
async fn subscribe(site: &TestSite, on: &SampleArticle, ip: &str, email: &str) -> Page {
    let visitor = site.visitor().at(ip);
    let page = visitor.open(&on.path).await;
    page.form("/articles/")
        .fill("comment", &format!("Words of {email} from {ip}"))
        .fill("author", "Ann")
        .fill("email", email)
        .tick("notify_replies", "yes")
        .press("Post Comment")
        .await
}

async fn count_sent(site: &TestSite, sink: &SmtpSink) -> usize {
    send_mail(&site.app).await.expect("the database answers");
    sink.received().len()
}

#[tokio::test]
async fn verification_emails_are_limited_by_network_and_by_mailbox() {
    let sink = SmtpSink::start().await;
    let site = proxied_site().mail(&sink).build().await;
    let article = site.article("Tea").await;
    for number in 0..9 {
        let email = format!("reader{number}@example.org");
        subscribe(&site, &article, "198.51.100.1", &email)
            .await
            .has_status(303);
    }
    assert_eq!(count_sent(&site, &sink).await, 3, "three from one network");
    for number in 0..20 {
        let ip = format!("203.0.113.{number}");
        let email = format!("victim+{number}@example.org");
        subscribe(&site, &article, &ip, &email)
            .await
            .has_status(303);
    }
    assert_eq!(count_sent(&site, &sink).await, 6, "three to one mailbox");
    // What was over a limit is sent once a comment is approved, however many are.
    site.execute("update comments set status = 'approved' where body like '%reader8@%'")
        .await;
    assert_eq!(count_sent(&site, &sink).await, 7);
    assert_eq!(count_sent(&site, &sink).await, 7, "it is sent once");
    site.execute("update comments set status = 'approved' where body like '%victim+%'")
        .await;
    assert_eq!(
        count_sent(&site, &sink).await,
        7,
        "the mailbox has had enough today"
    );
    site.app.clock.advance(24 * 60 * 60);
    subscribe(&site, &article, "198.51.100.1", "victim+new@example.org").await;
    assert_eq!(count_sent(&site, &sink).await, 8);
}

#[tokio::test]
async fn verification_emails_of_the_whole_site_are_limited() {
    let sink = SmtpSink::start().await;
    let site = proxied_site().mail(&sink).build().await;
    let article = site.article("Tea").await;
    for number in 0..110 {
        let ip = format!("203.0.113.{number}");
        subscribe(&site, &article, &ip, &format!("reader{number}@example.org")).await;
    }
    assert_eq!(count_sent(&site, &sink).await, 100);
}

#[tokio::test]
async fn two_servers_share_the_limit_on_comments() {
    let site = proxied_site().build().await;
    let app = &site.app;
    let there = App::new(
        app.pool.clone(),
        app.clock.clone(),
        app.keys.clone(),
        app.config.clone(),
        cheap_argon2(),
    );
    let there = router::site(there);
    let article = site.article("Tea").await;
    let mut statuses = Vec::new();
    for number in 0..12 {
        let server = if number % 2 == 0 { &site.pages } else { &there };
        let visitor = Visitor::new(server.clone()).at("198.51.100.1");
        let page = visitor.open(&article.path).await;
        let form = page
            .form("/articles/")
            .fill("comment", &format!("Number {number}"))
            .fill("author", "Ann")
            .fill("email", "ann@example.org");
        let sent = form.press("Post Comment").await;
        if sent.status == 429 {
            sent.sees("send it again in 6 seconds");
            assert!(sent.form("/articles/").value("comment").contains("Number"));
        }
        statuses.push(sent.status.as_u16());
    }
    assert_eq!(statuses[..10], [303; 10]);
    assert_eq!(statuses[10..], [429; 2]);
}

#[tokio::test]
async fn searches_and_unknown_urls_are_limited_by_network() {
    let site = proxied_site().build().await;
    site.article("Tea").await;
    for (path, allowed, status) in [("/search?q=tea", 60, 200), ("/no/such/page", 100, 404)] {
        let flood = site.visitor().at("198.51.100.1");
        for _ in 0..allowed {
            flood.open(path).await.has_status(status);
        }
        let refused = flood.open(path).await;
        refused.has_status(429);
        assert!(!refused.header("retry-after").is_empty(), "{path}");
        let other = site.visitor().at("198.51.100.2");
        other.open(path).await.has_status(status);
    }
    let scanner = site.visitor().at("198.51.100.1");
    scanner.open("/").await.has_status(200);
}
