//! Tests of editing a comment as a moderator, and of replying to a comment while approving it.

use axum::body::Body;
use axum::http::{Request, header};
use broadsheet::accounts::Role;
use broadsheet::comments::{self, Status};
use broadsheet::ids::CommentId;

use crate::support::TestSite;
use crate::support::visitor::{Form, Page, Visitor};

fn edit_path(id: CommentId) -> String {
    format!("/admin/comments/{id}/edit")
}

fn reply_path(id: CommentId) -> String {
    format!("/admin/comments/{id}/reply")
}

/// Returns the form on the page that contains the comment's text.
fn edit_form(page: &Page) -> Form {
    page.forms("/admin/comments/")
        .into_iter()
        .find(|form| form.has("author"))
        .unwrap_or_else(|| panic!("no edit form in\n{}", page.html()))
}

async fn submit_edit(by: &Visitor, id: CommentId, text: &str, note: &str) -> Page {
    let page = by.open(&edit_path(id)).await;
    edit_form(page.has_status(200))
        .fill("comment", text)
        .fill("note", note)
        .press("Save changes")
        .await
}

async fn load_log(site: &TestSite) -> Vec<(String, String, String)> {
    sqlx::query_as("select kind::text, subject, note from audit_log order by position")
        .fetch_all(&site.app.pool)
        .await
        .expect("the audit log is read")
}

async fn erase(site: &TestSite, id: CommentId) {
    let mut db = site.app.pool.begin().await.expect("a transaction");
    comments::store::erase::erase(&mut db, &[id], site.now())
        .await
        .expect("the comment is erased");
    db.commit().await.expect("a commit");
}

#[tokio::test]
async fn a_moderators_edit_shows_at_once_and_keeps_the_status() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Approved).await;
    let reader = site.visitor();
    reader
        .open(&article.path)
        .await
        .sees("Words of Ann.")
        .does_not_see("edited");
    let mo = site.staff("Mo", Role::Moderator).await;
    submit_edit(&mo, id, "Words of *mine*.", "A telephone number")
        .await
        .follow()
        .await
        .sees("Changes saved.")
        .sees("Until March 14, 2026")
        .sees("when Mo edited it")
        .sees("Words of Ann.");
    let page = reader.open(&article.path).await;
    page.sees("edited").does_not_see("Words of Ann.");
    assert_eq!(page.text_of(".reply-body em"), "mine");
    assert_eq!(site.status_of(id).await, Status::Approved);
    let entry = (
        "edited".to_owned(),
        format!("comment {id}"),
        "A telephone number".to_owned(),
    );
    assert_eq!(load_log(&site).await, [entry]);
    // The author's page mentions the edit.
    let own = comments::links::author_page_path(&site.app.keys, id);
    reader
        .open(&own)
        .await
        .sees("Our staff last edited this comment on March 14, 2026");
}

#[tokio::test]
async fn an_earlier_version_is_restored_as_another_edit() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    let page = mo.open(&edit_path(id)).await;
    edit_form(&page)
        .fill("comment", "Other words.")
        .fill("author", "Anna")
        .fill("url", "https://ann.example/")
        .press("Save changes")
        .await
        .has_status(303);
    let page = mo.open(&edit_path(id)).await;
    let form = edit_form(&page);
    assert_eq!(form.value("author"), "Anna");
    assert_eq!(form.value("url"), "https://ann.example/");
    let back = page
        .forms("/admin/comments/")
        .pop()
        .expect("the last form restores the old text")
        .press("Restore this version")
        .await
        .follow()
        .await;
    let form = edit_form(&back);
    assert_eq!(form.value("comment").trim(), "Words of Ann.");
    assert_eq!(form.value("author"), "Ann");
    assert_eq!(form.value("url"), "");
    assert_eq!(
        back.texts_of(".row .reply-body"),
        ["Other words.", "Words of Ann."]
    );
    assert_eq!(load_log(&site).await.len(), 2);
    let shown: String = sqlx::query_scalar("select body_html from comments")
        .fetch_one(&site.app.pool)
        .await
        .expect("the comment's text is read");
    assert_eq!(shown.trim(), "<p>Words of Ann.</p>");
    // Submitting the same text is not an edit.
    edit_form(&back)
        .press("Save changes")
        .await
        .follow()
        .await
        .sees("There was nothing to change");
    assert_eq!(load_log(&site).await.len(), 2);
}

