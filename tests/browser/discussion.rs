//! Discussions as readers without an account use them (replying, previewing, editing, deleting, drafts, remembered names
//! and notifications), and the preview of word lists.

use serde_json::Value;
use sqlx::{Connection, PgConnection};

use crate::chromium::Browser;
use crate::support::cluster::folder;
use crate::support::server::Server;
use crate::support::smtp::{ReceivedEmail, SmtpSink};
use crate::{add_account, base_url, open_welcome_article, sign_in};

/// Changes the site's settings so that first-time commenters are not held and several comments may be posted in a row.
pub async fn publish_comments_at_once(server: &Server) {
    execute(
        server,
        "update settings set hold_first_timers = false, flood_seconds = 0",
    )
    .await;
}

/// Runs an SQL statement in the database of a server. Panics if it affects no row.
pub async fn execute(server: &Server, change: &'static str) {
    let database = PgConnection::connect(&server.database_url()).await;
    let mut database = database.expect("the database answers");
    let changed = sqlx::query(change).execute(&mut database).await;
    assert!(changed.expect("the statement runs").rows_affected() > 0);
}

/// Posts a reply by another commenter from another IP network. Returns the id of the comment and the path of its author's
/// page.
pub fn post_reply(
    server: &Server,
    article: &str,
    to: &str,
    (name, email, words): (&str, &str, &str),
) -> (String, String) {
    let fields = [
        ("comment", words),
        ("author", name),
        ("email", email),
        ("to", to),
    ];
    // Each reply has its own network, since the flood limit counts replies per network.
    let sum = words.bytes().chain(email.bytes()).fold(7_u16, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u16::from(byte))
    });
    let from = format!("198.18.{}.{}", sum >> 8, sum & 255);
    let sent = server.try_post(&format!("/articles/{article}/reply"), &from, &fields);
    let sent = sent.expect("a response");
    assert_eq!(sent.status, 303, "{}", sent.body);
    let author_page = sent
        .header("location")
        .expect("the response redirects to the author's page")
        .to_owned();
    let id = author_page
        .split('/')
        .nth(2)
        .expect("the path contains the comment's id")
        .to_owned();
    (id, author_page)
}

/// Fills in the open reply form under the name Ann.
async fn fill_reply_form(reader: &Browser, words: &str) {
    reader.fill("#comment", words).await;
    reader.fill("#author", "Ann").await;
    reader.fill("#email", "ann.canary@example.org").await;
}

