//! Tests of the remote spam check (Akismet), against a server in the test that records the requests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri};
use broadsheet::comments::Status;
use broadsheet::comments::akismet::check_due;
use broadsheet::crypto::{KeyRing, encode_hex};
use broadsheet::ids::CommentId;
use broadsheet::publication::CheckerSettings;
use sqlx::{AssertSqlSafe, PgPool, Row};
use tokio::net::TcpListener;

use crate::support::makers::SampleArticle;
use crate::support::{Setup, TestSite};

const KEY: &str = "aki5met-k3y";
const NETWORK: &str = "192.0.2.77";
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// Names of the fields that are always sent to the spam checker.
const ALWAYS: [&str; 6] = [
    "api_key",
    "blog",
    "blog_charset",
    "blog_lang",
    "comment_date_gmt",
    "comment_type",
];

/// Spam checker in the test, with prepared responses.
#[derive(Clone)]
struct FakeChecker {
    url: String,
    shared: Arc<Mutex<FakeCheckerState>>,
}

struct FakeCheckerState {
    received: Vec<ReceivedRequest>,
    response: (StatusCode, Vec<(&'static str, &'static str)>, String),
    /// SQL statement that runs while the site waits for a response.
    run_during_request: Option<(PgPool, &'static str)>,
}

/// Request that the spam checker in the test received.
#[derive(Clone)]
struct ReceivedRequest {
    path: String,
    headers: HeaderMap,
    form: BTreeMap<String, String>,
}

impl FakeChecker {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!(
            "http://{}",
            listener
                .local_addr()
                .expect("the listener has a local address")
        );
        let shared = Arc::new(Mutex::new(FakeCheckerState {
            received: Vec::new(),
            response: (StatusCode::OK, Vec::new(), "false".to_owned()),
            run_during_request: None,
        }));
        let checker = Self { url, shared };
        let handler = checker.clone();
        let router = Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let checker = handler.clone();
            async move { checker.handle_request(&uri, headers, &body).await }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        checker
    }

    async fn handle_request(
        &self,
        uri: &Uri,
        headers: HeaderMap,
        body: &[u8],
    ) -> (StatusCode, HeaderMap, String) {
        let form = url::form_urlencoded::parse(body).into_owned().collect();
        let (response, run_during_request) = {
            let mut shared = self.shared.lock().expect("the lock is not poisoned");
            shared.received.push(ReceivedRequest {
                path: uri.to_string(),
                headers,
                form,
            });
            (shared.response.clone(), shared.run_during_request.clone())
        };
        if let Some((pool, statement)) = run_during_request {
            sqlx::query(statement)
                .execute(&pool)
                .await
                .expect("the statement runs");
        }
        let (status, headers, body) = response;
        let headers = headers
            .into_iter()
            .map(|(name, value)| {
                let value = value.parse().expect("the header's value is valid");
                (HeaderName::from_static(name), value)
            })
            .collect();
        (status, headers, body)
    }

    fn respond(&self, body: &str) {
        self.respond_with(StatusCode::OK, &[], body);
    }

    fn respond_with(
        &self,
        status: StatusCode,
        headers: &[(&'static str, &'static str)],
        body: &str,
    ) {
        self.shared
            .lock()
            .expect("the lock is not poisoned")
            .response = (status, headers.to_vec(), body.to_owned());
    }

    fn run_during_request(&self, site: &TestSite, statement: &'static str) {
        self.shared
            .lock()
            .expect("the lock is not poisoned")
            .run_during_request = Some((site.app.pool.clone(), statement));
    }

    fn received(&self) -> Vec<ReceivedRequest> {
        self.shared
            .lock()
            .expect("the lock is not poisoned")
            .received
            .clone()
    }

