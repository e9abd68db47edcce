//! Tests of what says that an article was changed after its publication.

use broadsheet::accounts::Role;
use broadsheet::articles::ArticleState;
use serde_json::Value;

use super::{open_atom, open_json};
use crate::support::TestSite;
use crate::support::makers::{SampleArticle, at};
use crate::support::visitor::Visitor;
use crate::support::wxr::{build_export, build_item};

/// Presses a button of the editor with one field changed.
async fn save(editor: &Visitor, article: &SampleArticle, field: &str, value: &str, button: &str) {
    let page = editor
        .open(&format!("/admin/articles/{}", article.id))
        .await;
    let form = page.form("/admin/articles/");
    let form = match field {
        "pinned" => form.tick(field, value),
        _ => form.fill(field, value),
    };
    let page = form.press(button).await;
    // Before an article leaves the site, the editor is asked.
    let saved = match button {
        "Unpublish" => {
            let question = page.has_status(422).form("/admin/articles/");
            question.press("Unpublish").await
        }
        _ => page,
    };
    saved.has_status(303);
}

/// Returns the time of the last change that the page of an article states, which must be the same everywhere.
async fn stated_change(site: &TestSite, path: &str) -> Option<String> {
    let page = site.visitor().open(path).await;
    page.has_status(200);
    let json = page.text_of("script[type='application/ld+json']");
    let json: Value = serde_json::from_str(&json).expect("structured data");
    let stated = json["dateModified"].as_str().map(|time| at(time).rfc3339());
    let meta = page.attribute("meta[property='article:modified_time']", "content");
    assert_eq!(stated, meta.map(|time| at(&time).rfc3339()));
    let shown = page.attribute(".article time.dt-updated", "datetime");
    assert_eq!(stated, shown.map(|time| at(&time).rfc3339()));
    assert_eq!(page.text().contains("Updated"), stated.is_some());
    for items in [
        open_atom(&site.visitor(), "/feed").await.1,
        open_json(&site.visitor(), "/feed").await.1,
    ] {
        let item = items.iter().find(|item| item.url.ends_with(path));
        assert_eq!(item.expect("the article is in the feed").updated, stated);
    }
    stated
}

#[tokio::test]
async fn only_changed_words_of_a_published_article_are_an_update() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let editor = site.staff("edda", Role::Editor).await;
    let path = article.path.as_str();
    site.app.clock.advance(600);
    for (field, value) in [("topics", "Drinks"), ("pinned", "yes"), ("title", "Tea")] {
        save(&editor, &article, field, value, "Update").await;
        assert_eq!(stated_change(&site, path).await, None, "{field}");
    }
    let mut expected = None;
    for (field, value) in [
        ("title", "Tea, corrected"),
        ("standfirst", "Short."),
        ("sources", "a kettle"),
        ("body", "Other words."),
    ] {
        site.app.clock.advance(60);
        save(&editor, &article, field, value, "Update").await;
        expected = Some(site.now().rfc3339());
        assert_eq!(stated_change(&site, path).await, expected, "{field}");
    }
    site.app.clock.advance(60);
    save(&editor, &article, "topics", "Other", "Update").await;
    assert_eq!(stated_change(&site, path).await, expected);
    let page = site.visitor().open(path).await;
    page.sees("March 14, 2026 · Updated March 14, 2026 at 3:23 PM");
    let sitemap = site.visitor().open("/sitemap-2026-03.xml").await.html();
    assert!(
        sitemap.contains("<lastmod>2026-03-14T15:23:26+00:00</lastmod>"),
        "{sitemap}"
    );
}

#[tokio::test]
async fn words_changed_before_publication_are_no_update() {
    let site = TestSite::new().await;
    let editor = site.staff("edda", Role::Editor).await;
    let draft = site
        .article_with("Draft", |draft| {
            draft.state = ArticleState::Draft;
            draft.published_at = None;
        })
        .await;
    let scheduled = site
        .article_with("Scheduled", |draft| {
            draft.published_at = draft.published_at.map(|at| at.plus_seconds(3_600));
        })
        .await;
    site.app.clock.advance(60);
    save(&editor, &draft, "body", "Other words.", "Save draft").await;
    save(&editor, &scheduled, "body", "Other words.", "Update").await;
    site.app.clock.advance(60);
    save(&editor, &draft, "body", "Last words.", "Publish").await;
    site.app.clock.advance(3_600);
    assert_eq!(stated_change(&site, "/2026/03/14/draft").await, None);
    assert_eq!(stated_change(&site, &scheduled.path).await, None);
}

#[tokio::test]
async fn words_changed_while_an_article_was_withdrawn_are_an_update() {
    let site = TestSite::new().await;
    let editor = site.staff("edda", Role::Editor).await;
    let article = site.article("Tea").await;
    site.app.clock.advance(60);
    save(&editor, &article, "title", "Tea", "Unpublish").await;
    site.app.clock.advance(60);
    save(&editor, &article, "body", "Other words.", "Save draft").await;
    let changed = site.now().rfc3339();
    site.app.clock.advance(60);
    save(&editor, &article, "title", "Tea", "Publish").await;
    assert_eq!(stated_change(&site, &article.path).await, Some(changed));
    // Published anew, with a later date, it is new.
    save(
        &editor,
        &article,
        "published_at",
        "2026-03-14T15:12",
        "Update",
    )
    .await;
    let page = site.visitor().open(&article.path).await;
    page.does_not_see("Updated");
}

#[tokio::test]
async fn an_import_takes_the_time_of_the_last_change_from_wordpress() {
    let site = TestSite::new().await;
    let modified = |number, slug, time: &str| {
        build_item(number, slug)
            .with(|post| {
                post.more = format!("<wp:post_modified_gmt>{time}</wp:post_modified_gmt>");
            })
            .xml()
    };
    let items = [
        modified(1, "later", "2012-07-01 10:00:00"),
        modified(2, "same", "2012-06-05 07:00:00"),
        modified(3, "earlier", "2012-06-01 07:00:00"),
        build_item(4, "unknown").xml(),
    ];
    site.import(&build_export(&items.concat())).await;
    let later = stated_change(&site, "/2012/06/05/later").await;
    assert_eq!(later.as_deref(), Some("2012-07-01T10:00:00Z"));
    for slug in ["same", "earlier", "unknown"] {
        let path = format!("/2012/06/05/{slug}");
        assert_eq!(stated_change(&site, &path).await, None, "{slug}");
    }
    // The export restores it on another site, where the words were not changed.
    let copy = TestSite::new().await;
    let export = site.export(false).await;
    copy.import(&export.replace("127.0.0.1:8600", "courier.example.org"))
        .await;
    assert_eq!(stated_change(&copy, "/2012/06/05/later").await, later);
    assert_eq!(stated_change(&copy, "/2012/06/05/same").await, None);
}

#[tokio::test]
async fn an_imported_text_that_is_saved_unchanged_is_not_an_update() {
    let site = TestSite::new().await;
    site.import(&build_export(
        &build_item(9, "tea")
            .with(|post| post.content = "<p>Words</p>".to_owned())
            .xml(),
    ))
    .await;
    let editor = site.staff("edda", Role::Editor).await;
    let id = site
        .count("select id from articles where title = 'tea'")
        .await;
    site.app.clock.advance(600);
    let form = editor
        .open(&format!("/admin/articles/{id}"))
        .await
        .form("/admin/articles/");
    form.tick("pinned", "yes")
        .press("Update")
        .await
        .has_status(303);
    assert_eq!(
        site.count("select count(*) from articles where revised_at is not null")
            .await,
        0
    );
}
