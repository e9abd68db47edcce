//! Proof of an address without an account, being told of replies, and one page for all of it. The letters are seen by a
//! server that speaks SMTP.

use broadsheet::accounts::Role;
use broadsheet::comments::Status;
use broadsheet::publication::Publication;
use broadsheet::worker;

use crate::support::makers::Made;
use crate::support::smtp::{Received, Sink};
use crate::support::visitor::{Form, Page, Visitor};
use crate::support::{Setup, TestSite};

const HOUR: i64 = 60 * 60;

struct Post {
    site: TestSite,
    sink: Sink,
}

impl Post {
    async fn new(change: impl FnOnce(&mut Publication) + 'static) -> Self {
        let sink = Sink::start().await;
        let setup = Setup::default()
            .settings(|settings| {
                sink.set_in(settings);
                settings.trusted_proxies = Some("127.0.0.1".into());
            })
            .publication(|publication| {
                publication.discussion.hold_everything = false;
                change(publication);
            });
        Self {
            site: setup.build().await,
            sink,
        }
    }

    /// What has come since the first `seen` letters.
    async fn letters(&self, seen: usize) -> Vec<Received> {
        worker::deliver(&self.site.app)
            .await
            .expect("a round of the post");
        self.sink.received().split_off(seen)
    }
}

fn filled(page: &Page, name: &str, words: &str) -> Form {
    page.form("/articles/")
        .fill("comment", words)
        .fill("author", name)
        .fill("email", &format!("{}@example.org", name.to_lowercase()))
}

/// Posts, and gives the author's own page.
async fn posted(visitor: &Visitor, path: &str, name: &str, words: &str, tick: &str) -> Page {
    let form = filled(&visitor.open(path).await, name, words);
    let form = if tick.is_empty() {
        form
    } else {
        form.tick(tick, "yes")
    };
    let sent = form.submit().await;
    visitor.open(&sent.has_status(303).leads_to()).await
}

/// The path of the first link in a letter that leads there.
fn link(letter: &Received, to: &str) -> String {
    let links = letter.links();
    let found = links.iter().find_map(|link| {
        let path = link.strip_prefix("http://127.0.0.1:8600")?;
        path.starts_with(to).then(|| path.to_owned())
    });
    found.unwrap_or_else(|| panic!("no link to {to} among {links:?}"))
}

/// Proves the address that the newest letter went to, in this browser; gives the address of its owner's page.
async fn proved(post: &Post, visitor: &Visitor, seen: usize) -> String {
    let letters = post.letters(seen).await;
    let letter = letters.last().expect("a letter came");
    let mine = link(letter, "/commenters/");
    let page = visitor.open(&mine).await;
    let done = page
        .has_status(200)
        .form("/commenters/")
        .press("Confirm my email address")
        .await;
    visitor
        .open(&done.has_status(303).leads_to())
        .await
        .sees("Your email address is confirmed");
    mine
}

/// Ann, who is told of every reply: she wrote one, and proved her address.
async fn told_of_everything(post: &Post, article: &Made) -> Visitor {
    let ann = post.site.visitor();
    posted(&ann, &article.path, "Ann", "Mine.", "tell_everything").await;
    proved(post, &ann, 0).await;
    ann
}

#[tokio::test]
async fn one_link_proves_an_address_and_only_a_press_of_the_button_does() {
    let post = Post::new(|_| {}).await;
    let article = post.site.article("Tea").await;
    let ann = post.site.visitor();
    posted(&ann, &article.path, "Ann", "One.", "tell_answers").await;
    let letters = post.letters(0).await;
    assert_eq!(letters.len(), 1);
    let letter = &letters[0];
    assert_eq!(letter.to, ["ann@example.org"]);
    assert_eq!(
        letter.header("subject").as_deref(),
        Some("Confirm your email address – The Test Courier")
    );
    assert!(
        letter
            .text()
            .contains("If this was not you, ignore this email")
    );
    assert!(letter.html().contains("/commenters/"));
    // A second wish within the hour mails nothing again.
    posted(&ann, &article.path, "Ann", "Two.", "tell_everything").await;
    assert_eq!(post.letters(1).await.len(), 0);
    let mine = link(letter, "/commenters/");
    // Programs that look through mail open links.
    let page = post.site.visitor().open(&mine).await;
    page.has_status(200)
        .sees("You asked to be notified of")
        .sees("Tea");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(
        post.site
            .count("select count(*) from commenters where proved_at is not null")
            .await,
        0
    );
    proved(&post, &ann, 0).await;
    assert_eq!(
        post.site
            .count("select count(*) from subscriptions where active_since is not null")
            .await,
        1
    );
    // Another key opens nothing.
    let (path, _) = mine.split_once("?key=").expect("it is signed");
    post.site.visitor().open(path).await.has_status(404);
    post.site
        .visitor()
        .open(&format!("{path}?key=00"))
        .await
        .has_status(404);
}