    /// Creates a site that uses this spam checker, with these optional fields ticked in its settings.
    async fn site(&self, ticked: &[&str]) -> TestSite {
        let settings = CheckerSettings {
            url: self.url.clone(),
            key_sealed: KeyRing::from_secret(&[42; 32])
                .seal(b"settings.akismet_key", KEY.as_bytes()),
            sent_fields: ticked.iter().map(|ticked| (*ticked).to_owned()).collect(),
        };
        Setup::default()
            .publication(|publication| {
                publication.discussion.hold_everything = false;
                publication.discussion.checker = Some(settings);
            })
            .build()
            .await
    }
}

/// Adds a comment that waits for the remote spam check.
async fn add_waiting(
    site: &TestSite,
    on: &SampleArticle,
    name: &str,
    otherwise: Status,
    reasons: &[&str],
) -> CommentId {
    let id = site.comment(on, name, Status::Held).await;
    sqlx::query("update comments set reasons = $2 where id = $1")
        .bind(id.0)
        .bind(reasons)
        .execute(&site.app.pool)
        .await
        .expect("the reasons are saved");
    sqlx::query(
        "insert into spam_checks (comment_id, fallback_status, next_try_at) values ($1, $2, $3)",
    )
    .bind(id.0)
    .bind(otherwise)
    .bind(site.now())
    .execute(&site.app.pool)
    .await
    .expect("the spam check is queued");
    id
}

/// Adds a comment that waits for the remote spam check and that no other rule holds.
async fn add_ham(site: &TestSite, on: &SampleArticle) -> CommentId {
    add_waiting(site, on, "Ann", Status::Approved, &["being-checked"]).await
}

async fn run_checks(site: &TestSite) -> usize {
    check_due(&site.app).await.expect("the database answers")
}

/// Returns the status of a comment, the reasons for it, and the number of comments that still wait for the remote spam
/// check.
async fn load_state(site: &TestSite, id: CommentId) -> (Status, String, i64) {
    let reasons: Vec<String> = sqlx::query_scalar("select reasons from comments where id = $1")
        .bind(id.0)
        .fetch_one(&site.app.pool)
        .await
        .expect("the comment exists");
    let waiting = site.count("select count(*) from spam_checks").await;
    (site.status_of(id).await, reasons.join(", "), waiting)
}

fn expected_state(status: Status, reasons: &str, waiting: i64) -> (Status, String, i64) {
    (status, reasons.to_owned(), waiting)
}

#[tokio::test]
async fn ham_is_approved_after_the_remote_spam_check() {
    let checker = FakeChecker::start().await;
    let site = checker.site(&["words"]).await;
    let article = site.article("Tea").await;
    let id = add_ham(&site, &article).await;
    let reader = site.visitor();
    reader
        .open(&article.path)
        .await
        .does_not_see("Words of Ann.");
    assert_eq!(run_checks(&site).await, 1);
    reader.open(&article.path).await.sees("Words of Ann.");
    assert_eq!(
        load_state(&site, id).await,
        expected_state(Status::Approved, "", 0)
    );
    assert_eq!(run_checks(&site).await, 0);
    assert_eq!(checker.received().len(), 1);
}

#[tokio::test]
async fn comments_held_by_other_rules_stay_held() {
    let checker = FakeChecker::start().await;
    let site = checker.site(&["words"]).await;
    let article = site.article("Tea").await;
    let reasons = ["first-timer", "links:3", "being-checked"];
    let id = add_waiting(&site, &article, "Ann", Status::Held, &reasons).await;
    assert_eq!(run_checks(&site).await, 1);
    assert_eq!(
        load_state(&site, id).await,
        expected_state(Status::Held, "first-timer, links:3", 0)
    );
}

#[tokio::test]
async fn spam_is_marked_and_blatant_spam_is_trashed() {
    let discard = [("x-akismet-pro-tip", "discard")];
    for (headers, status) in [(&[][..], Status::Spam), (&discard, Status::Trashed)] {
        let checker = FakeChecker::start().await;
        let site = checker.site(&["words"]).await;
        let article = site.article("Tea").await;
        let reasons = ["first-timer", "being-checked"];
        let id = add_waiting(&site, &article, "Ann", Status::Held, &reasons).await;
        checker.respond_with(StatusCode::OK, headers, "true");
        assert_eq!(run_checks(&site).await, 1);
        assert_eq!(
            load_state(&site, id).await,
            expected_state(status, "first-timer, checker-spam", 0)
        );
    }
}

