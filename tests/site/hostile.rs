//! Tests of hostile input: every request gets a valid response, nothing fails, and no script in the input is executed.

use std::fmt::Write;
use std::sync::atomic::{AtomicU32, Ordering};

use broadsheet::accounts::Role;
use broadsheet::comments::Status;

use crate::support::visitor::{Form, Page, Visitor};
use crate::support::{Setup, TestSite};

/// Creates a site that publishes comments at once, so that their text is shown on a page.
async fn open_site() -> TestSite {
    Setup::default()
        .publication(|publication| publication.discussion.hold_everything = false)
        .settings(|settings| settings.trusted_proxies = Some("127.0.0.1".into()))
        .build()
        .await
}

async fn reply(site: &TestSite, path: &str, fields: &[(&str, &str)]) -> Page {
    let mut all = vec![
        ("comment", "Words."),
        ("author", "Ann"),
        ("email", "ann@example.org"),
        ("url", ""),
    ];
    for (name, value) in fields {
        all.retain(|(field, _)| field != name);
        all.push((name, value));
    }
    let visitor = site.visitor().at(&next_ip());
    visitor.post_fields(path, &all).await
}

/// Returns a different IP address on each call, so that rate limits do not apply.
fn next_ip() -> String {
    static SENT: AtomicU32 = AtomicU32::new(0);
    let number = SENT.fetch_add(1, Ordering::Relaxed);
    format!("198.51.{}.{}", number / 250 % 250, number % 250)
}

#[tokio::test]
async fn scripts_in_comments_are_shown_as_text() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let post = format!("/articles/{}/reply", article.id);
    let script = "<script>alert(1)</script><img src=x onerror=alert(2)>";
    reply(&site, &post, &[("author", script), ("comment", script)])
        .await
        .has_status(303);
    reply(
        &site,
        &post,
        &[(
            "comment",
            "[x](javascript:alert(3)) <javascript:alert(4)> ![x](data:text/html;base64,PHN2Zz4=)",
        )],
    )
    .await
    .has_status(303);
    for website in [
        "javascript:alert(5)",
        " JaVaScRiPt:alert(5)",
        "java\tscript:alert(5)",
        "data:text/html,x",
        "vbscript:x",
        "https://ann:secret@example.org",
        "http://",
    ] {
        let page = reply(&site, &post, &[("url", website)]).await;
        page.has_status(422)
            .sees("Please enter a valid web address");
    }
    let quoted = "https://example.org/\"onmouseover=alert(6)//";
    reply(
        &site,
        &post,
        &[("comment", "With a site."), ("url", quoted)],
    )
    .await;
    let page = site.visitor().open(&article.path).await;
    page.sees("<script>alert(1)</script>")
        .sees("<img src=x onerror=alert(2)>");
    let html = page.html();
    for wrong in [
        "<script>",
        "<img src=x",
        "href=\"javascript",
        "href=\"data:",
        "\"onmouseover",
    ] {
        assert!(!html.contains(wrong), "{wrong} is on the page");
    }
    let mod_ = site.staff("mo", Role::Moderator).await;
    let queue = mod_.open("/admin/comments?status=approved").await.html();
    assert!(!queue.contains("<script>alert") && !queue.contains("<img src=x"));
}

#[tokio::test]
async fn oversized_forms_are_refused() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let post = format!("/articles/{}/reply", article.id);
    let huge = format!("comment={}", "a".repeat(10 * 1024 * 1024));
    site.visitor()
        .post(&post, huge)
        .await
        .has_status(413)
        .sees("That is too much at once");
    let large = reply(&site, &post, &[("comment", &"a".repeat(100_000))]).await;
    large
        .has_status(422)
        .sees("Your comment is 34475 bytes too long");
    assert_eq!(large.form("/articles/").value("comment").len(), 100_000);
    let many: String = (0..20_000).fold(String::new(), |mut body, number| {
        write!(body, "f{number}=x&").expect("writing to a String does not fail");
        body
    });
    site.visitor().post(&post, many).await.has_status(413);
}

