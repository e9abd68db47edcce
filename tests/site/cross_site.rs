//! Tests of forms that the browser says another site sent: nothing is carried out, and everything that was typed comes back
//! in a form of this site.

use axum::http::{Method, Request};
use broadsheet::accounts::Role;
use broadsheet::router;
use url::form_urlencoded;

use crate::support::TestSite;
use crate::support::visitor::{Page, Visitor};

/// Headers of requests that may come from another site.
const FOREIGN: [&[(&str, &str)]; 7] = [
    &[("origin", "null")],
    &[("origin", "https://evil.example")],
    &[("origin", "http://www.127.0.0.1:8600")],
    &[("sec-fetch-site", "same-site")],
    &[("sec-fetch-site", "cross-site")],
    &[("sec-fetch-site", "cross-site"), ("origin", "null")],
    &[
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
    ],
];

const FORM: &str = "application/x-www-form-urlencoded";

async fn send_foreign(
    visitor: &Visitor,
    path: &str,
    headers: &[(&str, &str)],
    kind: &str,
    body: impl Into<axum::body::Body>,
) -> Page {
    let mut request = Request::post(path).header("content-type", kind);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    visitor.send(request, body.into(), path).await
}

fn encode(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// Returns the path of every form of the site.
fn list_form_paths() -> Vec<String> {
    let routes = router::list_routes().into_iter();
    let forms = routes.filter(|(method, _)| method == Method::POST);
    forms.map(|(_, path)| path.replace("{id}", "1")).collect()
}

#[tokio::test]
async fn every_form_from_another_site_comes_back_with_its_words_and_changes_nothing() {
    let site = TestSite::new().await;
    site.article("Tea").await;
    let ada = site.staff("ada", Role::Admin).await;
    let words = "Довгий текст\r\n</textarea><script>alert(1)</script> & \"more\"";
    let secret = "four plain words here, secret";
    let fields = [
        ("comment", words),
        ("author", "Ann"),
        ("email", "ann@example.org"),
        ("title", words),
        ("body", words),
        ("passphrase", secret),
        ("present", secret),
        ("mail_present", secret),
        ("new", secret),
        ("checker_key", secret),
        ("action", "keep"),
        ("all", "trashed"),
        ("ids", "1"),
        ("ids", "2"),
    ];
    let rows = "select (select count(*) from comments) + (select count(*) from articles) + (select count(*) from sessions)
        + (select count(*) from audit_log) + (select count(*) from accounts) + (select sum(version) from settings)";
    let before = site.count(rows).await;
    let paths = list_form_paths();
    assert!(paths.len() > 20, "{paths:?}");
    for path in &paths {
        // The query of a signed link belongs to the form.
        let path = &format!("{path}?key=a%26b");
        for headers in FOREIGN {
            let page = send_foreign(&ada, path, headers, FORM, encode(&fields)).await;
            let html = page.has_status(403).html();
            assert_eq!(page.header("cache-control"), "no-store", "{path}");
            let policy = page.header("content-security-policy");
            assert!(
                policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'")
            );
            assert!(!html.contains(secret), "{path} shows a passphrase");
            assert!(!html.contains("<script>alert"), "{path} runs what was sent");
            let bare = path.split('?').next().expect("a path");
            let form = page.form(bare);
            assert_eq!(form.value("comment"), words.replace("\r\n", "\n"), "{path}");
            let is_reply = ["/articles/1/reply", "/wp-comments-post.php"].contains(&bare);
            if !is_reply {
                assert_eq!(form.action(), path);
                let labels = page.texts_of(".sent-fields label");
                assert!(labels.contains(&"Comment".to_owned()), "{labels:?}");
                assert!(labels.contains(&"all".to_owned()), "{labels:?}");
                for field in ["title", "body"] {
                    assert!(
                        form.value(field).contains("Довгий текст"),
                        "{path}: {field}"
                    );
                }
                for field in [
                    "passphrase",
                    "present",
                    "mail_present",
                    "new",
                    "checker_key",
                ] {
                    assert!(
                        form.has(field) && form.value(field).is_empty(),
                        "{path}: {field}"
                    );
                }
                // What another site may have filled in is shown, and one press is not enough to change the site.
                let hidden = page.attribute("main form textarea[hidden]", "name");
                assert_eq!(hidden, None, "{path}");
                let confirmed = page.attribute("#confirm", "required").is_some();
                assert_eq!(confirmed, bare.starts_with("/admin/"), "{path}");
            }
        }
    }
    assert_eq!(
        site.count(rows).await,
        before,
        "a refused form changed something"
    );
    ada.open("/admin/account").await.has_status(200);
}

#[tokio::test]
async fn a_refused_reply_is_posted_from_the_page_that_gives_it_back() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let reader = site.visitor();
    let fields = [
        ("comment", "Two\nlines of words."),
        ("author", "Олена"),
        ("email", "olena@example.org"),
        ("url", "https://example.org/"),
        ("to", ""),
    ];
    let path = format!("/articles/{}/reply", article.id);
    let wordpress_id = article.id.to_string();
    for (number, headers) in FOREIGN.into_iter().enumerate() {
        let words = format!("Words number {number}.");
        let mut fields = fields.to_vec();
        fields[0].1 = &words;
        let page = send_foreign(&reader, &path, headers, FORM, encode(&fields)).await;
        page.has_status(403).sees("Your comment was not sent yet");
        assert_eq!(
            site.count("select count(*) from comments").await,
            i64::try_from(number).expect("a small number")
        );
        let form = page.form("/articles/");
        for (field, value) in &fields[..4] {
            assert_eq!(form.value(field), *value);
        }
        form.submit().await.has_status(303);
    }
    let fields = [
        ("comment", "From an old page."),
        ("comment_post_ID", &wordpress_id),
    ];
    let page = send_foreign(
        &reader,
        "/wp-comments-post.php",
        FOREIGN[0],
        FORM,
        encode(&fields),
    )
    .await;
    let form = page.has_status(403).form("/wp-comments-post.php");
    assert_eq!(form.value("comment"), "From an old page.");
    assert_eq!(form.value("comment_post_ID"), wordpress_id);
}

