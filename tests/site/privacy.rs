//! The promise: an address is never displayed. A canary is sent through everything, and looked for everywhere.

use broadsheet::accounts::{DigestFrequency, Role, address_store};
use broadsheet::admin::staff_email;
use broadsheet::commenters::{self, Email};
use broadsheet::comments::{Status, links};
use broadsheet::ids::{AccountId, CommenterId, SubscriptionId};
use broadsheet::mail::outbox;
use broadsheet::moderation::digest;
use broadsheet::privacy_check::Dresses;
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
    let bird = site.visitor();
    let form = |page: &crate::support::visitor::Page, comment: &str| {
        page.form("/articles/")
            .fill("comment", comment)
            .fill("author", "Bird")
            .fill("email", CANARY)
    };
    let page = bird.open(&article.path).await;
    let mut leads = Vec::new();
    for comment in ["Held.", "To be approved.", "To be spam.", "To be trashed."] {
        leads.push(
            form(&page, comment)
                .submit()
                .await
                .has_status(303)
                .leads_to(),
        );
    }
    // Mistakes, a robot, a repetition: each takes another way through the code.
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
            .expect("the comment");
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
        .expect("one");

    // Their own page, and the end of what they are told of.
    let commenter: i64 = sqlx::query_scalar("select max(id) from commenters")
        .fetch_one(&site.app.pool)
        .await
        .expect("the bird");
    let subscription: i64 = sqlx::query_scalar("insert into subscriptions (commenter_id, article_id, scope, requested_at, active_since) values ($1, $2, 'all_replies', now(), now()) returning id")
        .bind(commenter)
        .bind(article.id.0)
        .fetch_one(&site.app.pool)
        .await
        .expect("a subscription");
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let person = commenters::store::commenters::find_access(&mut db, CommenterId(commenter))
        .await
        .expect("the database answers")
        .expect("the bird");
    drop(db);
    let mine = person.page_path(&site.app.keys);
    let end = links::unsubscribe_path(&site.app.keys, SubscriptionId(subscription));

    let [digest, stop, confirm] = mail_to_the_staff(&site).await;
    let mut searched: Vec<(String, String)> = Vec::new();
    let mut paths: Vec<String> = every_page()
        .into_iter()
        .map(|pattern| {
            let path = pattern
                .replace("/articles/{id}", &format!("/articles/{}", article.id))
                .replace("/comments/{id}", &format!("/comments/{answered}"))
                .replace("/commenters/{id}/data", &mine.replace("?", "/data?"))
                .replace("/commenters/{id}", &mine)
                .replace("/subscriptions/{id}/end", &end)
                .replace("/digests/{id}", &digest)
                .replace("/moderators/{id}/stop", &stop)
                .replace("/moderators/{id}/confirm", &confirm)
                .replace("/static/{name}", "/static/reply.js")
                .replace("/topics/{slug}", "/topics/tea")
                .replace("/authors/{slug}", "/authors/maker")
                .replace("{number}", "1")
                .replace("{position}", "1")
                .replace("{*path}", "tea")
                .replace("{*kind}", "rss2");
            assert!(!path.contains('{'), "what is {path}? Fill it in here");
            path
        })
        .collect();
    paths.extend([article.path.clone(), "/nothing".to_owned()]);
    paths.extend(leads);
    paths.push(format!("/articles/{}/reply?to={answered}", article.id));
    paths.extend(Status::ALL.map(|status| format!("/admin/comments?status={}", status.as_str())));
    // What an act did, and what someone else was faster with.
    let acts: Vec<i64> = sqlx::query_scalar("select distinct action_id from decisions")
        .fetch_all(&site.app.pool)
        .await
        .expect("acts");
    paths.extend(
        acts.into_iter()
            .map(|act| format!("/admin/comments?act={act}&passed={answered}")),
    );
    for path in &paths {
        for visitor in [&bird, &admin] {
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
    assert!(log.contains("a reply was kept"), "the log was not written");
    searched.push(("the log".to_owned(), log));
    let tables: Vec<String> =
        sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'public'")
            .fetch_all(&site.app.pool)
            .await
            .expect("tables");
    assert!(tables.len() > 10);
    for table in tables {
        let rows = sqlx::query(AssertSqlSafe(format!(
            "select row_to_json(t)::text as row, t::text as plain from {table} t"
        )))
        .fetch_all(&site.app.pool)
        .await
        .expect("rows");
        let dump: String = rows
            .iter()
            .map(|row| row.get::<String, _>("row") + "\n" + &row.get::<String, _>("plain") + "\n")
            .collect();
        searched.push((format!("the table {table}"), dump));
    }
    for (place, text) in &searched {
        if let Some(dress) = leak_in(text) {
            panic!("{place} holds the address ({dress})");
        }
    }
    assert!(pages >= 40, "only {pages} pages were searched");
}

/// The admin is written to at the canary's address, about what waits: the pages to which these letters lead.
async fn mail_to_the_staff(site: &TestSite) -> [String; 3] {
    let id = AccountId(
        site.count("select id from accounts where username = 'ada'")
            .await,
    );
    let now = site.now();
    let keys = &site.app.keys;
    let sealed = Email::parse(CANARY)
        .expect("an address")
        .seal_for_account(keys, id);
    let mut db = site.app.pool.acquire().await.expect("a connection");
    let is_set = address_store::update(&mut db, id, &sealed, DigestFrequency::Each, now).await;
    assert!(is_set.expect("the database answers"));
    let is_confirmed = address_store::confirm(&mut db, id, now, now).await;
    assert!(is_confirmed.expect("the database answers"));
    let written = digest::enqueue_due(&site.app).await;
    assert_eq!(written.expect("the database answers"), 1);
    let sealed: Vec<u8> =
        sqlx::query_scalar("select message_sealed from outbox where account_id = $1")
            .bind(id.0)
            .fetch_one(&mut *db)
            .await
            .expect("a letter");
    let letter = outbox::decrypt(keys, id, &sealed).expect("it opens");
    for part in [&letter.subject, &letter.text, &letter.html] {
        assert_eq!(leak_in(part), None, "{part}");
    }
    let base = site.app.config.absolute_url("");
    let page = |beginning: &str| {
        let mut links = letter
            .text
            .lines()
            .filter_map(|line| line.strip_prefix(&*base));
        let found = links.find(|link| link.starts_with(beginning));
        found.expect("a link").to_owned()
    };
    [
        page("/digests/"),
        page("/moderators/"),
        staff_email::confirmation_path(keys, id, now),
    ]
}

/// Every address that can be opened, as the router lists them.
fn every_page() -> Vec<&'static str> {
    let (public, desk, wordpress) = (
        router::public_routes(),
        router::admin_routes(),
        router::wordpress_routes(),
    );
    let listed = public.list().iter().chain(desk.list());
    let listed = listed.chain(wordpress.list());
    listed
        .filter(|(method, _)| method == axum::http::Method::GET)
        .map(|(_, path)| *path)
        .collect()
}

