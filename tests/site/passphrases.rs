//! Tests of choosing a passphrase: weak ones are refused with a reason, in setup and on the account page.

use broadsheet::accounts::Role;
use broadsheet::text::Language;

use crate::setup::setup_link;
use crate::support::makers::{NEW_PASSPHRASE, PASSPHRASE};
use crate::support::visitor::Page;
use crate::support::{Setup, TestSite};

async fn set_up(site: &TestSite, passphrase: &str) -> Page {
    let link = setup_link(site).await.expect("no account can sign in yet");
    let form = site.visitor().open(&link).await.form("/admin/setup");
    form.fill("name", "Ada Lovelace")
        .fill("username", "ada-1815")
        .fill("passphrase", passphrase)
        .submit()
        .await
}

#[tokio::test]
async fn setup_refuses_weak_passphrases_and_says_why() {
    let site = TestSite::new().await;
    for (passphrase, why) in [
        ("short", "A passphrase has 15 to 300 characters"),
        ("passwordpassword", "repeats the same words"),
        ("aaaaaaaaaaaaaaa", "repeats the same words"),
        ("123456789012345", "follows the keyboard"),
        ("iloveyouiloveyou", "repeats the same words"),
        ("qwertyuiopasdfgh", "words that are guessed first"),
        ("admin@broadsheet", "mostly your name"),
        ("broadsheetbroadsheet", "mostly your name"),
        ("The Test Courier, The Test Courier", "mostly your name"),
        ("lovelace-ada-lovelace", "mostly your name"),
        ("ada-1815 ada-1815", "mostly your name"),
    ] {
        let page = set_up(&site, passphrase).await;
        page.has_status(422).sees(why);
        assert_eq!(page.form("/admin/setup").value("name"), "Ada Lovelace");
    }
    assert_eq!(site.count("select count(*) from accounts").await, 0);
    set_up(&site, PASSPHRASE).await.has_status(303);
}

#[tokio::test]
async fn a_weak_passphrase_is_explained_in_ukrainian() {
    let site = Setup::default()
        .publication(|publication| publication.language = Language::Ukrainian)
        .build()
        .await;
    set_up(&site, "парольпарольпароль")
        .await
        .has_status(422)
        .sees("повторюються ті самі слова");
    set_up(&site, "слон дощ вікно книга").await.has_status(303);
}

#[tokio::test]
async fn the_account_page_refuses_passphrases_made_of_the_accounts_own_words() {
    let site = TestSite::new().await;
    let ada = site.staff("lovelace", Role::Admin).await;
    let fields = [
        ("email", "countess@mail.example.org"),
        ("mail_present", PASSPHRASE),
    ];
    ada.post_fields("/admin/account/email", &fields)
        .await
        .has_status(303);
    for weak in [
        "lovelacelovelace",
        "countess@mail.example.org",
        "countess countess countess",
        "The Test Courier 2026",
    ] {
        let fields = [("present", PASSPHRASE), ("new", weak)];
        let page = ada.post_fields("/admin/account", &fields).await;
        page.has_status(422).sees("mostly your name");
    }
    let fields = [("present", PASSPHRASE), ("new", NEW_PASSPHRASE)];
    ada.post_fields("/admin/account", &fields)
        .await
        .has_status(303);
}

#[tokio::test]
async fn a_weak_passphrase_that_was_set_before_keeps_working() {
    let site = TestSite::new().await;
    site.staff("ada", Role::Admin).await;
    let weak = "passwordpassword";
    let hash = broadsheet::crypto::hash_password(&crate::support::cheap_argon2(), weak);
    sqlx::query("update accounts set passphrase_hash = $1")
        .bind(hash.expect("a hash"))
        .execute(&site.app.pool)
        .await
        .expect("the hash is saved");
    let fields = [("username", "ada"), ("passphrase", weak)];
    let page = site.visitor().post_fields("/admin/sign-in", &fields).await;
    page.has_status(303);
}

#[tokio::test]
async fn a_passphrase_is_the_same_however_its_letters_were_composed() {
    let site = TestSite::new().await;
    set_up(&site, "їжачок йогурт ґудзик єнот")
        .await
        .has_status(303);
    let decomposed = "і\u{308}жачок и\u{306}огурт ґудзик єнот";
    let fields = [("username", "ada-1815"), ("passphrase", decomposed)];
    let page = site.visitor().post_fields("/admin/sign-in", &fields).await;
    page.has_status(303);
}
