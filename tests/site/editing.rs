//! The staff change the words of a comment, and answer one while they approve it.

use axum::body::Body;
use axum::http::{Request, header};
use broadsheet::accounts::Role;
use broadsheet::comments::{self, Status};
use broadsheet::ids::CommentId;

use crate::support::TestSite;
use crate::support::visitor::{Form, Page, Visitor};

fn edit(id: CommentId) -> String {
    format!("/admin/comments/{id}/edit")
}

fn reply(id: CommentId) -> String {
    format!("/admin/comments/{id}/reply")
}

/// The form that changes the words.
fn words_in(page: &Page) -> Form {
    page.forms("/admin/comments/")
        .into_iter()
        .find(|form| form.has("author"))
        .unwrap_or_else(|| panic!("no form to change words in\n{}", page.html()))
}

async fn changed(by: &Visitor, id: CommentId, words: &str, why: &str) -> Page {
    let page = by.open(&edit(id)).await;
    words_in(page.has_status(200))
        .fill("comment", words)
        .fill("why", why)
        .press("Save changes")
        .await
}

async fn log_of(site: &TestSite) -> Vec<(String, String, String)> {
    sqlx::query_as("select kind::text, about, why from log_entries order by position")
        .fetch_all(&site.app.pool)
        .await
        .expect("the log")
}

async fn erase(site: &TestSite, id: CommentId) {
    let mut db = site.app.pool.begin().await.expect("a transaction");
    comments::store::erase::erase(&mut db, &[id], site.now())
        .await
        .expect("it is taken back");
    db.commit().await.expect("it is kept");
}

#[tokio::test]
async fn changed_words_show_at_once_and_the_comment_stays_where_it_is() {
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
    changed(&mo, id, "Words of *mine*.", "A telephone number")
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
    assert_eq!(log_of(&site).await, [entry]);
    // Its author is told on their own page.
    let own = comments::links::author_page_path(&site.app.keys, id);
    reader
        .open(&own)
        .await
        .sees("Our staff last edited this comment on March 14, 2026");
}

#[tokio::test]
async fn an_earlier_version_is_put_back_with_a_press_which_is_a_change_too() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    let page = mo.open(&edit(id)).await;
    words_in(&page)
        .fill("comment", "Other words.")
        .fill("author", "Anna")
        .fill("url", "https://ann.example/")
        .press("Save changes")
        .await
        .has_status(303);
    let page = mo.open(&edit(id)).await;
    let form = words_in(&page);
    assert_eq!(form.value("author"), "Anna");
    assert_eq!(form.value("url"), "https://ann.example/");
    let back = page
        .forms("/admin/comments/")
        .pop()
        .expect("the last form puts it back")
        .press("Restore this version")
        .await
        .follow()
        .await;
    let form = words_in(&back);
    assert_eq!(form.value("comment").trim(), "Words of Ann.");
    assert_eq!(form.value("author"), "Ann");
    assert_eq!(form.value("url"), "");
    assert_eq!(
        back.texts_of(".row .reply-body"),
        ["Other words.", "Words of Ann."]
    );
    assert_eq!(log_of(&site).await.len(), 2);
    let shown: String = sqlx::query_scalar("select body_html from comments")
        .fetch_one(&site.app.pool)
        .await
        .expect("it is there");
    assert_eq!(shown.trim(), "<p>Words of Ann.</p>");
    // The same words again are no change.
    words_in(&back)
        .press("Save changes")
        .await
        .follow()
        .await
        .sees("There was nothing to change");
    assert_eq!(log_of(&site).await.len(), 2);
}

#[tokio::test]
async fn of_two_who_change_it_the_second_sees_both_texts_and_loses_none() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Approved).await;
    let (mo, may) = (
        site.staff("Mo", Role::Moderator).await,
        site.staff("May", Role::Moderator).await,
    );
    let at_may = words_in(&may.open(&edit(id)).await)
        .fill("comment", "Words of May.")
        .fill("why", "Shorter");
    changed(&mo, id, "Words of Mo.", "").await.has_status(303);
    let told = at_may.press("Save changes").await;
    told.has_status(409)
        .sees("Mo edited this comment after you opened the page.");
    assert_eq!(told.text_of("#their-words"), "Words of Mo.");
    let form = words_in(&told);
    assert_eq!(form.value("comment").trim(), "Words of May.");
    assert_eq!(form.value("why"), "Shorter");
    assert_eq!(log_of(&site).await.len(), 1);
    form.press("Save changes").await.has_status(303);
    site.visitor()
        .open(&article.path)
        .await
        .sees("Words of May.");
    assert_eq!(site.count("select count(*) from comment_versions").await, 2);
}