#[tokio::test]
async fn the_second_of_two_moderators_editing_a_comment_sees_both_texts() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Approved).await;
    let (mo, may) = (
        site.staff("Mo", Role::Moderator).await,
        site.staff("May", Role::Moderator).await,
    );
    let at_may = edit_form(&may.open(&edit_path(id)).await)
        .fill("comment", "Words of May.")
        .fill("note", "Shorter");
    submit_edit(&mo, id, "Words of Mo.", "")
        .await
        .has_status(303);
    let result_page = at_may.press("Save changes").await;
    result_page
        .has_status(409)
        .sees("Mo edited this comment after you opened the page.");
    assert_eq!(result_page.text_of("#current-text"), "Words of Mo.");
    let form = edit_form(&result_page);
    assert_eq!(form.value("comment").trim(), "Words of May.");
    assert_eq!(form.value("note"), "Shorter");
    assert_eq!(load_log(&site).await.len(), 1);
    form.press("Save changes").await.has_status(303);
    site.visitor()
        .open(&article.path)
        .await
        .sees("Words of May.");
    assert_eq!(site.count("select count(*) from comment_versions").await, 2);
}

#[tokio::test]
async fn only_one_of_several_concurrent_edits_is_saved() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    let page = mo.open(&edit_path(id)).await;
    let presses = (0..4).map(|number| {
        edit_form(&page)
            .fill("comment", &format!("Words {number}."))
            .press("Save changes")
    });
    let statuses: Vec<u16> = join_all(presses).await;
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 3);
    assert_eq!(site.count("select count(*) from comment_versions").await, 1);
    assert_eq!(load_log(&site).await.len(), 1);
}

async fn join_all(presses: impl Iterator<Item = impl Future<Output = Page>>) -> Vec<u16> {
    let [a, b, c, d] = presses
        .collect::<Vec<_>>()
        .try_into()
        .unwrap_or_else(|_| panic!("there are exactly four presses"));
    let (a, b, c, d) = tokio::join!(a, b, c, d);
    [a, b, c, d].map(|page| page.status.as_u16()).to_vec()
}

#[tokio::test]
async fn an_invalid_edit_is_shown_again_with_every_error() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    let back = edit_form(&mo.open(&edit_path(id)).await)
        .fill("comment", "   ")
        .fill("author", "ann@example.org")
        .fill("url", "not a site")
        .fill("note", "Asked by ann@example.org")
        .press("Save changes")
        .await;
    back.has_status(422);
    for field in ["comment", "author", "url", "note"] {
        assert!(!back.text_of(&format!("#{field}-error")).is_empty());
    }
    let form = edit_form(&back);
    assert_eq!(form.value("author"), "ann@example.org");
    assert_eq!(form.value("url"), "not a site");
    let looked = form
        .fill("comment", "Looks *good*.")
        .fill("author", "Ann")
        .fill("url", "")
        .fill("note", "")
        .press("Preview")
        .await;
    assert_eq!(looked.text_of("#preview em"), "good");
    assert_eq!(edit_form(&looked).value("comment").trim(), "Looks *good*.");
    assert_eq!(
        site.count("select count(*) from comments where version = 0")
            .await,
        1
    );
    // The text also comes back to a moderator who was signed out meanwhile,
    let form = edit_form(&looked);
    mo.forget_cookies();
    let saved = form.press("Save changes").await;
    saved.has_status(401);
    assert_eq!(
        saved.form(&edit_path(id)).value("comment").trim(),
        "Looks *good*."
    );
    // and if the author has erased the comment.
    let may = site.staff("May", Role::Moderator).await;
    let form = edit_form(&may.open(&edit_path(id)).await).fill("comment", "Mine.");
    erase(&site, id).await;
    let gone = form.press("Save changes").await;
    gone.has_status(409)
        .sees("The author deleted this comment, so it was not changed.");
    assert_eq!(gone.text_of("#unsent-text"), "Mine.");
    may.open(&edit_path(id)).await.has_status(404);
}

