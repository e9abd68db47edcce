//! Tests of the page that a comment's author sees after posting: status and reasons, preview, editing, deletion.

use broadsheet::accounts::Role;
use broadsheet::comments::Status;
use broadsheet::publication::Publication;
use broadsheet::worker;

use crate::support::visitor::{Form, Page, Visitor};
use crate::support::{Setup, TestSite};

fn fill_form(page: &Page, words: &str) -> Form {
    page.form("/articles/")
        .fill("comment", words)
        .fill("author", "Ann")
        .fill("email", "ann@example.org")
}

async fn site_with(change: impl FnOnce(&mut Publication) + 'static) -> TestSite {
    Setup::default()
        .settings(|settings| settings.trusted_proxies = Some("127.0.0.1".into()))
        .publication(change)
        .build()
        .await
}

/// Creates a site that holds a comment only if it contains links.
async fn open_site() -> TestSite {
    site_with(|publication| publication.discussion.hold_everything = false).await
}

async fn submit_reply(visitor: &Visitor, path: &str, words: &str) -> Page {
    let sent = fill_form(&visitor.open(path).await, words).submit().await;
    visitor.open(&sent.has_status(303).leads_to()).await
}

fn change_form(page: &Page) -> Form {
    page.forms("/comments/")
        .into_iter()
        .find(|form| form.has("comment"))
        .expect("the page has a form to edit the comment")
}

/// Edits the comment on its author's page. Returns the response.
async fn edit_comment(own: &Page, words: &str) -> Page {
    let form = change_form(own).fill("comment", words);
    form.press("Save changes").await
}

#[tokio::test]
async fn the_author_reads_why_the_comment_is_held() {
    let site = site_with(|publication| {
        publication.discussion.hold_everything = false;
        publication.discussion.hold_first_timers = true;
    })
    .await;
    let article = site.article("Tea").await;
    let words = "See https://example.org/a and https://example.org/b.";
    submit_reply(&site.visitor(), &article.path, words)
        .await
        .sees("Your comment is awaiting moderation")
        .sees("It contains 2 links.")
        .sees("A moderator reads the first comments of new commenters.");
}

#[tokio::test]
async fn an_approved_comment_has_a_page_that_only_its_author_can_open() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let own = submit_reply(&site.visitor(), &article.path, "Lovely.").await;
    own.sees("Your comment is published")
        .sees("View on the page");
    assert_eq!(own.header("cache-control"), "no-store");
    assert_eq!(own.header("x-robots-tag"), "noindex");
    // Without the key there is no page.
    let path = own.path.split('?').next().expect("a path").to_owned();
    let stranger = site.visitor();
    stranger.open(&path).await.has_status(404);
    stranger
        .post_fields(&format!("{path}?key=0"), &[("action", "delete")])
        .await
        .has_status(404);
    assert_eq!(
        site.count("select count(*) from comments where status = 'approved'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_comment_preview_saves_nothing_and_keeps_every_value() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let form = fill_form(&ann.open(&article.path).await, "Lovely *tea*.");
    let page = form.press("Preview").await;
    page.has_status(200).sees("this is how readers will see it");
    assert_eq!(page.text_of("#preview .reply-body em"), "tea");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(site.count("select count(*) from comments").await, 0);
    let form = page.form("/articles/");
    assert_eq!(form.value("comment").trim(), "Lovely *tea*.");
    assert_eq!(form.value("email"), "ann@example.org");
    form.press("Post Comment").await.has_status(303);
    assert_eq!(site.count("select count(*) from comments").await, 1);
}

#[tokio::test]
async fn a_comment_can_be_edited_for_fifteen_minutes() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let own = submit_reply(&ann, &article.path, "Lovley.").await;
    let looked = change_form(&own)
        .fill("comment", "Lovely, *really*.")
        .press("Preview")
        .await;
    assert_eq!(looked.text_of("#preview .reply-body em"), "really");
    let saved = change_form(&looked).press("Save changes").await;
    ann.open(&saved.has_status(303).leads_to())
        .await
        .sees("Changes saved.")
        .sees("edited");
    let page = site.visitor().open(&article.path).await;
    page.sees("Lovely, really.").does_not_see("Lovley");
    assert!(page.text_of("#comments .reply header").contains("edited"));
    // An empty text is rejected with an error beside its field.
    let own = ann.open(&own.path).await;
    let empty = change_form(&own)
        .fill("comment", " ")
        .press("Save changes")
        .await;
    assert_eq!(
        empty.has_status(422).text_of("#comment-error"),
        "Please type your comment."
    );
    let late = change_form(&own).fill("comment", "Too late.");
    site.app.clock.advance(15 * 60);
    let late = late.press("Save changes").await;
    late.has_status(409)
        .sees("can no longer be edited")
        .sees("Too late.");
    let own = ann.open(&own.path).await;
    assert!(
        own.forms("/comments/")
            .iter()
            .all(|form| !form.has("comment"))
    );
    site.visitor()
        .open(&article.path)
        .await
        .sees("Lovely, really.");
}