#[tokio::test]
async fn unreadable_characters_are_removed_and_reported() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let post = format!("/articles/{}/reply", article.id);
    for (field, value) in [
        ("comment", "a\0b"),
        ("author", "A\0nn"),
        ("url", "https://example.org/\0"),
        ("email", "ann\0@example.org"),
        ("comment", "bell\u{7}"),
    ] {
        let page = reply(&site, &post, &[(field, value)]).await;
        page.has_status(422).sees("characters that cannot be read");
        assert!(!page.body.contains(&0) && !page.html().contains("&#0"));
        page.form("/articles/").submit().await.has_status(303);
    }
    let invalid = site
        .visitor()
        .at("203.0.113.77")
        .post(&post, "comment=caf%E9&author=%FF%FE&email=ann@example.org")
        .await;
    invalid
        .has_status(422)
        .sees("characters that cannot be read");
    assert_eq!(invalid.form("/articles/").value("comment"), "caf");
    for body in ["", "=&=&", "%", "comment", "comment=%ZZ&author=%", "&&&&"] {
        site.visitor()
            .at("203.0.113.78")
            .post(&post, body)
            .await
            .has_status(422);
    }
}

#[tokio::test]
async fn bidi_controls_are_removed_from_names_and_isolated_in_comments() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let post = format!("/articles/{}/reply", article.id);
    reply(
        &site,
        &post,
        &[
            ("author", "Ann\u{202e}gnp.exe"),
            ("comment", "left \u{202e}right\u{202c}"),
        ],
    )
    .await
    .has_status(303);
    reply(&site, &post, &[("author", "\u{202e}\u{200b}\u{2066}")])
        .await
        .has_status(422)
        .sees("Please enter a name");
    let page = site.visitor().open(&article.path).await;
    assert_eq!(page.text_of(".reply-author bdi"), "Anngnp.exe");
    assert_eq!(page.attribute(".reply-body", "dir").as_deref(), Some("ltr"));
}

#[tokio::test]
async fn deep_quotations_are_flattened() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let post = format!("/articles/{}/reply", article.id);
    for deep in [
        format!("{}deep down", ">".repeat(5_000)),
        format!("{}deep down", "- ".repeat(5_000)),
        format!("{}deep down{}", "*".repeat(5_000), "*".repeat(5_000)),
        format!("{}deep down", "[".repeat(5_000)),
        "<".repeat(60_000) + " deep down",
        "&".repeat(60_000) + " deep down",
    ] {
        reply(&site, &post, &[("comment", &deep)])
            .await
            .has_status(303);
    }
    let page = site.visitor().open(&article.path).await;
    page.has_status(200).sees("deep down");
    assert!(page.html().matches("<blockquote>").count() <= 20);
    assert!(page.body.len() < 2_000_000);
}

#[tokio::test]
async fn names_in_every_script_are_accepted() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let post = format!("/articles/{}/reply", article.id);
    let names = [
        "Їжакевич Ґалаґан",
        "👩‍👩‍👧‍👦 🫖",
        "مريم",
        "李小龍",
        "O'Brien & Søn",
        "Zoë \"Z\" <z>",
    ];
    for name in names {
        reply(
            &site,
            &post,
            &[("author", name), ("comment", &format!("I am {name}"))],
        )
        .await
        .has_status(303);
    }
    let page = site.visitor().open(&article.path).await;
    assert_eq!(page.texts_of(".reply-author bdi"), names);
}

#[tokio::test]
async fn malformed_forms_are_refused() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let post = format!("/articles/{}/reply", article.id);
    for kind in [
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
        "",
    ] {
        let request = axum::http::Request::post(post.as_str()).header("content-type", kind);
        let page = site.visitor().send(request, "{}".into(), &post).await;
        page.has_status(415).sees("We could not read that");
    }
    for to in [
        "x",
        "-1",
        "99999999999999999999",
        "1; drop table comments",
        "%00",
    ] {
        reply(&site, &post, &[("to", to)])
            .await
            .has_status(422)
            .sees("has been removed");
    }
    for act in ["", "x", "-1", "9223372036854775807"] {
        let mod_ = site
            .staff(&format!("m{}", act.len()), Role::Moderator)
            .await;
        let page = mod_
            .post_fields("/admin/comments/undo", &[("action", act)])
            .await;
        assert!(matches!(page.status.as_u16(), 303 | 404));
        let page = mod_
            .post_fields("/admin/comments", &[("all", act), ("selected", act)])
            .await;
        page.has_status(422);
    }
}

