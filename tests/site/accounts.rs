//! Tests of accounts: signing in and out, sessions, and throttling of passphrase guesses.

use broadsheet::accounts::Role;

use crate::setup::setup_link;
use crate::support::makers::{NEW_PASSPHRASE, PASSPHRASE};
use crate::support::{Setup, TestSite};

/// Creates a site whose first admin has the username ada and is signed out again.
async fn site_with_admin() -> TestSite {
    let site = TestSite::new().await;
    let link = setup_link(&site).await.expect("no account can sign in yet");
    let form = site.visitor().open(&link).await.form("/admin/setup");
    form.fill("name", "Ada")
        .fill("username", "Ada")
        .fill("passphrase", PASSPHRASE)
        .submit()
        .await
        .has_status(303);
    site
}

#[tokio::test]
async fn signing_in_again_ends_the_old_session_of_the_browser_only() {
    let site = site_with_admin().await;
    let (desk, phone) = (site.visitor(), site.visitor());
    let fields = [("username", "ada"), ("passphrase", PASSPHRASE)];
    for browser in [&desk, &phone, &desk] {
        let old = browser.cookie("broadsheet");
        browser
            .post_fields("/admin/sign-in", &fields)
            .await
            .has_status(303);
        if let Some(old) = old {
            let thief = site.visitor();
            thief.set_cookie("broadsheet", &old);
            thief.open("/admin/comments").await.has_status(303);
        }
    }
    // That of the setup, of the desk and of the phone.
    assert_eq!(site.count("select count(*) from sessions").await, 3);
    for browser in [&desk, &phone] {
        browser.open("/admin/comments").await.has_status(200);
    }
}

#[tokio::test]
async fn staff_sign_in_and_out() {
    let site = site_with_admin().await;
    let ada = site.visitor();
    let door = ada.open("/admin/settings").await.has_status(303).leads_to();
    assert_eq!(door, "/admin/sign-in?next=%2Fadmin%2Fsettings");
    let form = ada.open(&door).await.form("/admin/sign-in");
    let inside = form
        .fill("username", " ADA ")
        .fill("passphrase", PASSPHRASE)
        .submit()
        .await;
    let cookie = inside.set_cookie("broadsheet").to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    assert_eq!(inside.leads_to(), "/admin/settings");
    let settings = ada.open("/admin/settings").await;
    settings.has_status(200);
    let token = cookie
        .split(['=', ';'])
        .nth(1)
        .expect("the cookie contains a token");
    assert_eq!(site.count("select count(*) from sessions").await, 2);
    let stored: Vec<Vec<u8>> = sqlx::query_scalar("select token_hash from sessions")
        .fetch_all(&site.app.pool)
        .await
        .expect("the sessions are read");
    assert!(stored.iter().all(|hash| {
        !hash
            .windows(8)
            .any(|part| token.as_bytes().windows(8).any(|t| t == part))
    }));
    settings
        .form("/admin/sign-out")
        .submit()
        .await
        .has_status(303);
    ada.open("/admin/settings").await.has_status(303);
    ada.set_cookie("broadsheet", token);
    ada.open("/admin/settings").await.has_status(303);
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session() {
    let site = site_with_admin().await;
    let (desk, phone) = (site.visitor(), site.visitor());
    for browser in [&desk, &phone] {
        let form = browser.open("/admin/sign-in").await.form("/admin/sign-in");
        form.fill("username", "ada")
            .fill("passphrase", PASSPHRASE)
            .submit()
            .await
            .has_status(303);
    }
    phone
        .open("/admin/account")
        .await
        .form("/admin/sign-out-everywhere")
        .submit()
        .await
        .has_status(303);
    desk.open("/admin/comments").await.has_status(303);
    assert_eq!(site.count("select count(*) from sessions").await, 0);
}

#[tokio::test]
async fn sign_in_does_not_reveal_which_accounts_exist() {
    let site = site_with_admin().await;
    let say = |handle: &'static str, passphrase: &'static str| {
        let visitor = site.visitor();
        async move {
            let page = visitor
                .post_fields(
                    "/admin/sign-in",
                    &[("username", handle), ("passphrase", passphrase)],
                )
                .await;
            page.has_status(422);
            page.text().replace(handle, "…")
        }
    };
    assert_eq!(
        say("ada", "wrong but long enough").await,
        say("nobody", "wrong but long enough").await
    );
    assert_eq!(say("ada", "").await, say("not a handle", "").await);
    assert_eq!(say("maker", "x").await, say("broadsheet", "x").await);
}

#[tokio::test]
async fn guessing_passphrases_is_throttled_without_locking_out_colleagues() {
    let site = Setup::default()
        .settings(|settings| settings.trusted_proxies = Some("127.0.0.1".into()))
        .build()
        .await;
    let link = setup_link(&site).await.expect("no account can sign in yet");
    let form = site.visitor().open(&link).await.form("/admin/setup");
    form.fill("name", "Ada")
        .fill("username", "ada")
        .fill("passphrase", PASSPHRASE)
        .submit()
        .await
        .has_status(303);
    let eve = site.visitor().at("198.51.100.66");
    let guess = |passphrase: &'static str| {
        let eve = eve.clone();
        async move {
            eve.post_fields(
                "/admin/sign-in",
                &[("username", "ada"), ("passphrase", passphrase)],
            )
            .await
        }
    };
    for _ in 0..5 {
        guess("wrong wrong wrong").await.has_status(422);
    }
    let waiting = guess(PASSPHRASE).await;
    waiting.has_status(429).sees("Too many attempts");
    assert_eq!(waiting.header("retry-after"), "1");
    let ada = site.visitor().at("203.0.113.5");
    ada.post_fields(
        "/admin/sign-in",
        &[("username", "ada"), ("passphrase", PASSPHRASE)],
    )
    .await
    .has_status(303);
    site.app.clock.advance(2);
    guess("wrong wrong wrong").await.has_status(422);
    assert_eq!(
        guess(PASSPHRASE)
            .await
            .has_status(429)
            .header("retry-after"),
        "2"
    );
    site.app.clock.advance(3);
    guess(PASSPHRASE).await.has_status(303);
}