#[tokio::test]
async fn an_edited_comment_is_screened_again() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let own = submit_reply(&ann, &article.path, "Lovely.").await;
    edit_comment(&own, "https://a.example.org https://b.example.org")
        .await
        .has_status(303);
    site.visitor()
        .open(&article.path)
        .await
        .sees("No comments yet");
    let own = ann.open(&own.path).await;
    own.sees("It contains 2 links.");
    edit_comment(&own, "Lovely, without links.")
        .await
        .has_status(303);
    site.visitor()
        .open(&article.path)
        .await
        .sees("Lovely, without links.");
}

#[tokio::test]
async fn a_decision_about_an_older_version_is_a_conflict() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let own = submit_reply(&ann, &article.path, "Harmless.").await;
    let mod_ = site.staff("mo", Role::Moderator).await;
    let queue = mod_.open("/admin/comments").await;
    edit_comment(&own, "Harmful.").await.has_status(303);
    let decided = queue.form("/admin/comments").decide("Approve").await;
    mod_.open(&decided.leads_to()).await.sees("Harmful.");
    assert_eq!(
        site.count("select count(*) from comments where status = 'held'")
            .await,
        1
    );
    let queue = mod_.open("/admin/comments").await;
    queue
        .form("/admin/comments")
        .decide("Approve")
        .await
        .has_status(303);
    site.visitor().open(&article.path).await.sees("Harmful.");
}

#[tokio::test]
async fn an_edit_of_an_older_version_is_a_conflict() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let own = submit_reply(&ann, &article.path, "One.").await;
    edit_comment(&own, "Two.").await.has_status(303);
    change_form(&own)
        .fill("comment", "Three.")
        .press("Save changes")
        .await
        .has_status(409)
        .sees("edited or decided on after")
        .sees("Three.");
    site.visitor().open(&article.path).await.sees("Two.");
}

#[tokio::test]
async fn a_refused_comment_cannot_be_edited() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let own = submit_reply(&ann, &article.path, "One.").await;
    let form = change_form(&own).fill("comment", "Two.");
    sqlx::query("update comments set status = 'spam'")
        .execute(&site.app.pool)
        .await
        .expect("the comment is marked as spam");
    form.press("Save changes").await.has_status(409);
    let (body, status): (String, Status) = sqlx::query_as("select body, status from comments")
        .fetch_one(&site.app.pool)
        .await
        .expect("the comment is read");
    assert_eq!((body.as_str(), status), ("One.", Status::Spam));
}