#[tokio::test]
async fn a_browser_that_proved_its_address_counts_as_known() {
    let post = Post::new(|publication| publication.discussion.hold_first_timers = true).await;
    let article = post.site.article("Tea").await;
    let ann = post.site.visitor();
    posted(&ann, &article.path, "Ann", "One.", "tell_answers")
        .await
        .sees("A moderator reads the first comments of new commenters.");
    proved(&post, &ann, 0).await;
    // Proven, but nothing of theirs was approved yet.
    posted(&ann, &article.path, "Ann", "Two.", "")
        .await
        .sees("awaiting moderation");
    sqlx::query("update comments set status = 'approved' where body = 'One.'")
        .execute(&post.site.app.pool)
        .await
        .expect("approved by hand");
    posted(&ann, &article.path, "Ann", "Three.", "")
        .await
        .sees("Your comment is published");
    // Whoever else types that name and address is not known.
    posted(&post.site.visitor(), &article.path, "Ann", "Four.", "")
        .await
        .sees("awaiting moderation");
}

#[tokio::test]
async fn an_answer_is_told_once_it_is_approved_and_not_before() {
    let post = Post::new(|publication| publication.discussion.hold_everything = true).await;
    let site = &post.site;
    let article = site.article("Tea & more").await;
    let ann = site.visitor();
    posted(&ann, &article.path, "Ann", "A question.", "tell_answers").await;
    proved(&post, &ann, 0).await;
    sqlx::query("update comments set status = 'approved'")
        .execute(&site.app.pool)
        .await
        .expect("approved by hand");
    let question: i64 = sqlx::query_scalar("select id from comments")
        .fetch_one(&site.app.pool)
        .await
        .expect("the question");
    let bob = site.visitor();
    let path = format!("/articles/{}/reply?to={question}", article.id);
    posted(&bob, &path, "Bob", "An *answer* from Bob.", "").await;
    posted(&bob, &article.path, "Bob", "Something else.", "").await;
    assert_eq!(
        post.letters(1).await.len(),
        0,
        "nothing is told before a moderator has read it"
    );
    let mo = site.staff("mo", Role::Moderator).await;
    for words in ["An *answer* from Bob.", "Something else."] {
        let id: i64 = sqlx::query_scalar("select id from comments where body = $1")
            .bind(words)
            .fetch_one(&site.app.pool)
            .await
            .expect("the comment");
        mo.post_fields(
            "/admin/comments",
            &[("one", &format!("approved {id}:held:0"))],
        )
        .await
        .has_status(303);
    }
    let letters = post.letters(1).await;
    assert_eq!(letters.len(), 1);
    let letter = &letters[0];
    assert_eq!(letter.to, ["ann@example.org"]);
    assert_eq!(
        letter.header("subject").as_deref(),
        Some("New reply to your comment on “Tea & more”")
    );
    let text = letter.text();
    assert!(
        text.contains("An answer from Bob.") && !text.contains("Something else."),
        "{text}"
    );
    assert!(!text.contains("bob@example.org") && !letter.html().contains("bob@"));
    assert!(letter.html().contains("Tea &#38; more"));
    // Taken down and approved again, it is not told again.
    sqlx::query("update comments set status = 'held' where parent_id is not null")
        .execute(&site.app.pool)
        .await
        .expect("held by hand");
    sqlx::query("update comments set status = 'approved' where parent_id is not null")
        .execute(&site.app.pool)
        .await
        .expect("approved by hand");
    site.app.clock.advance(2 * HOUR);
    assert_eq!(post.letters(2).await.len(), 0);
}

