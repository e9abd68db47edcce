//! Tests of what the editor asks before it saves, and of what a page gets by itself.

use broadsheet::accounts::Role;
use broadsheet::articles::{ArticleKind, ArticleState};

use crate::support::makers::{SampleArticle, at};
use crate::support::visitor::{Form, Page, Visitor};
use crate::support::{Setup, TestSite};

async fn open_form(editor: &Visitor, article: &SampleArticle) -> Form {
    let address = format!("/admin/articles/{}", article.id);
    editor.open(&address).await.form(&address)
}

/// Asserts that the page asks before saving, and returns its form.
#[track_caller]
fn asks(page: &Page, question: &str) -> Form {
    page.has_status(422)
        .sees(question)
        .sees("Nothing has been saved yet.");
    // The Enter key presses the first button of a form.
    assert_eq!(
        page.attribute(".editor button", "disabled").as_deref(),
        Some("")
    );
    page.form("/admin/articles/")
}

#[tokio::test]
async fn a_future_date_takes_a_published_article_off_the_site_only_after_a_question() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let editor = site.staff("edda", Role::Editor).await;
    let form = open_form(&editor, &article)
        .await
        .fill("body", "Typed at length.")
        .fill("published_at", "2026-03-20T09:00");
    let page = form.press("Update").await;
    let asked = asks(
        &page,
        "readers can no longer read it until March 20, 2026 at 9:00",
    );
    assert_eq!(asked.value("body"), "Typed at length.");
    assert_eq!(asked.value("published_at"), "2026-03-20T09:00");
    let reader = site.visitor();
    reader
        .open(&article.path)
        .await
        .has_status(200)
        .sees("Some words.");
    // Another date is another answer.
    let corrected = asked.fill("published_at", "2026-03-13T09:00");
    corrected.press("Update").await.has_status(303);
    reader
        .open("/2026/03/13/tea")
        .await
        .has_status(200)
        .sees("Typed at length.");
    let form = open_form(&editor, &article)
        .await
        .fill("published_at", "2026-03-20T09:00");
    let page = form.press("Update").await;
    asks(&page, "until March 20")
        .press("Hide it until then")
        .await
        .follow()
        .await
        .sees("Scheduled");
    reader.open("/2026/03/20/tea").await.has_status(404);
    site.app.clock.advance(6 * 24 * 3_600);
    reader.open("/2026/03/20/tea").await.has_status(200);
}

#[tokio::test]
async fn an_emptied_date_keeps_the_date_and_the_address_of_what_readers_have_seen() {
    let site = TestSite::new().await;
    let article = site
        .article_with("Tea", |draft| {
            draft.published_at = Some(at("2024-07-22T10:00:07Z"));
        })
        .await;
    let editor = site.staff("edda", Role::Editor).await;
    open_form(&editor, &article)
        .await
        .fill("published_at", "")
        .press("Update")
        .await
        .has_status(303);
    let reader = site.visitor();
    reader.open("/2024/07/22/tea").await.has_status(200);
    let kept = "select count(*) from articles where published_at = '2024-07-22T10:00:07Z' and path = '/2024/07/22/tea'";
    assert_eq!(site.count(kept).await, 1);
    // Nor does it get a new one by being unpublished, saved without a date and published again.
    let asked = open_form(&editor, &article).await.press("Unpublish").await;
    asks(&asked, "leads to an error page")
        .press("Unpublish")
        .await
        .has_status(303);
    reader.open("/2024/07/22/tea").await.has_status(404);
    open_form(&editor, &article)
        .await
        .fill("published_at", "")
        .press("Save draft")
        .await
        .has_status(303);
    open_form(&editor, &article)
        .await
        .fill("published_at", "")
        .press("Publish")
        .await
        .has_status(303);
    assert_eq!(site.count(kept).await, 1);
}

