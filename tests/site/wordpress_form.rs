//! Tests of the rules of WordPress's own comment form, in the order of its source (7.1). The table in
//! `docs/wordpress-form.md` lists these rules, and a test checks that every row of it names a test.

use broadsheet::accounts::Role;
use broadsheet::articles::ArticleState;
use broadsheet::comments::Status;
use broadsheet::publication::Publication;

use crate::support::makers::SampleArticle;
use crate::support::visitor::{Form, Page};
use crate::support::{Setup, TestSite};

/// Creates a site with WordPress's default settings, except that first-time commenters are not held.
async fn site_with(change: impl FnOnce(&mut Publication) + 'static) -> TestSite {
    Setup::default()
        .settings(|settings| settings.trusted_proxies = Some("127.0.0.1".into()))
        .publication(|publication| {
            publication.discussion.hold_everything = false;
            change(publication);
        })
        .build()
        .await
}

fn fill_form(page: &Page) -> Form {
    page.form("/articles/")
        .fill("comment", "Lovely tea.")
        .fill("author", "Ann")
        .fill("email", "ann@example.org")
}

/// Submits a reply. Returns the status of the comment and the codes of the reasons for it.
async fn submit_and_load(
    site: &TestSite,
    article: &SampleArticle,
    change: impl FnOnce(Form) -> Form,
) -> (Status, Vec<String>) {
    let page = site.visitor().open(&article.path).await;
    change(fill_form(&page)).submit().await.has_status(303);
    sqlx::query_as("select status, reasons from comments order by id desc limit 1")
        .fetch_one(&site.app.pool)
        .await
        .expect("the reply is read")
}

async fn set_word_lists(site: &TestSite, hold: &str, refuse: &str) {
    sqlx::query("update word_lists set hold_words = $1, refuse_words = $2")
        .bind(hold)
        .bind(refuse)
        .execute(&site.app.pool)
        .await
        .expect("the word lists are saved");
}

#[tokio::test]
async fn the_form_has_the_fields_of_wordpress() {
    let site = site_with(|_| {}).await;
    let article = site.article("Tea").await;
    let page = site.visitor().open(&article.path).await;
    assert_eq!(page.text_of("#reply-title"), "Leave a Reply");
    page.sees("Your email address will not be published. Required fields are marked *")
        .sees("Save my name, email, and website in this browser for the next time I comment.")
        .sees("Post Comment");
    for (field, attribute, value) in [
        ("comment", "rows", "8"),
        ("author", "autocomplete", "name"),
        ("email", "type", "email"),
        ("email", "autocomplete", "email"),
        ("url", "type", "url"),
    ] {
        let found = page.attribute(&format!("#{field}"), attribute);
        assert_eq!(found.as_deref(), Some(value), "{field} {attribute}");
    }
    // WordPress has one on three fields: a browser cuts what is pasted there without a word.
    assert_eq!(page.attribute("[maxlength]", "maxlength"), None);
    let order = page.texts_of("#commentform label");
    let position = |word: &str| order.iter().position(|label| label.starts_with(word));
    assert!(position("Comment") < position("Name"));
    assert!(position("Name") < position("Email"));
    assert!(position("Email") < position("Website"));
    assert_eq!(page.attribute("#remember", "checked"), None);
}

#[tokio::test]
async fn the_wordpress_url_accepts_only_post() {
    let site = site_with(|_| {}).await;
    let page = site.visitor().open("/wp-comments-post.php").await;
    page.has_status(405);
    assert_eq!(page.header("allow"), "POST");
}

#[tokio::test]
async fn a_reply_to_a_missing_comment_keeps_its_text() {
    let site = site_with(|_| {}).await;
    let article = site.article("Tea").await;
    let held = site.comment(&article, "Held", Status::Held).await;
    let page = site.visitor().open(&article.path).await;
    for to in [held.to_string(), "999999".to_owned()] {
        let answer = fill_form(&page).tick("to", &to).submit().await;
        answer
            .has_status(422)
            .sees("The comment you replied to has been removed.");
        assert_eq!(
            answer.form("/articles/").value("comment").trim(),
            "Lovely tea."
        );
    }
}

#[tokio::test]
async fn a_reply_to_a_missing_article_keeps_its_text() {
    let site = site_with(|_| {}).await;
    let article = site.article("Tea").await;
    let draft = site
        .article_with("Draft", |draft| draft.state = ArticleState::Draft)
        .await;
    let fields = [
        ("comment", "Lovely tea."),
        ("author", "Ann"),
        ("email", "ann@example.org"),
    ];
    for id in [draft.id.0, article.id.0 + 500] {
        let answer = site
            .visitor()
            .post_fields(&format!("/articles/{id}/reply"), &fields)
            .await;
        answer
            .has_status(404)
            .sees("This article has been removed")
            .sees("Lovely tea.");
    }
}

