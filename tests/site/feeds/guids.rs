//! Tests of the ids by which feed readers recognise articles and comments.

use broadsheet::accounts::Role;
use broadsheet::comments::Status;

use super::{open_atom, open_json, open_rss};
use crate::support::wxr::{build_comment, build_export, build_item};
use crate::support::{Setup, TestSite};

/// Returns the ids in the feed with the path `stem`, which must be the same in every format.
async fn ids(site: &TestSite, stem: &str) -> Vec<String> {
    let visitor = site.visitor();
    let list = |items: Vec<super::ParsedItem>| -> Vec<String> {
        items.into_iter().map(|item| item.id).collect()
    };
    let rss = list(open_rss(&visitor, stem).await.1);
    assert_eq!(rss, list(open_json(&visitor, stem).await.1), "{stem}");
    assert_eq!(rss, list(open_atom(&visitor, stem).await.1), "{stem}");
    rss
}

fn with_guid(number: i64, slug: &'static str, guid: &str) -> String {
    let guid = guid.replace('&', "&amp;");
    build_item(number, slug)
        .with(|post| post.more = format!("<guid isPermaLink=\"false\">{guid}</guid>"))
        .xml()
}

#[tokio::test]
async fn a_guid_stays_the_same_through_edits() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    site.comment(&tea, "Ann", Status::Approved).await;
    let before = (
        ids(&site, "/feed").await,
        ids(&site, "/comments/feed").await,
    );
    assert!(before.0[0].starts_with("urn:uuid:"), "{before:?}");
    let editor = site.staff("edda", Role::Admin).await;
    let edit = format!("/admin/articles/{}", tea.id);
    for (field, value, button) in [
        ("title", "Green tea", "Update"),
        ("slug", "green", "Update"),
        ("published_at", "2026-03-10T08:00", "Update"),
        ("body", "Other words.", "Unpublish"),
        ("body", "More words.", "Publish"),
    ] {
        let form = editor.open(&edit).await.form("/admin/articles/");
        let page = form.fill(field, value).press(button).await;
        if button == "Unpublish" {
            let question = page.has_status(422).form("/admin/articles/");
            question.press(button).await.has_status(303);
        }
    }
    let settings = editor.open("/admin/settings").await.form("/admin/settings");
    settings
        .fill("permalink", "/a/{id}")
        .press("Save settings")
        .await
        .has_status(303);
    let after = (
        ids(&site, "/feed").await,
        ids(&site, "/comments/feed").await,
    );
    assert_eq!(before, after);
}

#[tokio::test]
async fn guids_older_than_their_column_are_what_feeds_contained_before() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let comment = site.comment(&tea, "Ann", Status::Approved).await;
    for sql in [
        "update articles set guid = null",
        "update comments set guid = null",
        "update settings set guid_base = 'https://first.example.org'",
    ] {
        sqlx::query(sql)
            .execute(&site.app.pool)
            .await
            .expect("the rows are changed");
    }
    // Not the public URL of today.
    let article = format!("https://first.example.org/#article-{}", tea.id);
    let reply = format!("https://first.example.org/comments/{comment}");
    assert_eq!(ids(&site, "/feed").await, std::slice::from_ref(&article));
    assert_eq!(
        ids(&site, "/comments/feed").await,
        std::slice::from_ref(&reply)
    );
    let copy = TestSite::new().await;
    copy.import(
        &site
            .export(false)
            .await
            .replace("127.0.0.1:8600", "first.example.org"),
    )
    .await;
    assert_eq!(ids(&copy, "/feed").await, [article]);
    assert_eq!(ids(&copy, "/comments/feed").await, [reply]);
}

#[tokio::test]
async fn imported_guids_are_kept_for_ever() {
    let site = TestSite::new().await;
    let tea = build_item(101, "tea").with(|post| {
        post.more = format!(
            "<guid isPermaLink=\"false\">https://old.example.org/?p=101</guid>{}",
            build_comment(7, "Maria", "1", "")
        );
    });
    let custom = with_guid(102, "cake", "http://old.example.org/?post_type=post&p=102");
    let export = build_export(&(tea.xml() + &custom));
    site.import(&export).await;
    let articles = vec![
        "http://old.example.org/?post_type=post&p=102".to_owned(),
        "https://old.example.org/?p=101".to_owned(),
    ];
    // As WordPress makes the guid of a comment.
    let comments = vec!["https://old.example.org/?p=101#comment-7".to_owned()];
    assert_eq!(ids(&site, "/feed").await, articles);
    assert_eq!(ids(&site, "/comments/feed").await, comments);
    // Neither a second import nor a changed item or guid changes them.
    let moved = export.replace("Some words.", "Other words.").replace(
        "https://old.example.org/?p=101<",
        "https://new.example.org/?p=101<",
    );
    for again in [&export, &moved] {
        site.import(again).await;
        assert_eq!(ids(&site, "/feed").await, articles);
        assert_eq!(ids(&site, "/comments/feed").await, comments);
    }
    let exported = site.export(false).await;
    let guid = "<guid isPermaLink=\"false\">https://old.example.org/?p=101</guid>";
    assert!(exported.contains(guid), "{exported}");
    let copy = Setup::default().build().await;
    let exported = exported.replace("127.0.0.1:8600", "courier.example.org");
    copy.import(&exported).await;
    assert_eq!(ids(&copy, "/feed").await, articles);
    assert_eq!(ids(&copy, "/comments/feed").await, comments);
}

#[tokio::test]
async fn articles_with_equal_missing_or_endless_guids_stay_apart() {
    let site = TestSite::new().await;
    let long = "x".repeat(2_000);
    let items = [
        with_guid(1, "a", "same"),
        with_guid(2, "b", "same"),
        with_guid(3, "c", " "),
        with_guid(4, "d", &long),
        with_guid(5, "e", "\u{202E}<script>&\"'\u{200B}"),
        build_item(6, "f").xml(),
    ];
    site.import(&build_export(
        &items.concat().replace("<script>", "&lt;script>"),
    ))
    .await;
    // A later import, too, must not give an id again.
    site.import(&build_export(&with_guid(7, "g", "same"))).await;
    let visitor = site.visitor();
    let (_, items) = open_rss(&visitor, "/feed").await;
    let rss: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
    let mut distinct = rss.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 7, "{rss:?}");
    assert!(rss.contains(&"same"), "{rss:?}");
    assert!(rss.contains(&"\u{202E}<script>&\"'\u{200B}"), "{rss:?}");
    // Atom allows only IRIs; other ids are replaced by one that stays the same.
    let (_, of_atom) = open_atom(&visitor, "/feed").await;
    let is_iri = |id: &String| url::Url::parse(id).is_ok();
    assert!(of_atom.iter().all(|item| is_iri(&item.id)), "{of_atom:?}");
    let (_, again) = open_atom(&visitor, "/feed").await;
    assert_eq!(of_atom, again);
}