#[tokio::test]
async fn refused_staff_forms_are_sent_again_from_the_page_that_gives_them_back() {
    let site = TestSite::new().await;
    let ada = site.staff("ada", Role::Admin).await;
    let form = ada
        .open("/admin/articles/new")
        .await
        .form("/admin/articles/new");
    let version = form.value("version").to_owned();
    let body = "Перший рядок.\n\nДругий & <b>третій</b>.";
    let fields = [
        ("version", version.as_str()),
        ("title", "A title"),
        ("body", body),
        ("action", "publish"),
    ];
    let page = send_foreign(
        &ada,
        "/admin/articles/new",
        FOREIGN[3],
        FORM,
        encode(&fields),
    )
    .await;
    page.has_status(403).sees("This was not saved");
    assert_eq!(site.count("select count(*) from articles").await, 0);
    page.form("/admin/articles/new")
        .submit()
        .await
        .has_status(303);
    let saved: String = sqlx::query_scalar("select body from articles")
        .fetch_one(&site.app.pool)
        .await
        .expect("the article was saved");
    assert_eq!(saved, body);

    // Signing in needs the passphrase again.
    let fields = [
        ("username", "ada"),
        ("passphrase", "four plain words here"),
        ("next", "/admin/settings"),
    ];
    let eve = site.visitor();
    let page = send_foreign(&eve, "/admin/sign-in", FOREIGN[0], FORM, encode(&fields)).await;
    assert_eq!(page.has_status(403).header("set-cookie"), "");
    let form = page.form("/admin/sign-in");
    assert_eq!(
        (form.value("username"), form.value("next")),
        ("ada", "/admin/settings")
    );
    assert_eq!(form.value("passphrase"), "");
}

#[tokio::test]
async fn what_is_no_form_of_the_site_is_refused_without_giving_anything_back() {
    let site = TestSite::new().await;
    let ada = site.staff("ada", Role::Admin).await;
    let words = encode(&[("comment", "Words that were sent")]);
    for (path, kind, body) in [
        // A path that leads away from the site must not become the action of a form.
        ("//evil.example/admin/settings", FORM, words.clone()),
        ("/nothing", FORM, words.clone()),
        ("/", FORM, words.clone()),
        ("/admin/settings", "text/plain", words.clone()),
        ("/admin/settings", "application/json", "{\"title\": \"Words that were sent\"}".to_owned()),
        (
            "/admin/settings",
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nWords that were sent\r\n--x--\r\n".to_owned(),
        ),
        ("/articles/1/reply", FORM, format!("{words}{}", "x".repeat(300 * 1024))),
        ("/admin/settings", FORM, format!("{words}{}", "&a=b".repeat(600))),
    ] {
        let page = send_foreign(&ada, path, FOREIGN[4], kind, body).await;
        page.has_status(403)
            .sees("You are not allowed to do this")
            .does_not_see("Words that were sent");
        assert!(!page.html().contains("method=\"post\""), "{path}");
    }
    for method in ["PUT", "DELETE", "PATCH"] {
        let request = Request::builder()
            .method(method)
            .uri("/admin/settings")
            .header("origin", "null")
            .header("content-type", FORM);
        ada.send(request, words.clone().into(), "/admin/settings")
            .await
            .has_status(403)
            .does_not_see("Words that were sent");
    }
}

#[tokio::test]
async fn forms_of_the_site_itself_are_accepted() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let path = format!("/articles/{}/reply", article.id);
    let own: [&[(&str, &str)]; 5] = [
        &[],
        &[("origin", "http://127.0.0.1:8600")],
        &[("sec-fetch-site", "same-origin")],
        &[("sec-fetch-site", "same-origin"), ("origin", "null")],
        &[("sec-fetch-site", "none")],
    ];
    for headers in own {
        let body = encode(&[("comment", "")]);
        let page = send_foreign(&site.visitor(), &path, headers, FORM, body).await;
        page.has_status(422).sees("Please type your comment");
    }
}
