//! The editor in Chromium: its questions, its differences, and the page that gives a form back, each accessible and within
//! the screen.

use crate::accessibility::{PICTURE_HEIGHT, check_page, create_pictures_folder, load_axe_core};
use crate::chromium::Browser;
use crate::discussion::execute;
use crate::support::server::Server;
use crate::{add_account, base_url, sign_in};

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn a_form_given_back_shows_no_fields() {
    let (axe_core, pictures) = (load_axe_core(), create_pictures_folder());
    let server = Server::new();
    add_account(&server, "edda", "editor");
    let edda = Browser::open(&base_url(&server)).await;
    sign_in(&edda, "edda").await;
    edda.goto("/admin/articles/new").await;
    edda.fill("#title", "Typed at length").await;
    edda.fill("#body", "Words.").await;
    execute(&server, "delete from sessions").await;
    edda.press("Publish").await;
    assert_eq!(edda.text("h1").await, "Your session has ended");
    let shown = edda
        .run(
            "return [...document.querySelectorAll('main textarea, main input')]
                 .filter((field) => field.checkVisibility()).length",
        )
        .await;
    assert_eq!(shown, 0);
    let kept = edda
        .run("return document.querySelector('[name=title]').value")
        .await;
    assert_eq!(kept, "Typed at length");
    check_page(&edda, "resubmit", &axe_core, &pictures).await;
    edda.close().await;
}

#[tokio::test]
#[ignore = "needs chromium; bin/test installs and runs it"]
async fn the_pages_of_the_editor_are_accessible_and_fit() {
    let (axe_core, pictures) = (load_axe_core(), create_pictures_folder());
    let check =
        async |browser: &Browser, name: &str| check_page(browser, name, &axe_core, &pictures).await;
    // axe-core needs JavaScript.
    let take_picture = async |browser: &Browser, name: &str| {
        let file = pictures.join(format!("{name}-1280-light.webp"));
        browser.save_screenshot(&file, 1280, PICTURE_HEIGHT).await;
    };
    let server = Server::new();
    for name in ["edda", "emil"] {
        add_account(&server, name, "admin");
    }
    let edda = Browser::open(&base_url(&server)).await;
    let emil = Browser::without_javascript(&base_url(&server)).await;
    sign_in(&edda, "edda").await;
    sign_in(&emil, "emil").await;
    edda.goto("/admin/articles/new").await;
    edda.fill("#title", "The ferry sails again").await;
    edda.fill(
        "#body",
        "First paragraph.\n\nSecond paragraph.\n\nThird paragraph.",
    )
    .await;
    edda.fill("#topics", "Ferries, The estuary").await;
    edda.press("Publish").await;
    edda.find(".success").await;
    let address = edda.path().await;
    let address = address.split('?').next().expect("a path").to_owned();
    check(&edda, "editor-saved").await;

    // Both change it at once.
    emil.goto(&address).await;
    edda.goto(&address).await;
    edda.fill("#standfirst", "After three winters the night boat is back.")
        .await;
    edda.fill("#title", "The night ferry sails again").await;
    edda.fill(
        "#body",
        "First paragraph, as Edda has it.\n\nSecond paragraph.\n\nThird paragraph.",
    )
    .await;
    edda.press("Update").await;
    edda.find(".success").await;
    emil.fill("#title", "The ferry is back").await;
    emil.fill(
        "#body",
        "First paragraph.\n\nSecond paragraph.\n\nThird paragraph, as Emil has it.",
    )
    .await;
    emil.press("Update").await;
    emil.find(".diff ins").await;
    take_picture(&emil, "editor-conflict").await;
    assert_eq!(
        emil.value("#standfirst").await,
        "After three winters the night boat is back."
    );
    emil.press("Update").await;
    emil.find(".success").await;

    // A question, which the Enter key does not answer.
    emil.fill("#body", "").await;
    emil.press("Update").await;
    emil.find("#form-errors button").await;
    take_picture(&emil, "editor-question").await;
    emil.find("#title")
        .await
        .send_keys("\u{e007}")
        .await
        .expect("the key is pressed");
    assert!(emil.has("#form-errors button").await);
    emil.press("Publish without text").await;
    emil.find(".success").await;
    take_picture(&emil, "editor-without-javascript").await;

    // A time that the clock repeats.
    execute(&server, "update settings set time_zone = 'Europe/Kyiv'").await;
    edda.goto("/admin/articles/new").await;
    edda.fill("#title", "At half past three").await;
    edda.fill("#body", "Words.").await;
    edda.run("document.querySelector('#published_at').value = '2025-10-26T03:30'")
        .await;
    edda.press("Publish").await;
    edda.find(".occurrence").await;
    check(&edda, "editor-repeated-time").await;
    edda.click("[name=occurrence][value=second]").await;
    edda.press("Publish").await;
    edda.find(".success").await;

    edda.goto("/admin/settings").await;
    edda.fill("#time_zone", "Kyvi").await;
    edda.press("Save settings").await;
    edda.find("#time_zone[aria-invalid=true]").await;
    check(&edda, "settings-zone").await;
    edda.goto("/admin/articles").await;
    check(&edda, "articles-list").await;
    edda.goto("/admin/log?from=0026-07-22").await;
    check(&edda, "log-date").await;
    edda.close().await;
    emil.close().await;
}
