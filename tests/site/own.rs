//! What the author of a reply can do with it: see what became of it and why, look before posting, change it, take it back.

use broadsheet::accounts::Role;
use broadsheet::comments::Status;
use broadsheet::publication::Publication;
use broadsheet::worker;

use crate::support::visitor::{Form, Page, Visitor};
use crate::support::{Setup, TestSite};

fn filled(page: &Page, words: &str) -> Form {
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

/// A site where everyone is published at once, but for links.
async fn open_site() -> TestSite {
    site_with(|publication| publication.discussion.hold_everything = false).await
}

async fn posted(visitor: &Visitor, path: &str, words: &str) -> Page {
    let sent = filled(&visitor.open(path).await, words).submit().await;
    visitor.open(&sent.has_status(303).leads_to()).await
}

fn change_form(page: &Page) -> Form {
    page.forms("/comments/")
        .into_iter()
        .find(|form| form.has("comment"))
        .expect("a form to change the words")
}

/// Changes the words on the author's own page.
async fn changed(own: &Page, words: &str) -> Page {
    let form = change_form(own).fill("comment", words);
    form.press("Save changes").await
}

#[tokio::test]
async fn its_author_is_told_in_words_why_it_waits() {
    let site = site_with(|publication| {
        publication.discussion.hold_everything = false;
        publication.discussion.hold_first_timers = true;
    })
    .await;
    let article = site.article("Tea").await;
    let words = "See https://example.org/a and https://example.org/b.";
    posted(&site.visitor(), &article.path, words)
        .await
        .sees("Your comment is awaiting moderation")
        .sees("It contains 2 links.")
        .sees("A moderator reads the first comments of new commenters.");
}

#[tokio::test]
async fn a_published_reply_has_a_page_of_its_authors_own() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let own = posted(&site.visitor(), &article.path, "Lovely.").await;
    own.sees("Your comment is published")
        .sees("View on the page");
    assert_eq!(own.header("cache-control"), "no-store");
    assert_eq!(own.header("x-robots-tag"), "noindex");
    // Who does not have the key has nothing.
    let path = own.path.split('?').next().expect("a path").to_owned();
    let stranger = site.visitor();
    stranger.open(&path).await.has_status(404);
    stranger
        .post_fields(&format!("{path}?key=0"), &[("act", "delete")])
        .await
        .has_status(404);
    assert_eq!(
        site.count("select count(*) from comments where status = 'approved'")
            .await,
        1
    );
}

#[tokio::test]
async fn looking_first_keeps_nothing_and_loses_nothing() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let form = filled(&ann.open(&article.path).await, "Lovely *tea*.");
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
async fn words_can_be_changed_for_a_quarter_of_an_hour() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let own = posted(&ann, &article.path, "Lovley.").await;
    let looked = change_form(&own)
        .fill("comment", "Lovely, *really*.")
        .press("Preview")
        .await;
    assert_eq!(looked.text_of("#preview .reply-body em"), "really");
    let kept = change_form(&looked).press("Save changes").await;
    ann.open(&kept.has_status(303).leads_to())
        .await
        .sees("Changes saved.")
        .sees("edited");
    let page = site.visitor().open(&article.path).await;
    page.sees("Lovely, really.").does_not_see("Lovley");
    assert!(page.text_of("#comments .reply header").contains("edited"));
    // An empty one is not taken, and says so beside its field.
    let own = ann.open(&own.path).await;
    let empty = change_form(&own)
        .fill("comment", " ")
        .press("Save changes")
        .await;
    assert_eq!(
        empty.has_status(422).text_of("#comment-mistake"),
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
async fn changed_words_are_judged_anew() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let own = posted(&ann, &article.path, "Lovely.").await;
    changed(&own, "https://a.example.org https://b.example.org")
        .await
        .has_status(303);
    site.visitor()
        .open(&article.path)
        .await
        .sees("No comments yet");
    let own = ann.open(&own.path).await;
    own.sees("It contains 2 links.");
    changed(&own, "Lovely, without links.")
        .await
        .has_status(303);
    site.visitor()
        .open(&article.path)
        .await
        .sees("Lovely, without links.");
}

#[tokio::test]
async fn a_moderator_decides_only_on_the_words_they_saw() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let own = posted(&ann, &article.path, "Harmless.").await;
    let mod_ = site.staff("mo", Role::Moderator).await;
    let queue = mod_.open("/admin/comments").await;
    changed(&own, "Harmful.").await.has_status(303);
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
async fn two_tabs_do_not_overwrite_each_other() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let own = posted(&ann, &article.path, "One.").await;
    changed(&own, "Two.").await.has_status(303);
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
async fn what_was_refused_is_not_changed_back_into_sight() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let own = posted(&ann, &article.path, "One.").await;
    let form = change_form(&own).fill("comment", "Two.");
    sqlx::query("update comments set status = 'spam'")
        .execute(&site.app.pool)
        .await
        .expect("refused by hand");
    form.press("Save changes").await.has_status(409);
    let (body, status): (String, Status) = sqlx::query_as("select body, status from comments")
        .fetch_one(&site.app.pool)
        .await
        .expect("the comment");
    assert_eq!((body.as_str(), status), ("One.", Status::Spam));
}