#[tokio::test]
async fn passphrase_guesses_from_many_ip_networks_delay_the_owner_by_seconds_only() {
    let site = Setup::default()
        .settings(|settings| settings.trusted_proxies = Some("127.0.0.1".into()))
        .build()
        .await;
    site.staff("ada", Role::Admin).await;
    let knock = |from: String, passphrase: &'static str| {
        let visitor = site.visitor().at(&from);
        async move {
            let fields = [("username", "ada"), ("passphrase", passphrase)];
            visitor.post_fields("/admin/sign-in", &fields).await
        }
    };
    for number in 0..70 {
        site.app.clock.advance(i64::from(number >= 50) * 10);
        knock(format!("198.51.100.{number}"), "wrong wrong wrong")
            .await
            .has_status(422);
    }
    let waiting = knock("203.0.113.1".to_owned(), PASSPHRASE).await;
    waiting.has_status(429);
    assert_eq!(waiting.header("retry-after"), "10");
    // What was refused does not count, so asking again and again does not make it longer.
    knock("203.0.113.1".to_owned(), PASSPHRASE)
        .await
        .has_status(429);
    site.app.clock.advance(10);
    knock("203.0.113.1".to_owned(), PASSPHRASE)
        .await
        .has_status(303);
}

#[tokio::test]
async fn concurrent_passphrase_guesses_are_all_counted() {
    let site = site_with_admin().await;
    let guesses = (0..30).map(|_| {
        let visitor = site.visitor();
        async move {
            visitor
                .post_fields(
                    "/admin/sign-in",
                    &[("username", "ada"), ("passphrase", "wrong wrong wrong")],
                )
                .await
                .status
                .as_u16()
        }
    });
    let answers = futures_util::future::join_all(guesses).await;
    assert_eq!(
        answers.iter().filter(|status| **status == 422).count(),
        5,
        "{answers:?}"
    );
    assert_eq!(answers.iter().filter(|status| **status == 429).count(), 25);
}