#[tokio::test]
async fn replies_are_gathered_into_one_letter_an_hour() {
    let post = Post::new(|_| {}).await;
    let site = &post.site;
    let article = site.article("Tea").await;
    let ann = told_of_everything(&post, &article).await;
    site.comment(&article, "Bob", Status::Approved).await;
    assert_eq!(post.letters(1).await.len(), 1);
    for name in ["Cid", "Dan", "Eve"] {
        site.comment(&article, name, Status::Approved).await;
    }
    site.app.clock.advance(HOUR - 1);
    assert_eq!(post.letters(2).await.len(), 0, "one an hour");
    site.app.clock.advance(1);
    let letters = post.letters(2).await;
    assert_eq!(letters.len(), 1);
    assert_eq!(
        letters[0].header("subject").as_deref(),
        Some("3 new comments on “Tea”")
    );
    for name in ["Cid", "Dan", "Eve"] {
        assert!(letters[0].text().contains(&format!("Words of {name}.")));
    }
    assert!(!letters[0].text().contains("Words of Bob."));
    // Their own words are no news to them.
    posted(&ann, &article.path, "Ann", "Mine again.", "").await;
    site.app.clock.advance(2 * HOUR);
    assert_eq!(post.letters(3).await.len(), 0);
}

#[tokio::test]
async fn one_press_of_a_mail_program_ends_it() {
    let post = Post::new(|_| {}).await;
    let site = &post.site;
    let article = site.article("Tea").await;
    told_of_everything(&post, &article).await;
    site.comment(&article, "Bob", Status::Approved).await;
    let letters = post.letters(1).await;
    let letter = &letters[0];
    assert_eq!(
        letter.header("list-unsubscribe-post").as_deref(),
        Some("List-Unsubscribe=One-Click")
    );
    let header = letter.header("list-unsubscribe").expect("it can be ended");
    let address = header
        .strip_prefix("<http://127.0.0.1:8600")
        .and_then(|rest| rest.strip_suffix('>'))
        .expect("an address of ours");
    // Looking is not ending.
    site.visitor()
        .open(address)
        .await
        .has_status(200)
        .sees("Stop these emails");
    assert_eq!(site.count("select count(*) from subscriptions").await, 1);
    // From elsewhere, with no cookie, in the other encoding that RFC 8058 allows.
    let boundary = "xyz";
    let body = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--{boundary}--\r\n"
    );
    let request = axum::http::Request::post(address).header(
        "content-type",
        format!("multipart/form-data; boundary={boundary}"),
    );
    let done = site.visitor().send(request, body.into(), address).await;
    done.has_status(200).sees("You are unsubscribed");
    assert_eq!(site.count("select count(*) from subscriptions").await, 0);
    site.comment(&article, "Cid", Status::Approved).await;
    site.app.clock.advance(2 * HOUR);
    assert_eq!(post.letters(2).await.len(), 0);
    // A second press finds nothing and is no mistake; a forged one is.
    site.visitor()
        .post_fields(address, &[("List-Unsubscribe", "One-Click")])
        .await
        .has_status(200);
    let forged = address.replace("?key=", "?key=0");
    site.visitor()
        .post_fields(&forged, &[])
        .await
        .has_status(404);
}

#[tokio::test]
async fn who_types_anothers_address_changes_nothing_that_counts() {
    let post = Post::new(|_| {}).await;
    let site = &post.site;
    let article = site.article("Tea").await;
    let other = site.article("Coffee").await;
    let ann = site.visitor();
    posted(&ann, &article.path, "Ann", "Mine.", "tell_answers").await;
    proved(&post, &ann, 0).await;
    let eve = site.visitor();
    posted(&eve, &article.path, "Ann", "Not hers.", "tell_everything").await;
    posted(
        &eve,
        &other.path,
        "Ann",
        "Not hers either.",
        "tell_everything",
    )
    .await;
    let scope: String =
        sqlx::query_scalar("select scope::text from subscriptions where active_since is not null")
            .fetch_one(&site.app.pool)
            .await
            .expect("one counts");
    assert_eq!(scope, "answers");
    site.comment(&other, "Bob", Status::Approved).await;
    site.app.clock.advance(2 * HOUR);
    assert_eq!(post.letters(1).await.len(), 0);
}