#[tokio::test]
async fn many_who_change_it_at_once_change_it_one_after_the_other() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    let page = mo.open(&edit(id)).await;
    let presses = (0..4).map(|number| {
        words_in(&page)
            .fill("comment", &format!("Words {number}."))
            .press("Save changes")
    });
    let statuses: Vec<u16> = join_all(presses).await;
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 3);
    assert_eq!(site.count("select count(*) from comment_versions").await, 1);
    assert_eq!(log_of(&site).await.len(), 1);
}

async fn join_all(presses: impl Iterator<Item = impl Future<Output = Page>>) -> Vec<u16> {
    let [a, b, c, d] = presses
        .collect::<Vec<_>>()
        .try_into()
        .unwrap_or_else(|_| panic!("four presses"));
    let (a, b, c, d) = tokio::join!(a, b, c, d);
    [a, b, c, d].map(|page| page.status.as_u16()).to_vec()
}

#[tokio::test]
async fn words_that_cannot_be_kept_come_back_with_every_mistake() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    let back = words_in(&mo.open(&edit(id)).await)
        .fill("comment", "   ")
        .fill("author", "ann@example.org")
        .fill("url", "not a site")
        .fill("why", "Asked by ann@example.org")
        .press("Save changes")
        .await;
    back.has_status(422);
    for field in ["comment", "author", "url", "why"] {
        assert!(!back.text_of(&format!("#{field}-mistake")).is_empty());
    }
    let form = words_in(&back);
    assert_eq!(form.value("author"), "ann@example.org");
    assert_eq!(form.value("url"), "not a site");
    let looked = form
        .fill("comment", "Looks *good*.")
        .fill("author", "Ann")
        .fill("url", "")
        .fill("why", "")
        .press("Preview")
        .await;
    assert_eq!(looked.text_of("#preview em"), "good");
    assert_eq!(words_in(&looked).value("comment").trim(), "Looks *good*.");
    assert_eq!(
        site.count("select count(*) from comments where version = 0")
            .await,
        1
    );
    // Signed out meanwhile, the words come back as well.
    let form = words_in(&looked);
    mo.forget_cookies();
    let kept = form.press("Save changes").await;
    kept.has_status(401);
    assert_eq!(
        kept.form(&edit(id)).value("comment").trim(),
        "Looks *good*."
    );
    // And where its author took it back.
    let may = site.staff("May", Role::Moderator).await;
    let form = words_in(&may.open(&edit(id)).await).fill("comment", "Mine.");
    erase(&site, id).await;
    let gone = form.press("Save changes").await;
    gone.has_status(409)
        .sees("The author deleted this comment, so it was not changed.");
    assert_eq!(gone.text_of("#kept"), "Mine.");
    may.open(&edit(id)).await.has_status(404);
}

#[tokio::test]
async fn a_comment_that_came_as_html_is_changed_as_html_and_cleaned_like_it() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Approved).await;
    sqlx::query(
        "update comments set format = 'html', body = '<p>Old</p>', body_html = '<p>Old</p>'",
    )
    .execute(&site.app.pool)
    .await
    .expect("as imported");
    let mo = site.staff("Mo", Role::Moderator).await;
    mo.open(&edit(id)).await.sees("was imported as HTML");
    let html = "<p>New <em>words</em><script>alert(1)</script> <img src=x onerror=alert(2)></p>";
    changed(&mo, id, html, "").await.has_status(303);
    let page = site.visitor().open(&article.path).await;
    assert_eq!(page.text_of(".reply-body em"), "words");
    assert!(!page.html().contains("alert("), "{}", page.html());
    let format = site
        .count("select count(*) from comments where format = 'html' and version = 1")
        .await;
    assert_eq!(format, 1);
}

#[tokio::test]
async fn a_decision_on_the_old_words_is_not_one_on_the_new() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let (mo, may) = (
        site.staff("Mo", Role::Moderator).await,
        site.staff("May", Role::Moderator).await,
    );
    let queue = mo.open("/admin/comments").await;
    changed(&may, id, "Worse words.", "").await.has_status(303);
    queue
        .form("/admin/comments")
        .decide("Approve")
        .await
        .follow()
        .await
        .sees("was edited after you opened the page");
    assert_eq!(site.status_of(id).await, Status::Held);
    // Decided anew and changed after that, it is not taken back either; the page has said so.
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
    may.open(&edit(id))
        .await
        .sees("Earlier decisions on it can no longer be undone");
    changed(&may, id, "Better words.", "").await.has_status(303);
    done.form("/admin/comments/undo")
        .submit()
        .await
        .has_status(303);
    assert_eq!(site.status_of(id).await, Status::Approved);
}

