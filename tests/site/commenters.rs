//! Tests of the moderators' page about the commenter behind a comment, and of the policies that are set there.

use broadsheet::accounts::Role;
use broadsheet::commenters;
use broadsheet::comments::Status;
use broadsheet::ids::{CommentId, CommenterId};
use broadsheet::privacy_check::EmailEncodings;
use broadsheet::publication::Publication;

use crate::support::makers::SampleArticle;
use crate::support::visitor::{Form, Page, Visitor};
use crate::support::{Setup, TestSite};

pub(crate) fn page_path(id: CommentId) -> String {
    format!("/admin/comments/{id}/commenter")
}

/// Creates a site that publishes comments at once and trusts the proxy that reports visitors' IP addresses.
pub(crate) async fn site_with(change: impl FnOnce(&mut Publication) + 'static) -> TestSite {
    Setup::default()
        .settings(|settings| settings.trusted_proxies = Some("127.0.0.1".into()))
        .publication(|publication| {
            publication.discussion.hold_everything = false;
            change(publication);
        })
        .build()
        .await
}

pub(crate) async fn find_commenter(site: &TestSite, id: CommentId) -> CommenterId {
    let found: i64 = sqlx::query_scalar("select commenter_id from comments where id = $1")
        .bind(id.0)
        .fetch_one(&site.app.pool)
        .await
        .expect("the comment has a commenter");
    CommenterId(found)
}

/// Posts a reply under this name and returns the status of the new comment.
pub(crate) async fn post_comment(
    site: &TestSite,
    visitor: &Visitor,
    on: &SampleArticle,
    name: &str,
    words: &str,
) -> Status {
    let form = visitor.open(&on.path).await.form("/articles/");
    form.fill("comment", words)
        .fill("author", name)
        .fill("email", &format!("{}@example.org", name.to_lowercase()))
        .submit()
        .await
        .has_status(303);
    sqlx::query_scalar("select status from comments where body = $1")
        .bind(words)
        .fetch_one(&site.app.pool)
        .await
        .expect("the comment's status is read")
}

/// Returns the form on the page that has this field: either the form for policies or the form for notes.
pub(crate) fn find_form(page: &Page, field: &str) -> Form {
    page.forms("/admin/comments/")
        .into_iter()
        .find(|form| form.has(field))
        .unwrap_or_else(|| panic!("no form with {field} in\n{}", page.html()))
}

/// Sets the policy for the author of a comment by pressing the button with this label on the commenter's page.
pub(crate) async fn set_policy(visitor: &Visitor, id: CommentId, button: &str, why: &str) -> Page {
    let page = visitor.open(&page_path(id)).await;
    let form = find_form(page.has_status(200), "reason").fill("reason", why);
    form.press(button).await
}

/// Loads the kind, subject and note of every entry in the audit log.
pub(crate) async fn load_log(site: &TestSite) -> Vec<(String, String, String)> {
    sqlx::query_as("select kind::text, subject, note from audit_log order by position")
        .fetch_all(&site.app.pool)
        .await
        .expect("the audit log is read")
}

#[tokio::test]
async fn the_commenter_page_shows_names_comments_and_counts() {
    let site = TestSite::new().await;
    let tea = site.article("Tea").await;
    let id = site.comment(&tea, "Ann", Status::Held).await;
    for (article, status) in [
        ("Milk", Status::Approved),
        ("Sugar", Status::Approved),
        ("Water", Status::Spam),
    ] {
        let on = site.article(article).await;
        site.comment(&on, "Ann", status).await;
    }
    site.comment(&tea, "Bob", Status::Approved).await;
    sqlx::query("update comments set name = 'Annie' where status = 'spam'")
        .execute(&site.app.pool)
        .await
        .expect("the comments are renamed");
    let mo = site.staff("Mo", Role::Moderator).await;
    let page = mo.open(&page_path(id)).await;
    page.has_status(200)
        .sees("About Ann")
        .sees("not confirmed")
        .sees("March 14, 2026")
        .sees("They are treated like everyone else.")
        .does_not_see("Bob");
    assert_eq!(page.text_of(".commenter dd"), "Annie, Ann");
    let tabs = page.texts_of(".tabs .count");
    assert_eq!(tabs, ["1", "2", "1", "0"]);
    let listed = page.texts_of(".row cite");
    assert_eq!(listed, ["Water", "Sugar", "Milk", "Tea"]);
    let all = page.attribute(".tabs a:nth-child(2)", "href");
    assert_eq!(
        all.as_deref(),
        Some(format!("/admin/comments?status=approved&author={id}").as_str())
    );
    // Another commenter's page shows none of this.
    site.visitor()
        .open(&page_path(id))
        .await
        .leads_to()
        .starts_with("/admin/sign-in")
        .then_some(())
        .expect("a stranger is redirected to the sign-in page");
}

