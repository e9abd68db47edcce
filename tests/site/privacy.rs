//! Tests that no page, log line or table contains the email address of a commenter in any encoding.

use broadsheet::accounts::store::staff_email as staff_email_store;
use broadsheet::accounts::{DigestFrequency, Role};
use broadsheet::admin::staff_email;
use broadsheet::commenters::{self, Email};
use broadsheet::comments::{Status, links};
use broadsheet::ids::{AccountId, CommenterId, SubscriptionId};
use broadsheet::mail::outbox;
use broadsheet::moderation::digest;
use broadsheet::privacy_check::EmailEncodings;
use broadsheet::router;
use sqlx::{AssertSqlSafe, Row};

use crate::support::{Setup, TestSite};

const CANARY: &str = "Canary.Bird+site@Example.org";

#[tokio::test]
async fn an_email_appears_on_no_page_and_in_no_log_or_table() {
    let site = Setup::default()
        .settings(|settings| {
            settings.smtp_url = Some("smtp://canary.invalid:25".into());
            settings.mail_from = Some("news@example.org".into());
        })
        .build()
        .await;
    let article = site
        .article_with("Tea", |draft| draft.topics.push("Tea".to_owned()))
        .await;
    let canary = site.visitor();
    let form = |page: &crate::support::visitor::Page, comment: &str| {
        page.form("/articles/")
            .fill("comment", comment)
            .fill("author", "Canary")
            .fill("email", CANARY)
    };
    let page = canary.open(&article.path).await;
    let mut author_pages = Vec::new();
    for comment in ["Held.", "To be approved.", "To be spam.", "To be trashed."] {
        author_pages.push(
            form(&page, comment)
                .submit()
                .await
                .has_status(303)
                .leads_to(),
        );
    }
    // Invalid, duplicate and robot replies are handled by different code.
    form(&page, "").submit().await.has_status(422);
    form(&page, "Held.").submit().await.has_status(409);
    form(&page, "Robot.")
        .fill("topic", "x")
        .submit()
        .await
        .has_status(303);
    let admin = site.staff("ada", Role::Admin).await;
    for (button, words) in [
        ("approved", "To be approved."),
        ("spam", "To be spam."),
        ("trashed", "To be trashed."),
    ] {
        let id: i64 = sqlx::query_scalar("select id from comments where body = $1")
            .bind(words)
            .fetch_one(&site.app.pool)
            .await
            .expect("the comment's id is read");
        admin
            .post_fields(
                "/admin/comments",
                &[("one", &format!("{button} {id}:held"))],
            )
            .await
            .has_status(303);
    }
    let answered: i64 = sqlx::query_scalar("select id from comments where status = 'approved'")
        .fetch_one(&site.app.pool)
        .await
        .expect("an approved comment exists");

    // Paths of the canary's own page and of the end of a subscription.
    let commenter: i64 = sqlx::query_scalar("select max(id) from commenters")
        .fetch_one(&site.app.pool)
        .await
        .expect("the canary's commenter id is read");
    let subscription: i64 = sqlx::query_scalar("insert into subscriptions (commenter_id, article_id, scope, requested_at, active_since) values ($1, $2, 'all_replies', now(), now()) returning id")
        .bind(commenter)
        .bind(article.id.0)
        .fetch_one(&site.app.pool)
        .await
        .expect("a subscription is inserted");
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let commenter_access =
        commenters::store::commenters::find_access(&mut db, CommenterId(commenter))
            .await
            .expect("the database answers")
            .expect("the canary's commenter exists");
    drop(db);
    let commenter_page = commenter_access.page_path(&site.app.keys);
    let end = links::unsubscribe_path(&site.app.keys, SubscriptionId(subscription));

    let [digest, stop, confirm] = send_digest_to_admin(&site).await;
    let mut searched: Vec<(String, String)> = Vec::new();
    let mut paths: Vec<String> = list_get_routes()
        .into_iter()
        .map(|pattern| {
            let path = pattern
                .replace("/articles/{id}", &format!("/articles/{}", article.id))
                .replace("/comments/{id}", &format!("/comments/{answered}"))
                .replace(
                    "/commenters/{id}/data",
                    &commenter_page.replace("?", "/data?"),
                )
                .replace("/commenters/{id}", &commenter_page)
                .replace("/subscriptions/{id}/end", &end)
                .replace("/digests/{id}", &digest)
                .replace("/moderators/{id}/stop", &stop)
                .replace("/moderators/{id}/confirm", &confirm)
                .replace("/static/{*path}", "/static/reply.js")
                .replace("/topics/{slug}", "/topics/tea")
                .replace("/authors/{slug}", "/authors/maker")
                .replace("{number}", "1")
                .replace("{position}", "1")
                .replace("{*path}", "tea")
                .replace("{*kind}", "rss2");
            assert!(!path.contains('{'), "fill in the route {path} here");
            path
        })
        .collect();
    paths.extend([article.path.clone(), "/nothing".to_owned()]);
    paths.extend(author_pages);
    paths.push(format!("/articles/{}/reply?to={answered}", article.id));
    paths.extend(Status::ALL.map(|status| format!("/admin/comments?status={}", status.as_str())));
    // Results of an action, with a comment that somebody else had decided.
    let acts: Vec<i64> = sqlx::query_scalar("select distinct action_id from decisions")
        .fetch_all(&site.app.pool)
        .await
        .expect("the action ids are read");
    paths.extend(
        acts.into_iter()
            .map(|act| format!("/admin/comments?action={act}&conflicts={answered}")),
    );
    for path in &paths {
        for visitor in [&canary, &admin] {
            let page = visitor.open(path).await;
            let headers: String = page
                .headers
                .iter()
                .map(|(name, value)| {
                    format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()))
                })
                .collect();
            searched.push((path.clone(), headers + &page.html()));
        }
    }
    let pages = searched.len();
    let log = site.log();
    assert!(log.contains("comment saved"), "the log was not written");
    searched.push(("the log".to_owned(), log));
    let tables: Vec<String> =
        sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'public'")
            .fetch_all(&site.app.pool)
            .await
            .expect("the table names are read");
    assert!(tables.len() > 10);
    for table in tables {
        let rows = sqlx::query(AssertSqlSafe(format!(
            "select row_to_json(t)::text as row, t::text as plain from {table} t"
        )))
        .fetch_all(&site.app.pool)
        .await
        .expect("the table's rows are read");
        let dump: String = rows
            .iter()
            .map(|row| row.get::<String, _>("row") + "\n" + &row.get::<String, _>("plain") + "\n")
            .collect();
        searched.push((format!("the table {table}"), dump));
    }
    for (place, text) in &searched {
        if let Some(encoding) = find_leak(text) {
            panic!("{place} leaks the email ({encoding})");
        }
    }
    assert!(pages >= 40, "only {pages} pages were searched");
}

