//! Tests of setup: the one-time link that creates the first admin.

use broadsheet::accounts::{Role, setup};

use crate::support::TestSite;
use crate::support::makers::PASSPHRASE;

/// Creates a setup link. Returns `None` if some account can sign in already.
pub async fn setup_link(site: &TestSite) -> Option<String> {
    let mut db = site.app.pool.acquire().await.expect("a connection");
    setup::create_setup_link(&mut db, site.now())
        .await
        .expect("the database answers")
}

#[tokio::test]
async fn the_setup_link_creates_one_admin() {
    let site = TestSite::new().await;
    let old = setup_link(&site).await.expect("no account can sign in yet");
    let link = setup_link(&site).await.expect("no account can sign in yet");
    let stranger = site.visitor();
    stranger.open("/admin/setup").await.has_status(404);
    stranger
        .open("/admin/setup?token=guess")
        .await
        .has_status(404);
    stranger.open(&old).await.has_status(404);
    stranger
        .post_fields(
            "/admin/setup",
            &[
                ("token", "guess"),
                ("name", "Eve"),
                ("username", "eve"),
                ("passphrase", PASSPHRASE),
            ],
        )
        .await
        .has_status(404);

    let ada = site.visitor();
    let form = ada.open(&link).await.form("/admin/setup");
    let short = form
        .fill("name", "Ada")
        .fill("username", "ada l")
        .fill("passphrase", "short")
        .submit()
        .await;
    short
        .has_status(422)
        .sees("A username is one word")
        .sees("A passphrase has 15 to 300 characters");
    let form = short.form("/admin/setup");
    assert_eq!((form.value("name"), form.value("passphrase")), ("Ada", ""));
    let form = form.fill("username", "ada").fill("passphrase", PASSPHRASE);
    form.submit()
        .await
        .follow()
        .await
        .has_status(200)
        .sees("No comments are awaiting moderation.");

    site.visitor().open(&link).await.has_status(404);
    assert!(setup_link(&site).await.is_none());
    assert_eq!(
        site.count("select count(*) from accounts where role = 'admin'")
            .await,
        1
    );
}

#[tokio::test]
async fn the_setup_link_stops_working_once_an_account_can_sign_in() {
    let site = TestSite::new().await;
    let link = setup_link(&site).await.expect("no account can sign in yet");
    site.visitor().open(&link).await.has_status(200);
    site.staff("ada", Role::Admin).await;
    site.visitor().open(&link).await.has_status(404);
}

#[tokio::test]
async fn the_setup_link_works_for_a_day() {
    let site = TestSite::new().await;
    let link = setup_link(&site).await.expect("no account can sign in yet");
    let form = site.visitor().open(&link).await.form("/admin/setup");
    site.app.clock.advance(24 * 3_600 - 1);
    site.visitor().open(&link).await.has_status(200);
    site.app.clock.advance(1);
    let expired = site.visitor().open(&link).await;
    expired
        .has_status(410)
        .sees("Restart Broadsheet: its log then shows a new link.");
    form.fill("name", "Ada")
        .fill("username", "ada")
        .fill("passphrase", PASSPHRASE)
        .submit()
        .await
        .has_status(410);
    assert_eq!(site.count("select count(*) from accounts").await, 0);
    // An older link than that is as unknown as any other.
    let new = setup_link(&site).await.expect("no account can sign in yet");
    site.visitor().open(&link).await.has_status(404);
    site.visitor().open(&new).await.has_status(200);
}