#[tokio::test]
async fn all_of_ones_own_is_on_one_page_to_take_along_or_to_erase() {
    let post = Post::new(|_| {}).await;
    let site = &post.site;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    posted(
        &ann,
        &article.path,
        "Ann",
        "First words.",
        "tell_everything",
    )
    .await;
    let mine = proved(&post, &ann, 0).await;
    posted(&site.visitor(), &article.path, "Ann", "Second words.", "").await;
    posted(&site.visitor(), &article.path, "Bob", "Bob’s words.", "").await;
    let page = ann.open(&mine).await;
    page.sees("First words.")
        .sees("Second words.")
        .does_not_see("Bob’s words.")
        .sees("All comments")
        .does_not_see("ann@example.org");
    let data = ann.open(&mine.replace("?key=", "/data?key=")).await;
    data.has_status(200);
    assert_eq!(data.header("content-type"), "application/json");
    let read: serde_json::Value = serde_json::from_slice(&data.body).expect("it is JSON");
    assert_eq!(read["comments"][1]["text"], "First words.");
    assert_eq!(read["comments"].as_array().map(Vec::len), Some(2));
    assert_eq!(read["subscriptions"][0]["told_of"], "everything");
    assert!(!data.html().contains("ann@"));
    // Each comment can be reached from there.
    let own = page
        .attribute(".own-list a", "href")
        .expect("a link to its page");
    ann.open(&own)
        .await
        .sees("Second words.")
        .sees("Delete this comment");
    // Without the tick nothing happens.
    let erase = page
        .forms("/commenters/")
        .into_iter()
        .find(|form| form.labels().contains(&"Delete everything now"))
        .expect("a way to erase everything");
    erase.press("Delete everything now").await.has_status(303);
    assert_eq!(
        site.count("select count(*) from comments where erased_at is not null")
            .await,
        0
    );
    let gone = ann
        .post_fields(&mine, &[("act", "erase"), ("sure", "yes")])
        .await;
    gone.has_status(200)
        .sees("Everything is deleted")
        .sees("2 comments and your email address are deleted.");
    ann.open(&mine).await.has_status(404);
    let public = site.visitor().open(&article.path).await;
    public.does_not_see("First words.").sees("Bob’s words.");
    assert_eq!(
        site.count("select (select count(*) from commenters) * 100 + (select count(*) from subscriptions) * 10 + (select count(*) from commenter_browsers)").await,
        100
    );
}

#[tokio::test]
async fn browsers_and_the_link_can_be_forgotten() {
    let post = Post::new(|_| {}).await;
    let site = &post.site;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    posted(&ann, &article.path, "Ann", "One.", "tell_everything").await;
    let mine = proved(&post, &ann, 0).await;
    ann.post_fields(&mine, &[("act", "forget")])
        .await
        .has_status(200)
        .sees("All browsers forgotten");
    ann.open(&mine).await.has_status(404);
    assert_eq!(
        site.count("select count(*) from commenter_browsers").await,
        0
    );
    // A new link comes by mail, asked for on the page of a comment.
    site.app.clock.advance(2 * HOUR);
    let own = posted(&ann, &article.path, "Ann", "Two.", "").await;
    let asked = own
        .forms("/comments/")
        .into_iter()
        .find(|form| form.labels().contains(&"Email me the link"))
        .expect("a way to ask for it")
        .press("Email me the link")
        .await;
    ann.open(&asked.leads_to())
        .await
        .sees("We emailed you a link");
    let again = proved(&post, &ann, 1).await;
    assert_ne!(again, mine);
}

