//! Tests of submitting a reply: validation, duplicates, visibility, and giving the text back after a failure.

use broadsheet::comments::Status;
use broadsheet::worker;

use crate::support::visitor::{Form, Page};
use crate::support::{Setup, TestSite};

fn fill_form(page: &Page) -> Form {
    page.form("/articles/")
        .fill("comment", "Lovely *tea*.")
        .fill("author", "Ann")
        .fill("email", "ann@example.org")
}

#[tokio::test]
async fn a_held_comment_is_shown_only_to_its_author() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let answer = fill_form(&ann.open(&article.path).await).submit().await;
    let address = answer.has_status(303).leads_to();
    let held = ann.open(&address).await;
    held.has_status(200)
        .sees("Your comment is awaiting moderation")
        .sees("Lovely tea.")
        .sees("Ann");
    assert_eq!(held.header("cache-control"), "no-store");
    assert_eq!(held.header("x-robots-tag"), "noindex");
    site.visitor()
        .open(&article.path)
        .await
        .does_not_see("Lovely")
        .sees("No comments yet");
    let (path, key) = address
        .split_once("?key=")
        .expect("the address contains a key");
    site.visitor().open(path).await.has_status(404);
    let other = if key.starts_with('0') {
        key.replacen('0', "1", 1)
    } else {
        format!("0{}", &key[1..])
    };
    site.visitor()
        .open(&format!("{path}?key={other}"))
        .await
        .has_status(404);
    site.visitor()
        .open(path.trim_end_matches("/manage"))
        .await
        .has_status(404);
}

#[tokio::test]
async fn without_hold_rules_a_comment_is_public_at_once() {
    let site = Setup::default()
        .publication(|publication| publication.discussion.hold_everything = false)
        .build()
        .await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let own = fill_form(&ann.open(&article.path).await)
        .submit()
        .await
        .leads_to();
    let permanent = ann
        .open(&own)
        .await
        .attribute("a.button", "href")
        .expect("the page links the comment in its thread");
    let place = ann.open(&permanent).await.leads_to();
    let (path, fragment) = place
        .split_once('#')
        .expect("the link leads to the comment");
    assert_eq!(path, article.path);
    let page = site.visitor().open(path).await;
    assert_eq!(
        page.text_of(&format!("#{fragment} .reply-body")),
        "Lovely tea."
    );
    page.sees("One comment");
    let id = fragment
        .strip_prefix("comment-")
        .expect("the fragment names a comment");
    assert_eq!(permanent, format!("/comments/{id}"));
}

#[tokio::test]
async fn a_comment_is_screened_with_the_current_settings() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let page = site.visitor().open(&article.path).await;
    let reply = |name: &str, comment: &str| {
        let email = format!("{name}@example.org");
        let form = fill_form(&page).fill("author", name).fill("email", &email);
        form.fill("comment", comment).submit()
    };
    // By SQL, so that only the row itself changes and no cached settings.
    let set = async |sql: &'static str| {
        let done = sqlx::query(sql).execute(&site.app.pool).await;
        done.expect("the settings are changed");
    };
    reply("Ann", "Tea?").await.has_status(303);
    set("update settings set hold_everything = false").await;
    reply("Dora", "Tea!").await.has_status(303);
    let statuses: Vec<Status> = sqlx::query_scalar("select status from comments order by id")
        .fetch_all(&site.app.pool)
        .await
        .expect("both comments are read");
    assert_eq!(statuses, [Status::Held, Status::Approved]);
    set("update settings set language = 'uk'").await;
    let mistake = reply("Eve", "").await;
    mistake.has_status(422);
    assert_eq!(mistake.attribute("html", "lang").as_deref(), Some("uk"));
    set("update settings set key_id = decode(repeat('ab', 8), 'hex')").await;
    let unsealed = reply("Flo", "Tea, then.").await;
    unsealed.has_status(503).sees("Tea, then.");
}

