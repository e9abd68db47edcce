//! A discussion as readers lead it, without an account: answering, looking first, changing and taking back, drafts, a name
//! that this browser alone remembers, being told of answers. And the desk's trial of words.

use serde_json::Value;
use sqlx::{Connection, PgConnection};

use crate::chromium::Browser;
use crate::support::cluster::folder;
use crate::support::server::Server;
use crate::support::smtp::{Received, Sink};
use crate::{add_staff, address, open_welcome, sign_in};

/// Changes the settings as no test is about: what needs no moderator is published at once, and nobody has to wait.
pub async fn open_wide(server: &Server) {
    set(
        server,
        "update settings set hold_first_timers = false, flood_seconds = 0",
    )
    .await;
}

/// Changes something in the database of a server.
pub async fn set(server: &Server, change: &'static str) {
    let database = PgConnection::connect(&server.database_url()).await;
    let mut database = database.expect("the database can be reached");
    let changed = sqlx::query(change).execute(&mut database).await;
    assert!(changed.expect("the change is made").rows_affected() > 0);
}

/// A reply by someone else, from a network of their own; its number, and the address of its author's own page.
pub fn reply_elsewhere(
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
    // Twelve at once would wait, were they from one network.
    let sum = words.bytes().chain(email.bytes()).fold(7_u16, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u16::from(byte))
    });
    let from = format!("198.18.{}.{}", sum >> 8, sum & 255);
    let sent = server.try_post(&format!("/articles/{article}/reply"), &from, &fields);
    let sent = sent.expect("an answer");
    assert_eq!(sent.status, 303, "{}", sent.body);
    let own = sent.header("location").expect("its own page").to_owned();
    let id = own.split('/').nth(2).expect("its number").to_owned();
    (id, own)
}

/// Types a reply by Ann into the form that is open.
async fn write(reader: &Browser, words: &str) {
    reader.fill("#comment", words).await;
    reader.fill("#author", "Ann").await;
    reader.fill("#email", "ann.canary@example.org").await;
}