#[tokio::test]
async fn hostile_text_in_the_editor_gets_a_valid_response() {
    let site = open_site().await;
    let editor = site.staff("edda", Role::Editor).await;
    let new = editor.open("/admin/articles/new").await;
    let form = |title: &str, body: &str| {
        new.form("/admin/articles/new")
            .fill("title", title)
            .fill("body", body)
    };
    form("A\0b", "c\0d")
        .press("Publish")
        .await
        .has_status(422)
        .sees("characters that cannot be read");
    form(&"t".repeat(501), "x")
        .press("Publish")
        .await
        .has_status(422)
        .sees("too long");
    form("Long", &"x".repeat(1_000_001))
        .press("Publish")
        .await
        .has_status(422)
        .sees("too long");
    form(
        "<script>alert(1)</script>",
        &format!("{}x <script>alert(1)</script>", ">".repeat(5_000)),
    )
    .press("Publish")
    .await
    .has_status(303);
    let page = site
        .visitor()
        .open("/2026/03/14/script-alert-1-script")
        .await;
    page.has_status(200);
    assert!(!page.html().contains("<script>alert"));
}

/// Values that no field of an admin form expects.
pub fn nonsense() -> Vec<String> {
    vec![
        "\0".to_owned(),
        "a\0b\u{7}\u{ffff}\u{fffd}".to_owned(),
        "x".repeat(1_000_000),
        "é".repeat(5_000),
        "-1".to_owned(),
        "9223372036854775807".to_owned(),
        "-9223372036854775808".to_owned(),
        "99999999999999999999".to_owned(),
        "253402207200000000".to_owned(),
        "-377705023201000000".to_owned(),
        "1e9".to_owned(),
        "-009999-01-02".to_owned(),
        "9999-12-31".to_owned(),
        "spam 9223372036854775807:9223372036854775807".to_owned(),
        "spam 1:held:-2147483648".to_owned(),
        "\" or 1=1 -- \\ ' ( & | ! :* <->".to_owned(),
    ]
}

/// Path of a form, its usual values, and the names of the fields to fill with nonsense one after the other.
type Fields<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);

