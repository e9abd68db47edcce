//! Tests of the page on which commenters manage their comments: verified emails, notifications, data export and erasure.
//! Emails are received by an SMTP server in the test.

use broadsheet::accounts::Role;
use broadsheet::comments::Status;
use broadsheet::publication::Publication;
use broadsheet::worker;

use crate::support::makers::SampleArticle;
use crate::support::smtp::{ReceivedEmail, SmtpSink};
use crate::support::visitor::{Form, Page, Visitor};
use crate::support::{Setup, TestSite};

const HOUR: i64 = 60 * 60;

struct MailSite {
    site: TestSite,
    sink: SmtpSink,
}

impl MailSite {
    async fn new(change: impl FnOnce(&mut Publication) + 'static) -> Self {
        let sink = SmtpSink::start().await;
        let setup = Setup::default()
            .settings(|settings| {
                sink.apply_to(settings);
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

    /// Sends all due emails. Returns the received emails except the first `seen` ones.
    async fn receive_emails(&self, seen: usize) -> Vec<ReceivedEmail> {
        worker::send_mail(&self.site.app)
            .await
            .expect("the due emails are sent");
        self.sink.received().split_off(seen)
    }
}

fn fill_form(page: &Page, name: &str, words: &str) -> Form {
    page.form("/articles/")
        .fill("comment", words)
        .fill("author", name)
        .fill("email", &format!("{}@example.org", name.to_lowercase()))
}

/// Submits a reply and returns the author's page of the new comment.
async fn submit_reply(visitor: &Visitor, path: &str, name: &str, words: &str, tick: &str) -> Page {
    let form = fill_form(&visitor.open(path).await, name, words);
    let form = if tick.is_empty() {
        form
    } else {
        form.tick(tick, "yes")
    };
    let sent = form.submit().await;
    visitor.open(&sent.has_status(303).leads_to()).await
}

/// Returns the path of the first link in an email whose path begins with `to`.
fn find_link(email: &ReceivedEmail, to: &str) -> String {
    let links = email.links();
    let found = links.iter().find_map(|link| {
        let path = link.strip_prefix("http://127.0.0.1:8600")?;
        path.starts_with(to).then(|| path.to_owned())
    });
    found.unwrap_or_else(|| panic!("no link to {to} among {links:?}"))
}

/// Confirms the email address in this browser, by the link in the newest email after the first `seen` ones. Returns the
/// path of the commenter page.
async fn verify_email(mail_site: &MailSite, visitor: &Visitor, seen: usize) -> String {
    let emails = mail_site.receive_emails(seen).await;
    let email = emails.last().expect("an email is received");
    let commenter_path = find_link(email, "/commenters/");
    let page = visitor.open(&commenter_path).await;
    let done = page
        .has_status(200)
        .form("/commenters/")
        .press("Confirm my email address")
        .await;
    visitor
        .open(&done.has_status(303).leads_to())
        .await
        .sees("Your email address is confirmed");
    commenter_path
}

/// Returns the browser of the commenter Ann, who has commented, subscribed to all replies and verified her email.
async fn subscribed_to_all(mail_site: &MailSite, article: &SampleArticle) -> Visitor {
    let ann = mail_site.site.visitor();
    submit_reply(&ann, &article.path, "Ann", "Mine.", "notify_all").await;
    verify_email(mail_site, &ann, 0).await;
    ann
}

#[tokio::test]
async fn an_email_is_verified_by_the_button_and_not_by_opening_the_link() {
    let mail_site = MailSite::new(|_| {}).await;
    let article = mail_site.site.article("Tea").await;
    let ann = mail_site.site.visitor();
    submit_reply(&ann, &article.path, "Ann", "One.", "notify_replies").await;
    let emails = mail_site.receive_emails(0).await;
    assert_eq!(emails.len(), 1);
    let email = &emails[0];
    assert_eq!(email.to, ["ann@example.org"]);
    assert_eq!(
        email.header("subject").as_deref(),
        Some("Confirm your email address – The Test Courier")
    );
    assert!(
        email
            .text()
            .contains("If this was not you, ignore this email")
    );
    assert!(email.html().contains("/commenters/"));
    // A second request within the hour sends nothing.
    submit_reply(&ann, &article.path, "Ann", "Two.", "notify_all").await;
    assert_eq!(mail_site.receive_emails(1).await.len(), 0);
    let commenter_path = find_link(email, "/commenters/");
    // Mail scanners open links.
    let page = mail_site.site.visitor().open(&commenter_path).await;
    page.has_status(200)
        .sees("You asked to be notified of")
        .sees("Tea");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(
        mail_site
            .site
            .count("select count(*) from commenters where verified_at is not null")
            .await,
        0
    );
    verify_email(&mail_site, &ann, 0).await;
    assert_eq!(
        mail_site
            .site
            .count("select count(*) from subscriptions where active_since is not null")
            .await,
        1
    );
    // Another key gives no access.
    let (path, _) = commenter_path
        .split_once("?key=")
        .expect("the path contains a key");
    mail_site.site.visitor().open(path).await.has_status(404);
    mail_site
        .site
        .visitor()
        .open(&format!("{path}?key=00"))
        .await
        .has_status(404);
}

#[tokio::test]
async fn a_browser_with_a_verified_email_is_not_a_first_time_commenter() {
    let mail_site =
        MailSite::new(|publication| publication.discussion.hold_first_timers = true).await;
    let article = mail_site.site.article("Tea").await;
    let ann = mail_site.site.visitor();
    submit_reply(&ann, &article.path, "Ann", "One.", "notify_replies")
        .await
        .sees("A moderator reads the first comments of new commenters.");
    verify_email(&mail_site, &ann, 0).await;
    // Verified, but without an approved comment.
    submit_reply(&ann, &article.path, "Ann", "Two.", "")
        .await
        .sees("awaiting moderation");
    sqlx::query("update comments set status = 'approved' where body = 'One.'")
        .execute(&mail_site.site.app.pool)
        .await
        .expect("the comment is approved");
    submit_reply(&ann, &article.path, "Ann", "Three.", "")
        .await
        .sees("Your comment is published");
    // Somebody else with that name and email is a first-timer.
    submit_reply(&mail_site.site.visitor(), &article.path, "Ann", "Four.", "")
        .await
        .sees("awaiting moderation");
}

#[tokio::test]
async fn a_reply_is_notified_when_it_is_approved_and_only_once() {
    let mail_site =
        MailSite::new(|publication| publication.discussion.hold_everything = true).await;
    let site = &mail_site.site;
    let article = site.article("Tea & more").await;
    let ann = site.visitor();
    submit_reply(&ann, &article.path, "Ann", "A question.", "notify_replies").await;
    verify_email(&mail_site, &ann, 0).await;
    sqlx::query("update comments set status = 'approved'")
        .execute(&site.app.pool)
        .await
        .expect("the comment is approved");
    let question: i64 = sqlx::query_scalar("select id from comments")
        .fetch_one(&site.app.pool)
        .await
        .expect("the question's id is read");
    let bob = site.visitor();
    let path = format!("/articles/{}/reply?to={question}", article.id);
    submit_reply(&bob, &path, "Bob", "An *answer* from Bob.", "").await;
    submit_reply(&bob, &article.path, "Bob", "Something else.", "").await;
    assert_eq!(
        mail_site.receive_emails(1).await.len(),
        0,
        "a held comment sends no notification"
    );
    let mo = site.staff("mo", Role::Moderator).await;
    for words in ["An *answer* from Bob.", "Something else."] {
        let id: i64 = sqlx::query_scalar("select id from comments where body = $1")
            .bind(words)
            .fetch_one(&site.app.pool)
            .await
            .expect("the comment's id is read");
        mo.post_fields(
            "/admin/comments",
            &[("one", &format!("approved {id}:held:0"))],
        )
        .await
        .has_status(303);
    }
    let emails = mail_site.receive_emails(1).await;
    assert_eq!(emails.len(), 1);
    let email = &emails[0];
    assert_eq!(email.to, ["ann@example.org"]);
    assert_eq!(
        email.header("subject").as_deref(),
        Some("New reply to your comment on “Tea & more”")
    );
    let text = email.text();
    assert!(
        text.contains("An answer from Bob.") && !text.contains("Something else."),
        "{text}"
    );
    assert!(!text.contains("bob@example.org") && !email.html().contains("bob@"));
    assert!(email.html().contains("Tea &#38; more"));
    // Held and approved again, it is not notified again.
    sqlx::query("update comments set status = 'held' where parent_id is not null")
        .execute(&site.app.pool)
        .await
        .expect("the reply is held again");
    sqlx::query("update comments set status = 'approved' where parent_id is not null")
        .execute(&site.app.pool)
        .await
        .expect("the reply is approved again");
    site.app.clock.advance(2 * HOUR);
    assert_eq!(mail_site.receive_emails(2).await.len(), 0);
}

#[tokio::test]
async fn a_notification_shows_a_comment_as_it_was_written() {
    let mail_site = MailSite::new(|_| {}).await;
    let site = &mail_site.site;
    let article = site.article("Tea").await;
    subscribed_to_all(&mail_site, &article).await;
    let words = "\
مرحبا بالعالم

1986. واحد
1987. اثنان

> quoted [words](https://example.org/x?a=1&b=2)

```
code  here
  <more>
```";
    submit_reply(&site.visitor(), &article.path, "Bob", words, "").await;
    let email = &mail_site.receive_emails(1).await[0];
    let quoted = "\
> مرحبا بالعالم
>
> 1986. واحد
> 1987. اثنان
>
> > quoted words <https://example.org/x?a=1&b=2>
>
>     code  here
>       <more>
";
    let text = email.text().replace("\r\n", "\n");
    assert!(text.contains(quoted), "{text}");
    let html = email.html().replace("\r\n", "\n");
    for part in [
        "<p dir=\"rtl\">مرحبا بالعالم</p>",
        "<ol dir=\"rtl\" start=\"1986\">",
        "<blockquote dir=\"ltr\">\n<p>quoted <a ",
        "<pre dir=\"auto\" tabindex=\"0\"><code>code  here\n  &lt;more&gt;\n</code></pre>",
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
}

#[tokio::test]
async fn notifications_are_collected_into_one_email_per_hour() {
    let mail_site = MailSite::new(|_| {}).await;
    let site = &mail_site.site;
    let article = site.article("Tea").await;
    let ann = subscribed_to_all(&mail_site, &article).await;
    site.comment(&article, "Bob", Status::Approved).await;
    assert_eq!(mail_site.receive_emails(1).await.len(), 1);
    for name in ["Cid", "Dan", "Eve"] {
        site.comment(&article, name, Status::Approved).await;
    }
    site.app.clock.advance(HOUR - 1);
    assert_eq!(
        mail_site.receive_emails(2).await.len(),
        0,
        "at most one notification is sent an hour"
    );
    site.app.clock.advance(1);
    let emails = mail_site.receive_emails(2).await;
    assert_eq!(emails.len(), 1);
    assert_eq!(
        emails[0].header("subject").as_deref(),
        Some("3 new comments on “Tea”")
    );
    for name in ["Cid", "Dan", "Eve"] {
        assert!(emails[0].text().contains(&format!("Words of {name}.")));
    }
    assert!(!emails[0].text().contains("Words of Bob."));
    // Nobody is notified of their own comments.
    submit_reply(&ann, &article.path, "Ann", "Mine again.", "").await;
    site.app.clock.advance(2 * HOUR);
    assert_eq!(mail_site.receive_emails(3).await.len(), 0);
}

#[tokio::test]
async fn one_click_unsubscribe_ends_a_subscription() {
    let mail_site = MailSite::new(|_| {}).await;
    let site = &mail_site.site;
    let article = site.article("Tea").await;
    subscribed_to_all(&mail_site, &article).await;
    site.comment(&article, "Bob", Status::Approved).await;
    let emails = mail_site.receive_emails(1).await;
    let email = &emails[0];
    assert_eq!(
        email.header("list-unsubscribe-post").as_deref(),
        Some("List-Unsubscribe=One-Click")
    );
    let header = email
        .header("list-unsubscribe")
        .expect("the email has an unsubscribe header");
    let address = header
        .strip_prefix("<http://127.0.0.1:8600")
        .and_then(|rest| rest.strip_suffix('>'))
        .expect("the address belongs to the site");
    // GET does not unsubscribe.
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
    assert_eq!(mail_site.receive_emails(2).await.len(), 0);
    // A second click is no error; a forged key is.
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
async fn an_unverified_email_changes_no_subscription() {
    let mail_site = MailSite::new(|_| {}).await;
    let site = &mail_site.site;
    let article = site.article("Tea").await;
    let other = site.article("Coffee").await;
    let ann = site.visitor();
    submit_reply(&ann, &article.path, "Ann", "Mine.", "notify_replies").await;
    verify_email(&mail_site, &ann, 0).await;
    let eve = site.visitor();
    submit_reply(&eve, &article.path, "Ann", "Not hers.", "notify_all").await;
    submit_reply(&eve, &other.path, "Ann", "Not hers either.", "notify_all").await;
    let scope: String =
        sqlx::query_scalar("select scope::text from subscriptions where active_since is not null")
            .fetch_one(&site.app.pool)
            .await
            .expect("an active subscription exists");
    assert_eq!(scope, "replies_to_me");
    site.comment(&other, "Bob", Status::Approved).await;
    site.app.clock.advance(2 * HOUR);
    assert_eq!(mail_site.receive_emails(1).await.len(), 0);
}

#[tokio::test]
async fn the_commenter_page_lists_exports_and_erases_everything() {
    let mail_site = MailSite::new(|_| {}).await;
    let site = &mail_site.site;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    submit_reply(&ann, &article.path, "Ann", "First words.", "notify_all").await;
    let commenter_path = verify_email(&mail_site, &ann, 0).await;
    submit_reply(&site.visitor(), &article.path, "Ann", "Second words.", "").await;
    submit_reply(&site.visitor(), &article.path, "Bob", "Bob’s words.", "").await;
    let page = ann.open(&commenter_path).await;
    page.sees("First words.")
        .sees("Second words.")
        .does_not_see("Bob’s words.")
        .sees("All comments")
        .does_not_see("ann@example.org");
    let data = ann
        .open(&commenter_path.replace("?key=", "/data?key="))
        .await;
    data.has_status(200);
    assert_eq!(data.header("content-type"), "application/json");
    let read: serde_json::Value =
        serde_json::from_slice(&data.body).expect("the exported data is valid JSON");
    assert_eq!(read["comments"][1]["text"], "First words.");
    assert_eq!(read["comments"].as_array().map(Vec::len), Some(2));
    assert_eq!(read["subscriptions"][0]["told_of"], "everything");
    assert!(!data.html().contains("ann@"));
    // Every comment is linked.
    let own = page
        .attribute(".comment-list a", "href")
        .expect("the page links the author's page");
    ann.open(&own)
        .await
        .sees("Second words.")
        .sees("Delete this comment");
    // Without the tick nothing is erased.
    let erase = page
        .forms("/commenters/")
        .into_iter()
        .find(|form| form.button_labels().contains(&"Delete everything now"))
        .expect("the page has a form to erase everything");
    erase.press("Delete everything now").await.has_status(303);
    assert_eq!(
        site.count("select count(*) from comments where erased_at is not null")
            .await,
        0
    );
    let gone = ann
        .post_fields(&commenter_path, &[("action", "erase"), ("confirm", "yes")])
        .await;
    gone.has_status(200)
        .sees("Everything is deleted")
        .sees("2 comments and your email address are deleted.");
    ann.open(&commenter_path).await.has_status(404);
    let public = site.visitor().open(&article.path).await;
    public.does_not_see("First words.").sees("Bob’s words.");
    assert_eq!(
        site.count("select (select count(*) from commenters) * 100 + (select count(*) from subscriptions) * 10 + (select count(*) from commenter_browsers)").await,
        100
    );
}

#[tokio::test]
async fn signing_out_everywhere_ends_all_sessions_and_revokes_the_link_in_emails() {
    let mail_site = MailSite::new(|_| {}).await;
    let site = &mail_site.site;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    submit_reply(&ann, &article.path, "Ann", "One.", "notify_all").await;
    let commenter_path = verify_email(&mail_site, &ann, 0).await;
    ann.post_fields(&commenter_path, &[("action", "forget")])
        .await
        .has_status(200)
        .sees("All browsers forgotten");
    ann.open(&commenter_path).await.has_status(404);
    assert_eq!(
        site.count("select count(*) from commenter_browsers").await,
        0
    );
    // A new link is emailed from the author's page of a comment.
    site.app.clock.advance(2 * HOUR);
    let own = submit_reply(&ann, &article.path, "Ann", "Two.", "").await;
    let response = own
        .forms("/comments/")
        .into_iter()
        .find(|form| form.button_labels().contains(&"Email me the link"))
        .expect("the page has a form to request the link")
        .press("Email me the link")
        .await;
    ann.open(&response.leads_to())
        .await
        .sees("We emailed you a link");
    let again = verify_email(&mail_site, &ann, 1).await;
    assert_ne!(again, commenter_path);
}

#[tokio::test]
async fn a_bounced_email_gets_no_mail_until_it_is_verified_again() {
    let mail_site = MailSite::new(|_| {}).await;
    let site = &mail_site.site;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    submit_reply(&ann, &article.path, "Ann", "One.", "notify_all").await;
    let commenter_path = verify_email(&mail_site, &ann, 0).await;
    mail_site
        .sink
        .queue_recipient_replies(&["550 5.1.1 no such person"]);
    site.comment(&article, "Bob", Status::Approved).await;
    assert_eq!(mail_site.receive_emails(1).await.len(), 0);
    site.comment(&article, "Cid", Status::Approved).await;
    site.app.clock.advance(2 * HOUR);
    assert_eq!(
        mail_site.receive_emails(1).await.len(),
        0,
        "a bounced address gets no email"
    );
    ann.open(&commenter_path)
        .await
        .sees("Emails to your address came back");
    let page = ann.open(&commenter_path).await;
    page.form("/commenters/")
        .press("Confirm my email address")
        .await
        .has_status(303);
    site.comment(&article, "Dan", Status::Approved).await;
    assert_eq!(mail_site.receive_emails(1).await.len(), 1);
}

#[tokio::test]
async fn a_site_without_mail_offers_no_notifications() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let page = site.visitor().open(&article.path).await;
    page.does_not_see("Notify me");
    let sent = page
        .form("/articles/")
        .fill("comment", "One.")
        .fill("author", "Ann")
        .fill("email", "ann@example.org")
        .tick("notify_all", "yes")
        .submit()
        .await;
    sent.has_status(303);
    assert_eq!(site.count("select count(*) from subscriptions").await, 0);
}

#[tokio::test]
async fn a_queued_email_is_cancelled_when_a_quoted_comment_is_removed() {
    let mail_site = MailSite::new(|_| {}).await;
    let site = &mail_site.site;
    let article = site.article("Tea").await;
    subscribed_to_all(&mail_site, &article).await;
    mail_site.sink.queue_recipient_replies(&["451 later"]);
    let taken = site.comment(&article, "Bob", Status::Approved).await;
    site.comment(&article, "Cid", Status::Approved).await;
    assert_eq!(mail_site.receive_emails(1).await.len(), 0);
    sqlx::query("update comments set status = 'trashed' where id = $1")
        .bind(taken.0)
        .execute(&site.app.pool)
        .await
        .expect("the comment is trashed");
    site.app.clock.advance(HOUR);
    let emails = mail_site.receive_emails(1).await;
    assert_eq!(emails.len(), 1, "the other comment is notified");
    let text = emails[0].text();
    assert!(
        text.contains("Words of Cid.") && !text.contains("Words of Bob."),
        "{text}"
    );
}

#[tokio::test]
async fn a_forwarded_notification_does_not_give_access() {
    let mail_site = MailSite::new(|_| {}).await;
    let site = &mail_site.site;
    let article = site.article("Tea").await;
    subscribed_to_all(&mail_site, &article).await;
    site.comment(&article, "Bob", Status::Approved).await;
    let emails = mail_site.receive_emails(1).await;
    assert!(!emails[0].text().contains("/commenters/"));
    let end = site
        .visitor()
        .open(&find_link(&emails[0], "/subscriptions/"))
        .await;
    site.app.clock.advance(HOUR);
    let response = end
        .forms("/subscriptions/")
        .into_iter()
        .find(|form| form.button_labels().contains(&"Email me the link"))
        .expect("the page has a form to request the link")
        .submit()
        .await;
    response.has_status(200).sees("We emailed you a link");
    assert_eq!(response.html().matches("/commenters/").count(), 0);
    let emails = mail_site.receive_emails(2).await;
    assert_eq!(emails[0].to, ["ann@example.org"]);
    find_link(&emails[0], "/commenters/");
}

#[tokio::test]
async fn an_unverified_email_gets_at_most_three_verification_emails() {
    let mail_site = MailSite::new(|_| {}).await;
    let site = &mail_site.site;
    let article = site.article("Tea").await;
    for number in 0..5 {
        let words = format!("Number {number}.");
        submit_reply(&site.visitor(), &article.path, "Ann", &words, "notify_all").await;
        site.app.clock.advance(2 * HOUR);
    }
    assert_eq!(mail_site.receive_emails(0).await.len(), 3);
    // A refused comment sends no email.
    let robot = site.visitor();
    let form = fill_form(&robot.open(&article.path).await, "Eve", "Buy.");
    form.fill("topic", "x")
        .tick("notify_all", "yes")
        .submit()
        .await
        .has_status(303);
    assert_eq!(mail_site.receive_emails(3).await.len(), 0);
}