#[tokio::test]
async fn after_sign_in_redirects_lead_to_admin_pages_only() {
    let site = site_with_admin().await;
    for next in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/admin/../../x\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "/admin/\u{1}",
        "/admin/\0",
        "/admin/\u{7f}",
        "/admin/ї",
        "",
    ] {
        let fields = [
            ("username", "ada"),
            ("passphrase", PASSPHRASE),
            ("next", next),
        ];
        let answer = site.visitor().post_fields("/admin/sign-in", &fields).await;
        assert_eq!(answer.has_status(303).leads_to(), "/admin", "{next:?}");
    }
}

#[tokio::test]
async fn a_session_expires() {
    let site = TestSite::new().await;
    let mo = site.staff("mo", Role::Moderator).await;
    site.app.clock.advance(30 * 24 * 3_600 - 1);
    mo.open("/admin/comments").await.has_status(200);
    site.app.clock.advance(2);
    mo.open("/admin/comments").await.has_status(303);
}

#[tokio::test]
async fn changing_the_passphrase_ends_other_sessions() {
    let site = site_with_admin().await;
    let (here, there) = (site.visitor(), site.visitor());
    for browser in [&here, &there] {
        browser
            .post_fields(
                "/admin/sign-in",
                &[("username", "ada"), ("passphrase", PASSPHRASE)],
            )
            .await
            .has_status(303);
    }
    let form = here.open("/admin/account").await.form("/admin/account");
    let wrong = form
        .fill("present", "not this one, sorry")
        .fill("new", "short")
        .submit()
        .await;
    wrong
        .has_status(422)
        .sees("This is not your current passphrase.")
        .sees("A passphrase has 15");
    let form = wrong
        .form("/admin/account")
        .fill("present", PASSPHRASE)
        .fill("new", NEW_PASSPHRASE);
    form.submit()
        .await
        .follow()
        .await
        .sees("Passphrase changed.");
    there.open("/admin/comments").await.has_status(303);
    let door = site.visitor();
    door.post_fields(
        "/admin/sign-in",
        &[("username", "ada"), ("passphrase", PASSPHRASE)],
    )
    .await
    .has_status(422);
    door.post_fields(
        "/admin/sign-in",
        &[("username", "ada"), ("passphrase", NEW_PASSPHRASE)],
    )
    .await
    .has_status(303);
}

#[tokio::test]
async fn guessing_the_current_passphrase_is_throttled() {
    let site = TestSite::new().await;
    let eve = site.staff("ada", Role::Admin).await;
    let guess = |present: &'static str| {
        let eve = eve.clone();
        async move {
            let fields = [("present", present), ("new", NEW_PASSPHRASE)];
            eve.post_fields("/admin/account", &fields).await
        }
    };
    for _ in 0..5 {
        guess("wrong wrong wrong").await.has_status(422);
    }
    let waiting = guess(PASSPHRASE).await;
    waiting
        .has_status(429)
        .sees("Too many attempts. Please wait one second");
    assert_eq!(waiting.header("retry-after"), "1");
    site.app.clock.advance(2);
    guess(PASSPHRASE).await.has_status(303);
}

#[tokio::test]
async fn cookies_of_staff_are_bound_to_the_host_on_https() {
    let site = Setup::default()
        .settings(|settings| settings.public_url = Some("https://news.example.org".into()))
        .build()
        .await;
    let link = setup_link(&site).await.expect("no account can sign in yet");
    let form = site.visitor().open(&link).await.form("/admin/setup");
    let answer = form
        .fill("name", "Ada")
        .fill("username", "ada")
        .fill("passphrase", PASSPHRASE)
        .submit()
        .await;
    answer.has_status(303);
    for name in ["__Host-broadsheet", "__Host-broadsheet-device"] {
        let cookie = answer.set_cookie(name);
        assert!(
            cookie.contains("; Secure")
                && cookie.contains("; Path=/;")
                && cookie.contains("; HttpOnly; SameSite=Lax;"),
            "{cookie}"
        );
    }
}