/// Opens two browsers, the first with JavaScript and the second without.
async fn open_two_browsers(server: &Server) -> [Browser; 2] {
    let site = base_url(server);
    [
        Browser::open(&site).await,
        Browser::without_javascript(&site).await,
    ]
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn a_reply_is_previewed_and_shown_below_its_parent() {
    let server = Server::new();
    publish_comments_at_once(&server).await;
    for (number, reader) in open_two_browsers(&server).await.into_iter().enumerate() {
        let article = open_welcome_article(&reader).await;
        // Petro's comment is a reply to Maria; this one replies to Petro.
        reader.follow(".thread ol .reply-link a").await;
        let answered = reader.text(".parent-comment").await;
        assert!(
            answered.contains("Petro") && answered.contains("Any feed reader"),
            "{answered}"
        );
        fill_reply_form(&reader, &format!("Thanks, *Petro* {number}.")).await;
        reader.press("Preview").await;
        assert_eq!(reader.text("#preview em").await, "Petro");
        assert!(reader.is_in_view("#preview").await);
        assert!(reader.text(".parent-comment").await.contains("Petro"));
        assert_eq!(
            reader.value("#comment").await,
            format!("Thanks, *Petro* {number}.")
        );
        assert_eq!(reader.value("#email").await, "ann.canary@example.org");
        let before = server.get(&article).body;
        assert!(!before.contains(&format!("</em> {number}.")));

        reader.press("Post Comment").await;
        assert_eq!(reader.text("h1").await, "Your comment is published");
        reader.press("View on the page").await;
        assert!(reader.path().await.starts_with(&article));
        let below = reader.text(".thread > li > ol > li > ol").await;
        assert!(
            below.contains(&format!("Thanks, Petro {number}.")),
            "{below}"
        );
        reader.close().await;
    }
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn the_author_edits_and_deletes_a_comment() {
    let server = Server::new();
    publish_comments_at_once(&server).await;
    for reader in open_two_browsers(&server).await {
        let article = open_welcome_article(&reader).await;
        let original = format!("Words to regret.{}", "\n\nAnd more.".repeat(25));
        fill_reply_form(&reader, &original).await;
        reader.press("Post Comment").await;
        let author_page = reader.path().await;
        for button in ["Preview", "Save changes"] {
            reader.fill("#comment", " ").await;
            reader.press(button).await;
            reader.find("#comment[aria-invalid=true]").await;
            assert!(reader.is_in_view("#form-errors").await, "after {button}");
            reader.goto(&author_page).await;
        }
        reader.fill("#comment", "Words to *keep*.").await;
        reader.press("Preview").await;
        assert_eq!(reader.text("#preview em").await, "keep");
        assert!(
            reader.is_in_view("#preview").await,
            "the preview is on the screen"
        );
        let before = reader.text(".pending .reply-body").await;
        assert!(before.contains("Words to regret."), "{before}");
        reader.press("Save changes").await;
        assert_eq!(reader.text(".success").await, "Changes saved.");
        assert_eq!(reader.text(".pending .reply-body").await, "Words to keep.");
        reader.goto(&article).await;
        assert!(reader.has(".reply-edited").await);
        assert!(reader.text("#comments").await.contains("Words to keep."));

        // The URL of the page is enough to come back.
        reader.goto(&author_page).await;
        let button = reader.find("button[value=delete]").await;
        assert!(
            !button
                .is_displayed()
                .await
                .expect("the button's visibility is read"),
            "deleting takes two clicks"
        );
        reader.click("details summary").await;
        reader.press("Delete now").await;
        assert_eq!(reader.text("h1").await, "You deleted your comment");
        assert!(!reader.source().await.contains("Words to"));
        assert!(!reader.has("textarea").await);
        reader.goto(&article).await;
        assert!(!reader.source().await.contains("Words to"));
        assert_eq!(reader.text("#replies-title").await, "2 comments");
        reader.close().await;
    }
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn a_draft_survives_reloads_until_it_is_submitted() {
    let server = Server::new();
    let reader = Browser::open(&base_url(&server)).await;
    let article = open_welcome_article(&reader).await;
    reader
        .fill("#comment", "Half a thought\n\nand its *end*")
        .await;
    reader.reload().await;
    assert_eq!(
        reader.value("#comment").await,
        "Half a thought\n\nand its *end*"
    );
    // A rejected form was not submitted, so the draft is kept on the article's page too.
    reader.fill("#author", "Ann").await;
    reader.press("Post Comment").await;
    reader.find("#form-errors").await;
    reader.goto(&article).await;
    assert_eq!(
        reader.value("#comment").await,
        "Half a thought\n\nand its *end*"
    );
    fill_reply_form(&reader, "A whole thought.").await;
    reader.press("Preview").await;
    assert_eq!(reader.value("#comment").await, "A whole thought.");
    reader.press("Post Comment").await;
    assert!(reader.text("main").await.contains("awaiting moderation"));
    reader.goto(&article).await;
    assert_eq!(reader.value("#comment").await, "");

    // An emptied field leaves no draft.
    reader.fill("#comment", "No.").await;
    let words = reader.find("#comment").await;
    let back = "\u{E003}".repeat(3);
    words.send_keys(&back).await.expect("backspace is pressed");
    reader.reload().await;
    assert_eq!(reader.value("#comment").await, "");
    assert!(!server.log().contains("thought"));
    reader.close().await;
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn a_commenters_name_is_remembered_only_in_the_browser() {
    let server = Server::new();
    let reader = Browser::open(&base_url(&server)).await;
    let article = open_welcome_article(&reader).await;
    fill_reply_form(&reader, "").await;
    reader.fill("#url", "https://ann.example").await;
    reader.click("#remember").await;
    reader.press("Post Comment").await;
    // The comment is missing, but the name is kept.
    reader.find("#comment[aria-invalid=true]").await;
    assert_eq!(reader.value("#author").await, "Ann");
    assert_eq!(reader.value("#email").await, "ann.canary@example.org");
    assert!(is_ticked(&reader, "#remember").await);
    reader.fill("#comment", "Words at last.").await;
    reader.press("Post Comment").await;
    reader.find("[data-sent]").await;

    reader.goto(&article).await;
    for (field, value) in [
        ("#author", "Ann"),
        ("#email", "ann.canary@example.org"),
        ("#url", "https://ann.example"),
    ] {
        assert_eq!(reader.value(field).await, value);
    }
    assert!(is_ticked(&reader, "#remember").await);
    for page in ["/", "/search?q=the", "/feed.xml"] {
        reader.goto(page).await;
    }
    let holds = |text: &str| text.contains("ann.canary") || text.contains("ann.example");
    let sent = reader.take_sent_requests().await;
    let (forms, rest): (Vec<_>, Vec<_>) = sent.iter().partition(|sent| sent.is_form);
    assert_eq!(forms.len(), 2);
    assert!(forms.iter().all(|form| holds(&form.text)));
    assert!(rest.len() > 10, "only {} requests were seen", rest.len());
    for other in rest {
        assert!(!holds(&other.text), "{}", other.text);
    }
    assert!(!holds(&reader.cookies().await));

    // The next form without the tick deletes the saved values.
    reader.goto(&article).await;
    reader.click("#remember").await;
    reader.press("Post Comment").await;
    reader.find("#form-errors").await;
    reader.goto(&article).await;
    assert_eq!(reader.value("#email").await, "");
    assert!(!is_ticked(&reader, "#remember").await);
    reader.close().await;
}

async fn is_ticked(reader: &Browser, css: &str) -> bool {
    let ticked = reader.find(css).await.is_selected().await;
    ticked.expect("the checkbox's state is read")
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn a_subscriber_is_notified_and_manages_the_subscription_and_data() {
    let sink = SmtpSink::start().await;
    let smtp = format!("smtp://{}", sink.address);
    let server = Server::start_with(
        &folder("data"),
        &[
            ("BROADSHEET_SMTP_URL", &smtp),
            ("BROADSHEET_MAIL_FROM", "The Courier <courier@example.org>"),
        ],
    );
    publish_comments_at_once(&server).await;
    for (reader, email) in open_two_browsers(&server)
        .await
        .into_iter()
        .zip(["ann.canary@example.org", "bea.canary@example.org"])
    {
        manage_subscription(&server, &sink, &reader, email).await;
        reader.close().await;
    }
}

/// Subscribes, confirms the email address, unsubscribes, exports the commenter's data, and erases everything.
async fn manage_subscription(server: &Server, sink: &SmtpSink, reader: &Browser, email: &str) {
    let article = open_welcome_article(reader).await;
    let action = reader.find("#commentform").await.attr("action").await;
    let action = action
        .expect("the form's attribute is read")
        .expect("the form has an action");
    let article_id = action
        .split('/')
        .nth(2)
        .expect("the form's action contains the article's id");
    fill_reply_form(reader, &format!("Tell me more, as {}.", &email[..3])).await;
    reader.fill("#email", email).await;
    reader.click("#notify_replies").await;
    reader.press("Post Comment").await;
    let author_page = reader.path().await;
    let id = author_page
        .split('/')
        .nth(2)
        .expect("the path contains the comment's id");

    let verification = wait_for_email(sink, email, 1).await;
    let commenter_page = find_link_path(server, &verification, "/commenters/");
    reader.goto(&commenter_page).await;
    assert!(reader.text("fieldset").await.contains("Replies to you"));
    reader.press("Confirm my email address").await;
    let done = reader.text(".success").await;
    assert!(done.contains("Your email address is confirmed"), "{done}");
    assert!(!reader.has("fieldset").await);
    assert!(reader.text(".comment-list").await.contains("Tell me more"));
    assert!(!reader.source().await.contains(email));
    // The browser counts as verified on the page of the comment too.
    reader.goto(&author_page).await;
    assert!(!reader.has("button[value=prove]").await);

    let (reply, _) = post_reply(
        server,
        article_id,
        id,
        ("Cy", "cy@example.org", &format!("More for number {id}.")),
    );
    let notification = wait_for_email(sink, email, 2).await;
    assert!(
        notification
            .text()
            .contains(&format!("More for number {id}."))
    );
    assert!(notification.text().contains(&format!("/comments/{reply}")));
    // Opening the link of the email does not unsubscribe yet.
    let end = find_link_path(server, &notification, "/subscriptions/");
    reader.goto(&end).await;
    assert_eq!(reader.text("h1").await, "Stop these emails");
    reader.goto(&commenter_page).await;
    reader.press("Unsubscribe").await;
    assert_eq!(reader.text(".success").await, "You are unsubscribed.");
    assert!(!reader.has("button[name=end]").await);
    reader.goto(&end).await;
    assert_eq!(reader.text("h1").await, "You are unsubscribed");

    reader.goto(&commenter_page).await;
    let data = reader.find("a[href*='/data?']").await.attr("href").await;
    let data = data
        .expect("the link's address is read")
        .expect("the link has an address");
    let data = server.get(&data);
    let file = data
        .header("content-disposition")
        .expect("the response names a file");
    assert!(file.contains("attachment"), "{file}");
    assert!(data.body.contains("Tell me more, as"), "{}", data.body);

    reader.click("details:last-of-type summary").await;
    reader.click("#confirm").await;
    reader.press("Delete everything now").await;
    assert_eq!(reader.text("h1").await, "Everything is deleted");
    reader.goto(&article).await;
    let replies = reader.text("#comments").await;
    assert!(!replies.contains("Tell me more"), "{replies}");
    assert!(replies.contains(&format!("More for number {id}.")));
    assert_eq!(server.get(&commenter_page).status, 404);
    assert!(!server.log().contains(email));
}

/// Waits until an email address has received `number` emails, and returns the last one.
pub async fn wait_for_email(sink: &SmtpSink, email: &str, number: usize) -> ReceivedEmail {
    let mut emails = Vec::new();
    // The mail server runs on this thread, so a blocking wait would stop it.
    for _ in 0..600 {
        emails = sink.received();
        emails.retain(|message| message.to == [email]);
        if emails.len() >= number {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(emails.len(), number, "emails to {email}");
    emails.remove(number - 1)
}

pub fn find_link_path(server: &Server, email: &ReceivedEmail, to: &str) -> String {
    let links = email.links();
    let paths = links
        .iter()
        .filter_map(|link| link.strip_prefix(base_url(server).as_str()));
    let found = paths.into_iter().find(|path| path.starts_with(to));
    found
        .unwrap_or_else(|| panic!("no link to {to} among {links:?}"))
        .to_owned()
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn word_lists_are_previewed_while_typing_or_by_a_button() {
    let server = Server::new();
    add_account(&server, "ada", "admin");
    let [scripts, plain] = open_two_browsers(&server).await;
    for admin in [&scripts, &plain] {
        sign_in(admin, "ada").await;
        admin.goto("/admin/discussion").await;
        assert!(!admin.has(".matched-lines").await);
    }

    scripts.fill("#hold_words", "feed\nmarzipan\nquiet").await;
    scripts
        .wait_until(
            "the preview of three lines",
            "return document.querySelectorAll('#hold_words-preview [data-line]').length === 2",
        )
        .await;
    let here = scripts.text("#hold_words-current").await;
    assert!(
        here.starts_with("3 ") && here.contains("would have held"),
        "{here}"
    );
    assert!(
        scripts
            .text("#hold_words-preview .current")
            .await
            .contains("quiet")
    );
    // The preview describes the line with the cursor.
    scripts
        .run("const area = document.getElementById('hold_words'); area.setSelectionRange(6, 6); area.click()")
        .await;
    assert_eq!(
        scripts.text("#hold_words-current").await,
        "Line 2 would have held none of them."
    );
    scripts.reload().await;
    assert_eq!(
        load_saved_hold_words(&scripts).await,
        "",
        "a preview saves nothing"
    );

    plain.fill("#hold_words", "feed\nmarzipan\nquiet").await;
    plain.press("Test the word lists").await;
    assert!(
        plain
            .text(".success")
            .await
            .contains("nothing has been saved yet")
    );
    let tried = plain.text("#hold_words-preview").await;
    assert!(
        tried.contains("feed") && tried.contains("quiet") && !tried.contains("marzipan"),
        "{tried}"
    );
    assert_eq!(plain.value("#hold_words").await, "feed\nmarzipan\nquiet");
    plain.press("Save").await;
    plain.find(".success").await;
    scripts.goto("/admin/discussion").await;
    assert_eq!(
        load_saved_hold_words(&scripts).await,
        "feed\nmarzipan\nquiet"
    );
    scripts.close().await;
    plain.close().await;
}

async fn load_saved_hold_words(admin: &Browser) -> String {
    let value = admin
        .run("return document.getElementById('hold_words').defaultValue")
        .await;
    match value {
        Value::String(words) => words,
        other => panic!("not a string: {other}"),
    }
}
