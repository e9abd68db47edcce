//! Accessibility and layout of every page: axe-core finds no violation and nothing is wider than the screen, in the light
//! and the dark colour scheme, on a desktop and a phone. Screenshots are saved in `target/pictures`; `bin/pictures`
//! copies them to `docs/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::chromium::{Browser, PAGE_TIMEOUT};
use crate::discussion::{
    execute, find_link_path, post_reply, publish_comments_at_once, wait_for_email,
};
use crate::moderation::count;
use crate::support::article::WrittenArticle;
use crate::support::cluster::folder;
use crate::support::server::Server;
use crate::support::smtp::SmtpSink;
use crate::{add_account, base_url, open_welcome_article, publish_article, sign_in};

/// Screen widths in pixels at which pages are checked: a desktop, a phone, and the minimum of WCAG 2.2 (1.4.10 Reflow).
const WIDTHS: [u32; 3] = [1280, 375, 320];
/// Maximum height of a screenshot in pixels.
pub const PICTURE_HEIGHT: u32 = 1800;

const SAMPLE_REPLIES: [(&str, &str, &str); 4] = [
    (
        "Tamsin Rook",
        "tamsin@example.org",
        "I took the second boat with my grandmother, who had kept her return ticket from 2013. *They let it count.*",
    ),
    (
        "Олесь",
        "oles@example.org",
        "The hens were mine. They are well, and ask me to say that:\n\n- the view is better from the rear deck;\n- `ticket.pdf` is not accepted.",
    ),
    (
        "J. Calder",
        "calder@example.org",
        "> A ferry was promised once.\n\nI read this aloud at breakfast.",
    ),
    (
        "Best Deals",
        "deals@example.com",
        "Great post! Cheap watches at [our shop](https://watches.example), [second shop](https://more.example).",
    ),
];

