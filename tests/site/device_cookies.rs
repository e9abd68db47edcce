//! Tests of device cookies: the owner of an account gets in while strangers guess its passphrase, and a browser that is
//! known is counted by itself.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use broadsheet::accounts::Role;
use broadsheet::crypto::{KeyFile, encode_hex};
use futures_util::future::join_all;

use crate::support::makers::PASSPHRASE;
use crate::support::visitor::{Page, Visitor};
use crate::support::{Setup, TestSite};

const DEVICE: &str = "broadsheet-device";
const WRONG: &str = "wrong wrong wrong";

/// Creates a site behind a proxy, with the account ada.
async fn site_behind_proxy() -> TestSite {
    let site = Setup::default()
        .settings(|settings| settings.trusted_proxies = Some("127.0.0.1".into()))
        .build()
        .await;
    site.staff("ada", Role::Admin).await;
    site
}

async fn sign_in(browser: &Visitor, passphrase: &str) -> Page {
    let fields = [("username", "ada"), ("passphrase", passphrase)];
    browser.post_fields("/admin/sign-in", &fields).await
}

/// Returns a browser in which ada has signed in and out.
async fn known_browser(site: &TestSite) -> Visitor {
    let browser = site.visitor().at("203.0.113.5");
    sign_in(&browser, PASSPHRASE).await.has_status(303);
    browser.forget_cookie("broadsheet");
    assert!(browser.cookie(DEVICE).is_some());
    browser
}

/// Returns the IP address of the stranger with this number, each in a network of its own.
fn stranger_ip(number: usize) -> String {
    format!("2001:db8:{:x}:{number:x}::1", number / 7)
}

/// Guesses from networks of their own, until everybody has to wait for an account.
async fn use_up_the_account(site: &TestSite) {
    for number in 0..50 {
        let stranger = site.visitor().at(&stranger_ip(number));
        sign_in(&stranger, WRONG).await.has_status(422);
    }
    let stranger = site.visitor().at("2001:db8:ffff::1");
    sign_in(&stranger, PASSPHRASE).await.has_status(429);
}

#[tokio::test]
async fn the_owner_signs_in_at_the_first_try_while_a_thousand_networks_guess() {
    let site = site_behind_proxy().await;
    let owner = known_browser(&site).await;
    let is_over = AtomicBool::new(false);
    let (refused, waiting) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let guesses = (0..40).map(|task| {
        let (site, is_over, refused, waiting) = (&site, &is_over, &refused, &waiting);
        async move {
            let mut numbers = (task..1_000).step_by(40).cycle();
            while !is_over.load(Ordering::Relaxed) {
                let number = numbers.next().expect("the numbers begin again");
                let stranger = site.visitor().at(&stranger_ip(number));
                match sign_in(&stranger, WRONG).await.status.as_u16() {
                    422 => refused.fetch_add(1, Ordering::Relaxed),
                    429 | 503 => waiting.fetch_add(1, Ordering::Relaxed),
                    status => panic!("a guess is answered with {status}"),
                };
            }
        }
    });
    let own = async {
        while waiting.load(Ordering::Relaxed) < 1_000 {
            tokio::task::yield_now().await;
        }
        // Somebody without a device cookie has to wait, even with the right passphrase.
        let newcomer = site.visitor().at("192.0.2.7");
        let page = sign_in(&newcomer, PASSPHRASE).await;
        assert!(matches!(page.status.as_u16(), 429 | 503), "{}", page.status);
        sign_in(&owner, PASSPHRASE).await.has_status(303);
        owner.open("/admin/comments").await.has_status(200);
        is_over.store(true, Ordering::Relaxed);
    };
    tokio::join!(own, join_all(guesses));
    assert_eq!(refused.load(Ordering::Relaxed), 50);
}

#[tokio::test]
async fn a_known_browser_is_counted_by_itself_alone() {
    let site = site_behind_proxy().await;
    let [desk, phone] = [known_browser(&site).await, known_browser(&site).await];
    use_up_the_account(&site).await;
    for _ in 0..5 {
        sign_in(&desk, WRONG).await.has_status(422);
    }
    let waiting = sign_in(&desk, PASSPHRASE).await;
    waiting.has_status(429).sees("Too many attempts");
    assert_eq!(waiting.header("retry-after"), "1");
    // Neither the other browser nor anybody in the same network waits longer for it.
    sign_in(&phone, PASSPHRASE).await.has_status(303);
    site.app.clock.advance(10);
    let newcomer = site.visitor().at("203.0.113.5");
    sign_in(&newcomer, PASSPHRASE).await.has_status(303);
    sign_in(&desk, WRONG).await.has_status(422);
    site.app.clock.advance(4);
    sign_in(&desk, PASSPHRASE).await.has_status(303);
}