#[tokio::test]
async fn one_run_checks_many_comments_for_spam() {
    let checker = FakeChecker::start().await;
    let site = checker.site(&["name"]).await;
    let article = site.article("Tea").await;
    for number in 1..=20 {
        let name = format!("Ann {number}");
        add_waiting(&site, &article, &name, Status::Approved, &["being-checked"]).await;
    }
    assert_eq!(run_checks(&site).await, 20);
    let received = checker.received();
    let names: BTreeSet<_> = received
        .iter()
        .map(|received| &received.form["comment_author"])
        .collect();
    assert_eq!((received.len(), names.len()), (20, 20));
}

#[tokio::test]
async fn a_failed_spam_check_is_retried_at_growing_intervals() {
    let checker = FakeChecker::start().await;
    let site = checker.site(&["words"]).await;
    let article = site.article("Tea").await;
    let id = add_ham(&site, &article).await;
    checker.respond("invalid");
    assert_eq!(run_checks(&site).await, 0);
    let mut received = 1;
    for wait in [MINUTE, 5 * MINUTE, 20 * MINUTE, HOUR, HOUR] {
        site.app.clock.advance(wait - 1);
        run_checks(&site).await;
        assert_eq!(checker.received().len(), received, "before {wait} seconds");
        site.app.clock.advance(1);
        run_checks(&site).await;
        received += 1;
        assert_eq!(checker.received().len(), received, "after {wait} seconds");
        assert_eq!(
            load_state(&site, id).await,
            expected_state(Status::Held, "being-checked", 1)
        );
    }
    checker.respond("false");
    site.app.clock.advance(HOUR);
    assert_eq!(run_checks(&site).await, 1);
    assert_eq!(
        load_state(&site, id).await,
        expected_state(Status::Approved, "", 0)
    );
}

#[tokio::test]
async fn unexpected_responses_of_the_spam_checker_are_errors() {
    let long = "true".to_owned() + &" ".repeat(64 * 1024);
    let elsewhere = [("location", "/elsewhere")];
    for (status, headers, body, why) in [
        (StatusCode::OK, &[][..], "", "neither true nor false"),
        (StatusCode::OK, &[], "TRUE", "neither true nor false"),
        (StatusCode::OK, &[], &long, "neither true nor false"),
        (StatusCode::FOUND, &elsewhere, "false", "status 302"),
        (
            StatusCode::TEMPORARY_REDIRECT,
            &elsewhere,
            "false",
            "status 307",
        ),
        (StatusCode::FORBIDDEN, &[], "false", "status 403"),
        (StatusCode::BAD_GATEWAY, &[], "true", "status 502"),
    ] {
        let checker = FakeChecker::start().await;
        let site = checker.site(&["words"]).await;
        let article = site.article("Tea").await;
        let id = add_ham(&site, &article).await;
        checker.respond_with(status, headers, body);
        assert_eq!(run_checks(&site).await, 0);
        assert_eq!(
            load_state(&site, id).await,
            expected_state(Status::Held, "being-checked", 1),
            "{why}"
        );
        assert!(site.log().contains(why), "the log does not say {why}");
        let received = checker.received();
        assert_eq!(received.len(), 1);
        assert_eq!(received[0].path, "/1.1/comment-check");
    }
}

#[tokio::test]
async fn an_unusable_spam_checker_leaves_comments_held() {
    for (change, why) in [
        (
            "update settings set akismet_url = 'http://checker.example'",
            "neither https nor",
        ),
        (
            "update settings set akismet_url = 'http://127.0.0.1:1'",
            "cannot be reached",
        ),
        (
            "update settings set akismet_key = '\\x00'",
            "another secret key",
        ),
    ] {
        let checker = FakeChecker::start().await;
        let site = checker.site(&["words"]).await;
        let article = site.article("Tea").await;
        let id = add_ham(&site, &article).await;
        sqlx::query(change)
            .execute(&site.app.pool)
            .await
            .expect("the settings are changed");
        assert_eq!(run_checks(&site).await, 0);
        assert_eq!(
            load_state(&site, id).await,
            expected_state(Status::Held, "being-checked", 1)
        );
        assert!(site.log().contains(why), "the log does not say {why}");
        assert_eq!(checker.received().len(), 0);
    }
}