#[tokio::test]
async fn the_author_can_delete_a_comment_at_any_time() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let own = submit_reply(&ann, &article.path, "Regretted words.").await;
    let id = sqlx::query_scalar("select id from comments")
        .fetch_one(&site.app.pool)
        .await
        .expect("the comment's id is read");
    let answer = site
        .insert_reply(
            &article,
            Some(broadsheet::ids::CommentId(id)),
            "Bob",
            Status::Approved,
        )
        .await;
    site.app.clock.advance(400 * 24 * 3_600);
    let own = ann.open(&own.path).await;
    let gone = own
        .forms("/comments/")
        .into_iter()
        .find(|form| form.button_labels().contains(&"Delete now"))
        .expect("the page has a button to delete the comment")
        .press("Delete now")
        .await;
    ann.open(&gone.has_status(303).leads_to())
        .await
        .sees("You deleted your comment")
        .does_not_see("Regretted");
    let page = site.visitor().open(&article.path).await;
    page.does_not_see("Regretted")
        .does_not_see("Ann")
        .sees("Words of Bob.")
        .sees("One comment");
    assert!(
        page.attribute(&format!("#comment-{answer}"), "class")
            .is_some()
    );
    assert_eq!(
        site.count("select count(*) from comments where body like '%Regretted%' or commenter_id is null and name = 'Ann'")
            .await,
        0
    );
    // A moderator cannot restore it.
    let mod_ = site.staff("mo", Role::Moderator).await;
    mod_.post_fields(
        "/admin/comments",
        &[("one", &format!("approved {id}:trashed:1"))],
    )
    .await
    .has_status(303);
    assert_eq!(
        site.status_of(broadsheet::ids::CommentId(id)).await,
        Status::Trashed
    );
}

#[tokio::test]
async fn a_double_click_shows_the_authors_page_of_the_saved_comment() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let page = ann.open(&article.path).await;
    let first = fill_form(&page, "Once.").submit().await;
    // The browser deletes its draft now, and not when an older page is opened.
    let new = ann.open(&first.has_status(303).leads_to()).await;
    assert!(new.attribute("article", "data-sent").is_some());
    let looked = ann.open(&new.path.replace("&notice=new", "")).await;
    assert_eq!(looked.attribute("article", "data-sent"), None);
    let again = fill_form(&page, "Once.").submit().await;
    again
        .has_status(409)
        .sees("You have already posted this comment")
        .sees("Once.");
    assert_eq!(site.count("select count(*) from comments").await, 1);
    // The forms of that page work: the first comment is the sender's own.
    edit_comment(&again, "Twice.").await.has_status(303);
}

#[tokio::test]
async fn a_reply_within_the_flood_interval_is_rejected_and_its_text_is_kept() {
    let site = site_with(|publication| publication.discussion.flood_seconds = 15).await;
    let article = site.article("Tea").await;
    let ann = site.visitor().at("198.51.100.1");
    let page = ann.open(&article.path).await;
    fill_form(&page, "One.").submit().await.has_status(303);
    site.app.clock.advance(5);
    // Limited by network,
    let fast = fill_form(&page, "Two.")
        .fill("email", "other@example.org")
        .submit()
        .await;
    fast.has_status(429).sees("send it again in 10 seconds");
    assert_eq!(fast.header("retry-after"), "10");
    assert_eq!(fast.form("/articles/").value("comment").trim(), "Two.");
    // or by email, silently: a refusal would tell that a comment with that email came just now.
    for (network, text, email) in [
        ("203.0.113.1", "Three.", "ann@example.org"),
        ("203.0.113.2", "Four.", "else@example.org"),
    ] {
        let there = site.visitor().at(network).open(&article.path).await;
        let form = fill_form(&there, text).fill("email", email);
        form.submit().await.has_status(303);
    }
    let too_fast = "select count(*) from comments where body = 'Three.' and status = 'held' and 'too-fast' = any(reasons)";
    assert_eq!(site.count(too_fast).await, 1);
    let open =
        "select count(*) from comments where body = 'Four.' and not 'too-fast' = any(reasons)";
    assert_eq!(site.count(open).await, 1);
    // A rejected try does not prolong the wait.
    site.app.clock.advance(10);
    fill_form(&page, "Two.").submit().await.has_status(303);
    assert_eq!(site.count("select count(*) from comments").await, 4);
}