/// Sends the admin a digest at the email address that the test searches for. Returns the paths of the digest page, of the
/// page that ends digests, and of the page that confirms the address.
async fn send_digest_to_admin(site: &TestSite) -> [String; 3] {
    let id = AccountId(
        site.count("select id from accounts where username = 'ada'")
            .await,
    );
    let now = site.now();
    let keys = &site.app.keys;
    let sealed = Email::parse(CANARY)
        .expect("a valid email")
        .seal_for_account(keys, id);
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let is_set = staff_email_store::update(&mut db, id, &sealed, DigestFrequency::Each, now).await;
    assert!(is_set.expect("the database answers"));
    let is_confirmed = staff_email_store::confirm(&mut db, id, now, now).await;
    assert!(is_confirmed.expect("the database answers"));
    let written = digest::enqueue_due(&site.app).await;
    assert_eq!(written.expect("the database answers"), 1);
    let sealed: Vec<u8> =
        sqlx::query_scalar("select message_sealed from outbox where account_id = $1")
            .bind(id.0)
            .fetch_one(&mut *db)
            .await
            .expect("the queued email is read");
    let letter = outbox::decrypt(keys, id, &sealed).expect("the email can be decrypted");
    for part in [&letter.subject, &letter.text, &letter.html] {
        assert_eq!(find_leak(part), None, "{part}");
    }
    let base = site.app.config.absolute_url("");
    let page = |beginning: &str| {
        let mut links = letter
            .text
            .lines()
            .filter_map(|line| line.strip_prefix(&*base));
        let found = links.find(|link| link.starts_with(beginning));
        found.expect("the email contains the link").to_owned()
    };
    [
        page("/digests/"),
        page("/moderators/"),
        staff_email::confirmation_path(keys, id, now),
    ]
}

