//! The site in Chromium, with and without JavaScript, as readers, moderators and editors use it. Plain `cargo test`
//! ignores these tests, since it cannot install a browser. `bin/test` runs them.

#[path = "../support/mod.rs"]
mod support;

mod accessibility;
mod chromium;
mod direction;
mod discussion;
mod editor;
mod forced_colors;
mod moderation;

use chromium::Browser;
use support::article::WrittenArticle;
use support::makers::PASSPHRASE;
use support::server::{Server, broadsheet, run, text};

/// Returns the URL of a server without the slash at the end.
fn base_url(server: &Server) -> String {
    format!("http://{}", server.address)
}

/// Adds an account to a running site with the `account` command.
fn add_account(server: &Server, username: &str, role: &str) {
    let mut add = broadsheet(&server.data);
    let name = username.to_uppercase();
    add.args(["account", "add", username, "--name", &name, "--role", role]);
    let added = run(add, &format!("{PASSPHRASE}\n"));
    assert!(added.status.success(), "{}", text(&added));
}

async fn sign_in(browser: &Browser, username: &str) {
    browser.goto("/admin/sign-in").await;
    browser.fill("#username", username).await;
    browser.fill("#passphrase", PASSPHRASE).await;
    browser.follow("main button").await;
    browser.find(".admin-header").await;
}

/// Opens the welcome article and returns its path.
async fn open_welcome_article(browser: &Browser) -> String {
    browser.goto("/").await.follow(".headline h2 a").await;
    assert_eq!(browser.text("h1").await, "Welcome to your Broadsheet");
    browser.path().await
}