#[tokio::test]
async fn an_empty_date_means_now_for_what_was_never_published() {
    let site = TestSite::new().await;
    let editor = site.staff("edda", Role::Editor).await;
    let scheduled = site
        .article_with("Later", |draft| {
            draft.published_at = Some(at("2026-04-01T10:00:00Z"));
        })
        .await;
    let form = open_form(&editor, &scheduled).await;
    assert!(form.button_labels().contains(&"Cancel scheduling"));
    form.fill("published_at", "")
        .press("Update")
        .await
        .has_status(303);
    let draft = site
        .article_with("Draft", |draft| {
            draft.state = ArticleState::Draft;
            draft.published_at = Some(at("2020-01-01T10:00:00Z"));
        })
        .await;
    open_form(&editor, &draft)
        .await
        .fill("published_at", "")
        .press("Publish")
        .await
        .has_status(303);
    for path in ["/2026/03/14/later", "/2026/03/14/draft"] {
        site.visitor().open(path).await.has_status(200);
    }
}

#[tokio::test]
async fn the_button_says_schedule_when_the_date_lies_ahead() {
    let site = TestSite::new().await;
    let editor = site.staff("edda", Role::Editor).await;
    let new = editor
        .open("/admin/articles/new")
        .await
        .form("/admin/articles/new");
    assert!(new.button_labels().contains(&"Publish"));
    let preview = new
        .fill("title", "Tea")
        .fill("published_at", "2026-03-20T09:00")
        .press("Preview")
        .await;
    let form = preview.form("/admin/articles/new");
    assert!(form.button_labels().contains(&"Schedule"));
    assert!(!form.button_labels().contains(&"Publish"));
    let form = form.fill("published_at", "2026-03-10T09:00");
    let past = form.press("Preview").await.form("/admin/articles/new");
    assert!(past.button_labels().contains(&"Publish"));
}

#[tokio::test]
async fn an_article_without_text_is_published_only_after_a_question() {
    let site = TestSite::new().await;
    let editor = site.staff("edda", Role::Editor).await;
    for (title, body) in [
        ("Empty", ""),
        ("Invisible", " \u{200b}\n\u{a0}"),
        ("Without code", "```\n\n```"),
        ("Rules", "***\n\n---"),
    ] {
        let form = editor
            .open("/admin/articles/new")
            .await
            .form("/admin/articles/new")
            .fill("title", title)
            .fill("body", body);
        let page = form.press("Publish").await;
        asks(&page, "The article has no text.");
        assert_eq!(site.count("select count(*) from articles").await, 0);
    }
    let form = editor
        .open("/admin/articles/new")
        .await
        .form("/admin/articles/new")
        .fill("title", "Only a headline");
    // A draft may be empty.
    let saved = form.press("Save draft").await;
    let address = saved.has_status(303).leads_to();
    let draft = editor.open(&address).await.form("/admin/articles/");
    let page = draft.press("Publish").await;
    asks(&page, "The article has no text.")
        .press("Publish without text")
        .await
        .has_status(303);
    site.visitor()
        .open("/2026/03/14/only-a-headline")
        .await
        .has_status(200);
    // Asked once: a correction of its title is no news.
    let form = editor.open(&address).await.form("/admin/articles/");
    form.fill("title", "Only a headline, corrected")
        .press("Update")
        .await
        .has_status(303);
}

#[tokio::test]
async fn several_questions_are_answered_at_once() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let editor = site.staff("edda", Role::Editor).await;
    let form = open_form(&editor, &article)
        .await
        .fill("body", "")
        .fill("published_at", "2026-03-20T09:00");
    let page = form.press("Update").await;
    asks(&page, "The article has no text.");
    asks(&page, "until March 20")
        .press("Yes, all of this")
        .await
        .follow()
        .await
        .sees("Scheduled");
}

