//! Tests of what the log says about refused sign-ins: which account and which network, and nothing that was typed.

use broadsheet::accounts::refusal_log::hash_network;
use broadsheet::accounts::{Role, setup};

use crate::support::makers::{NEW_PASSPHRASE, PASSPHRASE};
use crate::support::{Setup, TestSite};

/// Texts that nobody may find in the log of these tests.
const TYPED: [&str; 6] = [
    "wrong wrong wrong",
    "mistaken-for-a-username",
    "lovelace",
    PASSPHRASE,
    NEW_PASSPHRASE,
    "198.51.100",
];

async fn site_behind_proxy() -> TestSite {
    Setup::default()
        .settings(|settings| settings.trusted_proxies = Some("127.0.0.1".into()))
        .build()
        .await
}

/// Returns the lines at info or above that contain a text. Lines below may hold queries and routes.
fn lines_with(site: &TestSite, text: &str) -> Vec<String> {
    let is_shown = |line: &&str| line.contains(" INFO ") || line.contains(" WARN ");
    let log = site.log();
    let lines = log
        .lines()
        .filter(is_shown)
        .filter(|line| line.contains(text));
    lines.map(str::to_owned).collect()
}

fn assert_nothing_typed_is_logged(site: &TestSite) {
    for typed in TYPED {
        let lines = lines_with(site, typed);
        assert!(lines.is_empty(), "{typed}: {lines:?}");
    }
}

#[tokio::test]
async fn refused_sign_ins_are_logged_with_account_and_network_only() {
    let site = site_behind_proxy().await;
    site.staff("lovelace", Role::Admin).await;
    let id = site.count("select id from accounts").await;
    let stranger = site.visitor().at("198.51.100.66");
    let network = hash_network(
        &site.app.keys,
        "198.51.100.66".parse().expect("an IP address"),
    );
    for _ in 0..5 {
        let fields = [
            ("username", "lovelace"),
            ("passphrase", "wrong wrong wrong"),
        ];
        stranger.post_fields("/admin/sign-in", &fields).await;
    }
    let wrong = lines_with(&site, "sign-in refused: wrong username or passphrase");
    assert_eq!(wrong.len(), 5, "{wrong:?}");
    for line in &wrong {
        assert!(line.contains(&format!("account={id} ")), "{line}");
        assert!(line.contains(&network), "{line}");
    }
    let fields = [("username", "lovelace"), ("passphrase", PASSPHRASE)];
    stranger
        .post_fields("/admin/sign-in", &fields)
        .await
        .has_status(429);
    let throttled = lines_with(&site, "sign-in refused: too many wrong attempts");
    assert_eq!(throttled.len(), 1, "{throttled:?}");
    assert!(throttled[0].contains(" WARN ") && throttled[0].contains(&network));

    for username in ["mistaken-for-a-username", "mistaken-for-a-username@"] {
        let fields = [("username", username), ("passphrase", PASSPHRASE)];
        let other = site.visitor().at("198.51.100.67");
        other.post_fields("/admin/sign-in", &fields).await;
    }
    let unknown = &lines_with(&site, "wrong username or passphrase")[5..];
    assert_eq!(unknown.len(), 2);
    for line in unknown {
        assert!(
            !line.contains("account=") && !line.contains(&network),
            "{line}"
        );
    }
    assert_nothing_typed_is_logged(&site);
}

#[tokio::test]
async fn refused_passphrases_of_signed_in_staff_are_logged() {
    let site = site_behind_proxy().await;
    let ada = site
        .staff("lovelace", Role::Admin)
        .await
        .at("198.51.100.68");
    for _ in 0..6 {
        let fields = [("present", "wrong wrong wrong"), ("new", NEW_PASSPHRASE)];
        ada.post_fields("/admin/account", &fields).await;
    }
    let network = hash_network(
        &site.app.keys,
        "198.51.100.68".parse().expect("an IP address"),
    );
    for (message, count) in [
        ("current passphrase refused: it was wrong", 5),
        ("current passphrase refused: too many wrong attempts", 1),
    ] {
        let lines = lines_with(&site, message);
        assert_eq!(lines.len(), count, "{message}");
        assert!(
            lines
                .iter()
                .all(|line| line.contains("account=") && line.contains(&network))
        );
    }
    assert_nothing_typed_is_logged(&site);
}

#[tokio::test]
async fn refused_setup_links_are_logged_without_their_token() {
    let site = site_behind_proxy().await;
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let old = setup::create_setup_link(&mut db, site.now()).await;
    let old = old.expect("the database answers").expect("a link");
    setup::create_setup_link(&mut db, site.now())
        .await
        .expect("the database answers");
    drop(db);
    let stranger = site.visitor().at("198.51.100.69");
    stranger.open(&old).await.has_status(404);
    let fields = [("token", "guess"), ("passphrase", PASSPHRASE)];
    stranger
        .post_fields("/admin/setup", &fields)
        .await
        .has_status(404);
    let lines = lines_with(&site, "setup link refused: it is not the current one");
    assert_eq!(lines.len(), 2, "{lines:?}");
    let (_, token) = old.split_once("token=").expect("a token");
    assert!(lines_with(&site, token).is_empty());
    assert_nothing_typed_is_logged(&site);
}