/// A browser with scripts and one without.
async fn both(server: &Server) -> [Browser; 2] {
    let site = address(server);
    [
        Browser::open(&site).await,
        Browser::without_javascript(&site).await,
    ]
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn a_reply_to_a_reply_is_looked_at_first_and_stands_below_what_it_answers() {
    let server = Server::new();
    open_wide(&server).await;
    for (number, reader) in both(&server).await.into_iter().enumerate() {
        let article = open_welcome(&reader).await;
        // Petro answers Maria; Petro is answered.
        reader.follow(".thread ol .reply-link a").await;
        let answered = reader.text(".parent-comment").await;
        assert!(
            answered.contains("Petro") && answered.contains("Any feed reader"),
            "{answered}"
        );
        write(&reader, &format!("Thanks, *Petro* {number}.")).await;
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
async fn its_author_changes_a_reply_and_takes_it_back() {
    let server = Server::new();
    open_wide(&server).await;
    for reader in both(&server).await {
        let article = open_welcome(&reader).await;
        let regretted = format!("Words to regret.{}", "\n\nAnd more.".repeat(25));
        write(&reader, &regretted).await;
        reader.press("Post Comment").await;
        let own = reader.path().await;
        for button in ["Preview", "Save changes"] {
            reader.fill("#comment", " ").await;
            reader.press(button).await;
            reader.find("#comment[aria-invalid=true]").await;
            assert!(reader.is_in_view("#form-errors").await, "after {button}");
            reader.goto(&own).await;
        }
        reader.fill("#comment", "Words to *keep*.").await;
        reader.press("Preview").await;
        assert_eq!(reader.text("#preview em").await, "keep");
        assert!(
            reader.is_in_view("#preview").await,
            "who looks first need not look for it"
        );
        let before = reader.text(".pending .reply-body").await;
        assert!(before.contains("Words to regret."), "{before}");
        reader.press("Save changes").await;
        assert_eq!(reader.text(".success").await, "Changes saved.");
        assert_eq!(reader.text(".pending .reply-body").await, "Words to keep.");
        reader.goto(&article).await;
        assert!(reader.has(".reply-edited").await);
        assert!(reader.text("#comments").await.contains("Words to keep."));

        // The address of the page is all it takes to come back.
        reader.goto(&own).await;
        let button = reader.find("button[value=delete]").await;
        assert!(
            !button.is_displayed().await.expect("a button"),
            "nothing is deleted by one slip"
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
async fn a_draft_outlives_a_reload_until_it_has_arrived() {
    let server = Server::new();
    let reader = Browser::open(&address(&server)).await;
    let article = open_welcome(&reader).await;
    reader
        .fill("#comment", "Half a thought\n\nand its *end*")
        .await;
    reader.reload().await;
    assert_eq!(
        reader.value("#comment").await,
        "Half a thought\n\nand its *end*"
    );
    // A form that comes back has not arrived: the words are there wherever it is read next.
    reader.fill("#author", "Ann").await;
    reader.press("Post Comment").await;
    reader.find("#form-errors").await;
    reader.goto(&article).await;
    assert_eq!(
        reader.value("#comment").await,
        "Half a thought\n\nand its *end*"
    );
    write(&reader, "A whole thought.").await;
    reader.press("Preview").await;
    assert_eq!(reader.value("#comment").await, "A whole thought.");
    reader.press("Post Comment").await;
    assert!(reader.text("main").await.contains("awaiting moderation"));
    reader.goto(&article).await;
    assert_eq!(reader.value("#comment").await, "");

    // What is wiped out is no draft.
    reader.fill("#comment", "No.").await;
    let words = reader.find("#comment").await;
    let back = "\u{E003}".repeat(3);
    words.send_keys(&back).await.expect("backspace");
    reader.reload().await;
    assert_eq!(reader.value("#comment").await, "");
    assert!(!server.log().contains("thought"));
    reader.close().await;
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn a_name_is_remembered_in_the_browser_alone() {
    let server = Server::new();
    let reader = Browser::open(&address(&server)).await;
    let article = open_welcome(&reader).await;
    write(&reader, "").await;
    reader.fill("#url", "https://ann.example").await;
    reader.click("#remember").await;
    reader.press("Post Comment").await;
    // There were no words; who wrote none is still Ann.
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
    let sent = reader.sent().await;
    let (forms, rest): (Vec<_>, Vec<_>) = sent.iter().partition(|sent| sent.is_form);
    assert_eq!(forms.len(), 2);
    assert!(forms.iter().all(|form| holds(&form.text)));
    assert!(rest.len() > 10, "only {} requests were seen", rest.len());
    for other in rest {
        assert!(!holds(&other.text), "{}", other.text);
    }
    assert!(!holds(&reader.cookies().await));

    // Who takes the tick away is forgotten with the next form.
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
    ticked.expect("a box")
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn who_asks_is_told_by_mail_and_is_in_charge_of_all_they_wrote() {
    let sink = Sink::start().await;
    let smtp = format!("smtp://{}", sink.address);
    let server = Server::start_with(
        &folder("data"),
        &[
            ("BROADSHEET_SMTP_URL", &smtp),
            ("BROADSHEET_MAIL_FROM", "The Courier <courier@example.org>"),
        ],
    );
    open_wide(&server).await;
    for (reader, email) in both(&server)
        .await
        .into_iter()
        .zip(["ann.canary@example.org", "bea.canary@example.org"])
    {
        in_charge(&server, &sink, &reader, email).await;
        reader.close().await;
    }
}

/// From the tick in a box to erasing it all.
async fn in_charge(server: &Server, sink: &Sink, reader: &Browser, email: &str) {
    let article = open_welcome(reader).await;
    let action = reader.find("#commentform").await.attr("action").await;
    let action = action.expect("a form").expect("an action");
    let number = action.split('/').nth(2).expect("the article's number");
    write(reader, &format!("Tell me more, as {}.", &email[..3])).await;
    reader.fill("#email", email).await;
    reader.click("#tell_answers").await;
    reader.press("Post Comment").await;
    let own = reader.path().await;
    let id = own.split('/').nth(2).expect("its number");

    let proof = letter(sink, email, 1).await;
    let mine = path_in(server, &proof, "/commenters/");
    reader.goto(&mine).await;
    assert!(reader.text("fieldset").await.contains("Replies to you"));
    reader.press("Confirm my email address").await;
    let done = reader.text(".success").await;
    assert!(done.contains("Your email address is confirmed"), "{done}");
    assert!(!reader.has("fieldset").await);
    assert!(reader.text(".comment-list").await.contains("Tell me more"));
    assert!(!reader.source().await.contains(email));
    // The browser is known, on the page of the comment too.
    reader.goto(&own).await;
    assert!(!reader.has("button[value=prove]").await);

    let (answer, _) = reply_elsewhere(
        server,
        number,
        id,
        ("Cy", "cy@example.org", &format!("More for number {id}.")),
    );
    let news = letter(sink, email, 2).await;
    assert!(news.text().contains(&format!("More for number {id}.")));
    assert!(news.text().contains(&format!("/comments/{answer}")));
    // The letter's link shows first and ends nothing by itself.
    let end = path_in(server, &news, "/subscriptions/");
    reader.goto(&end).await;
    assert_eq!(reader.text("h1").await, "Stop these emails");
    reader.goto(&mine).await;
    reader.press("Unsubscribe").await;
    assert_eq!(reader.text(".success").await, "You are unsubscribed.");
    assert!(!reader.has("button[name=end]").await);
    reader.goto(&end).await;
    assert_eq!(reader.text("h1").await, "You are unsubscribed");

    reader.goto(&mine).await;
    let data = reader.find("a[href*='/data?']").await.attr("href").await;
    let data = data.expect("a link").expect("an address");
    let data = server.get(&data);
    let file = data.header("content-disposition").expect("a file");
    assert!(file.contains("attachment"), "{file}");
    assert!(data.body.contains("Tell me more, as"), "{}", data.body);

    reader.click("details:last-of-type summary").await;
    reader.click("#sure").await;
    reader.press("Delete everything now").await;
    assert_eq!(reader.text("h1").await, "Everything is deleted");
    reader.goto(&article).await;
    let replies = reader.text("#comments").await;
    assert!(!replies.contains("Tell me more"), "{replies}");
    assert!(replies.contains(&format!("More for number {id}.")));
    assert_eq!(server.get(&mine).status, 404);
    assert!(!server.log().contains(email));
}

/// The letter to someone that has come as their `number`th.
pub async fn letter(sink: &Sink, email: &str, number: usize) -> Received {
    let mut letters = Vec::new();
    // The sink serves on this thread, so that waiting must let it.
    for _ in 0..600 {
        letters = sink.received();
        letters.retain(|letter| letter.to == [email]);
        if letters.len() >= number {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(letters.len(), number, "letters to one person");
    letters.remove(number - 1)
}

pub fn path_in(server: &Server, letter: &Received, to: &str) -> String {
    let links = letter.links();
    let paths = links
        .iter()
        .filter_map(|link| link.strip_prefix(address(server).as_str()));
    let found = paths.into_iter().find(|path| path.starts_with(to));
    found
        .unwrap_or_else(|| panic!("no link to {to} among {links:?}"))
        .to_owned()
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn words_are_tried_while_they_are_typed_or_at_the_press_of_a_button() {
    let server = Server::new();
    add_staff(&server, "ada", "admin");
    let [scripts, plain] = both(&server).await;
    for admin in [&scripts, &plain] {
        sign_in(admin, "ada").await;
        admin.goto("/admin/discussion").await;
        assert!(!admin.has(".matched-lines").await);
    }

    scripts.fill("#hold_words", "feed\nmarzipan\nquiet").await;
    scripts
        .until(
            "the trial of three lines",
            "return document.querySelectorAll('#hold_words-preview [data-line]').length === 2",
        )
        .await;
    let here = scripts.text("#hold_words-here").await;
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
    // The line where the cursor stands is the one that is told of.
    scripts
        .run("const area = document.getElementById('hold_words'); area.setSelectionRange(6, 6); area.click()")
        .await;
    assert_eq!(
        scripts.text("#hold_words-here").await,
        "Line 2 would have held none of them."
    );
    scripts.reload().await;
    assert_eq!(kept_words(&scripts).await, "", "trying keeps nothing");

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
    assert_eq!(kept_words(&scripts).await, "feed\nmarzipan\nquiet");
    scripts.close().await;
    plain.close().await;
}

async fn kept_words(admin: &Browser) -> String {
    let kept = admin
        .run("return document.getElementById('hold_words').defaultValue")
        .await;
    match kept {
        Value::String(kept) => kept,
        other => panic!("no list but {other}"),
    }
}