#[tokio::test]
async fn every_error_is_shown_beside_its_field_and_every_value_is_kept() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let form = ann.open(&article.path).await.form("/articles/");
    let page = form
        .fill("author", "  ")
        .fill("email", "ann@")
        .fill("url", "javascript:alert(1)")
        .fill("comment", " \n ")
        .submit()
        .await;
    page.has_status(422).sees("Please fix 4 things");
    assert_eq!(page.text_of("#comment-error"), "Please type your comment.");
    assert_eq!(
        page.text_of("#author-error"),
        "Please enter a name. Any name will do."
    );
    assert_eq!(
        page.text_of("#email-error"),
        "Please enter a valid email address, such as name@example.org."
    );
    assert!(
        page.text_of("#url-error")
            .starts_with("Please enter a valid web address")
    );
    for field in ["comment", "author", "email", "url"] {
        assert_eq!(
            page.attribute(&format!("#{field}"), "aria-invalid")
                .as_deref(),
            Some("true")
        );
        let described = page
            .attribute(&format!("#{field}"), "aria-describedby")
            .expect("the field's error is announced");
        assert!(
            described
                .split(' ')
                .any(|id| id == format!("{field}-error"))
        );
    }
    assert_eq!(
        page.attribute(".form-errors", "role").as_deref(),
        Some("alert")
    );
    assert_eq!(page.header("cache-control"), "no-store");
    let form = page.form("/articles/");
    assert_eq!(
        (form.value("email"), form.value("url"), form.value("author")),
        ("ann@", "javascript:alert(1)", "  ")
    );
    form.fill("comment", "Now.")
        .fill("author", "Ann")
        .fill("email", "ann@example.org")
        .fill("url", "")
        .submit()
        .await
        .has_status(303);
    assert_eq!(site.count("select count(*) from comments").await, 1);
}

#[tokio::test]
async fn name_and_comment_are_limited_in_bytes() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let send = |name: String, comment: String| {
        let visitor = site.visitor();
        let path = article.path.clone();
        async move {
            fill_form(&visitor.open(&path).await)
                .fill("author", &name)
                .fill("comment", &comment)
                .submit()
                .await
        }
    };
    send("я".repeat(245), "й".repeat(32_762) + "i")
        .await
        .has_status(303);
    let page = send("Ann".to_owned(), "й".repeat(32_763)).await;
    page.has_status(422)
        .sees("Your comment is one byte too long");
    assert_eq!(page.form("/articles/").value("comment").len(), 65_526);
    send("я".repeat(246), "x".to_owned())
        .await
        .has_status(422)
        .sees("at most 245 characters are allowed");
    send("Ann".to_owned(), "🫖".repeat(16_381))
        .await
        .has_status(303);
}

#[tokio::test]
async fn a_comment_that_is_sent_twice_is_saved_once() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let page = ann.open(&article.path).await;
    let (first, second) = tokio::join!(fill_form(&page).submit(), fill_form(&page).submit());
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(site.count("select count(*) from comments").await, 1);
    fill_form(&page)
        .fill("comment", "Other words.")
        .submit()
        .await
        .has_status(303);
    fill_form(&page)
        .fill("email", "bob@example.org")
        .submit()
        .await
        .has_status(303);
    assert_eq!(site.count("select count(*) from comments").await, 3);
    assert_eq!(site.count("select count(*) from commenters").await, 2);
}

#[tokio::test]
async fn replies_are_nested_under_their_parents() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let first = site.comment(&article, "Ann", Status::Approved).await;
    site.comment(&article, "Carl", Status::Approved).await;
    let bob = site.visitor();
    let link = bob
        .open(&article.path)
        .await
        .attribute(&format!("#comment-{first} .reply-link a"), "href")
        .expect("the comment has a reply link");
    let page = bob.open(&link).await;
    page.has_status(200)
        .sees("You are replying to Ann")
        .sees("Words of Ann.");
    let wrong = fill_form(&page).fill("author", "").submit().await;
    wrong.has_status(422).sees("Words of Ann.");
    wrong
        .form("/articles/")
        .fill("author", "Bob")
        .submit()
        .await
        .has_status(303);
    sqlx::query("update comments set status = 'approved'")
        .execute(&site.app.pool)
        .await
        .expect("all comments are approved");
    let shown = site.visitor().open(&article.path).await;
    assert_eq!(shown.texts_of(".reply-author"), ["Ann", "Bob", "Carl"]);
    assert_eq!(shown.texts_of(".thread ol .reply-author"), ["Bob"]);
    shown.sees("3 comments");
}

#[tokio::test]
async fn a_comment_that_is_not_public_cannot_be_replied_to() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let elsewhere = site.article("Coffee").await;
    let held = site.comment(&article, "Ann", Status::Held).await;
    let on_another = site.comment(&elsewhere, "Carl", Status::Approved).await;
    for parent in [held, on_another] {
        site.visitor()
            .open(&format!("/articles/{}/reply?to={parent}", article.id))
            .await
            .has_status(404);
        let fields = [
            ("comment", "Hi"),
            ("author", "Bob"),
            ("email", "bob@example.org"),
            ("to", &parent.to_string()),
        ];
        let page = site
            .visitor()
            .post_fields(&format!("/articles/{}/reply", article.id), &fields)
            .await;
        page.has_status(422).sees("has been removed");
        assert_eq!(page.form("/articles/").value("comment"), "Hi");
    }
    assert_eq!(site.count("select count(*) from comments").await, 2);
}