#[tokio::test]
async fn a_reply_to_a_closed_discussion_keeps_its_text() {
    let site = site_with(|publication| publication.discussion.close_after_days = 14).await;
    let article = site.article("Tea").await;
    let closed = site
        .article_with("Closed", |draft| draft.replies_open = false)
        .await;
    let page = site.visitor().open(&closed.path).await;
    page.sees("Comments are closed.");
    assert!(page.forms("/articles/").is_empty());
    let page = site.visitor().open(&article.path).await;
    let form = fill_form(&page);
    site.app.clock.advance(14 * 24 * 3_600);
    form.submit()
        .await
        .has_status(403)
        .sees("Comments on this article have been closed")
        .sees("Lovely tea.");
    let page = site.visitor().open(&article.path).await;
    page.sees("Comments are closed.");
    assert!(page.forms("/articles/").is_empty());
}

#[tokio::test]
async fn wordpress_form_errors_are_shown_beside_their_fields() {
    let site = site_with(|_| {}).await;
    let article = site.article("Tea").await;
    let page = site.visitor().open(&article.path).await;
    let long = |count: usize| "x".repeat(count);
    for (field, value, said) in [
        (
            "author",
            String::new(),
            "Please enter a name. Any name will do.",
        ),
        (
            "email",
            String::new(),
            "Please enter your email address. It will not be published.",
        ),
        (
            "email",
            "ann@".into(),
            "Please enter a valid email address, such as name@example.org.",
        ),
        ("comment", String::new(), "Please type your comment."),
        (
            "author",
            long(246),
            "Your name is too long: at most 245 characters are allowed.",
        ),
        (
            "email",
            format!("ann@{}.org", "a.".repeat(130)),
            "This email address is too long to be valid.",
        ),
        (
            "url",
            format!("https://example.org/{}", long(200)),
            "This web address is too long",
        ),
        (
            "comment",
            long(65_526),
            "Your comment is one byte too long.",
        ),
    ] {
        let answer = fill_form(&page).fill(field, &value).submit().await;
        let mistake = answer.has_status(422).text_of(&format!("#{field}-error"));
        assert!(mistake.starts_with(said), "{field}: {mistake}");
        assert_eq!(
            answer
                .form("/articles/")
                .value(field)
                .trim_start_matches('\n'),
            value
        );
    }
    assert_eq!(site.count("select count(*) from comments").await, 0);
}

#[tokio::test]
async fn a_wordpress_form_is_given_back_while_the_database_is_down() {
    let mut site = site_with(|_| {}).await;
    site.may_log_errors();
    let article = site.article("Tea").await;
    let form = fill_form(&site.visitor().open(&article.path).await);
    site.app.pool.close().await;
    let answer = form.submit().await;
    answer
        .has_status(503)
        .sees("Your comment may not have been saved");
    assert_eq!(
        answer.form("/articles/").value("comment").trim(),
        "Lovely tea."
    );
    assert_eq!(answer.header("retry-after"), "5");
}

#[tokio::test]
async fn links_are_counted_after_autolinking() {
    let site = site_with(|_| {}).await;
    let article = site.article("Tea").await;
    for (words, website, status) in [
        (
            "https://a.example.org",
            "https://ann.example.org",
            Status::Approved,
        ),
        ("https://a.example.org www.b.example.org", "", Status::Held),
        (
            "[one](https://a.example.org) and https://b.example.org",
            "",
            Status::Held,
        ),
        (
            "`https://a.example.org` https://b.example.org",
            "",
            Status::Approved,
        ),
    ] {
        let (judged, reasons) = submit_and_load(&site, &article, |form| {
            form.fill("comment", words).fill("url", website)
        })
        .await;
        assert_eq!(judged, status, "{words}: {reasons:?}");
        let expected: &[&str] = if status == Status::Held {
            &["links:2"]
        } else {
            &[]
        };
        assert_eq!(reasons, expected, "{words}");
    }
    // The limit is a setting; 0 turns it off.
    let site = site_with(|publication| publication.discussion.hold_links = 0).await;
    let article = site.article("Tea").await;
    let many = "https://a.example.org https://b.example.org https://c.example.org";
    let (status, _) = submit_and_load(&site, &article, |form| form.fill("comment", many)).await;
    assert_eq!(status, Status::Approved);
}

#[tokio::test]
async fn word_lists_match_text_name_and_website_but_not_the_email() {
    let site = site_with(|_| {}).await;
    let article = site.article("Tea").await;
    set_word_lists(&site, "*casino*\nexample\n", "").await;
    for (field, value, status) in [
        ("comment", "Best CASINOS in town", Status::Held),
        ("author", "Casino Ann", Status::Held),
        ("url", "https://casino.test", Status::Held),
        ("email", "ann@casino.org", Status::Approved),
        // Whole words, unless the entry has asterisks.
        ("comment", "Examples are fine.", Status::Approved),
        ("comment", "An example is not.", Status::Held),
    ] {
        let (judged, reasons) =
            submit_and_load(&site, &article, |form| form.fill(field, value)).await;
        assert_eq!(judged, status, "{value}: {reasons:?}");
        assert_eq!(!reasons.is_empty(), status == Status::Held);
    }
}