/// The dress in which the canary stands in a text, if it does.
fn leak_in(text: &str) -> Option<String> {
    let leaks = Dresses::of(CANARY, &[]).leaks_in(text.as_bytes());
    leaks.into_iter().next().map(|leak| leak.dress)
}

#[tokio::test]
async fn the_search_finds_known_encodings_of_an_email() {
    // Hashes and encodings made elsewhere, so that a hash or an encoding of ours that is wrong does not make the search blind.
    for (leaking, dress) in [
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
        let found = leak_in(leaking).unwrap_or_else(|| panic!("{leaking} was not found"));
        assert!(found.starts_with(dress), "{leaking} was found as {found}");
    }
    assert_eq!(leak_in("Canary birds sing at example.org"), None);

    // And through the real pages: an article that gives an address away is found out.
    let site = TestSite::new().await;
    let article = site
        .article_with("Tea", |draft| draft.body = format!("Write to {CANARY}."))
        .await;
    let page = site.visitor().open(&article.path).await;
    assert!(leak_in(&page.html()).is_some());
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
            .expect("rows");
    let bound = |hash: &[u8]| [b"commenters.email_sealed ", hash].concat();
    let opened = site
        .app
        .keys
        .open(&bound(&rows[0].0), &rows[0].1)
        .expect("it opens for its row");
    assert_eq!(opened.as_slice(), b"ann@example.org");
    assert!(site.app.keys.open(&bound(&rows[1].0), &rows[0].1).is_err());
}
