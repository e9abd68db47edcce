//! Tests of the admin pages that show the audit log.

use broadsheet::accounts::Role;
use broadsheet::comments::Status;

use crate::audit_log::{check, decide, moderator, site_with_log};
use crate::support::TestSite;

#[tokio::test]
async fn the_log_page_shows_actor_action_and_note() {
    let (site, _) = site_with_log().await;
    let mo = site.staff("max", Role::Moderator).await;
    let page = mo.open("/admin/log").await;
    page.has_status(200)
        .sees("Approved one comment")
        .sees("Moved 5 comments to the trash")
        .sees("A raid")
        .sees("Undid a decision on one comment")
        .sees("Marked one comment as spam")
        .sees("Approved 2 comments")
        .sees("by mo");
    let (position, hash) = check(&site, None)
        .await
        .end
        .expect("the audit log has an end");
    page.sees(&format!("{position}:{hash}"))
        .sees("broadsheet check log --checkpoint");
    assert_eq!(page.texts_of(".log .row").len(), 6);

    let entry = mo.open("/admin/log/4").await;
    entry
        .has_status(200)
        .sees("A raid")
        .sees("Fay: Words of Fay.")
        .sees("Ann: New words.")
        .sees("pending → in the trash");
    // A comment deleted by its author is not named any more.
    mo.open("/admin/log/1")
        .await
        .sees("A comment whose text has been deleted")
        .does_not_see("Bob");
    let back = entry.form("/admin/comments/undo").submit().await;
    back.has_status(303);
    mo.open("/admin/log")
        .await
        .sees("Undid a decision on 3 comments")
        .sees("by max");
    // Two of the five have newer decisions, so there is nothing left to undo.
    let entry = mo.open("/admin/log/4").await;
    assert!(entry.forms("/admin/comments/undo").is_empty());
    mo.open("/admin/log/99").await.has_status(404);
    assert!(check(&site, None).await.is_intact());
}

#[tokio::test]
async fn the_log_page_filters_by_actor_kind_status_and_date() {
    let (site, _) = site_with_log().await;
    let ada = site.staff("ada", Role::Admin).await;
    let blocks = "/admin/discussion/blocks";
    ada.post_fields(blocks, &[("domain", "spam.example")]).await;
    let mo = moderator(&site, "mo").await;
    let rows = async |query: &str| {
        let page = ada.open(&format!("/admin/log?{query}")).await;
        page.has_status(200).texts_of(".log-description")
    };
    let all = rows("").await;
    assert_eq!(all.len(), 7);
    assert_eq!(rows(&format!("by={}", mo.id)).await, all[1..]);
    assert_eq!(
        rows("kind=blocked").await,
        ["Blocked the email domain spam.example"]
    );
    assert_eq!(rows("kind=undone&to=held").await.len(), 1);
    assert_eq!(rows("to=spam").await, ["Marked one comment as spam"]);
    assert_eq!(rows(&format!("by={}&to=trashed", mo.id)).await.len(), 1);
    assert_eq!(rows("by=itself").await, Vec::<String>::new());
    assert_eq!(rows("from=2026-03-14&until=2026-03-14").await, all);
    assert_eq!(rows("from=2026-03-15").await, Vec::<String>::new());
    assert_eq!(rows("until=2026-03-13").await, Vec::<String>::new());
    // Invalid values of a filter are ignored.
    assert_eq!(rows("by=x&kind=x&to=x&from=x&until=x&before=x").await, all);
}

#[tokio::test]
async fn a_long_audit_log_is_paginated_with_and_without_a_filter() {
    let (site, ids) = site_with_log().await;
    let mo = moderator(&site, "mo").await;
    let visitor = site.staff("max", Role::Moderator).await;
    let mut status = Status::Approved;
    for _ in 0..55 {
        let to = match status {
            Status::Approved => Status::Held,
            _ => Status::Approved,
        };
        decide(&site, &mo, &ids[3..4], status, to, "").await;
        status = to;
    }
    let mut seen = Vec::new();
    let mut next = Some("/admin/log?to=approved".to_owned());
    while let Some(address) = next {
        let page = visitor.open(&address).await;
        seen.extend(page.texts_of(".log-description"));
        next = page.attribute(".paging a", "href");
    }
    assert_eq!(seen.len(), 27 + 3);
    let first = visitor.open("/admin/log").await;
    assert_eq!(first.texts_of(".log-description").len(), 50);
    let older = first
        .attribute(".paging a", "href")
        .expect("the page links older entries");
    let older = visitor.open(&older).await;
    assert_eq!(older.texts_of(".log-description").len(), 11);
    assert!(older.attribute(".paging a", "href").is_none());
}

#[tokio::test]
async fn blocking_is_logged_without_the_email_or_the_ip_network() {
    let site = TestSite::new().await;
    let mo = site.staff("mo", Role::Moderator).await;
    let blocks = "/admin/discussion/blocks";
    for (field, typed) in [
        ("email", "canary@bird.example"),
        ("domain", "spam.example"),
        ("network", "192.0.2.0/24"),
    ] {
        // The second time changes nothing, so it is not in the log.
        for _ in 0..2 {
            let page = mo.post_fields(blocks, &[(field, typed)]).await;
            page.has_status(303);
        }
    }
    let forms = mo
        .open(blocks)
        .await
        .forms("/admin/discussion/blocks/remove");
    assert_eq!(forms.len(), 3);
    for form in forms {
        form.submit().await.has_status(303);
    }
    let page = mo.open("/admin/log").await;
    assert_eq!(
        page.texts_of(".log-description"),
        [
            "Unblocked a network",
            "Unblocked the email domain spam.example",
            "Unblocked an email address",
            "Blocked a network",
            "Blocked the email domain spam.example",
            "Blocked an email address",
        ]
    );
    let saved: Vec<String> = sqlx::query_scalar("select subject from audit_log order by position")
        .fetch_all(&site.app.pool)
        .await
        .expect("the audit log is read");
    assert!(saved[0].starts_with("commenter "), "{saved:?}");
    for text in saved.iter().chain([&page.html()]) {
        assert!(!text.contains("canary") && !text.contains("192.0.2"));
    }
    page.does_not_see(&saved[0]);
    assert!(check(&site, None).await.is_intact());
}