#[tokio::test]
async fn a_yes_answers_only_the_questions_that_were_asked() {
    let site = TestSite::new().await;
    site.article_with("Trade", |draft| draft.topics = vec!["Germany".to_owned()])
        .await;
    let article = site.article("Tea").await;
    let editor = site.staff("edda", Role::Editor).await;
    let form = open_form(&editor, &article).await.fill("body", "");
    let asked = asks(&form.press("Update").await, "The article has no text.");
    // Asked about the text alone, and then the date and a topic are typed.
    let page = asked
        .fill("published_at", "2026-03-20T09:00")
        .fill("topics", "Germny")
        .press("Publish without text")
        .await;
    page.does_not_see("The article has no text.");
    asks(&page, "“Germny” would be a new topic");
    let asked = asks(&page, "until March 20");
    // Another date is another question, and the other answers hold.
    let page = asked
        .fill("published_at", "2026-03-21T09:00")
        .press("Yes, all of this")
        .await;
    page.does_not_see("“Germny” would be");
    let asked = asks(&page, "until March 21");
    // A button that answers nothing asks everything.
    let page = asked.press("Update").await;
    asks(&page, "The article has no text.");
    asks(&page, "until March 21")
        .press("Yes, all of this")
        .await
        .follow()
        .await
        .sees("Scheduled");
}

#[tokio::test]
async fn a_page_takes_no_comments_and_shows_no_appeal_by_default() {
    let site = Setup::default()
        .publication(|publication| {
            publication.appeal = "Support us.".to_owned();
            publication.appeal_html = broadsheet::text::markdown::render_article("Support us.");
        })
        .build()
        .await;
    let editor = site.staff("edda", Role::Editor).await;
    let reader = site.visitor();
    // By the form for articles, whose tick for comments was set for an article.
    let form = editor
        .open("/admin/articles/new")
        .await
        .form("/admin/articles/new");
    assert_eq!(form.value("replies_open"), "yes");
    let saved = form
        .fill("title", "About us")
        .fill("body", "Words.")
        .tick("is_page", "yes")
        .press("Publish")
        .await;
    let address = saved.has_status(303).leads_to();
    reader
        .open("/about-us")
        .await
        .sees("Words.")
        .does_not_see("Leave a Reply")
        .does_not_see("No comments yet")
        .does_not_see("Comments are closed")
        .does_not_see("Support us.");
    // Ticked on a page, it is meant.
    let form = editor.open(&address).await.form("/admin/articles/");
    form.tick("replies_open", "yes")
        .press("Update")
        .await
        .has_status(303);
    reader.open("/about-us").await.sees("Leave a Reply");
    let form = editor.open(&address).await.form("/admin/articles/");
    form.fill("body", "Other words.")
        .press("Update")
        .await
        .has_status(303);
    reader
        .open("/about-us")
        .await
        .sees("Other words.")
        .sees("Leave a Reply");
    // By the form for pages.
    let form = editor
        .open("/admin/articles/new?kind=page")
        .await
        .form("/admin/articles/new");
    assert!(form.has("is_page") && !form.has("replies_open"));
    form.fill("title", "Imprint")
        .fill("body", "Words.")
        .press("Publish")
        .await
        .has_status(303);
    reader.open("/imprint").await.does_not_see("Leave a Reply");
    // An existing page keeps its comments.
    let old = site
        .article_with("Old page", |draft| draft.kind = ArticleKind::Page)
        .await;
    open_form(&editor, &old)
        .await
        .press("Update")
        .await
        .has_status(303);
    reader.open(&old.path).await.sees("Leave a Reply");
}

#[tokio::test]
async fn the_sign_in_link_leads_staff_to_what_their_role_works_on() {
    let site = TestSite::new().await;
    for (name, role, address) in [
        ("mo", Role::Moderator, "/admin/comments"),
        ("edda", Role::Editor, "/admin/articles"),
        ("ada", Role::Admin, "/admin/articles"),
    ] {
        let staff = site.staff(name, role).await;
        let link = staff
            .open("/")
            .await
            .attribute(".colophon a[rel=nofollow]", "href");
        let link = link.expect("the footer has the link");
        assert_eq!(staff.open(&link).await.leads_to(), address, "{name}");
    }
}