/// Returns the paths of all routes for GET requests.
fn list_get_routes() -> Vec<&'static str> {
    let listed = router::list_routes().into_iter();
    listed
        .filter(|(method, _)| method == axum::http::Method::GET)
        .map(|(_, path)| path)
        .collect()
}

/// Returns the name of the first encoding of the canary's email address that occurs in a text, or `None` if it does not
/// occur.
fn find_leak(text: &str) -> Option<String> {
    let leaks = EmailEncodings::new(CANARY, &[]).find_leaks(text.as_bytes());
    leaks.into_iter().next().map(|leak| leak.encoding)
}

#[tokio::test]
async fn the_leak_search_finds_known_encodings_of_an_email() {
    // Made by other programs, so that a wrong encoding of our own cannot hide a leak.
    for (leaking, encoding) in [
        ("<a>CANARY.bird+site@example.org</a>", "plain"),
        ("user=canary.bird%2Bsite%40example.org&", "url"),
        ("Hello canary.bird+site!", "the part"),
        ("/avatar/437bfe96da250a2b132bc548bf2ae9d1?s=40", "md5"),
        ("avatar=c26ddf48a5c29507a36e5e7250a96945f0de3603", "sha-1"),
        (
            "avatar/8bb222ef3a401a326f2e24ee526beec7a0a7884eea3525f50adc7bf96e6076c1",
            "sha-256",
        ),
        (
            "data:text/plain;base64,Y2FuYXJ5LmJpcmQrc2l0ZUBleGFtcGxlLm9yZw==",
            "base64",
        ),
        (
            "x63616e6172792e626972642b73697465406578616d706c652e6f7267x",
            "hex",
        ),
        ("gro.elpmaxe@etis+drib.yranac", "reversed"),
    ] {
        let found = find_leak(leaking).unwrap_or_else(|| panic!("{leaking} was not found"));
        assert!(
            found.starts_with(encoding),
            "{leaking} was found as {found}"
        );
    }
    assert_eq!(find_leak("Canary birds sing at example.org"), None);

    // A leak on a real page is found, too.
    let site = TestSite::new().await;
    let article = site
        .article_with("Tea", |draft| draft.body = format!("Write to {CANARY}."))
        .await;
    let page = site.visitor().open(&article.path).await;
    assert!(find_leak(&page.html()).is_some());
}

#[tokio::test]
async fn an_encrypted_email_decrypts_only_for_its_row() {
    let site = TestSite::new().await;
    let article = site
        .article_with("Tea", |draft| draft.topics.push("Tea".to_owned()))
        .await;
    site.comment(&article, "Ann", Status::Held).await;
    site.comment(&article, "Bob", Status::Held).await;
    let rows: Vec<(Vec<u8>, Vec<u8>)> =
        sqlx::query_as("select email_hash, email_sealed from commenters order by id")
            .fetch_all(&site.app.pool)
            .await
            .expect("the commenters are read");
    let bound = |hash: &[u8]| [b"commenters.email_sealed ", hash].concat();
    let opened = site
        .app
        .keys
        .open(&bound(&rows[0].0), &rows[0].1)
        .expect("the email decrypts for its own row");
    assert_eq!(opened.as_slice(), b"ann@example.org");
    assert!(site.app.keys.open(&bound(&rows[1].0), &rows[0].1).is_err());
}