#[tokio::test]
async fn a_forged_expired_or_foreign_device_cookie_counts_as_none() {
    let site = site_behind_proxy().await;
    site.staff("mo", Role::Moderator).await;
    let owner = known_browser(&site).await;
    let cookie = owner.cookie(DEVICE).expect("a device cookie");
    use_up_the_account(&site).await;
    let other = site.visitor().at("198.51.100.9");
    let fields = [("username", "mo"), ("passphrase", PASSPHRASE)];
    other
        .post_fields("/admin/sign-in", &fields)
        .await
        .has_status(303);
    let foreign = other.cookie(DEVICE).expect("a device cookie");
    let forged = cookie.replacen('.', ".1", 1);
    for value in [&foreign, &forged, "", "1.2.3.4", "…", "a; b"] {
        let stranger = site.visitor().at("198.51.100.10");
        stranger.set_cookie(DEVICE, value);
        sign_in(&stranger, PASSPHRASE).await.has_status(429);
    }
    let copy = site.visitor().at("198.51.100.10");
    copy.set_cookie(DEVICE, &cookie);
    sign_in(&copy, PASSPHRASE).await.has_status(303);
    // A year later the same cookie is worth nothing.
    site.app.clock.advance(365 * 24 * 3_600 + 1);
    use_up_the_account(&site).await;
    sign_in(&owner, PASSPHRASE).await.has_status(429);
}

#[tokio::test]
async fn a_changed_passphrase_and_signing_out_everywhere_end_device_cookies() {
    let site = site_behind_proxy().await;
    let [desk, phone] = [known_browser(&site).await, known_browser(&site).await];
    sign_in(&desk, PASSPHRASE).await.has_status(303);
    let old = desk.cookie(DEVICE).expect("a device cookie");
    let fields = [("present", PASSPHRASE), ("new", PASSPHRASE)];
    desk.post_fields("/admin/account", &fields)
        .await
        .has_status(303);
    assert_ne!(desk.cookie(DEVICE).expect("a device cookie"), old);
    use_up_the_account(&site).await;
    sign_in(&phone, PASSPHRASE).await.has_status(429);
    desk.forget_cookie("broadsheet");
    sign_in(&desk, PASSPHRASE).await.has_status(303);

    let current = desk.cookie(DEVICE).expect("a device cookie");
    desk.open("/admin/account")
        .await
        .form("/admin/sign-out-everywhere")
        .submit()
        .await
        .has_status(303);
    assert_eq!(desk.cookie(DEVICE), None);
    desk.set_cookie(DEVICE, &current);
    sign_in(&desk, PASSPHRASE).await.has_status(429);
}

#[tokio::test]
async fn a_device_cookie_and_its_count_outlive_a_key_rotation() {
    let site = site_behind_proxy().await;
    let desk = known_browser(&site).await;
    let phone = known_browser(&site).await;
    for _ in 0..5 {
        sign_in(&desk, WRONG).await.has_status(422);
    }
    use_up_the_account(&site).await;
    let lines = [[43; 32], [42; 32]].map(|key| encode_hex(&key));
    let ring = KeyFile::parse(&lines.join("\n")).expect("a key file");
    site.app.keys.replace(&ring.key_ring());
    sqlx::query("update settings set key_id = $1")
        .bind(&site.app.keys.active_id()[..])
        .execute(&site.app.pool)
        .await
        .expect("the new key's id is saved");
    sign_in(&phone, PASSPHRASE).await.has_status(303);
    sign_in(&desk, PASSPHRASE).await.has_status(429);
}

#[tokio::test]
async fn guesses_of_strangers_do_not_keep_the_owner_from_changing_the_passphrase() {
    let site = site_behind_proxy().await;
    let owner = known_browser(&site).await;
    sign_in(&owner, PASSPHRASE).await.has_status(303);
    use_up_the_account(&site).await;
    let other_session = owner.clone();
    let fields = |present| [("present", present), ("new", PASSPHRASE)];
    let change = async |browser: &Visitor, present| {
        browser
            .post_fields("/admin/account", &fields(present))
            .await
    };
    for _ in 0..5 {
        change(&other_session, WRONG).await.has_status(422);
    }
    change(&other_session, PASSPHRASE).await.has_status(429);
    // Wrong passphrases in a session count for that session only.
    let phone = site.visitor().at("203.0.113.77");
    site.app.clock.advance(10);
    sign_in(&phone, PASSPHRASE).await.has_status(303);
    change(&phone, PASSPHRASE).await.has_status(303);
}

#[tokio::test]
async fn a_full_queue_gives_the_form_back_and_lets_the_owner_in() {
    let site = site_behind_proxy().await;
    let owner = known_browser(&site).await;
    let places: Vec<_> =
        std::iter::from_fn(|| site.app.password_hasher.try_enter_as_stranger()).collect();
    assert!(!places.is_empty());
    let newcomer = site.visitor().at("192.0.2.7");
    let page = sign_in(&newcomer, PASSPHRASE).await;
    page.has_status(503)
        .sees("Too many people are trying to sign in");
    assert_eq!(page.header("retry-after"), "3");
    assert_eq!(page.form("/admin/sign-in").value("username"), "ada");
    // Who was turned away has not guessed.
    let counted = site.count("select sum(failures) from sign_in_failures");
    assert_eq!(counted.await, 0);
    sign_in(&owner, PASSPHRASE).await.has_status(303);
    drop(places);
    sign_in(&newcomer, PASSPHRASE).await.has_status(303);
}