#[tokio::test]
async fn its_author_can_take_it_back_at_any_time() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let own = posted(&ann, &article.path, "Regretted words.").await;
    let id = sqlx::query_scalar("select id from comments")
        .fetch_one(&site.app.pool)
        .await
        .expect("the comment");
    let answer = site
        .answer(
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
        .find(|form| form.labels().contains(&"Delete now"))
        .expect("a way to delete it")
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
    // Nor can a moderator bring it back.
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
async fn the_same_again_is_answered_with_the_first() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let page = ann.open(&article.path).await;
    let first = filled(&page, "Once.").submit().await;
    // The draft in the browser has done its work now, and not when an older page is looked at.
    let new = ann.open(&first.has_status(303).leads_to()).await;
    assert!(new.attribute("article", "data-sent").is_some());
    let looked = ann.open(&new.path.replace("&told=new", "")).await;
    assert_eq!(looked.attribute("article", "data-sent"), None);
    let again = filled(&page, "Once.").submit().await;
    again
        .has_status(409)
        .sees("You have already posted this comment")
        .sees("Once.");
    assert_eq!(site.count("select count(*) from comments").await, 1);
    // What that page offers works: the first one is theirs.
    changed(&again, "Twice.").await.has_status(303);
}

#[tokio::test]
async fn who_is_too_fast_waits_and_keeps_their_words() {
    let site = site_with(|publication| publication.discussion.flood_seconds = 15).await;
    let article = site.article("Tea").await;
    let ann = site.visitor().at("198.51.100.1");
    let page = ann.open(&article.path).await;
    filled(&page, "One.").submit().await.has_status(303);
    site.app.clock.advance(5);
    // The network says so,
    let fast = filled(&page, "Two.")
        .fill("email", "other@example.org")
        .submit()
        .await;
    fast.has_status(429).sees("send it again in 10 seconds");
    assert_eq!(fast.header("retry-after"), "10");
    assert_eq!(fast.form("/articles/").value("comment").trim(), "Two.");
    // or the address; elsewhere nobody waits.
    let elsewhere = site.visitor().at("203.0.113.1");
    let there = elsewhere.open(&article.path).await;
    filled(&there, "Three.").submit().await.has_status(429);
    filled(&there, "Four.")
        .fill("email", "else@example.org")
        .submit()
        .await
        .has_status(303);
    // Having tried does not make the wait longer.
    site.app.clock.advance(10);
    filled(&page, "Two.").submit().await.has_status(303);
    assert_eq!(site.count("select count(*) from comments").await, 3);
}

#[tokio::test]
async fn the_staff_are_published_at_once_and_need_no_address() {
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
async fn the_network_is_kept_sealed_for_a_while_or_not_at_all() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    posted(&site.visitor().at("203.0.113.77"), &article.path, "One.").await;
    let sealed: Vec<u8> = sqlx::query_scalar("select network_sealed from comments")
        .fetch_one(&site.app.pool)
        .await
        .expect("it is kept");
    let opened = site.app.keys.open(b"comments.network_sealed", &sealed);
    assert_eq!(opened.expect("it opens").as_slice(), b"203.0.113.77");
    let kept = "select count(*) from comments where network_sealed is not null";
    site.app.clock.advance(30 * 24 * 3_600 - 1);
    worker::forget(&site.app).await.expect("a round");
    assert_eq!(site.count(kept).await, 1);
    site.app.clock.advance(2);
    worker::forget(&site.app).await.expect("a round");
    assert_eq!(site.count(kept).await, 0);

    let site = site_with(|publication| publication.discussion.network_days = 0).await;
    let article = site.article("Tea").await;
    posted(&site.visitor(), &article.path, "One.").await;
    assert_eq!(site.count(kept).await, 0);
}

#[tokio::test]
async fn undoing_a_hold_does_not_publish_words_that_were_changed_since() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let own = posted(&ann, &article.path, "Harmless.").await;
    let mo = site.staff("mo", Role::Moderator).await;
    let queue = mo.open("/admin/comments?status=approved").await;
    let held = queue.form("/admin/comments").decide("Hold").await;
    site.app.clock.advance(5);
    changed(&own, "Harmful.").await.has_status(303);
    // What a moderator holds, its author does not let go by changing it,
    site.visitor()
        .open(&article.path)
        .await
        .sees("No comments yet");
    // and the moderator's undo does not bring to light what they have not seen.
    let done = mo.open(&held.leads_to()).await;
    assert!(done.forms("/admin/comments/undo").is_empty());
    let act: i64 = sqlx::query_scalar("select max(act) from decisions")
        .fetch_one(&site.app.pool)
        .await
        .expect("the act");
    mo.post_fields("/admin/comments/undo", &[("act", &act.to_string())])
        .await
        .has_status(303);
    site.visitor()
        .open(&article.path)
        .await
        .sees("No comments yet");
}

#[tokio::test]
async fn the_same_again_later_hands_nobody_the_first() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let page = site.visitor().open(&article.path).await;
    filled(&page, "Once.").submit().await.has_status(303);
    site.app.clock.advance(61);
    // Someone in the same network, who guessed the address.
    let again = filled(&page, "Once.").submit().await;
    again
        .has_status(409)
        .sees("You have already posted this comment")
        .does_not_see("Delete this comment");
    assert!(!again.html().contains("key="));
    assert_eq!(again.form("/articles/").value("comment").trim(), "Once.");
}

#[tokio::test]
async fn a_shorter_time_holds_for_networks_that_are_kept_already() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    posted(&site.visitor(), &article.path, "One.").await;
    let kept = "select count(*) from comments where network_sealed is not null";
    worker::forget(&site.app).await.expect("a round");
    assert_eq!(site.count(kept).await, 1);
    sqlx::query("update settings set network_days = 0")
        .execute(&site.app.pool)
        .await
        .expect("settings");
    worker::forget(&site.app).await.expect("a round");
    assert_eq!(site.count(kept).await, 0);
}
