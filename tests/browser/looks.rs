//! How the pages look and read: no accessibility rule broken, nothing sticking out sideways, light and dark, desk and
//! phone. The pictures it takes lie in `target/pictures`; `bin/pictures` keeps them in `docs/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::chromium::{Browser, PATIENCE};
use crate::discussion::{letter, open_wide, path_in, reply_elsewhere, set};
use crate::moderating::count;
use crate::support::article::WrittenArticle;
use crate::support::cluster::folder;
use crate::support::server::Server;
use crate::support::smtp::Sink;
use crate::{add_staff, address, open_welcome, publish, sign_in};

/// Widths at which a page is looked at: a desk, a phone, and the narrowest that WCAG 2.2 asks for (1.4.10 Reflow).
const WIDTHS: [u32; 3] = [1280, 375, 320];
/// How much of a page a picture shows.
const PICTURE_HEIGHT: u32 = 1800;

const REPLIES: [(&str, &str, &str); 4] = [
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

async fn reply(reader: &Browser, path: &str, (name, email, words): (&str, &str, &str)) {
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
    let (axe_core, pictures) = (axe_core(), pictures());
    let server = Server::new();
    set(&server, "update settings set flood_seconds = 0").await;
    add_staff(&server, "ada", "admin");
    let browser = Browser::open(&address(&server)).await;
    let reader = Browser::open(&address(&server)).await;
    let written = WrittenArticle::read();
    browser.goto("/admin/sign-in").await;
    look(&browser, "sign-in", &axe_core, &pictures).await;
    sign_in(&browser, "ada").await;
    browser.goto("/admin/settings").await;
    browser.fill("#title", "The Estuary Post").await;
    browser.fill("#tagline", "Two towns, one river").await;
    browser.fill("#appeal", &written.appeal).await;
    look(&browser, "settings", &axe_core, &pictures).await;
    browser.follow("main form button").await;
    browser.find(".success").await;
    publish(&browser, &written).await;
    browser.fill("#topics", "Ferries\nThe estuary").await;
    browser.press("Update").await;
    browser.find(".success").await;
    look(&browser, "editor", &axe_core, &pictures).await;
    browser.goto("/admin/articles").await;
    look(&browser, "articles", &axe_core, &pictures).await;
    browser.goto("/admin/account").await;
    look(&browser, "account", &axe_core, &pictures).await;

    for one in &REPLIES[..2] {
        reply(&reader, &written.path(), *one).await;
        browser.goto("/admin/comments").await;
        browser.click(".card button.primary").await;
        browser.find(".success").await;
    }
    for one in &REPLIES[2..] {
        reply(&reader, &written.path(), *one).await;
    }
    look(&reader, "held", &axe_core, &pictures).await;
    reader.close().await;
    browser.goto("/admin/comments").await;
    look(&browser, "queue", &axe_core, &pictures).await;

    browser.goto("/").await;
    look(&browser, "front", &axe_core, &pictures).await;
    for (page, name) in [
        ("/topics/the-estuary", "topic"),
        ("/authors/ada", "author"),
        ("/search?q=the", "search"),
    ] {
        browser.goto(page).await;
        look(&browser, name, &axe_core, &pictures).await;
    }
    browser.goto(&written.path()).await;
    look(&browser, "article", &axe_core, &pictures).await;
    browser
        .fill("#comment", "Which quay does it leave from?")
        .await;
    browser.fill("#email", "not an address").await;
    browser.press("Post Comment").await;
    browser.find("#form-errors").await;
    look(&browser, "reply-errors", &axe_core, &pictures).await;
    browser.goto("/no/such/page").await;
    look(&browser, "not-found", &axe_core, &pictures).await;
    browser.close().await;
}

/// A conversation that goes ten levels down, in four scripts, with names and words that do not break.
const CHAIN: [(&str, &str, &str); 10] = [
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
async fn every_page_of_a_discussion_is_accessible_and_fits() {
    let (axe_core, pictures) = (axe_core(), pictures());
    let sink = Sink::start().await;
    let smtp = format!("smtp://{}", sink.address);
    let from = "The Estuary Post <post@example.org>";
    let settings = [
        ("BROADSHEET_SMTP_URL", smtp.as_str()),
        ("BROADSHEET_MAIL_FROM", from),
    ];
    let server = Server::start_with(&folder("data"), &settings);
    open_wide(&server).await;
    add_staff(&server, "ada", "admin");
    let look =
        async |browser: &Browser, name: &str| look(browser, name, &axe_core, &pictures).await;
    let reader = Browser::open(&address(&server)).await;
    let article = open_welcome(&reader).await;
    let action = reader.find("#commentform").await.attr("action").await;
    let action = action.expect("a form").expect("an action");
    let number = action.split('/').nth(2).expect("the article's number");

    // The author's own page, in every state; asking to be told.
    let write = async |words: &str| {
        reader.goto(&article).await;
        reader.fill("#comment", words).await;
        reader.fill("#author", "Ann").await;
        reader.fill("#email", "ann@example.org").await;
    };
    write("Does it run on *Sundays*, too?").await;
    reader.click("#tell_answers").await;
    reader.press("Preview").await;
    look(&reader, "preview").await;
    reader.press("Post Comment").await;
    let own = reader.path().await;
    let asked = own.split('/').nth(2).expect("its number");
    reader
        .fill("#comment", "Does it run on **Sundays**, too?")
        .await;
    reader.press("Preview").await;
    look(&reader, "own-preview").await;
    reader.press("Save changes").await;
    reader.click("details summary").await;
    look(&reader, "author-page-changed").await;
    reader.fill("#comment", " ").await;
    reader.press("Save changes").await;
    reader.find("#comment[aria-invalid=true]").await;
    look(&reader, "own-mistake").await;
    write("See https://a.example/one and https://b.example/two.").await;
    reader.press("Post Comment").await;
    assert!(reader.has(".reasons li").await);
    look(&reader, "author-page-held").await;
    reader.click("details summary").await;
    reader.press("Delete now").await;
    look(&reader, "own-deleted").await;

    // One page of all of it.
    let proof = letter(&sink, "ann@example.org", 1).await;
    let mine = path_in(&server, &proof, "/commenters/");
    reader.goto(&mine).await;
    look(&reader, "commenter-page-requested").await;
    reader.press("Confirm my email address").await;
    for summary in [
        "details:nth-of-type(1) summary",
        "details:nth-of-type(2) summary",
    ] {
        reader.click(summary).await;
    }
    look(&reader, "mine").await;
    let answer = ("Bo", "bo@example.org", "On Sundays it runs twice.");
    reply_elsewhere(&server, number, asked, answer);
    let news = letter(&sink, "ann@example.org", 2).await;
    reader
        .goto(&path_in(&server, &news, "/subscriptions/"))
        .await;
    look(&reader, "unsubscribe").await;
    reader.press("Unsubscribe").await;
    look(&reader, "unsubscribed").await;

    // A long thread, and more threads than one page holds.
    let mut to = String::new();
    let mut first = String::new();
    for one in CHAIN {
        (to, _) = reply_elsewhere(&server, number, &to, one);
        if first.is_empty() {
            first = to.clone();
        }
    }
    let ada = Browser::open(&address(&server)).await;
    sign_in(&ada, "ada").await;
    ada.goto(&format!("/articles/{number}/reply?to={to}")).await;
    look(&ada, "reply").await;
    ada.fill("#comment", "Thank you all; the timetable is mended.")
        .await;
    ada.fill("#author", "Ada").await;
    ada.press("Post Comment").await;
    for number_of_many in 0..45 {
        let words = format!("Answer number {number_of_many}, and no more than that.");
        reply_elsewhere(
            &server,
            number,
            &first,
            ("Many", "many@example.org", &words),
        );
    }
    reader.goto(&article).await;
    look(&reader, "discussion").await;
    reader.follow(".thread-more a").await;
    look(&reader, "thread").await;
    set(&server, "update settings set thread_depth = 10").await;
    reader.goto(&article).await;
    look(&reader, "discussion-deep").await;
    for number_of_many in 0..50 {
        let words = format!("Reply number {number_of_many}, and no more than that.");
        reply_elsewhere(&server, number, "", ("Many", "many@example.org", &words));
    }
    reader.goto(&article).await;
    reader.follow(".pages a[rel=next]").await;
    look(&reader, "discussion-2").await;

    // The desk.
    ada.goto("/admin/discussion").await;
    ada.fill("#hold_words", "boat\nmarzipan\nbreakfast").await;
    ada.fill("#refuse_words", "/[/").await;
    ada.fill("#hold_links", "many").await;
    ada.press("Test the word lists").await;
    look(&ada, "discussion-tried").await;
    ada.press("Save").await;
    ada.find("#form-errors").await;
    look(&ada, "discussion-mistakes").await;
    for (field, what) in [
        ("#email", "spam@example.com"),
        ("#domain", "watches.example"),
        ("#network", "198.51.100.0/24"),
    ] {
        ada.goto("/admin/discussion/blocks").await;
        let form = format!("form:has({field}) button");
        ada.fill(field, what).await.follow(&form).await;
        ada.find(".success").await;
    }
    look(&ada, "blocks").await;

    // The longer words of another language.
    set(&server, "update settings set language = 'uk'").await;
    ada.goto("/admin/discussion").await;
    look(&ada, "discussion-settings-uk").await;
    reader.goto(&own).await;
    look(&reader, "own-uk").await;
    reader.goto(&mine).await;
    look(&reader, "mine-uk").await;
    reader.goto(&article).await;
    look(&reader, "discussion-uk").await;
    reader.close().await;
    ada.close().await;
}

/// Comments for a desk to decide about: some that say the same, one with marked words, one that answers, one of long words.
const WAITING: [&str; 3] = [
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

/// Waits until the server has read what came in: what says the same is one card from then on.
async fn until_read(server: &Server) {
    let deadline = Instant::now() + PATIENCE;
    while count(server, "select count(*) from index_queue").await > 0 {
        assert!(Instant::now() < deadline, "what came in is not read");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let gathered = "select count(*) from similar_groups where held = 12";
    assert_eq!(count(server, gathered).await, 1);
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn every_page_of_the_desk_is_accessible_and_fits() {
    let (axe_core, pictures) = (axe_core(), pictures());
    let sink = Sink::start().await;
    let smtp = format!("smtp://{}", sink.address);
    let settings = [
        ("BROADSHEET_SMTP_URL", smtp.as_str()),
        (
            "BROADSHEET_MAIL_FROM",
            "The Estuary Post <post@example.org>",
        ),
    ];
    let server = Server::start_with(&folder("data"), &settings);
    add_staff(&server, "ada", "admin");
    let look =
        async |browser: &Browser, name: &str| look(browser, name, &axe_core, &pictures).await;
    for statement in WAITING {
        set(&server, statement).await;
    }
    until_read(&server).await;
    set(&server, "update settings set shows_transparency = true").await;
    let ada = Browser::open(&address(&server)).await;
    sign_in(&ada, "ada").await;

    ada.goto("/admin/comments").await;
    look(&ada, "desk-queue").await;
    ada.keys("xj").await;
    ada.click(".filters summary").await;
    ada.click(".matching summary").await;
    look(&ada, "desk-queue-open").await;
    ada.keys("a").await;
    ada.find(".success").await;
    ada.keys("?").await;
    ada.find("dialog[open]").await;
    look(&ada, "desk-keys").await;
    ada.goto("/admin/comments?order=likeliest").await;
    look(&ada, "desk-likeliest").await;
    ada.goto("/admin/comments?reason=links&words=nothing&network=1")
        .await;
    look(&ada, "desk-nothing").await;
    ada.goto("/admin/comments").await;
    ada.find(".card.current").await;
    // Someone else decides, and the card says so where it is.
    let mo = Browser::without_javascript(&address(&server)).await;
    add_staff(&server, "mo", "moderator");
    sign_in(&mo, "mo").await;
    mo.goto("/admin/comments").await;
    // axe-core is a script; the picture is there without.
    let plain = |name: &str| pictures.join(format!("{name}-1280-light.webp"));
    mo.picture(&plain("desk-queue-plain"), 1280, PICTURE_HEIGHT)
        .await;
    mo.follow(".card button[data-to=trashed]").await;
    mo.picture(&plain("desk-queue-plain-done"), 1280, PICTURE_HEIGHT)
        .await;
    ada.find(".card-decided").await;
    look(&ada, "desk-elsewhere").await;
    mo.close().await;

    ada.goto("/admin/comments").await;
    let card = ada.find(".card:not(.decided) [data-key=e]").await;
    let edit = card
        .attr("href")
        .await
        .expect("a link")
        .expect("an address");
    let comment = edit.trim_end_matches("/edit").to_owned();
    ada.goto(&format!("{comment}/person")).await;
    ada.fill("#note", "Writes about watches, and only about watches.")
        .await;
    ada.follow("form:has(#note) button").await;
    ada.fill("#why", "Has been asked to stop").await;
    ada.follow("button[value=hold]").await;
    look(&ada, "desk-person").await;
    ada.goto(&edit).await;
    ada.fill("#comment", "Watches, **without** the money.")
        .await;
    ada.press("Preview").await;
    look(&ada, "desk-edit-preview").await;
    ada.follow("button[value=save]").await;
    ada.goto(&edit).await;
    look(&ada, "desk-edit").await;
    ada.goto(&format!("{comment}/reply")).await;
    ada.fill("#comment", "Thank you, but *no*.").await;
    ada.press("Preview").await;
    look(&ada, "desk-reply").await;
    ada.follow("main .form-actions button:not(.secondary)")
        .await;

    ada.goto("/admin/log").await;
    look(&ada, "log").await;
    ada.follow(".log-description a").await;
    look(&ada, "log-entry").await;
    ada.goto("/admin/spam-score").await;
    look(&ada, "learning").await;
    ada.goto("/admin/spam-score").await;
    ada.goto("/transparency").await;
    look(&ada, "transparency").await;

    // Mail about what waits, and the page it leads to.
    ada.goto("/admin/account").await;
    ada.fill("#email", "ada@example.org").await;
    ada.fill("#mail_present", crate::PASSPHRASE).await;
    ada.follow("button[value=keep]").await;
    look(&ada, "account-mail").await;
    let confirm = letter(&sink, "ada@example.org", 1).await;
    ada.goto(&path_in(&server, &confirm, "/moderators/")).await;
    look(&ada, "staff-confirm").await;
    ada.follow("main form button").await;
    set(&server, "update accounts set digest = 'each', digest_at = now() - interval '1 hour' where username = 'ada'").await;
    set(
        &server,
        "update comments set created_at = now() where name = 'Best Deals 1'",
    )
    .await;
    let digest = letter(&sink, "ada@example.org", 2).await;
    let digest = path_in(&server, &digest, "/digests/");
    ada.goto(&digest).await;
    look(&ada, "digest").await;
    ada.follow(".card button").await;
    look(&ada, "digest-done").await;

    set(&server, "update settings set language = 'uk'").await;
    for (page, name) in [
        ("/admin/comments", "desk-queue-uk"),
        ("/admin/log", "log-uk"),
        (&format!("{comment}/person"), "desk-person-uk"),
        ("/transparency", "transparency-uk"),
        (&digest, "digest-uk"),
    ] {
        ada.goto(page).await;
        look(&ada, name).await;
    }
    ada.close().await;
}

fn axe_core() -> String {
    let file =
        std::env::var("AXE_CORE").expect("AXE_CORE names axe-core's script, as bin/test does");
    fs::read_to_string(file).expect("axe-core reads")
}

fn pictures() -> PathBuf {
    let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pictures");
    fs::create_dir_all(&pictures).expect("a folder for pictures");
    pictures
}

/// Looks at the page that is open in every width and scheme.
async fn look(browser: &Browser, name: &str, axe_core: &str, pictures: &Path) {
    for width in WIDTHS {
        for scheme in ["light", "dark"] {
            browser.view(width, scheme).await;
            let sideways = browser
                .run(
                    "const page = document.documentElement;
                     if (page.scrollWidth <= page.clientWidth) return '';
                     return [...document.querySelectorAll('body *')]
                         .filter((one) => one.getBoundingClientRect().right > page.clientWidth)
                         .map((one) => one.outerHTML.slice(0, 100)).join('\\n')",
                )
                .await;
            assert_eq!(sideways, "", "{name} is too wide for {width} pixels");
            // Narrower than a phone only the measure changes, not what is there.
            if width == 320 {
                continue;
            }
            let (wrong, tried) = browser.axe(axe_core).await;
            assert!(
                wrong.is_empty(),
                "{name}, {width} {scheme}:\n{}",
                wrong.join("\n")
            );
            assert!(tried > 10, "axe tried only {tried} rules on {name}");
            let file = pictures.join(format!("{name}-{width}-{scheme}.webp"));
            browser.picture(&file, width, PICTURE_HEIGHT).await;
        }
    }
    browser.view(1280, "light").await;
}