#[tokio::test]
async fn refuse_words_trash_a_comment_and_are_named() {
    let site = site_with(|publication| publication.discussion.hold_everything = true).await;
    let article = site.article("Tea").await;
    set_word_lists(&site, "pills", "/free\\s+pills/").await;
    let (status, reasons) =
        submit_and_load(&site, &article, |form| form.fill("comment", "Free  pills")).await;
    assert_eq!(status, Status::Trashed);
    assert_eq!(reasons, ["refuse-word:/free\\s+pills/"]);
    let mo = site.staff("mo", Role::Moderator).await;
    mo.open("/admin/comments?status=trashed")
        .await
        .sees("Banned word: “/free\\s+pills/”");
}

#[tokio::test]
async fn blocked_emails_domains_and_networks_are_trashed() {
    let site = site_with(|_| {}).await;
    let article = site.article("Tea").await;
    sqlx::query("insert into blocked_domains values ('spam.example', null, now())")
        .execute(&site.app.pool)
        .await
        .expect("the domain is blocked");
    sqlx::query("insert into blocked_networks values ('203.0.113.0/24', null, now())")
        .execute(&site.app.pool)
        .await
        .expect("the network is blocked");
    let (status, reasons) = submit_and_load(&site, &article, |form| {
        form.fill("email", "x@sub.spam.example")
    })
    .await;
    assert_eq!(
        (status, reasons[0].as_str()),
        (Status::Trashed, "blocked-domain:spam.example")
    );
    let (status, _) = submit_and_load(&site, &article, |form| {
        form.fill("email", "x@notspam.example")
    })
    .await;
    assert_eq!(status, Status::Approved);
    sqlx::query("update commenters set blocked_at = now() where id = (select commenter_id from comments where status = 'approved')")
        .execute(&site.app.pool)
        .await
        .expect("the commenter is blocked");
    let (status, reasons) = submit_and_load(&site, &article, |form| {
        form.fill("email", "X@notspam.example")
            .fill("comment", "Again.")
    })
    .await;
    assert_eq!(
        (status, reasons[0].as_str()),
        (Status::Trashed, "blocked-email")
    );
    let page = site.visitor().at("203.0.113.9").open(&article.path).await;
    fill_form(&page)
        .fill("comment", "From there.")
        .submit()
        .await
        .has_status(303);
    let trashed: Vec<String> =
        sqlx::query_scalar("select reasons from comments where body = 'From there.'")
            .fetch_one(&site.app.pool)
            .await
            .expect("the reply is read");
    assert_eq!(trashed, ["blocked-network"]);
}

#[tokio::test]
async fn a_first_timer_is_held_until_a_comment_is_approved() {
    for (trust_unverified, status) in [(false, Status::Held), (true, Status::Approved)] {
        let site = site_with(move |publication| {
            publication.discussion.hold_first_timers = true;
            publication.discussion.trust_unverified = trust_unverified;
        })
        .await;
        let article = site.article("Tea").await;
        let (first, reasons) = submit_and_load(&site, &article, |form| form).await;
        assert_eq!((first, reasons[0].as_str()), (Status::Held, "first-timer"));
        sqlx::query("update comments set status = 'approved'")
            .execute(&site.app.pool)
            .await
            .expect("the comment is approved");
        // The same name and email are enough only if the setting says so.
        let (again, _) =
            submit_and_load(&site, &article, |form| form.fill("comment", "Again.")).await;
        assert_eq!(again, status);
        let (another, _) = submit_and_load(&site, &article, |form| {
            form.fill("comment", "Another.").fill("author", "Bob")
        })
        .await;
        assert_eq!(another, Status::Held, "another name is another person");
    }
}

#[tokio::test]
async fn no_cookie_stores_the_form_values() {
    let site = site_with(|_| {}).await;
    let article = site.article("Tea").await;
    let sent = fill_form(&site.visitor().open(&article.path).await)
        .submit()
        .await;
    assert!(sent.headers.get("set-cookie").is_none());
    let page = site.visitor().open(&article.path).await;
    assert!(page.headers.get("set-cookie").is_none());
}

/// Checks that every row of the table in `docs/wordpress-form.md` names a test that exists.
#[test]
fn every_row_of_the_table_names_an_existing_test() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(root.join("docs/wordpress-form.md"))
        .expect("docs/wordpress-form.md is read");
    let mut tests = String::new();
    for folder in ["tests/site", "tests/browser", "src/comments/screening"] {
        for file in std::fs::read_dir(root.join(folder)).expect("the folder of tests is read") {
            let path = file.expect("a file").path();
            if path.extension().is_some_and(|ending| ending == "rs") {
                tests.push_str(&std::fs::read_to_string(path).expect("the test file is read"));
            }
        }
    }
    let rows: Vec<&str> = table
        .lines()
        .filter(|line| line.starts_with("| 2."))
        .collect();
    assert!(rows.len() > 25, "{} rows", rows.len());
    for row in rows {
        let named: Vec<&str> = row
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|word| word.contains('_') && !word.contains('.'))
            .collect();
        let is_out = row.contains("| – |");
        assert!(is_out || !named.is_empty(), "no test is named in {row}");
        for test in named {
            assert!(
                tests.contains(&format!("fn {test}(")),
                "there is no test {test}"
            );
        }
    }
}