#[tokio::test]
async fn mail_that_comes_back_is_not_sent_again_until_its_reader_says_so() {
    let post = Post::new(|_| {}).await;
    let site = &post.site;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    posted(&ann, &article.path, "Ann", "One.", "tell_everything").await;
    let mine = proved(&post, &ann, 0).await;
    post.sink.refuse_recipients(&["550 5.1.1 no such person"]);
    site.comment(&article, "Bob", Status::Approved).await;
    assert_eq!(post.letters(1).await.len(), 0);
    site.comment(&article, "Cid", Status::Approved).await;
    site.app.clock.advance(2 * HOUR);
    assert_eq!(post.letters(1).await.len(), 0, "it is silenced");
    ann.open(&mine)
        .await
        .sees("Emails to your address came back");
    let page = ann.open(&mine).await;
    page.form("/commenters/")
        .press("Confirm my email address")
        .await
        .has_status(303);
    site.comment(&article, "Dan", Status::Approved).await;
    assert_eq!(post.letters(1).await.len(), 1);
}

#[tokio::test]
async fn a_site_without_mail_offers_none() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let page = site.visitor().open(&article.path).await;
    page.does_not_see("Notify me");
    let sent = page
        .form("/articles/")
        .fill("comment", "One.")
        .fill("author", "Ann")
        .fill("email", "ann@example.org")
        .tick("tell_everything", "yes")
        .submit()
        .await;
    sent.has_status(303);
    assert_eq!(site.count("select count(*) from subscriptions").await, 0);
}

#[tokio::test]
async fn a_letter_that_waits_does_not_leave_once_what_it_quotes_is_taken_down() {
    let post = Post::new(|_| {}).await;
    let site = &post.site;
    let article = site.article("Tea").await;
    told_of_everything(&post, &article).await;
    post.sink.refuse_recipients(&["451 later"]);
    let taken = site.comment(&article, "Bob", Status::Approved).await;
    site.comment(&article, "Cid", Status::Approved).await;
    assert_eq!(post.letters(1).await.len(), 0);
    sqlx::query("update comments set status = 'trashed' where id = $1")
        .bind(taken.0)
        .execute(&site.app.pool)
        .await
        .expect("trashed by hand");
    site.app.clock.advance(HOUR);
    let letters = post.letters(1).await;
    assert_eq!(letters.len(), 1, "the rest is told all the same");
    let text = letters[0].text();
    assert!(
        text.contains("Words of Cid.") && !text.contains("Words of Bob."),
        "{text}"
    );
}

#[tokio::test]
async fn a_letter_that_is_passed_on_does_not_hand_over_its_reader() {
    let post = Post::new(|_| {}).await;
    let site = &post.site;
    let article = site.article("Tea").await;
    told_of_everything(&post, &article).await;
    site.comment(&article, "Bob", Status::Approved).await;
    let letters = post.letters(1).await;
    assert!(!letters[0].text().contains("/commenters/"));
    let end = site
        .visitor()
        .open(&link(&letters[0], "/subscriptions/"))
        .await;
    site.app.clock.advance(HOUR);
    let asked = end
        .forms("/subscriptions/")
        .into_iter()
        .find(|form| form.labels().contains(&"Email me the link"))
        .expect("a way to ask for the link")
        .submit()
        .await;
    asked.has_status(200).sees("We emailed you a link");
    assert_eq!(asked.html().matches("/commenters/").count(), 0);
    let letters = post.letters(2).await;
    assert_eq!(letters[0].to, ["ann@example.org"]);
    link(&letters[0], "/commenters/");
}

#[tokio::test]
async fn an_address_that_never_answers_is_asked_three_times() {
    let post = Post::new(|_| {}).await;
    let site = &post.site;
    let article = site.article("Tea").await;
    for number in 0..5 {
        let words = format!("Number {number}.");
        posted(
            &site.visitor(),
            &article.path,
            "Ann",
            &words,
            "tell_everything",
        )
        .await;
        site.app.clock.advance(2 * HOUR);
    }
    assert_eq!(post.letters(0).await.len(), 3);
    // Nor is anyone written to at the wish of what was refused.
    let robot = site.visitor();
    let form = filled(&robot.open(&article.path).await, "Eve", "Buy.");
    form.fill("topic", "x")
        .tick("tell_everything", "yes")
        .submit()
        .await
        .has_status(303);
    assert_eq!(post.letters(3).await.len(), 0);
}
