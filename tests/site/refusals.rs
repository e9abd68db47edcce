//! Tests of refused requests: how they are logged and counted, and what is given back to members of staff.

use broadsheet::accounts::{Role, device};
use broadsheet::ids::AccountId;

use crate::support::{Setup, TestSite};

#[tokio::test]
async fn refused_requests_are_counted_and_logged_by_network() {
    let site = Setup::default()
        .settings(|settings| settings.trusted_proxies = Some("127.0.0.1".into()))
        .build()
        .await;
    let article = site.article("Tea").await;
    let reply = format!("/articles/{}/reply", article.id);
    let stranger = site.visitor().at("198.51.100.77");
    let huge = format!("comment={}", "a".repeat(300_000));
    stranger.post(&reply, huge).await.has_status(413);
    for _ in 0..11 {
        stranger.post(&reply, "comment=").await;
    }
    let mo = site.staff("mo", Role::Moderator).await;
    mo.open("/admin/settings").await.has_status(403);
    let metrics = site.pages.metrics();
    for counted in [
        "broadsheet_refused_requests_total{status=\"413\"} 1",
        "broadsheet_refused_requests_total{status=\"429\"} 1",
        "broadsheet_refused_requests_total{status=\"403\"} 1",
        "broadsheet_refused_connections_total 0",
    ] {
        assert!(metrics.contains(counted), "{counted} is not in {metrics}");
    }
    assert_eq!(metrics.matches("# EOF").count(), 1);
    let log = site.log();
    let refused: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("request refused"))
        .collect();
    assert_eq!(refused.len(), 3, "{log}");
    let network = |line: &str| {
        let (_, rest) = line.split_once("network=").expect("the network is logged");
        rest.chars()
            .filter(char::is_ascii_hexdigit)
            .take(12)
            .collect::<String>()
    };
    assert_eq!(network(refused[0]), network(refused[1]));
    assert!(!log.contains("198.51.100.77"));
}

#[tokio::test]
async fn a_long_article_comes_back_to_a_browser_whose_session_has_ended() {
    let site = TestSite::new().await;
    let editor = site.staff("ed", Role::Editor).await;
    let body = "A long article. ".repeat(8_000);
    let words = |visitor: crate::support::visitor::Visitor| {
        let fields = [("title", "Tea"), ("body", body.as_str())];
        async move { visitor.post_fields("/admin/articles/new", &fields).await }
    };
    let id = AccountId(site.count("select max(id) from accounts").await);
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let cookie = device::create_cookie(&site.app, &mut db, id).await;
    let cookie = cookie.expect("the account exists");
    editor.set_cookie(cookie.name(), cookie.value());
    site.execute("delete from sessions").await;
    let back = words(editor).await;
    back.has_status(401).sees("Your session has ended");
    assert!(back.html().contains(body.trim()));
    // Nobody has signed in with another browser, which therefore sends no more than a short article.
    words(site.visitor()).await.has_status(413);
}