#[tokio::test]
async fn a_reply_to_a_closed_discussion_is_given_back() {
    let site = TestSite::new().await;
    let article = site
        .article_with("Tea", |draft| draft.replies_open = false)
        .await;
    let page = site.visitor().open(&article.path).await;
    page.sees("Comments are closed.")
        .does_not_see("Leave a Reply");
    let fields = [
        ("comment", "Hello there"),
        ("author", "Bob"),
        ("email", "bob@example.org"),
    ];
    let answer = site
        .visitor()
        .post_fields(&format!("/articles/{}/reply", article.id), &fields)
        .await;
    answer
        .has_status(403)
        .sees("Comments on this article have been closed");
    assert_eq!(answer.text_of("#unsent-text"), "Hello there");
    let gone = site
        .visitor()
        .post_fields("/articles/9/reply", &fields)
        .await;
    gone.has_status(404).sees("This article has been removed");
    assert_eq!(gone.text_of("#unsent-text"), "Hello there");
}

#[tokio::test]
async fn a_filled_honeypot_is_spam() {
    let site = Setup::default()
        .publication(|publication| publication.discussion.hold_everything = false)
        .build()
        .await;
    let article = site.article("Tea").await;
    let answer = fill_form(&site.visitor().open(&article.path).await)
        .fill("topic", "cheap pills")
        .submit()
        .await;
    answer
        .has_status(303)
        .follow()
        .await
        .sees("Your comment was marked as spam");
    assert_eq!(
        site.count(
            "select count(*) from comments where status = 'spam' and reasons = '{honeypot-filled}'"
        )
        .await,
        1
    );
}

#[tokio::test]
async fn too_many_submissions_are_rejected_and_give_the_text_back() {
    let site = Setup::default()
        .settings(|settings| settings.trusted_proxies = Some("127.0.0.1".into()))
        .build()
        .await;
    let article = site.article("Tea").await;
    let flood = site.visitor().at("198.51.100.7");
    let page = flood.open(&article.path).await;
    for number in 0..10 {
        fill_form(&page)
            .fill("comment", &format!("Number {number}"))
            .submit()
            .await
            .has_status(303);
    }
    let refused = fill_form(&page)
        .fill("comment", "One too many")
        .submit()
        .await;
    refused
        .has_status(429)
        .sees("too many comments came from your network");
    assert!(
        refused
            .header("retry-after")
            .parse::<u64>()
            .is_ok_and(|seconds| (1..=7).contains(&seconds))
    );
    assert_eq!(refused.form("/articles/").value("comment"), "One too many");
    let other = site.visitor().at("198.51.100.8");
    fill_form(&other.open(&article.path).await)
        .submit()
        .await
        .has_status(303);
}