#[tokio::test]
async fn a_waiting_spam_check_expires_after_a_day() {
    let checker = FakeChecker::start().await;
    let site = checker.site(&["words"]).await;
    let article = site.article("Tea").await;
    let id = add_waiting(
        &site,
        &article,
        "Ann",
        Status::Approved,
        &["links:2", "being-checked"],
    )
    .await;
    checker.respond_with(StatusCode::SERVICE_UNAVAILABLE, &[], "");
    let begun = site.now();
    while site.now() < begun.plus_seconds(24 * HOUR - MINUTE) {
        run_checks(&site).await;
        site.app.clock.advance(MINUTE);
    }
    assert_eq!(
        load_state(&site, id).await,
        expected_state(Status::Held, "links:2, being-checked", 1)
    );
    site.app.clock.advance(HOUR);
    run_checks(&site).await;
    assert_eq!(
        load_state(&site, id).await,
        expected_state(Status::Held, "links:2, check-expired", 0)
    );
    assert!(site.log().contains("gave no answer for a day"));
    checker.respond("false");
    site.app.clock.advance(2 * HOUR);
    assert_eq!(run_checks(&site).await, 0);
}

#[tokio::test]
async fn downtime_of_the_site_does_not_expire_waiting_spam_checks() {
    let checker = FakeChecker::start().await;
    let site = checker.site(&["words"]).await;
    let article = site.article("Tea").await;
    let id = add_ham(&site, &article).await;
    checker.respond("invalid");
    site.app.clock.advance(48 * HOUR);
    run_checks(&site).await;
    assert_eq!(
        load_state(&site, id).await,
        expected_state(Status::Held, "being-checked", 1)
    );
}

#[tokio::test]
async fn only_the_ticked_fields_are_sent_to_the_spam_checker() {
    let article_path = "http://127.0.0.1:8600/2026/03/14/tea";
    for (tick, field, value) in [
        ("words", "comment_content", "Words of Ann."),
        ("name", "comment_author", "Ann"),
        ("website", "comment_author_url", "https://ann.example/"),
        ("address", "comment_author_email", "ann@example.org"),
        ("network", "user_ip", NETWORK),
        ("article", "permalink", article_path),
        ("nothing", "", ""),
    ] {
        let checker = FakeChecker::start().await;
        let site = checker.site(&[tick]).await;
        let article = site.article("Tea").await;
        let id = add_ham(&site, &article).await;
        set_website_and_network(&site, id).await;
        assert_eq!(run_checks(&site).await, 1);
        let received = checker.received().remove(0);
        let fields: BTreeSet<&str> = received.form.keys().map(String::as_str).collect();
        let expected = ALWAYS.into_iter().chain([field]);
        assert_eq!(
            fields,
            expected.filter(|field| !field.is_empty()).collect(),
            "{tick}"
        );
        if !field.is_empty() {
            assert_eq!(received.form[field], value);
        }
        let headers: BTreeSet<&str> = received.headers.keys().map(HeaderName::as_str).collect();
        let ours = [
            "accept",
            "content-length",
            "content-type",
            "host",
            "user-agent",
        ];
        assert_eq!(headers, ours.into());
    }
}