#[tokio::test]
async fn invalid_values_in_moderator_forms_cause_no_server_error() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    let id = site.comment(&article, "Ann", Status::Held).await;
    sqlx::query("update comments set network_hash = '\\x01', similar_group_id = id")
        .execute(&site.app.pool)
        .await
        .expect("the comment gets a network and a group");
    let mo = site.staff("mo", Role::Moderator).await;
    let last = id.to_string();
    let of = |what: &str| format!("/admin/comments/{id}/{what}");
    let filter = [
        "status",
        "reason",
        "article",
        "author",
        "network",
        "similar",
        "search",
        "age",
        "order",
        "after",
        "action",
        "conflicts",
        "none",
        "nothing",
        "gone",
        "ids",
    ];
    let log = ["by", "kind", "to", "from", "until", "before"];
    for value in nonsense() {
        let shown: String = value.chars().take(40).collect();
        let short: String = value.chars().take(3_000).collect();
        for (path, fields) in [
            ("/admin/comments", &filter[..]),
            ("/admin/comments/cards", &filter[..]),
            ("/admin/log", &log[..]),
            (&of("commenter"), &["done", "action"][..]),
            (&of("reply"), &["to", "seen"][..]),
            (&of("edit"), &["version"][..]),
        ] {
            for field in fields {
                let query = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair(field, &short)
                    .append_pair("similar", &last)
                    .append_pair("newest", &short)
                    .finish();
                let page = mo.open(&format!("{path}?{query}")).await;
                assert!(
                    page.status.as_u16() < 500,
                    "{path} {field} {shown:?}: {}",
                    page.status
                );
            }
        }
        let forms: [Fields<'_>; 9] = [
            (
                "/admin/comments",
                &[
                    ("matching", "spam"),
                    ("as_of", "1773500966000000"),
                    ("status", "trashed"),
                ],
                &[
                    "note", "search", "as_of", "author", "similar", "network", "article", "after",
                ],
            ),
            (
                "/admin/comments",
                &[("one", "spam 0:held:0")],
                &["one", "note", "after", "search"],
            ),
            ("/admin/comments", &[], &["group", "all", "matching"]),
            (
                "/admin/comments",
                &[("group", "approved 1:1"), ("similar", "1")],
                &["as_of", "note", "newest"],
            ),
            ("/admin/comments/undo", &[], &["action"]),
            (&of("commenter"), &[], &["note", "delete_note"]),
            (
                &of("commenter"),
                &[("policy", "hold"), ("expected_policy", "default")],
                &["reason", "expected_policy", "policy"],
            ),
            (
                &of("reply"),
                &[("comment", "Words."), ("preview", "1")],
                &["comment", "expected"],
            ),
            (
                &of("edit"),
                &[
                    ("comment", "Words."),
                    ("author", "Ann"),
                    ("version", "7"),
                    ("url", ""),
                    ("note", ""),
                ],
                &[
                    "comment", "author", "url", "note", "version", "restore", "action",
                ],
            ),
        ];
        for (path, usual, fields) in forms {
            for field in fields {
                let mut all: Vec<(&str, &str)> = usual
                    .iter()
                    .copied()
                    .filter(|(name, _)| name != field)
                    .collect();
                all.push((field, &value));
                let page = mo.post_fields(path, &all).await;
                assert!(
                    page.status.as_u16() < 500,
                    "{path} {field} {shown:?}: {}",
                    page.status
                );
                assert!(!page.body.contains(&0), "{path} {field} {shown:?}");
            }
        }
        for path in ["/admin/account/email", "/admin/account/digest"] {
            for field in ["email", "digest", "action"] {
                let page = mo.post_fields(path, &[(field, &value)]).await;
                assert!(page.status.as_u16() < 500, "{path} {field} {shown:?}");
            }
        }
    }
    // Unreadable characters are removed from a reason.
    let one = format!("spam {id}:held:0");
    let fields = [("one", one.as_str()), ("note", "an\0 ad\u{7}")];
    mo.post_fields("/admin/comments", &fields)
        .await
        .has_status(303);
    assert_eq!(
        site.count("select count(*) from audit_log where note = 'an ad'")
            .await,
        1
    );
}

/// Submits a form once for each of its fields and each nonsense value, and checks that each response is readable. The
/// visitor has a different IP address each time, so that rate limits do not apply.
pub async fn fill_with_nonsense(visitor: &Visitor, form: &Form) {
    for name in form.names() {
        for value in nonsense() {
            visitor.clone().at(&next_ip());
            let page = form.send_with(name, &value).await;
            let what: String = value.chars().take(40).collect();
            let (action, status) = (form.action(), page.status.as_u16());
            assert!(
                status < 500 && status != 429,
                "{action} {name} {what:?}: {status}"
            );
            assert!(!page.body.contains(&0), "{action} {name} {what:?}");
        }
    }
}

#[tokio::test]
async fn invalid_values_in_admin_forms_cause_no_server_error() {
    let site = open_site().await;
    let article = site.article("Tea").await;
    site.comment(&article, "Ann", Status::Held).await;
    let ada = site.staff("ada", Role::Admin).await;
    let edited = format!("/admin/articles/{}", article.id);
    for path in [
        "/admin/discussion",
        "/admin/discussion/blocks",
        "/admin/spam-score",
        "/admin/settings",
        "/admin/articles/new",
        &edited,
    ] {
        let forms = ada.open(path).await.has_status(200).forms(path);
        assert!(!forms.is_empty(), "{path} has no form");
        for form in forms {
            fill_with_nonsense(&ada, &form).await;
        }
        ada.open(path).await.has_status(200);
    }
    site.visitor().open(&article.path).await.has_status(200);
}