#[tokio::test]
async fn comments_by_staff_are_approved_at_once_and_need_no_email() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let editor = site.staff("ed", Role::Editor).await;
    let page = editor.open(&article.path).await;
    let sent = page
        .form("/articles/")
        .fill(
            "comment",
            "Thank you all: https://a.example.org https://b.example.org",
        )
        .submit()
        .await;
    sent.has_status(303);
    let page = site.visitor().open(&article.path).await;
    assert_eq!(page.text_of(".reply-author"), "ed");
    page.sees("Staff");
}

#[tokio::test]
async fn the_ip_network_of_a_comment_is_stored_encrypted_for_a_limited_time() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    submit_reply(&site.visitor().at("203.0.113.77"), &article.path, "One.").await;
    let sealed: Vec<u8> = sqlx::query_scalar("select network_sealed from comments")
        .fetch_one(&site.app.pool)
        .await
        .expect("the encrypted network is read");
    let opened = site.app.keys.open(b"comments.network_sealed", &sealed);
    assert_eq!(
        opened.expect("the network can be decrypted").as_slice(),
        b"203.0.113.77"
    );
    let saved = "select count(*) from comments where network_sealed is not null";
    site.app.clock.advance(30 * 24 * 3_600 - 1);
    worker::purge_expired(&site.app)
        .await
        .expect("the task runs");
    assert_eq!(site.count(saved).await, 1);
    site.app.clock.advance(2);
    worker::purge_expired(&site.app)
        .await
        .expect("the task runs");
    assert_eq!(site.count(saved).await, 0);

    let site = site_with(|publication| publication.discussion.network_days = 0).await;
    let article = site.article("Tea").await;
    submit_reply(&site.visitor(), &article.path, "One.").await;
    assert_eq!(site.count(saved).await, 0);
}

#[tokio::test]
async fn undoing_a_hold_does_not_publish_a_later_edit() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let own = submit_reply(&ann, &article.path, "Harmless.").await;
    let mo = site.staff("mo", Role::Moderator).await;
    let queue = mo.open("/admin/comments?status=approved").await;
    let held = queue.form("/admin/comments").decide("Hold").await;
    site.app.clock.advance(5);
    edit_comment(&own, "Harmful.").await.has_status(303);
    // An edit does not release a comment that a moderator holds,
    site.visitor()
        .open(&article.path)
        .await
        .sees("No comments yet");
    // and undoing the hold does not publish the new text.
    let done = mo.open(&held.leads_to()).await;
    assert!(done.forms("/admin/comments/undo").is_empty());
    let act: i64 = sqlx::query_scalar("select max(action_id) from decisions")
        .fetch_one(&site.app.pool)
        .await
        .expect("the last action id is read");
    mo.post_fields("/admin/comments/undo", &[("action", &act.to_string())])
        .await
        .has_status(303);
    site.visitor()
        .open(&article.path)
        .await
        .sees("No comments yet");
}

#[tokio::test]
async fn a_duplicate_sent_later_does_not_show_the_authors_page_of_the_saved_comment() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let page = site.visitor().open(&article.path).await;
    fill_form(&page, "Once.").submit().await.has_status(303);
    site.app.clock.advance(61);
    // Somebody else in the same network, who guessed the email.
    let again = fill_form(&page, "Once.").submit().await;
    again
        .has_status(409)
        .sees("You have already posted this comment")
        .does_not_see("Delete this comment");
    assert!(!again.html().contains("key="));
    assert_eq!(again.form("/articles/").value("comment").trim(), "Once.");
}

#[tokio::test]
async fn a_shorter_retention_applies_to_ip_networks_already_stored() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    submit_reply(&site.visitor(), &article.path, "One.").await;
    let saved = "select count(*) from comments where network_sealed is not null";
    worker::purge_expired(&site.app)
        .await
        .expect("the task runs");
    assert_eq!(site.count(saved).await, 1);
    sqlx::query("update settings set network_days = 0")
        .execute(&site.app.pool)
        .await
        .expect("the settings are changed");
    worker::purge_expired(&site.app)
        .await
        .expect("the task runs");
    assert_eq!(site.count(saved).await, 0);
}