#[tokio::test]
async fn site_and_comment_type_are_always_sent_to_the_spam_checker() {
    let checker = FakeChecker::start().await;
    let site = checker.site(&[]).await;
    let article = site.article("Tea").await;
    let first = add_ham(&site, &article).await;
    run_checks(&site).await;
    let response = site
        .insert_reply(&article, Some(first), "Bob", Status::Held)
        .await;
    sqlx::query("update comments set reasons = '{being-checked}' where id = $1")
        .bind(response.0)
        .execute(&site.app.pool)
        .await
        .expect("the comment is held for the spam checker");
    sqlx::query("insert into spam_checks (comment_id, fallback_status, next_try_at) values ($1, 'held', $2)")
        .bind(response.0)
        .bind(site.now())
        .execute(&site.app.pool)
        .await
        .expect("the spam check is queued");
    run_checks(&site).await;
    let received = checker.received();
    let ticked: Vec<_> = ALWAYS
        .iter()
        .map(|field| received[0].form[*field].as_str())
        .collect();
    assert_eq!(
        ticked,
        [
            KEY,
            "http://127.0.0.1:8600/",
            "UTF-8",
            "en",
            "2026-03-14T15:09:26Z",
            "comment"
        ]
    );
    assert_eq!(received[1].form["comment_type"], "reply");
    let agent = received[0].headers["user-agent"]
        .to_str()
        .expect("the user agent is text");
    assert_eq!(agent, concat!("Broadsheet/", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn an_expired_ip_network_is_not_sent_to_the_spam_checker() {
    let checker = FakeChecker::start().await;
    let site = checker.site(&["network"]).await;
    let article = site.article("Tea").await;
    let id = add_ham(&site, &article).await;
    set_website_and_network(&site, id).await;
    site.app.clock.advance(2 * HOUR);
    assert_eq!(run_checks(&site).await, 1);
    assert!(!checker.received()[0].form.contains_key("user_ip"));
}

#[tokio::test]
async fn without_a_spam_checker_waiting_comments_are_left_to_moderators() {
    let checker = FakeChecker::start().await;
    let site = checker.site(&["words"]).await;
    let article = site.article("Tea").await;
    let reasons = ["links:2", "being-checked"];
    let held = add_waiting(&site, &article, "Bob", Status::Held, &reasons).await;
    let decided = add_ham(&site, &article).await;
    sqlx::query("update comments set status = 'approved' where id = $1")
        .bind(decided.0)
        .execute(&site.app.pool)
        .await
        .expect("the comment is approved");
    sqlx::query("update settings set akismet_url = '', akismet_key = null, akismet_fields = '{}'")
        .execute(&site.app.pool)
        .await
        .expect("the spam checker is switched off");
    assert_eq!(run_checks(&site).await, 0);
    assert_eq!(
        load_state(&site, held).await,
        expected_state(Status::Held, "links:2, check-expired", 0)
    );
    assert_eq!(
        load_state(&site, decided).await,
        expected_state(Status::Approved, "being-checked", 0)
    );
    assert_eq!(checker.received().len(), 0);
}

#[tokio::test]
async fn a_decision_made_during_the_spam_check_is_kept() {
    for (statement, status, reasons) in [
        (
            "update comments set status = 'approved'",
            Status::Approved,
            "being-checked",
        ),
        (
            "update comments set status = 'trashed'",
            Status::Trashed,
            "being-checked",
        ),
        (
            "update comments set reasons = '{first-timer}'",
            Status::Held,
            "first-timer",
        ),
        (
            "update comments set erased_at = created_at",
            Status::Held,
            "being-checked",
        ),
    ] {
        for response in ["true", "false"] {
            let checker = FakeChecker::start().await;
            let site = checker.site(&["words"]).await;
            let article = site.article("Tea").await;
            let id = add_ham(&site, &article).await;
            checker.respond(response);
            checker.run_during_request(&site, statement);
            assert_eq!(run_checks(&site).await, 0);
            assert_eq!(
                load_state(&site, id).await,
                expected_state(status, reasons, 0),
                "{statement}"
            );
        }
    }
}

#[tokio::test]
async fn decided_comments_are_not_sent_to_the_spam_checker() {
    let checker = FakeChecker::start().await;
    let site = checker.site(&["words"]).await;
    let article = site.article("Tea").await;
    let id = add_ham(&site, &article).await;
    sqlx::query("update comments set status = 'trashed'")
        .execute(&site.app.pool)
        .await
        .expect("the comment is trashed");
    assert_eq!(run_checks(&site).await, 0);
    assert_eq!(
        load_state(&site, id).await,
        expected_state(Status::Trashed, "being-checked", 0)
    );
    assert_eq!(checker.received().len(), 0);
}

#[tokio::test]
async fn a_spam_check_result_does_not_apply_to_a_text_edited_meanwhile() {
    let checker = FakeChecker::start().await;
    let site = checker.site(&["words"]).await;
    let article = site.article("Tea").await;
    let id = add_ham(&site, &article).await;
    let edit = "update comments set body = 'Cheap pills.', version = version + 1 where version = 0";
    checker.run_during_request(&site, edit);
    assert_eq!(run_checks(&site).await, 0);
    assert_eq!(
        load_state(&site, id).await,
        expected_state(Status::Held, "being-checked", 1)
    );
    checker.respond("true");
    site.app.clock.advance(MINUTE);
    assert_eq!(run_checks(&site).await, 1);
    assert_eq!(
        load_state(&site, id).await,
        expected_state(Status::Spam, "checker-spam", 0)
    );
    let words: Vec<_> = checker
        .received()
        .iter()
        .map(|received| received.form["comment_content"].clone())
        .collect();
    assert_eq!(words, ["Words of Ann.", "Cheap pills."]);
}

#[tokio::test]
async fn two_servers_do_not_check_the_same_comment_for_spam() {
    let checker = FakeChecker::start().await;
    let site = checker.site(&["words"]).await;
    let article = site.article("Tea").await;
    add_ham(&site, &article).await;
    let (one, other) = tokio::join!(run_checks(&site), run_checks(&site));
    assert_eq!(one + other, 1);
    assert_eq!(checker.received().len(), 1);
}

#[tokio::test]
async fn spam_checks_write_no_secrets_to_the_log_or_the_database() {
    let checker = FakeChecker::start().await;
    let site = checker.site(&CheckerSettings::SENDABLE_FIELDS).await;
    let article = site.article("Tea").await;
    let id = add_ham(&site, &article).await;
    set_website_and_network(&site, id).await;
    let quoting = [(
        "x-akismet-debug-help",
        "aki5met-k3y ann@example.org 192.0.2.77 Words of Ann.",
    )];
    checker.respond_with(StatusCode::OK, &quoting, "aki5met-k3y: invalid");
    run_checks(&site).await;
    assert_eq!(checker.received()[0].form["api_key"], KEY);
    let log = site.log();
    assert!(log.contains("the spam checker gave no answer"));
    for secret in [KEY, "ann@example.org", NETWORK, "Words of Ann."] {
        assert!(!log.contains(secret), "the log has {secret}");
    }
    let tables: Vec<String> =
        sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'public'")
            .fetch_all(&site.app.pool)
            .await
            .expect("the table names are read");
    assert!(tables.contains(&"settings".to_owned()));
    for table in tables {
        let query = format!("select t::text as row from {table} t");
        let rows = sqlx::query(AssertSqlSafe(query))
            .fetch_all(&site.app.pool)
            .await
            .expect("the table's rows are read");
        for row in rows {
            let row: String = row.get("row");
            let hidden = encode_hex(KEY.as_bytes());
            assert!(!row.contains(KEY) && !row.contains(&hidden), "{table}");
        }
    }
}

async fn set_website_and_network(site: &TestSite, id: CommentId) {
    let network = site
        .app
        .keys
        .seal(b"comments.network_sealed", NETWORK.as_bytes());
    sqlx::query(
        "update comments set website = 'https://ann.example/', network_sealed = $2, network_until = $3 where id = $1",
    )
    .bind(id.0)
    .bind(network)
    .bind(site.now().plus_seconds(HOUR))
    .execute(&site.app.pool)
    .await
    .expect("the network of the comment is saved");
}