#[tokio::test]
async fn a_comment_in_html_is_edited_as_html_and_sanitized() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Approved).await;
    sqlx::query(
        "update comments set format = 'html', body = '<p>Old</p>', body_html = '<p>Old</p>'",
    )
    .execute(&site.app.pool)
    .await
    .expect("the comment gets an imported HTML text");
    let mo = site.staff("Mo", Role::Moderator).await;
    mo.open(&edit_path(id)).await.sees("was imported as HTML");
    let html = "<p>New <em>words</em><script>alert(1)</script> <img src=x onerror=alert(2)></p>";
    submit_edit(&mo, id, html, "").await.has_status(303);
    let page = site.visitor().open(&article.path).await;
    assert_eq!(page.text_of(".reply-body em"), "words");
    assert!(!page.html().contains("alert("), "{}", page.html());
    let format = site
        .count("select count(*) from comments where format = 'html' and version = 1")
        .await;
    assert_eq!(format, 1);
}

#[tokio::test]
async fn a_decision_on_an_old_text_does_not_apply_to_the_edited_text() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let (mo, may) = (
        site.staff("Mo", Role::Moderator).await,
        site.staff("May", Role::Moderator).await,
    );
    let queue = mo.open("/admin/comments").await;
    submit_edit(&may, id, "Worse words.", "")
        .await
        .has_status(303);
    queue
        .form("/admin/comments")
        .decide("Approve")
        .await
        .follow()
        .await
        .sees("was edited after you opened the page");
    assert_eq!(site.status_of(id).await, Status::Held);
    // A decision before an edit cannot be undone, as the page says.
    site.app.clock.advance(60);
    let done = mo
        .open("/admin/comments")
        .await
        .form("/admin/comments")
        .decide("Approve")
        .await
        .follow()
        .await;
    site.app.clock.advance(60);
    may.open(&edit_path(id))
        .await
        .sees("Earlier decisions on it can no longer be undone");
    submit_edit(&may, id, "Better words.", "")
        .await
        .has_status(303);
    done.form("/admin/comments/undo")
        .submit()
        .await
        .has_status(303);
    assert_eq!(site.status_of(id).await, Status::Approved);
}

#[tokio::test]
async fn erasing_a_comment_erases_its_earlier_versions() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Approved).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    submit_edit(&mo, id, "Other words.", "")
        .await
        .has_status(303);
    // Until then it is part of the author's data export.
    let commenter = site.count("select commenter_id from comments").await;
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let person = broadsheet::commenters::store::commenters::find_access(
        &mut db,
        broadsheet::ids::CommenterId(commenter),
    )
    .await
    .expect("the database answers")
    .expect("the commenter exists");
    let mine = person.page_path(&site.app.keys).replace('?', "/data?");
    let data = site.visitor().open(&mine).await;
    let data: serde_json::Value =
        serde_json::from_slice(&data.body).expect("the exported data is valid JSON");
    let comment = &data["comments"][0];
    assert_eq!(comment["text"], "Other words.");
    assert_eq!(
        comment["before_the_staff_changed_it"][0]["text"],
        "Words of Ann."
    );
    erase(&site, id).await;
    assert_eq!(site.count("select count(*) from comment_versions").await, 0);
}

#[tokio::test]
async fn one_form_approves_a_comment_and_replies_to_it() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    let form = mo.open(&reply_path(id)).await.form(&reply_path(id));
    let looked = form.fill("comment", "Thank *you*.").press("Preview").await;
    assert_eq!(looked.text_of("#preview em"), "you");
    assert_eq!(site.status_of(id).await, Status::Held);
    looked
        .form(&reply_path(id))
        .press("Approve and reply")
        .await
        .follow()
        .await
        .sees("One comment approved.");
    assert_eq!(site.status_of(id).await, Status::Approved);
    let page = site.visitor().open(&article.path).await;
    page.sees("Words of Ann.").sees("Thank you.");
    let under: (Option<i64>, String, bool) = sqlx::query_as(
        "select parent_id, name, commenter_id is null from comments where account_id is not null",
    )
    .fetch_one(&site.app.pool)
    .await
    .expect("the reply is read");
    assert_eq!(under, (Some(id.0), "Mo".to_owned(), true));
    let entries = load_log(&site).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].0, "decided");
    // A comment that is already approved only gets the reply.
    mo.open(&reply_path(id))
        .await
        .form(&reply_path(id))
        .fill("comment", "And again.")
        .press("Reply")
        .await
        .follow()
        .await
        .sees("And again.");
    assert_eq!(load_log(&site).await.len(), 1);
}

