//! The remote spam checker, played by a server in the test that writes down what it is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri};
use broadsheet::comments::Status;
use broadsheet::comments::checker::ask_due;
use broadsheet::crypto::{Keys, hex};
use broadsheet::ids::CommentId;
use broadsheet::publication::CheckerSettings;
use sqlx::{AssertSqlSafe, PgPool, Row};
use tokio::net::TcpListener;

use crate::support::makers::Made;
use crate::support::{Setup, TestSite};

const KEY: &str = "aki5met-k3y";
const NETWORK: &str = "192.0.2.77";
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

/// What a checker is always told.
const ALWAYS: [&str; 6] = [
    "api_key",
    "blog",
    "blog_charset",
    "blog_lang",
    "comment_date_gmt",
    "comment_type",
];

/// A server that answers as it was told to.
#[derive(Clone)]
struct Checker {
    url: String,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    asked: Vec<Asked>,
    answer: (StatusCode, Vec<(&'static str, &'static str)>, String),
    /// What someone does while the checker thinks.
    meanwhile: Option<(PgPool, &'static str)>,
}

/// One question.
#[derive(Clone)]
struct Asked {
    path: String,
    headers: HeaderMap,
    form: BTreeMap<String, String>,
}

impl Checker {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shared = Arc::new(Mutex::new(Shared {
            asked: Vec::new(),
            answer: (StatusCode::OK, Vec::new(), "false".to_owned()),
            meanwhile: None,
        }));
        let checker = Self { url, shared };
        let answering = checker.clone();
        let router = Router::new().fallback(move |uri: Uri, headers: HeaderMap, body: Bytes| {
            let checker = answering.clone();
            async move { checker.hear(&uri, headers, &body).await }
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        checker
    }

    async fn hear(
        &self,
        uri: &Uri,
        headers: HeaderMap,
        body: &[u8],
    ) -> (StatusCode, HeaderMap, String) {
        let form = url::form_urlencoded::parse(body).into_owned().collect();
        let (answer, meanwhile) = {
            let mut shared = self.shared.lock().expect("nobody panics");
            shared.asked.push(Asked {
                path: uri.to_string(),
                headers,
                form,
            });
            (shared.answer.clone(), shared.meanwhile.clone())
        };
        if let Some((pool, act)) = meanwhile {
            sqlx::query(act).execute(&pool).await.expect("it is done");
        }
        let (status, headers, body) = answer;
        let headers = headers
            .into_iter()
            .map(|(name, value)| {
                let value = value.parse().expect("a header's value");
                (HeaderName::from_static(name), value)
            })
            .collect();
        (status, headers, body)
    }

    fn answers(&self, body: &str) {
        self.answers_with(StatusCode::OK, &[], body);
    }

    fn answers_with(
        &self,
        status: StatusCode,
        headers: &[(&'static str, &'static str)],
        body: &str,
    ) {
        self.shared.lock().expect("nobody panics").answer =
            (status, headers.to_vec(), body.to_owned());
    }

    fn meanwhile(&self, site: &TestSite, act: &'static str) {
        self.shared.lock().expect("nobody panics").meanwhile = Some((site.app.pool.clone(), act));
    }

    fn asked(&self) -> Vec<Asked> {
        self.shared.lock().expect("nobody panics").asked.clone()
    }

    /// A site that asks this checker, and tells it what is ticked.
    async fn site(&self, told: &[&str]) -> TestSite {
        let settings = CheckerSettings {
            url: self.url.clone(),
            key_sealed: Keys::from_secret(&[42; 32]).seal(b"settings.checker_key", KEY.as_bytes()),
            told: told.iter().map(|told| (*told).to_owned()).collect(),
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

/// A reply that waits for the checker, as the posting of it leaves it.
async fn waiting(
    site: &TestSite,
    on: &Made,
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
        .expect("the reasons go in");
    sqlx::query("insert into checks (comment_id, otherwise, next_try_at) values ($1, $2, $3)")
        .bind(id.0)
        .bind(otherwise)
        .bind(site.now())
        .execute(&site.app.pool)
        .await
        .expect("it waits");
    id
}

/// A reply that nothing but the checker holds.
async fn ham(site: &TestSite, on: &Made) -> CommentId {
    waiting(site, on, "Ann", Status::Approved, &["being-checked"]).await
}

async fn ask(site: &TestSite) -> usize {
    ask_due(&site.app).await.expect("the database answers")
}

/// The status, the reasons, and how many replies still wait for the checker.
async fn state_of(site: &TestSite, id: CommentId) -> (Status, String, i64) {
    let reasons: Vec<String> = sqlx::query_scalar("select reasons from comments where id = $1")
        .bind(id.0)
        .fetch_one(&site.app.pool)
        .await
        .expect("the comment is there");
    let waiting = site.count("select count(*) from checks").await;
    (site.status_of(id).await, reasons.join(", "), waiting)
}

fn state(status: Status, reasons: &str, waiting: i64) -> (Status, String, i64) {
    (status, reasons.to_owned(), waiting)
}

#[tokio::test]
async fn what_is_no_spam_is_published_at_once() {
    let checker = Checker::start().await;
    let site = checker.site(&["words"]).await;
    let article = site.article("Tea").await;
    let id = ham(&site, &article).await;
    let reader = site.visitor();
    reader
        .open(&article.path)
        .await
        .does_not_see("Words of Ann.");
    assert_eq!(ask(&site).await, 1);
    reader.open(&article.path).await.sees("Words of Ann.");
    assert_eq!(state_of(&site, id).await, state(Status::Approved, "", 0));
    assert_eq!(ask(&site).await, 0);
    assert_eq!(checker.asked().len(), 1);
}

#[tokio::test]
async fn what_other_rules_hold_stays_held_for_their_reasons() {
    let checker = Checker::start().await;
    let site = checker.site(&["words"]).await;
    let article = site.article("Tea").await;
    let reasons = ["first-timer", "links:3", "being-checked"];
    let id = waiting(&site, &article, "Ann", Status::Held, &reasons).await;
    assert_eq!(ask(&site).await, 1);
    assert_eq!(
        state_of(&site, id).await,
        state(Status::Held, "first-timer, links:3", 0)
    );
}

#[tokio::test]
async fn spam_is_put_away_and_the_worst_of_it_thrown_away() {
    let discard = [("x-akismet-pro-tip", "discard")];
    for (headers, status) in [(&[][..], Status::Spam), (&discard, Status::Trashed)] {
        let checker = Checker::start().await;
        let site = checker.site(&["words"]).await;
        let article = site.article("Tea").await;
        let reasons = ["first-timer", "being-checked"];
        let id = waiting(&site, &article, "Ann", Status::Held, &reasons).await;
        checker.answers_with(StatusCode::OK, headers, "true");
        assert_eq!(ask(&site).await, 1);
        assert_eq!(
            state_of(&site, id).await,
            state(status, "first-timer, checker-spam", 0)
        );
    }
}

#[tokio::test]
async fn many_are_asked_about_in_one_round() {
    let checker = Checker::start().await;
    let site = checker.site(&["name"]).await;
    let article = site.article("Tea").await;
    for number in 1..=20 {
        let name = format!("Ann {number}");
        waiting(&site, &article, &name, Status::Approved, &["being-checked"]).await;
    }
    assert_eq!(ask(&site).await, 20);
    let asked = checker.asked();
    let names: BTreeSet<_> = asked
        .iter()
        .map(|asked| &asked.form["comment_author"])
        .collect();
    assert_eq!((asked.len(), names.len()), (20, 20));
}

#[tokio::test]
async fn a_silent_checker_is_asked_again_later_and_no_sooner() {
    let checker = Checker::start().await;
    let site = checker.site(&["words"]).await;
    let article = site.article("Tea").await;
    let id = ham(&site, &article).await;
    checker.answers("invalid");
    assert_eq!(ask(&site).await, 0);
    let mut asked = 1;
    for wait in [MINUTE, 5 * MINUTE, 20 * MINUTE, HOUR, HOUR] {
        site.app.clock.advance(wait - 1);
        ask(&site).await;
        assert_eq!(checker.asked().len(), asked, "before {wait} seconds");
        site.app.clock.advance(1);
        ask(&site).await;
        asked += 1;
        assert_eq!(checker.asked().len(), asked, "after {wait} seconds");
        assert_eq!(
            state_of(&site, id).await,
            state(Status::Held, "being-checked", 1)
        );
    }
    checker.answers("false");
    site.app.clock.advance(HOUR);
    assert_eq!(ask(&site).await, 1);
    assert_eq!(state_of(&site, id).await, state(Status::Approved, "", 0));
}

#[tokio::test]
async fn no_other_answer_counts() {
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
        let checker = Checker::start().await;
        let site = checker.site(&["words"]).await;
        let article = site.article("Tea").await;
        let id = ham(&site, &article).await;
        checker.answers_with(status, headers, body);
        assert_eq!(ask(&site).await, 0);
        assert_eq!(
            state_of(&site, id).await,
            state(Status::Held, "being-checked", 1),
            "{why}"
        );
        assert!(site.log().contains(why), "the log does not say {why}");
        let asked = checker.asked();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].path, "/1.1/comment-check");
    }
}

#[tokio::test]
async fn a_checker_that_cannot_be_asked_leaves_replies_held() {
    for (change, why) in [
        (
            "update settings set checker_url = 'http://checker.example'",
            "neither https nor",
        ),
        (
            "update settings set checker_url = 'http://127.0.0.1:1'",
            "cannot be reached",
        ),
        (
            "update settings set checker_key = '\\x00'",
            "another secret key",
        ),
    ] {
        let checker = Checker::start().await;
        let site = checker.site(&["words"]).await;
        let article = site.article("Tea").await;
        let id = ham(&site, &article).await;
        sqlx::query(change)
            .execute(&site.app.pool)
            .await
            .expect("the settings change");
        assert_eq!(ask(&site).await, 0);
        assert_eq!(
            state_of(&site, id).await,
            state(Status::Held, "being-checked", 1)
        );
        assert!(site.log().contains(why), "the log does not say {why}");
        assert_eq!(checker.asked().len(), 0);
    }
}

#[tokio::test]
async fn after_a_day_of_silence_a_moderator_decides() {
    let checker = Checker::start().await;
    let site = checker.site(&["words"]).await;
    let article = site.article("Tea").await;
    let id = waiting(
        &site,
        &article,
        "Ann",
        Status::Approved,
        &["links:2", "being-checked"],
    )
    .await;
    checker.answers_with(StatusCode::SERVICE_UNAVAILABLE, &[], "");
    let begun = site.now();
    while site.now() < begun.plus_seconds(24 * HOUR - MINUTE) {
        ask(&site).await;
        site.app.clock.advance(MINUTE);
    }
    assert_eq!(
        state_of(&site, id).await,
        state(Status::Held, "links:2, being-checked", 1)
    );
    site.app.clock.advance(HOUR);
    ask(&site).await;
    assert_eq!(
        state_of(&site, id).await,
        state(Status::Held, "links:2, checker-silent", 0)
    );
    assert!(site.log().contains("gave no answer for a day"));
    checker.answers("false");
    site.app.clock.advance(2 * HOUR);
    assert_eq!(ask(&site).await, 0);
}

#[tokio::test]
async fn a_reply_is_not_given_up_because_the_site_was_away() {
    let checker = Checker::start().await;
    let site = checker.site(&["words"]).await;
    let article = site.article("Tea").await;
    let id = ham(&site, &article).await;
    checker.answers("invalid");
    site.app.clock.advance(48 * HOUR);
    ask(&site).await;
    assert_eq!(
        state_of(&site, id).await,
        state(Status::Held, "being-checked", 1)
    );
}

#[tokio::test]
async fn a_checker_is_told_what_is_ticked_and_nothing_else() {
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
        let checker = Checker::start().await;
        let site = checker.site(&[tick]).await;
        let article = site.article("Tea").await;
        let id = ham(&site, &article).await;
        give_website_and_network(&site, id).await;
        assert_eq!(ask(&site).await, 1);
        let asked = checker.asked().remove(0);
        let fields: BTreeSet<&str> = asked.form.keys().map(String::as_str).collect();
        let expected = ALWAYS.into_iter().chain([field]);
        assert_eq!(
            fields,
            expected.filter(|field| !field.is_empty()).collect(),
            "{tick}"
        );
        if !field.is_empty() {
            assert_eq!(asked.form[field], value);
        }
        let headers: BTreeSet<&str> = asked.headers.keys().map(HeaderName::as_str).collect();
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
async fn a_checker_always_learns_who_asks_and_what_kind_of_reply_it_is() {
    let checker = Checker::start().await;
    let site = checker.site(&[]).await;
    let article = site.article("Tea").await;
    let first = ham(&site, &article).await;
    ask(&site).await;
    let answer = site
        .answer(&article, Some(first), "Bob", Status::Held)
        .await;
    sqlx::query("update comments set reasons = '{being-checked}' where id = $1")
        .bind(answer.0)
        .execute(&site.app.pool)
        .await
        .expect("it is held for the checker");
    sqlx::query("insert into checks (comment_id, otherwise, next_try_at) values ($1, 'held', $2)")
        .bind(answer.0)
        .bind(site.now())
        .execute(&site.app.pool)
        .await
        .expect("it waits");
    ask(&site).await;
    let asked = checker.asked();
    let told: Vec<_> = ALWAYS
        .iter()
        .map(|field| asked[0].form[*field].as_str())
        .collect();
    assert_eq!(
        told,
        [
            KEY,
            "http://127.0.0.1:8600/",
            "UTF-8",
            "en",
            "2026-03-14T15:09:26Z",
            "comment"
        ]
    );
    assert_eq!(asked[1].form["comment_type"], "reply");
    let agent = asked[0].headers["user-agent"].to_str().expect("text");
    assert_eq!(agent, concat!("Broadsheet/", env!("CARGO_PKG_VERSION")));
}

#[tokio::test]
async fn a_network_that_is_to_be_forgotten_is_not_told() {
    let checker = Checker::start().await;
    let site = checker.site(&["network"]).await;
    let article = site.article("Tea").await;
    let id = ham(&site, &article).await;
    give_website_and_network(&site, id).await;
    site.app.clock.advance(2 * HOUR);
    assert_eq!(ask(&site).await, 1);
    assert!(!checker.asked()[0].form.contains_key("user_ip"));
}

#[tokio::test]
async fn without_a_checker_nobody_is_asked_and_moderators_decide() {
    let checker = Checker::start().await;
    let site = checker.site(&["words"]).await;
    let article = site.article("Tea").await;
    let reasons = ["links:2", "being-checked"];
    let held = waiting(&site, &article, "Bob", Status::Held, &reasons).await;
    let decided = ham(&site, &article).await;
    sqlx::query("update comments set status = 'approved' where id = $1")
        .bind(decided.0)
        .execute(&site.app.pool)
        .await
        .expect("someone decides");
    sqlx::query("update settings set checker_url = '', checker_key = null, checker_told = '{}'")
        .execute(&site.app.pool)
        .await
        .expect("the checker is switched off");
    assert_eq!(ask(&site).await, 0);
    assert_eq!(
        state_of(&site, held).await,
        state(Status::Held, "links:2, checker-silent", 0)
    );
    assert_eq!(
        state_of(&site, decided).await,
        state(Status::Approved, "being-checked", 0)
    );
    assert_eq!(checker.asked().len(), 0);
}

#[tokio::test]
async fn what_was_decided_meanwhile_stays_decided() {
    for (act, status, reasons) in [
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
        for answer in ["true", "false"] {
            let checker = Checker::start().await;
            let site = checker.site(&["words"]).await;
            let article = site.article("Tea").await;
            let id = ham(&site, &article).await;
            checker.answers(answer);
            checker.meanwhile(&site, act);
            assert_eq!(ask(&site).await, 0);
            assert_eq!(
                state_of(&site, id).await,
                state(status, reasons, 0),
                "{act}"
            );
        }
    }
}

#[tokio::test]
async fn what_was_decided_before_is_not_asked_about() {
    let checker = Checker::start().await;
    let site = checker.site(&["words"]).await;
    let article = site.article("Tea").await;
    let id = ham(&site, &article).await;
    sqlx::query("update comments set status = 'trashed'")
        .execute(&site.app.pool)
        .await
        .expect("someone decides");
    assert_eq!(ask(&site).await, 0);
    assert_eq!(
        state_of(&site, id).await,
        state(Status::Trashed, "being-checked", 0)
    );
    assert_eq!(checker.asked().len(), 0);
}

#[tokio::test]
async fn an_answer_is_not_for_words_that_changed_meanwhile() {
    let checker = Checker::start().await;
    let site = checker.site(&["words"]).await;
    let article = site.article("Tea").await;
    let id = ham(&site, &article).await;
    let edit = "update comments set body = 'Cheap pills.', version = version + 1 where version = 0";
    checker.meanwhile(&site, edit);
    assert_eq!(ask(&site).await, 0);
    assert_eq!(
        state_of(&site, id).await,
        state(Status::Held, "being-checked", 1)
    );
    checker.answers("true");
    site.app.clock.advance(MINUTE);
    assert_eq!(ask(&site).await, 1);
    assert_eq!(
        state_of(&site, id).await,
        state(Status::Spam, "checker-spam", 0)
    );
    let words: Vec<_> = checker
        .asked()
        .iter()
        .map(|asked| asked.form["comment_content"].clone())
        .collect();
    assert_eq!(words, ["Words of Ann.", "Cheap pills."]);
}

#[tokio::test]
async fn two_servers_do_not_ask_about_one_reply() {
    let checker = Checker::start().await;
    let site = checker.site(&["words"]).await;
    let article = site.article("Tea").await;
    ham(&site, &article).await;
    let (one, other) = tokio::join!(ask(&site), ask(&site));
    assert_eq!(one + other, 1);
    assert_eq!(checker.asked().len(), 1);
}

#[tokio::test]
async fn neither_the_log_nor_the_database_gives_a_secret_away() {
    let checker = Checker::start().await;
    let site = checker.site(&CheckerSettings::TELLABLE).await;
    let article = site.article("Tea").await;
    let id = ham(&site, &article).await;
    give_website_and_network(&site, id).await;
    let quoting = [(
        "x-akismet-debug-help",
        "aki5met-k3y ann@example.org 192.0.2.77 Words of Ann.",
    )];
    checker.answers_with(StatusCode::OK, &quoting, "aki5met-k3y: invalid");
    ask(&site).await;
    assert_eq!(checker.asked()[0].form["api_key"], KEY);
    let log = site.log();
    assert!(log.contains("the spam checker gave no answer"));
    for secret in [KEY, "ann@example.org", NETWORK, "Words of Ann."] {
        assert!(!log.contains(secret), "the log has {secret}");
    }
    let tables: Vec<String> =
        sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'public'")
            .fetch_all(&site.app.pool)
            .await
            .expect("tables");
    assert!(tables.contains(&"settings".to_owned()));
    for table in tables {
        let query = format!("select t::text as row from {table} t");
        let rows = sqlx::query(AssertSqlSafe(query))
            .fetch_all(&site.app.pool)
            .await
            .expect("rows");
        for row in rows {
            let row: String = row.get("row");
            let hidden = hex(KEY.as_bytes());
            assert!(!row.contains(KEY) && !row.contains(&hidden), "{table}");
        }
    }
}

async fn give_website_and_network(site: &TestSite, id: CommentId) {
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
    .expect("they go in");
}