#[tokio::test]
async fn the_commenter_page_contains_neither_email_nor_hash() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann Ominous", Status::Held).await;
    let commenter = find_commenter(&site, id).await;
    let hash: Vec<u8> = sqlx::query_scalar("select email_hash from commenters")
        .fetch_one(&site.app.pool)
        .await
        .expect("the commenter's hash is read");
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let mo = site.staff("mo", Role::Moderator).await;
    set_policy(&mo, id, "Always hold", "Rude")
        .await
        .has_status(303);
    for what in ["commenter", "reply", "edit"] {
        let html = mo
            .open(&format!("/admin/comments/{id}/{what}"))
            .await
            .has_status(200)
            .html();
        let leaks = EmailEncodings::new("ann-ominous@example.org", &[]).find_leaks(html.as_bytes());
        assert!(leaks.is_empty(), "{what} gives the address away");
        for secret in [commenter.to_string(), hex.clone()] {
            assert!(!html.contains(&secret), "{what} holds {secret}");
        }
    }
}

#[tokio::test]
async fn the_always_hold_policy_is_not_revealed_to_the_commenter() {
    let site = site_with(|_| {}).await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let first = post_comment(&site, &ann, &article, "Ann", "One.").await;
    assert_eq!(first, Status::Approved);
    let id = site
        .count("select id from comments where body = 'One.'")
        .await;
    let id = CommentId(id);
    let mo = site.staff("Mo", Role::Moderator).await;
    set_policy(&mo, id, "Always hold", "Off topic")
        .await
        .follow()
        .await
        .sees("Their comments are now always held.")
        .sees("Set on");
    let second = post_comment(&site, &ann, &article, "Ann", "Two.").await;
    assert_eq!(second, Status::Held);
    mo.open("/admin/comments")
        .await
        .sees("This commenter is always held");
    // The author's page gives the same reason as for anyone.
    let own = ann.open(&article.path).await.form("/articles/");
    let own = own
        .fill("comment", "Three.")
        .fill("author", "Ann")
        .fill("email", "ann@example.org")
        .submit()
        .await
        .follow()
        .await;
    own.sees("Your comment is awaiting moderation")
        .sees("A moderator will read it before it appears.");
    // Other commenters are not held, and a removed policy has no effect any more.
    let bob = post_comment(&site, &site.visitor(), &article, "Bob", "Four.").await;
    assert_eq!(bob, Status::Approved);
    set_policy(&mo, id, "Treat like everyone else", "")
        .await
        .has_status(303);
    let fifth = post_comment(&site, &ann, &article, "Ann", "Five.").await;
    assert_eq!(fifth, Status::Approved);
    let commenter = find_commenter(&site, id).await;
    let expected = [("hold", "Off topic"), ("default", "")].map(|(how, why)| {
        (
            "policy-changed".to_owned(),
            format!("commenter {commenter} {how}"),
            why.to_owned(),
        )
    });
    assert_eq!(load_log(&site).await, expected);
}

#[tokio::test]
async fn a_trusted_commenter_with_a_verified_email_is_approved_at_once() {
    let site = site_with(|publication| publication.discussion.hold_everything = true).await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    assert_eq!(
        post_comment(&site, &ann, &article, "Ann", "One.").await,
        Status::Held
    );
    let id = CommentId(site.count("select min(id) from comments").await);
    let commenter = find_commenter(&site, id).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    set_policy(&mo, id, "Always trust", "")
        .await
        .follow()
        .await
        .sees("Their comments are now approved automatically.");
    // Typing the same email in another browser is not enough.
    assert_eq!(
        post_comment(&site, &ann, &article, "Ann", "Two.").await,
        Status::Held
    );
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let found = commenters::store::commenters::find_access(&mut db, commenter)
        .await
        .expect("the database answers")
        .expect("the commenter exists");
    let mine = found.page_path(&site.app.keys);
    ann.open(&mine)
        .await
        .form("/commenters/")
        .press("Confirm my email address")
        .await
        .has_status(303);
    let words = "Three: https://a.example https://b.example https://c.example";
    assert_eq!(
        post_comment(&site, &ann, &article, "Ann", words).await,
        Status::Approved
    );
    assert_eq!(
        post_comment(&site, &site.visitor(), &article, "Ann", "Four.").await,
        Status::Held
    );
}