async fn submit_reply(reader: &Browser, path: &str, (name, email, words): (&str, &str, &str)) {
    reader.goto(path).await;
    reader.fill("#comment", words).await;
    reader
        .fill("#author", name)
        .await
        .fill("#email", email)
        .await;
    reader.press("Post Comment").await;
    assert!(reader.text("main").await.contains("awaiting moderation"));
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn every_page_is_accessible_and_fits() {
    let (axe_core, pictures) = (load_axe_core(), create_pictures_folder());
    let server = Server::new();
    execute(&server, "update settings set flood_seconds = 0").await;
    add_account(&server, "ada", "admin");
    let browser = Browser::open(&base_url(&server)).await;
    let reader = Browser::open(&base_url(&server)).await;
    let written = WrittenArticle::read();
    browser.goto("/admin/sign-in").await;
    check_page(&browser, "sign-in", &axe_core, &pictures).await;
    sign_in(&browser, "ada").await;
    browser.goto("/admin/settings").await;
    browser.fill("#title", "The Estuary Post").await;
    browser.fill("#tagline", "Two towns, one river").await;
    browser.fill("#appeal", &written.appeal).await;
    check_page(&browser, "settings", &axe_core, &pictures).await;
    browser.follow("main form button").await;
    browser.find(".success").await;
    publish_article(&browser, &written).await;
    browser.fill("#topics", "Ferries\nThe estuary").await;
    browser.press("Update").await;
    browser.find(".success").await;
    check_page(&browser, "editor", &axe_core, &pictures).await;
    browser.goto("/admin/articles").await;
    check_page(&browser, "articles", &axe_core, &pictures).await;
    browser.goto("/admin/account").await;
    check_page(&browser, "account", &axe_core, &pictures).await;

    for sample in &SAMPLE_REPLIES[..2] {
        submit_reply(&reader, &written.path(), *sample).await;
        browser.goto("/admin/comments").await;
        browser.click(".card button.primary").await;
        browser.find(".success").await;
    }
    for sample in &SAMPLE_REPLIES[2..] {
        submit_reply(&reader, &written.path(), *sample).await;
    }
    check_page(&reader, "held", &axe_core, &pictures).await;
    reader.close().await;
    browser.goto("/admin/comments").await;
    check_page(&browser, "queue", &axe_core, &pictures).await;

    browser.goto("/").await;
    check_page(&browser, "front", &axe_core, &pictures).await;
    for (page, name) in [
        ("/topics/the-estuary", "topic"),
        ("/authors/ada", "author"),
        ("/search?q=the", "search"),
    ] {
        browser.goto(page).await;
        check_page(&browser, name, &axe_core, &pictures).await;
    }
    browser.goto(&written.path()).await;
    check_page(&browser, "article", &axe_core, &pictures).await;
    browser
        .fill("#comment", "Which quay does it leave from?")
        .await;
    browser.fill("#email", "not an address").await;
    browser.press("Post Comment").await;
    browser.find("#form-errors").await;
    check_page(&browser, "reply-errors", &axe_core, &pictures).await;
    browser.goto("/no/such/page").await;
    check_page(&browser, "not-found", &axe_core, &pictures).await;
    browser.close().await;
}

/// Names and texts of replies nested ten levels deep, in four scripts, with long names and words that cannot be broken
/// across lines.
const REPLY_CHAIN: [(&str, &str, &str); 10] = [
    (
        "Tamsin Rook",
        "tamsin@example.org",
        "I took the second boat with my grandmother, who had kept her return ticket from 2013. *They let it count.*",
    ),
    (
        "Олесь Забужко-Дністрянський",
        "oles@example.org",
        "The hens were mine. They are well, and ask me to say that:\n\n- the view is better from the rear deck;\n- `ticket.pdf` is not accepted.",
    ),
    (
        "محمد عبد الرحمن",
        "mohammed@example.org",
        "كانت الرحلة هادئة، والقهوة على متن العبّارة أفضل مما توقعت. شكرا لكم.",
    ),
    (
        "שרה לוי",
        "sarah@example.org",
        "> The coffee was better than I expected.\n\nגם אני שתיתי שם קפה, and it was cold.",
    ),
    (
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "donau@example.org",
        "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetzentwurfsbegründung is one word, and https://ferries.example/timetables/winter/2024/everything-there-is-to-know-about-the-night-boat another.",
    ),
    (
        "J. Calder",
        "calder@example.org",
        "I read this aloud at breakfast.",
    ),
    (
        "Tamsin Rook",
        "tamsin@example.org",
        "How was it taken?\n\n```\nhens   2\neggs   a_long_line_of_code_that_does_not_break_anywhere_at_all_and_scrolls_by_itself\n```",
    ),
    ("Ї", "ji@example.org", "З апетитом."),
    (
        "J. Calder",
        "calder@example.org",
        "With marmalade, then. Nine levels below the first of us there is still room for words.",
    ),
    (
        "Wilhelmina Featherstonehaugh-Cholmondeley",
        "mina@example.org",
        "And on the tenth for a last one: goodnight.",
    ),
];

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn every_discussion_page_is_accessible_and_fits() {
    let (axe_core, pictures) = (load_axe_core(), create_pictures_folder());
    let sink = SmtpSink::start().await;
    let smtp = format!("smtp://{}", sink.address);
    let from = "The Estuary Post <post@example.org>";
    let settings = [
        ("BROADSHEET_SMTP_URL", smtp.as_str()),
        ("BROADSHEET_MAIL_FROM", from),
    ];
    let server = Server::start_with(&folder("data"), &settings);
    publish_comments_at_once(&server).await;
    add_account(&server, "ada", "admin");
    let check =
        async |browser: &Browser, name: &str| check_page(browser, name, &axe_core, &pictures).await;
    let reader = Browser::open(&base_url(&server)).await;
    let article = open_welcome_article(&reader).await;
    let action = reader.find("#commentform").await.attr("action").await;
    let action = action
        .expect("the form's attribute is read")
        .expect("the form has an action");
    let article_id = action
        .split('/')
        .nth(2)
        .expect("the form's action contains the article's id");

    // The author's page in every state, with a subscription.
    let fill_form = async |words: &str| {
        reader.goto(&article).await;
        reader.fill("#comment", words).await;
        reader.fill("#author", "Ann").await;
        reader.fill("#email", "ann@example.org").await;
    };
    fill_form("Does it run on *Sundays*, too?").await;
    reader.click("#notify_replies").await;
    reader.press("Preview").await;
    check(&reader, "preview").await;
    reader.press("Post Comment").await;
    let author_page = reader.path().await;
    let comment_id = author_page
        .split('/')
        .nth(2)
        .expect("the path contains the comment's id");
    reader
        .fill("#comment", "Does it run on **Sundays**, too?")
        .await;
    reader.press("Preview").await;
    check(&reader, "own-preview").await;
    reader.press("Save changes").await;
    reader.click("details summary").await;
    check(&reader, "author-page-changed").await;
    reader.fill("#comment", " ").await;
    reader.press("Save changes").await;
    reader.find("#comment[aria-invalid=true]").await;
    check(&reader, "own-mistake").await;
    fill_form("See https://a.example/one and https://b.example/two.").await;
    reader.press("Post Comment").await;
    assert!(reader.has(".reasons li").await);
    check(&reader, "author-page-held").await;
    reader.click("details summary").await;
    reader.press("Delete now").await;
    check(&reader, "own-deleted").await;

    // The commenter page.
    let verification = wait_for_email(&sink, "ann@example.org", 1).await;
    let commenter_page = find_link_path(&server, &verification, "/commenters/");
    reader.goto(&commenter_page).await;
    check(&reader, "commenter-page-requested").await;
    reader.press("Confirm my email address").await;
    for summary in [
        "details:nth-of-type(1) summary",
        "details:nth-of-type(2) summary",
    ] {
        reader.click(summary).await;
    }
    check(&reader, "mine").await;
    let answer = ("Bo", "bo@example.org", "On Sundays it runs twice.");
    post_reply(&server, article_id, comment_id, answer);
    let notification = wait_for_email(&sink, "ann@example.org", 2).await;
    reader
        .goto(&find_link_path(&server, &notification, "/subscriptions/"))
        .await;
    check(&reader, "unsubscribe").await;
    reader.press("Unsubscribe").await;
    check(&reader, "unsubscribed").await;

    // A long thread, and more threads than fit on one page.
    let mut to = String::new();
    let mut first = String::new();
    for sample in REPLY_CHAIN {
        (to, _) = post_reply(&server, article_id, &to, sample);
        if first.is_empty() {
            first = to.clone();
        }
    }
    let ada = Browser::open(&base_url(&server)).await;
    sign_in(&ada, "ada").await;
    ada.goto(&format!("/articles/{article_id}/reply?to={to}"))
        .await;
    check(&ada, "reply").await;
    ada.fill("#comment", "Thank you all; the timetable is mended.")
        .await;
    ada.fill("#author", "Ada").await;
    ada.press("Post Comment").await;
    for index in 0..45 {
        let words = format!("Answer number {index}, and no more than that.");
        post_reply(
            &server,
            article_id,
            &first,
            ("Many", "many@example.org", &words),
        );
    }
    reader.goto(&article).await;
    check(&reader, "discussion").await;
    reader.follow(".thread-more a").await;
    check(&reader, "thread").await;
    execute(&server, "update settings set thread_depth = 10").await;
    reader.goto(&article).await;
    check(&reader, "discussion-deep").await;
    for index in 0..50 {
        let words = format!("Reply number {index}, and no more than that.");
        post_reply(
            &server,
            article_id,
            "",
            ("Many", "many@example.org", &words),
        );
    }
    reader.goto(&article).await;
    reader.follow(".pages a[rel=next]").await;
    check(&reader, "discussion-2").await;

    // The admin pages.
    ada.goto("/admin/discussion").await;
    ada.fill("#hold_words", "boat\nmarzipan\nbreakfast").await;
    ada.fill("#refuse_words", "/[/").await;
    ada.fill("#hold_links", "many").await;
    ada.press("Test the word lists").await;
    check(&ada, "discussion-tried").await;
    ada.press("Save").await;
    ada.find("#form-errors").await;
    check(&ada, "discussion-mistakes").await;
    for (field, value) in [
        ("#email", "spam@example.com"),
        ("#domain", "watches.example"),
        ("#network", "198.51.100.0/24"),
    ] {
        ada.goto("/admin/discussion/blocks").await;
        let form = format!("form:has({field}) button");
        ada.fill(field, value).await.follow(&form).await;
        ada.find(".success").await;
    }
    check(&ada, "blocks").await;

    // Ukrainian has longer words.
    execute(&server, "update settings set language = 'uk'").await;
    ada.goto("/admin/discussion").await;
    check(&ada, "discussion-settings-uk").await;
    reader.goto(&author_page).await;
    check(&reader, "own-uk").await;
    reader.goto(&commenter_page).await;
    check(&reader, "mine-uk").await;
    reader.goto(&article).await;
    check(&reader, "discussion-uk").await;
    reader.close().await;
    ada.close().await;
}

/// Inserts held comments: twelve similar ones with highlighted words, and a reply with long words.
const HELD_COMMENTS_SQL: [&str; 3] = [
    "insert into commenters (email_hash, email_sealed, created_at) values ('\\x0a', '\\x01', now() - interval '40 days')",
    "with fresh as (select nextval('comments_id_seq') as id, number from generate_series(1, 12) as number)
     insert into comments (id, article_id, root_id, commenter_id, name, website, body, body_html, dedup_hash, status, status_since, reasons, created_at, network_hash, score, signals)
     select fresh.id, (select min(id) from articles), fresh.id, (select max(id) from commenters), 'Best Deals ' || number, 'https://watches.example/', 'Watches',
         '<p>Cheap watches and <em>free money</em> for everyone, number ' || number || '.</p>', int8send(fresh.id), 'held', now(),
         '{first-timer,hold-word:free money,links:3}', now() - make_interval(mins => number::integer), '\\x01', 0.97, '{+3.20 watches,+2.10 cheap,-0.50 everyone}'
     from fresh",
    "insert into comments (article_id, parent_id, root_id, commenter_id, name, body, body_html, dedup_hash, status, status_since, reasons, created_at, network_hash)
     select article_id, id, root_id, (select max(id) from commenters),
         'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft', 'Long',
         '<p>Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetzentwurfsbegründung</p>', '\\x0c', 'held', now(), '{everything-is-held}', now(), '\\x01'
     from comments where status = 'approved' order by id limit 1",
];

/// Waits until the server has indexed the new comments, so that similar ones share a card in the moderation queue.
async fn wait_until_indexed(server: &Server) {
    let deadline = Instant::now() + PAGE_TIMEOUT;
    while count(server, "select count(*) from index_queue").await > 0 {
        assert!(Instant::now() < deadline, "the comments were not indexed");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let groups = "select count(*) from similar_groups where held = 12";
    assert_eq!(count(server, groups).await, 1);
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn every_admin_page_is_accessible_and_fits() {
    let (axe_core, pictures) = (load_axe_core(), create_pictures_folder());
    let sink = SmtpSink::start().await;
    let smtp = format!("smtp://{}", sink.address);
    let settings = [
        ("BROADSHEET_SMTP_URL", smtp.as_str()),
        (
            "BROADSHEET_MAIL_FROM",
            "The Estuary Post <post@example.org>",
        ),
    ];
    let server = Server::start_with(&folder("data"), &settings);
    add_account(&server, "ada", "admin");
    let check =
        async |browser: &Browser, name: &str| check_page(browser, name, &axe_core, &pictures).await;
    for statement in HELD_COMMENTS_SQL {
        execute(&server, statement).await;
    }
    wait_until_indexed(&server).await;
    execute(&server, "update settings set shows_transparency = true").await;
    let ada = Browser::open(&base_url(&server)).await;
    sign_in(&ada, "ada").await;

    ada.goto("/admin/comments").await;
    check(&ada, "admin-queue").await;
    ada.press_keys("xj").await;
    ada.click(".filters summary").await;
    ada.click(".matching summary").await;
    check(&ada, "admin-queue-open").await;
    ada.press_keys("a").await;
    ada.find(".success").await;
    ada.press_keys("?").await;
    ada.find("dialog[open]").await;
    check(&ada, "admin-keys").await;
    ada.goto("/admin/comments?order=score").await;
    check(&ada, "admin-by-score").await;
    ada.goto("/admin/comments?reason=links&search=nothing&network=1")
        .await;
    check(&ada, "admin-nothing").await;
    ada.goto("/admin/comments").await;
    ada.find(".card.current").await;
    // Another moderator decides, and the open card shows that.
    let mo = Browser::without_javascript(&base_url(&server)).await;
    add_account(&server, "mo", "moderator");
    sign_in(&mo, "mo").await;
    mo.goto("/admin/comments").await;
    // axe-core needs JavaScript, so only pictures are taken here.
    let plain = |name: &str| pictures.join(format!("{name}-1280-light.webp"));
    mo.save_screenshot(&plain("admin-queue-plain"), 1280, PICTURE_HEIGHT)
        .await;
    mo.follow(".card button[data-to=trashed]").await;
    mo.save_screenshot(&plain("admin-queue-plain-done"), 1280, PICTURE_HEIGHT)
        .await;
    ada.find(".card-decided").await;
    check(&ada, "admin-elsewhere").await;
    mo.close().await;

    ada.goto("/admin/comments").await;
    let card = ada.find(".card:not(.decided) [data-key=e]").await;
    let edit = card
        .attr("href")
        .await
        .expect("the link's address is read")
        .expect("the link has an address");
    let comment = edit.trim_end_matches("/edit").to_owned();
    ada.goto(&format!("{comment}/commenter")).await;
    ada.fill("#note", "Writes about watches, and only about watches.")
        .await;
    ada.follow("form:has(#note) button").await;
    ada.fill("#reason", "Has been asked to stop").await;
    ada.follow("button[value=hold]").await;
    check(&ada, "admin-commenter").await;
    ada.goto(&edit).await;
    ada.fill("#comment", "Watches, **without** the money.")
        .await;
    ada.press("Preview").await;
    check(&ada, "admin-edit-preview").await;
    ada.follow("button[value=save]").await;
    ada.goto(&edit).await;
    check(&ada, "admin-edit").await;
    ada.goto(&format!("{comment}/reply")).await;
    ada.fill("#comment", "Thank you, but *no*.").await;
    ada.press("Preview").await;
    check(&ada, "admin-reply").await;
    ada.follow("main .form-actions button:not(.secondary)")
        .await;

    ada.goto("/admin/log").await;
    check(&ada, "log").await;
    ada.follow(".log-description a").await;
    check(&ada, "log-entry").await;
    ada.goto("/admin/spam-score").await;
    check(&ada, "learning").await;
    ada.goto("/admin/spam-score").await;
    ada.goto("/transparency").await;
    check(&ada, "transparency").await;

    // A digest, and the page that it links to.
    ada.goto("/admin/account").await;
    ada.fill("#email", "ada@example.org").await;
    ada.fill("#mail_present", crate::PASSPHRASE).await;
    ada.follow("button[value=keep]").await;
    check(&ada, "account-mail").await;
    let confirm = wait_for_email(&sink, "ada@example.org", 1).await;
    ada.goto(&find_link_path(&server, &confirm, "/moderators/"))
        .await;
    check(&ada, "staff-confirm").await;
    ada.follow("main form button").await;
    execute(&server, "update accounts set digest = 'each', digest_at = now() - interval '1 hour' where username = 'ada'").await;
    execute(
        &server,
        "update comments set created_at = now() where name = 'Best Deals 1'",
    )
    .await;
    let digest = wait_for_email(&sink, "ada@example.org", 2).await;
    let digest = find_link_path(&server, &digest, "/digests/");
    ada.goto(&digest).await;
    check(&ada, "digest").await;
    ada.follow(".card button").await;
    check(&ada, "digest-done").await;

    execute(&server, "update settings set language = 'uk'").await;
    for (page, name) in [
        ("/admin/comments", "admin-queue-uk"),
        ("/admin/log", "log-uk"),
        (&format!("{comment}/commenter"), "admin-commenter-uk"),
        ("/transparency", "transparency-uk"),
        (&digest, "digest-uk"),
    ] {
        ada.goto(page).await;
        check(&ada, name).await;
    }
    ada.close().await;
}

pub fn load_axe_core() -> String {
    let file = std::env::var("AXE_CORE").expect("AXE_CORE names the file of axe-core");
    fs::read_to_string(file).expect("the file of axe-core is read")
}

pub fn create_pictures_folder() -> PathBuf {
    let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pictures");
    fs::create_dir_all(&pictures).expect("the folder for pictures is created");
    pictures
}

/// Checks the page that is open in the browser at every width and in both colour schemes.
pub async fn check_page(browser: &Browser, name: &str, axe_core: &str, pictures: &Path) {
    for width in WIDTHS {
        for scheme in ["light", "dark"] {
            browser.set_viewport(width, scheme).await;
            let too_wide = browser
                .run(
                    "const page = document.documentElement;
                     if (page.scrollWidth <= page.clientWidth) return '';
                     return [...document.querySelectorAll('body *')]
                         .filter((one) => one.getBoundingClientRect().right > page.clientWidth)
                         .map((one) => one.outerHTML.slice(0, 100)).join('\\n')",
                )
                .await;
            assert_eq!(too_wide, "", "{name} is too wide for {width} pixels");
            // The smallest width differs from the phone's only in layout, so axe-core need not run again.
            if width == 320 {
                continue;
            }
            let (violations, passed) = browser.run_axe(axe_core).await;
            assert!(
                violations.is_empty(),
                "{name}, {width} {scheme}:\n{}",
                violations.join("\n")
            );
            assert!(
                passed > 10,
                "only {passed} rules of axe-core passed on {name}"
            );
            let file = pictures.join(format!("{name}-{width}-{scheme}.webp"));
            browser.save_screenshot(&file, width, PICTURE_HEIGHT).await;
        }
    }
    browser.set_viewport(1280, "light").await;
}