#[tokio::test]
async fn what_it_said_before_goes_when_its_author_takes_it_back() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Approved).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    changed(&mo, id, "Other words.", "").await.has_status(303);
    // Until then it is theirs to have.
    let commenter = site.count("select commenter_id from comments").await;
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let person = broadsheet::commenters::store::find_access(
        &mut db,
        broadsheet::ids::CommenterId(commenter),
    )
    .await
    .expect("people can be asked")
    .expect("they are there");
    let mine = person.page_path(&site.app.keys).replace('?', "/data?");
    let data = site.visitor().open(&mine).await;
    let data: serde_json::Value = serde_json::from_slice(&data.body).expect("JSON");
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
async fn one_press_approves_a_comment_and_answers_it() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    let form = mo.open(&reply(id)).await.form(&reply(id));
    let looked = form.fill("comment", "Thank *you*.").press("Preview").await;
    assert_eq!(looked.text_of("#preview em"), "you");
    assert_eq!(site.status_of(id).await, Status::Held);
    looked
        .form(&reply(id))
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
    .expect("the answer");
    assert_eq!(under, (Some(id.0), "Mo".to_owned(), true));
    let entries = log_of(&site).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].0, "decided");
    // What is approved already is only answered.
    mo.open(&reply(id))
        .await
        .form(&reply(id))
        .fill("comment", "And again.")
        .press("Reply")
        .await
        .follow()
        .await
        .sees("And again.");
    assert_eq!(log_of(&site).await.len(), 1);
}

#[tokio::test]
async fn an_answer_that_was_overtaken_comes_back_and_nothing_is_published() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let (mo, may) = (
        site.staff("Mo", Role::Moderator).await,
        site.staff("May", Role::Moderator).await,
    );
    let form = may
        .open(&reply(id))
        .await
        .form(&reply(id))
        .fill("comment", "Thank you.");
    mo.open("/admin/comments")
        .await
        .form("/admin/comments")
        .decide("Spam")
        .await
        .has_status(303);
    let told = form.press("Approve and reply").await;
    told.has_status(409)
        .sees("Someone else decided first: the comment by Ann is spam (Mo).")
        .sees("Your reply was not sent");
    let form = told.form(&reply(id));
    assert_eq!(form.value("comment").trim(), "Thank you.");
    assert_eq!(site.status_of(id).await, Status::Spam);
    assert_eq!(site.count("select count(*) from comments").await, 1);
    // Its author may take it back meanwhile, too.
    erase(&site, id).await;
    let gone = form.press("Approve and reply").await;
    gone.has_status(409).sees("so your reply was not sent");
    assert_eq!(gone.text_of("#kept"), "Thank you.");
    may.open(&reply(id)).await.has_status(404);
}

#[tokio::test]
async fn an_answer_without_words_comes_back_and_approves_nothing() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    let long = "long ".repeat(14_000);
    for words in ["", long.as_str()] {
        let back = mo
            .open(&reply(id))
            .await
            .form(&reply(id))
            .fill("comment", words)
            .press("Approve and reply")
            .await;
        assert!(!back.has_status(422).text_of("#comment-mistake").is_empty());
        let kept = back.form(&reply(id));
        assert_eq!(kept.value("comment").trim(), words.trim());
    }
    assert_eq!(site.status_of(id).await, Status::Held);
}

#[tokio::test]
async fn two_presses_answer_once() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Approved).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    for _ in 0..2 {
        mo.open(&reply(id))
            .await
            .form(&reply(id))
            .fill("comment", "Thank you.")
            .press("Reply")
            .await
            .has_status(303);
    }
    assert_eq!(site.count("select count(*) from comments").await, 2);
}

#[tokio::test]
async fn a_script_is_told_in_json() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    let send = async |fields: &[(&str, &str)]| {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = Request::post(reply(id))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .header("sec-fetch-site", "same-origin");
        let page = mo.send(request, Body::from(body), &reply(id)).await;
        assert_eq!(page.header("content-type"), "application/json");
        let told: serde_json::Value = serde_json::from_slice(&page.body).expect("JSON");
        (page.status.as_u16(), told)
    };
    let ruling = format!("{id}:held:0");
    let (status, told) = send(&[("ruling", &ruling), ("comment", "")]).await;
    assert_eq!(status, 422);
    assert!(told["said"].as_str().is_some_and(|said| !said.is_empty()));
    let (status, told) = send(&[("ruling", &ruling), ("comment", "Thanks.")]).await;
    assert_eq!(status, 200);
    assert_eq!(told["decided"], serde_json::json!([id.0]));
    assert!(told["act"].is_i64(), "{told}");
    assert_eq!(told["said"], "Comment approved and reply published.");
    let (status, told) = send(&[("ruling", &ruling), ("comment", "Others.")]).await;
    assert_eq!(status, 409);
    let said = told["said"].as_str().unwrap_or_default();
    assert!(said.contains("Someone else decided first"), "{said}");
    mo.forget_cookies();
    let (status, told) = send(&[("ruling", &ruling), ("comment", "Others.")]).await;
    assert_eq!(status, 401);
    let said = told["said"].as_str().unwrap_or_default();
    assert!(said.contains("signed out"), "{said}");
}