#[tokio::test]
async fn a_reply_to_a_comment_decided_meanwhile_is_given_back_unpublished() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let (mo, may) = (
        site.staff("Mo", Role::Moderator).await,
        site.staff("May", Role::Moderator).await,
    );
    let form = may
        .open(&reply_path(id))
        .await
        .form(&reply_path(id))
        .fill("comment", "Thank you.");
    mo.open("/admin/comments")
        .await
        .form("/admin/comments")
        .decide("Spam")
        .await
        .has_status(303);
    let result_page = form.press("Approve and reply").await;
    result_page
        .has_status(409)
        .sees("Someone else decided first: the comment by Ann is spam (Mo).")
        .sees("Your reply was not sent");
    let form = result_page.form(&reply_path(id));
    assert_eq!(form.value("comment").trim(), "Thank you.");
    assert_eq!(site.status_of(id).await, Status::Spam);
    assert_eq!(site.count("select count(*) from comments").await, 1);
    // The author may also erase it meanwhile.
    erase(&site, id).await;
    let gone = form.press("Approve and reply").await;
    gone.has_status(409).sees("so your reply was not sent");
    assert_eq!(gone.text_of("#unsent-text"), "Thank you.");
    may.open(&reply_path(id)).await.has_status(404);
}

#[tokio::test]
async fn an_invalid_reply_is_given_back_and_approves_nothing() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    let long = "long ".repeat(14_000);
    for words in ["", long.as_str()] {
        let back = mo
            .open(&reply_path(id))
            .await
            .form(&reply_path(id))
            .fill("comment", words)
            .press("Approve and reply")
            .await;
        assert!(!back.has_status(422).text_of("#comment-error").is_empty());
        let saved = back.form(&reply_path(id));
        assert_eq!(saved.value("comment").trim(), words.trim());
    }
    assert_eq!(site.status_of(id).await, Status::Held);
}

#[tokio::test]
async fn a_reply_sent_twice_is_published_once() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Approved).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    for _ in 0..2 {
        mo.open(&reply_path(id))
            .await
            .form(&reply_path(id))
            .fill("comment", "Thank you.")
            .press("Reply")
            .await
            .has_status(303);
    }
    assert_eq!(site.count("select count(*) from comments").await, 2);
}

#[tokio::test]
async fn javascript_requests_get_the_outcome_as_json() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    let send = async |fields: &[(&str, &str)]| {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::post(reply_path(id))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .header("sec-fetch-site", "same-origin");
        let page = mo.send(request, Body::from(body), &reply_path(id)).await;
        assert_eq!(page.header("content-type"), "application/json");
        let result_page: serde_json::Value =
            serde_json::from_slice(&page.body).expect("the response is valid JSON");
        (page.status.as_u16(), result_page)
    };
    let request = format!("{id}:held:0");
    let (status, result_page) = send(&[("expected", &request), ("comment", "")]).await;
    assert_eq!(status, 422);
    assert!(
        result_page["message"]
            .as_str()
            .is_some_and(|said| !said.is_empty())
    );
    let (status, result_page) = send(&[("expected", &request), ("comment", "Thanks.")]).await;
    assert_eq!(status, 200);
    assert_eq!(result_page["decided"], serde_json::json!([id.0]));
    assert!(result_page["action"].is_i64(), "{result_page}");
    assert_eq!(
        result_page["message"],
        "Comment approved and reply published."
    );
    let (status, result_page) = send(&[("expected", &request), ("comment", "Others.")]).await;
    assert_eq!(status, 409);
    let said = result_page["message"].as_str().unwrap_or_default();
    assert!(said.contains("Someone else decided first"), "{said}");
    mo.forget_cookies();
    let (status, result_page) = send(&[("expected", &request), ("comment", "Others.")]).await;
    assert_eq!(status, 401);
    let said = result_page["message"].as_str().unwrap_or_default();
    assert!(said.contains("signed out"), "{said}");
}
