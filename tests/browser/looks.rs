//! How the pages look and read: no accessibility rule broken, nothing sticking out sideways, light and dark, desk and
//! phone. The pictures it takes lie in `target/pictures`; `bin/pictures` keeps them in `docs/`.

use std::fs;
use std::path::Path;

use crate::chromium::Browser;
use crate::support::article::WrittenArticle;
use crate::support::server::Server;
use crate::{add_staff, address, publish, sign_in};

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
    let axe_core =
        std::env::var("AXE_CORE").expect("AXE_CORE names axe-core's script, as bin/test does");
    let axe_core = fs::read_to_string(axe_core).expect("axe-core reads");
    let pictures = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pictures");
    fs::create_dir_all(&pictures).expect("a folder for pictures");

    let server = Server::new();
    add_staff(&server, "ada", "admin");
    let browser = Browser::open(&address(&server)).await;
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
    browser.find(".done").await;
    publish(&browser, &written).await;
    browser.fill("#topics", "Ferries\nThe estuary").await;
    browser.press("Save").await;
    browser.find(".done").await;
    look(&browser, "editor", &axe_core, &pictures).await;
    browser.goto("/admin/articles").await;
    look(&browser, "articles", &axe_core, &pictures).await;
    browser.goto("/admin/account").await;
    look(&browser, "account", &axe_core, &pictures).await;

    for one in &REPLIES[..2] {
        reply(&browser, &written.path(), *one).await;
        browser.goto("/admin/comments").await;
        browser.follow(".card button.first").await;
        browser.find(".done").await;
    }
    for one in &REPLIES[2..] {
        reply(&browser, &written.path(), *one).await;
    }
    look(&browser, "held", &axe_core, &pictures).await;
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
    browser.find("#mistakes").await;
    look(&browser, "reply-errors", &axe_core, &pictures).await;
    browser.goto("/no/such/page").await;
    look(&browser, "not-found", &axe_core, &pictures).await;
    browser.close().await;
}

/// Looks at the page that is open in every width and scheme.
async fn look(browser: &Browser, name: &str, axe_core: &str, pictures: &Path) {
    for width in WIDTHS {
        for scheme in ["light", "dark"] {
            browser.view(width, scheme).await;
            let sideways = browser
                .run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
                .await;
            assert_eq!(sideways, 0, "{name} is too wide for {width} pixels");
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