#[tokio::test]
async fn a_policy_that_trusts_unverified_emails_is_explained_and_applied() {
    let site = site_with(|publication| {
        publication.discussion.hold_everything = true;
        publication.discussion.trust_unverified = true;
    })
    .await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Approved).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    mo.open(&page_path(id))
        .await
        .sees("any previously approved name of theirs")
        .does_not_see("this applies only in a browser");
    set_policy(&mo, id, "Always trust", "")
        .await
        .has_status(303);
    let ann = site.visitor();
    assert_eq!(
        post_comment(&site, &ann, &article, "Ann", "Two.").await,
        Status::Approved
    );
    let form = ann.open(&article.path).await.form("/articles/");
    form.fill("comment", "Three.")
        .fill("author", "Another name")
        .fill("email", "ann@example.org")
        .submit()
        .await
        .has_status(303);
    let third = site
        .count("select count(*) from comments where body = 'Three.' and status = 'held'")
        .await;
    assert_eq!(third, 1);
}

#[tokio::test]
async fn one_button_blocks_a_commenter_and_trashes_pending_comments() {
    let site = site_with(|_| {}).await;
    let article = site.article("Tea").await;
    let other = site.article("Milk").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let second = site.comment(&other, "Ann", Status::Held).await;
    let approved = site
        .comment(&site.article("Sugar").await, "Ann", Status::Approved)
        .await;
    let bob = site.comment(&article, "Bob", Status::Held).await;
    let mo = site.staff("Mo", Role::Moderator).await;
    let page = mo.open(&page_path(id)).await;
    let form = find_form(&page, "all");
    let label = "Block, and trash their 2 pending comments";
    let done = form.press(label).await.follow().await;
    done.has_status(200)
        .sees("They are now blocked.")
        .sees("2 comments moved to the trash.");
    for (id, status) in [
        (id, Status::Trashed),
        (second, Status::Trashed),
        (approved, Status::Approved),
        (bob, Status::Held),
    ] {
        assert_eq!(site.status_of(id).await, status);
    }
    let sent = post_comment(&site, &site.visitor(), &article, "Ann", "More.").await;
    assert_eq!(sent, Status::Trashed);
    let commenter = find_commenter(&site, id).await;
    let about = format!("commenter {commenter}");
    let kinds: Vec<(String, String)> = load_log(&site)
        .await
        .into_iter()
        .map(|(kind, about, _)| (kind, about))
        .collect();
    assert_eq!(
        kinds,
        [
            ("blocked".to_owned(), about.clone()),
            ("decided".to_owned(), String::new())
        ]
    );
    // One undo restores the trashed comments; the block stays.
    done.form("/admin/comments/undo")
        .submit()
        .await
        .has_status(303);
    assert_eq!(site.status_of(second).await, Status::Held);
    set_policy(&mo, id, "Treat like everyone else", "It was a mistake")
        .await
        .follow()
        .await
        .sees("They are treated like everyone else.");
    let sent = post_comment(&site, &site.visitor(), &article, "Ann", "Again.").await;
    assert_eq!(sent, Status::Approved);
    let last = load_log(&site).await.pop();
    let why = "It was a mistake".to_owned();
    assert_eq!(last, Some(("unblocked".to_owned(), about, why)));
}

#[tokio::test]
async fn the_second_of_two_moderators_sees_the_policy_set_by_the_first() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    let (mo, may) = (
        site.staff("Mo", Role::Moderator).await,
        site.staff("May", Role::Moderator).await,
    );
    let at_may = may.open(&page_path(id)).await;
    set_policy(&mo, id, "Always hold", "").await.has_status(303);
    let result_page = find_form(&at_may, "reason")
        .fill("reason", "She is kind")
        .press("Always trust")
        .await;
    result_page
        .has_status(409)
        .sees("Someone else changed this first")
        .sees("Their comments are always held.")
        .sees("by Mo");
    let form = find_form(&result_page, "reason");
    assert_eq!(form.value("reason"), "She is kind");
    assert_eq!(load_log(&site).await.len(), 1);
    // After seeing the conflict, May can set the policy.
    form.press("Always trust").await.has_status(303);
    assert_eq!(load_log(&site).await.len(), 2);
    // Setting the same policy again writes nothing.
    let at_may = may.open(&page_path(id)).await;
    set_policy(&mo, id, "Block", "").await.has_status(303);
    find_form(&at_may, "reason")
        .press("Block")
        .await
        .has_status(303);
    assert_eq!(load_log(&site).await.len(), 3);
}

#[tokio::test]
async fn deleting_a_comment_does_not_end_the_hold_policy() {
    let site = site_with(|_| {}).await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    post_comment(&site, &ann, &article, "Ann", "One.").await;
    let id = CommentId(site.count("select id from comments").await);
    let mo = site.staff("Mo", Role::Moderator).await;
    set_policy(&mo, id, "Always hold", "").await.has_status(303);
    let own = broadsheet::comments::links::author_page_path(&site.app.keys, id);
    ann.open(&own)
        .await
        .forms("/comments/")
        .pop()
        .expect("the page has a form to delete the comment")
        .press("Delete now")
        .await
        .has_status(303);
    assert_eq!(
        post_comment(&site, &ann, &article, "Ann", "Two.").await,
        Status::Held
    );
}