#[tokio::test]
async fn the_reply_text_is_given_back_while_the_database_is_down() {
    let mut site = TestSite::new().await;
    site.may_log_errors();
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let page = ann.open(&article.path).await;
    site.app.pool.close().await;
    let answer = fill_form(&page)
        .fill("comment", "Do not lose me, not even <this>.")
        .submit()
        .await;
    answer
        .has_status(503)
        .sees("Your comment may not have been saved: our database is not responding");
    let form = answer.form("/articles/");
    assert_eq!(form.value("comment"), "Do not lose me, not even <this>.");
    assert_eq!(
        (form.value("author"), form.value("email")),
        ("Ann", "ann@example.org")
    );
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn the_reply_text_is_given_back_when_the_database_blocks() {
    let mut site = TestSite::new().await;
    site.may_log_errors();
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let page = ann.open(&article.path).await;
    let mut lock = site.app.pool.begin().await.expect("a transaction");
    sqlx::query("lock table commenters in access exclusive mode")
        .execute(&mut *lock)
        .await
        .expect("the table of commenters is locked");
    let answer = fill_form(&page).submit().await;
    answer
        .has_status(503)
        .sees("Your comment may not have been saved")
        .sees("will not be posted twice");
    assert_eq!(answer.header("retry-after"), "5");
    assert_eq!(answer.form("/articles/").value("comment"), "Lovely *tea*.");
    lock.rollback().await.expect("the lock is released");
    answer.form("/articles/").submit().await.has_status(303);
    assert_eq!(site.count("select count(*) from comments").await, 1);
}

#[tokio::test]
async fn the_reply_text_is_given_back_after_an_internal_error() {
    let mut site = TestSite::new().await;
    site.may_log_errors();
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let page = ann.open(&article.path).await;
    sqlx::query("alter table commenters rename to people")
        .execute(&site.app.pool)
        .await
        .expect("the table is renamed");
    let answer = fill_form(&page).submit().await;
    answer
        .has_status(500)
        .sees("Your comment was not saved because of an error on our side.")
        .does_not_see("commenters");
    assert_eq!(answer.form("/articles/").value("comment"), "Lovely *tea*.");
    let rejected = answer.text_of("#form-errors");
    let reference = rejected
        .rsplit(' ')
        .next()
        .expect("the page contains an error reference");
    let log = site.log();
    let cause = log.lines().find(|line| line.contains(" ERROR "));
    assert!(
        cause.is_some_and(|line| {
            line.contains(reference.trim_end_matches('.')) && line.contains("commenters")
        }),
        "{log}"
    );
}

#[tokio::test]
async fn repeating_a_public_comment_does_not_reveal_its_authors_email() {
    let site = Setup::default()
        .settings(|settings| settings.trusted_proxies = Some("127.0.0.1".into()))
        .build()
        .await;
    let article = site.article("Tea").await;
    let ann = site.visitor().at("198.51.100.1");
    fill_form(&ann.open(&article.path).await)
        .submit()
        .await
        .has_status(303);
    sqlx::query("update comments set status = 'approved'")
        .execute(&site.app.pool)
        .await
        .expect("all comments are approved");
    let eve = site.visitor().at("203.0.113.6");
    for guess in ["ann@example.org", "bob@example.org"] {
        let form = fill_form(&eve.open(&article.path).await);
        let place = form.fill("email", guess).submit().await.leads_to();
        assert!(place.contains("/manage?key="), "{guess} leads to {place}");
    }
    assert_eq!(site.count("select count(*) from comments").await, 3);
    // From the network of its author, every repetition leads to the public comment, whatever the email.
    for guess in ["ann@example.org", "cy@example.org"] {
        let form = fill_form(&ann.open(&article.path).await);
        let place = form.fill("email", guess).submit().await.leads_to();
        assert!(
            place.starts_with("/comments/") && !place.contains("key="),
            "{guess} leads to {place}"
        );
    }
    assert_eq!(site.count("select count(*) from comments").await, 3);
    let unused =
        "select count(*) from commenters where id not in (select commenter_id from comments)";
    assert_eq!(site.count(unused).await, 0, "no guess leaves a commenter");
}

#[tokio::test]
async fn a_reply_sent_twice_around_midnight_is_saved_once() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let page = ann.open(&article.path).await;
    // From 15:09:26, the clock of the tests, to the last second of the day.
    site.app.clock.advance(8 * 3_600 + 50 * 60 + 33);
    fill_form(&page).submit().await.has_status(303);
    site.app.clock.advance(2);
    fill_form(&page).submit().await.has_status(409);
    assert_eq!(site.count("select count(*) from comments").await, 1);
}

#[tokio::test]
async fn after_two_days_the_deduplication_hash_is_deleted() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let page = ann.open(&article.path).await;
    fill_form(&page).submit().await.has_status(303);
    let traces = "select count(*) from comments where dedup_hash <> int8send(id)";
    worker::purge_expired(&site.app)
        .await
        .expect("the task runs");
    assert_eq!(site.count(traces).await, 1);
    site.app.clock.advance(2 * 24 * 3_600 + 1);
    worker::purge_expired(&site.app)
        .await
        .expect("the task runs");
    assert_eq!(site.count(traces).await, 0);
    // Sent again, it is a new comment.
    fill_form(&page).submit().await.has_status(303);
    assert_eq!(site.count("select count(*) from comments").await, 2);
}

#[tokio::test]
async fn names_and_urls_that_would_be_shown_differently_are_rejected() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let page = ann.open(&article.path).await;
    let rejected = fill_form(&page)
        .fill("author", "ann@example.org")
        .submit()
        .await;
    assert!(
        rejected
            .has_status(422)
            .text_of("#author-error")
            .starts_with("This is an email address, and everyone can see the name.")
    );
    let rejected = fill_form(&page)
        .fill("url", &format!("https://example.org/{}", "ї".repeat(50)))
        .submit()
        .await;
    assert!(
        rejected
            .has_status(422)
            .text_of("#url-error")
            .starts_with("This web address is too long")
    );
    // Renders to nothing.
    let rejected = fill_form(&page)
        .fill("comment", "\u{200B}\n\n\u{A0}")
        .submit()
        .await;
    rejected.has_status(422).sees("Please type your comment.");
    // A word processor's line break.
    let form = fill_form(&page).fill("comment", "one\u{B}two");
    form.submit().await.has_status(303);
    let stored = "select count(*) from comments where body = E'one\\ntwo'";
    assert_eq!(site.count(stored).await, 1);
}

#[tokio::test]
async fn the_authors_page_does_not_name_an_unpublished_article() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let ann = site.visitor();
    let held = fill_form(&ann.open(&article.path).await)
        .submit()
        .await
        .leads_to();
    ann.open(&held).await.sees("Back to “Tea”");
    sqlx::query("update articles set state = 'draft', title = 'Secret'")
        .execute(&site.app.pool)
        .await
        .expect("the article is unpublished");
    ann.open(&held)
        .await
        .has_status(200)
        .sees("Lovely tea.")
        .does_not_see("Secret");
}