async fn publish_article(browser: &Browser, written: &WrittenArticle) {
    browser.goto("/admin/articles/new").await;
    browser.fill("#title", written.title).await;
    browser.fill("#standfirst", &written.standfirst).await;
    browser.fill("#sources", &written.sources).await;
    browser.fill("#body", &written.body.join("\n\n")).await;
    // The field takes dates from the keyboard in American format.
    let time: jiff::civil::DateTime = written.moment().parse().expect("a time");
    let keys = time.strftime("%m%d%Y\t%I%M%p").to_string();
    let field = browser.find("#published_at").await;
    field
        .send_keys(&keys)
        .await
        .expect("the date is typed into the field");
    assert_eq!(browser.value("#published_at").await, written.moment());
    browser.press("Publish").await;
    assert!(browser.text(".state-line").await.contains(&written.date));
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn a_reader_corrects_an_invalid_reply_without_losing_text() {
    let server = Server::new();
    let reader = Browser::open(&base_url(&server)).await;
    let article = open_welcome_article(&reader).await;
    assert_eq!(reader.text("#replies-title").await, "2 comments");

    reader
        .fill("#comment", "A thought, *twice* considered.")
        .await;
    reader.fill("#email", "not an address").await;
    reader.fill("#url", "javascript:alert(1)").await;
    reader.press("Post Comment").await;
    reader.find("#form-errors").await;
    reader
        .wait_until(
            "screen readers announce the errors",
            "return document.activeElement.id === 'form-errors'",
        )
        .await;
    assert_eq!(
        reader
            .run("return document.querySelectorAll('.form-errors li').length")
            .await,
        3
    );
    for field in ["author", "email", "url"] {
        assert!(reader.has(&format!("#{field}[aria-invalid=true]")).await);
    }
    assert_eq!(
        reader.value("#comment").await,
        "A thought, *twice* considered."
    );
    assert_eq!(reader.value("#email").await, "not an address");
    assert_eq!(reader.value("#url").await, "javascript:alert(1)");

    reader.fill("#author", "Ann").await;
    reader.fill("#email", "ann@example.org").await;
    reader.fill("#url", "").await;
    reader.click("#remember").await;
    reader.press("Post Comment").await;
    assert!(reader.path().await.starts_with("/comments/"));
    let held = reader.text("main").await;
    assert!(held.contains("awaiting moderation"), "{held}");
    assert!(held.contains("A thought, twice considered."), "{held}");

    // Remembered by this browser, never by the page.
    reader.goto(&article).await;
    assert_eq!(reader.value("#author").await, "Ann");
    assert_eq!(reader.value("#email").await, "ann@example.org");
    assert!(!reader.source().await.contains("ann@example.org"));
    assert_eq!(reader.text("#replies-title").await, "2 comments");
    reader.close().await;
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn publishing_replying_and_approving_work_without_javascript() {
    let written = WrittenArticle::read();
    let server = Server::new();
    let site = base_url(&server);
    let admin = Browser::without_javascript(&site).await;
    let log = server.log();
    let claim = log
        .split(&site)
        .find(|rest| rest.starts_with("/admin/setup"));
    let claim = claim.and_then(|rest| rest.split_whitespace().next());
    admin
        .goto(claim.expect("the log contains a one-time link"))
        .await;
    admin
        .fill("#name", "Ada")
        .await
        .fill("#username", "ada")
        .await;
    admin.fill("#passphrase", PASSPHRASE).await;
    admin.follow("main button").await;
    admin.find(".admin-header").await;

    admin.goto("/admin/settings").await;
    admin.fill("#appeal", &written.appeal).await;
    admin.follow("main form button").await;
    admin.find(".success").await;
    publish_article(&admin, &written).await;

    let reader = Browser::without_javascript(&site).await;
    reader.goto(&written.path()).await;
    assert_eq!(reader.text("h1").await, written.title);
    assert_eq!(reader.text(".dateline").await, written.date);
    assert_eq!(reader.text(".standfirst").await, written.standfirst);
    assert_eq!(
        reader.text(".sources").await,
        format!("Source: {}", written.sources)
    );
    let prose = reader.text(".prose").await;
    let words: Vec<&str> = prose.split_whitespace().collect();
    assert_eq!(words, written.words());
    assert_eq!(reader.text(".appeal").await, written.appeal);
    assert_eq!(reader.text("#reply-title").await, "Leave a Reply");
    let notes = reader.text(".notes").await;
    assert_eq!(
        notes,
        "Your email address will not be published. Required fields are marked *"
    );
    assert!(
        !reader
            .find("#remember")
            .await
            .is_displayed()
            .await
            .expect("the checkbox's visibility is read"),
        "a box that needs a script is not offered without one"
    );

    reader.fill("#comment", "I was on the *first* boat.").await;
    reader.fill("#author", "Зоряна").await;
    reader.fill("#email", "zoryana.canary@example.org").await;
    reader.press("Post Comment").await;
    assert!(reader.text("main").await.contains("awaiting moderation"));
    let mut sources = vec![reader.source().await];
    reader.goto(&written.path()).await;
    assert_eq!(reader.text("#replies-title").await, "No comments yet");

    admin.goto("/admin/comments").await;
    sources.push(admin.source().await);
    let card = admin.text(".card").await;
    assert!(
        card.contains("Зоряна") && card.contains("I was on the first boat."),
        "{card}"
    );
    admin.follow(".card button.primary").await;
    assert_eq!(admin.text(".success p").await, "One comment approved.");
    reader.goto(&written.path()).await;
    assert_eq!(reader.text("#replies-title").await, "One comment");
    assert_eq!(reader.text(".reply-author").await, "Зоряна");
    assert_eq!(reader.text(".reply-body").await, "I was on the first boat.");
    sources.push(reader.source().await);
    for path in [
        "/",
        "/feed.xml",
        "/admin/comments?status=approved",
        "/admin/articles",
    ] {
        sources.push(admin.goto(path).await.source().await);
    }
    sources.push(server.log());
    for source in sources {
        assert!(!source.contains("zoryana.canary"), "{source}");
    }
    reader.close().await;
    admin.close().await;
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn a_moderator_signs_in_decides_on_a_comment_and_undoes_it() {
    let server = Server::new();
    add_account(&server, "mo", "moderator");
    let mo = Browser::open(&base_url(&server)).await;
    mo.goto("/admin/comments").await;
    mo.fill("#username", "mo")
        .await
        .fill("#passphrase", "a wrong passphrase")
        .await;
    mo.follow("main button").await;
    assert_eq!(mo.value("#username").await, "mo");
    assert!(mo.has(".form-errors[role=alert]").await);
    mo.fill("#passphrase", PASSPHRASE).await;
    mo.follow("main button").await;
    mo.find(".card").await;
    assert_eq!(mo.path().await, "/admin/comments");
    assert!(!mo.has(".admin-nav a[href='/admin/settings']").await);

    let held = "return document.querySelector('[data-count=held]').textContent";
    mo.click(".card button.primary").await;
    assert!(!mo.has(".card").await);
    assert_eq!(mo.text(".success p").await, "One comment approved.");
    assert_eq!(mo.run(held).await, "0");
    mo.click(".success button").await;
    assert!(mo.has(".card").await);
    mo.wait_until("the server has received it", &format!("{held} === '1'"))
        .await;

    mo.click("#select-all").await;
    mo.click(".bulk-actions button[value=spam]").await;
    assert!(!mo.has(".card").await);
    mo.wait_until("the server has received it", &format!("{held} === '0'"))
        .await;
    mo.goto("/admin/comments?status=spam").await;
    assert_eq!(mo.text(".tabs a[aria-current]").await, "Spam 1");

    mo.press("Sign out").await;
    mo.goto("/admin/comments").await.find("#passphrase").await;
    mo.close().await;
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn an_editor_previews_and_publishes_an_article() {
    let server = Server::new();
    add_account(&server, "edda", "editor");
    let edda = Browser::open(&base_url(&server)).await;
    sign_in(&edda, "edda").await;
    edda.goto("/admin/articles/new").await;
    edda.press("Publish").await;
    edda.find("#title[aria-invalid=true]").await;
    edda.fill("#title", "Tea & quiet").await;
    edda.fill("#body", "Some *tea*.\n\n> And quiet.").await;
    edda.press("Preview").await;
    assert_eq!(edda.text("#preview em").await, "tea");
    assert_eq!(edda.text("#preview blockquote").await, "And quiet.");
    assert_eq!(edda.value("#body").await, "Some *tea*.\n\n> And quiet.");
    edda.press("Publish").await;
    edda.find(".state.published").await;

    let reader = Browser::open(&base_url(&server)).await;
    reader.goto("/").await;
    assert_eq!(reader.text(".headline h2").await, "Tea & quiet");
    reader.follow(".headline h2 a").await;
    assert_eq!(reader.text(".prose em").await, "tea");
    reader.close().await;
    edda.close().await;
}
