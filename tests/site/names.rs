//! Tests of what commenters type about themselves: names that imitate the staff, and invisible or look-alike characters in
//! names, addresses and words.

use broadsheet::accounts::Role;
use broadsheet::comments::Status;
use broadsheet::publication::Publication;

use crate::support::makers::SampleArticle;
use crate::support::visitor::{Page, Visitor};
use crate::support::{Setup, TestSite};

/// Creates a site that publishes comments at once.
async fn open_site(change: impl FnOnce(&mut Publication) + 'static) -> TestSite {
    Setup::default()
        .settings(|settings| settings.trusted_proxies = Some("127.0.0.1".into()))
        .publication(|publication| {
            publication.discussion.hold_everything = false;
            change(publication);
        })
        .build()
        .await
}

/// Posts a comment with these fields in place of the usual ones, from a network of its own.
async fn post(site: &TestSite, article: &SampleArticle, fields: &[(&str, &str)]) -> Page {
    let number = site.count("select count(*) from comments").await;
    let visitor = site.visitor().at(&format!("198.51.{number}.7"));
    post_as(&visitor, article, fields).await
}

async fn post_as(visitor: &Visitor, article: &SampleArticle, fields: &[(&str, &str)]) -> Page {
    let mut form = visitor.open(&article.path).await.form("/articles/");
    let usual = [
        ("comment", "Lovely tea."),
        ("author", "Ann"),
        ("email", "ann@example.org"),
    ];
    for (name, value) in usual.iter().chain(fields) {
        form = form.fill(name, value);
    }
    form.submit().await
}

/// Loads status and reasons of the newest comment.
async fn newest(site: &TestSite) -> (Status, Vec<String>) {
    sqlx::query_as("select status, reasons from comments order by id desc limit 1")
        .fetch_one(&site.app.pool)
        .await
        .expect("the comment is read")
}

async fn name_staff(site: &TestSite, username: &str, name: &str) -> Visitor {
    let visitor = site.staff(username, Role::Editor).await;
    sqlx::query("update accounts set name = $2 where username = $1")
        .bind(username)
        .bind(name)
        .execute(&site.app.pool)
        .await
        .expect("the account gets its name");
    visitor
}

#[tokio::test]
async fn a_comment_under_the_name_of_staff_or_the_publication_is_held() {
    let site = open_site(|publication| publication.discussion.hold_first_timers = false).await;
    let article = site.article("Tea").await;
    let olena = name_staff(&site, "admin", "Olena Editor").await;
    name_staff(&site, "second", "Ann").await;
    for (name, imitated) in [
        ("Olena Editor", "Olena Editor"),
        ("Оlena Еditor", "Olena Editor"),
        ("editor  OLENA", "Olena Editor"),
        ("Olena\u{200B}Editor (admin)", "Olena Editor"),
        ("Ａnn", "Ann"),
        ("Ann (editor)", "Ann"),
        ("Test Courier", "The Test Courier"),
        ("Теst Соuriеr", "The Test Courier"),
        ("Moderator", "The Test Courier"),
    ] {
        let words = format!("Words of {name}.");
        post(&site, &article, &[("author", name), ("comment", &words)])
            .await
            .has_status(303);
        let expected = (Status::Held, vec![format!("imitated-name:{imitated}")]);
        assert_eq!(newest(&site).await, expected, "{name}");
    }
    for name in ["Ann Smith", "Olena Kovalenko", "Courier fan", "Йосип"] {
        let words = format!("Words of {name}.");
        post(&site, &article, &[("author", name), ("comment", &words)])
            .await
            .has_status(303);
        assert_eq!(newest(&site).await, (Status::Approved, vec![]), "{name}");
    }
    // Staff who are signed in write under their own name, and under another's.
    for name in ["", "Olena Editor", "Ann"] {
        let words = format!("Words of staff as {name}.");
        post_as(&olena, &article, &[("author", name), ("comment", &words)])
            .await
            .has_status(303);
        assert_eq!(newest(&site).await.0, Status::Approved, "{name}");
    }
    let queue = olena.open("/admin/comments").await;
    queue.sees("Commenter’s name is that of the staff or the publication, or looks like it: “Olena Editor”");
    let narrow = olena
        .open("/admin/comments?status=held&reason=imitated-name")
        .await;
    assert_eq!(narrow.has_status(200).texts_of(".card").len(), 9);
}

#[tokio::test]
async fn no_trust_lets_an_imitated_name_through_and_the_author_is_not_told_whose_it_is() {
    let site = open_site(|publication| {
        publication.discussion.hold_first_timers = true;
        publication.discussion.trust_unverified = true;
    })
    .await;
    let article = site.article("Tea").await;
    let olena = name_staff(&site, "admin", "Olena Editor").await;
    let fields = [("author", "Olena Editor"), ("email", "reader@example.org")];
    let page = post(&site, &article, &fields).await.follow().await;
    page.has_status(200)
        .does_not_see("staff")
        .does_not_see("imitat");
    // A moderator approves the first comment and trusts the commenter.
    olena
        .open("/admin/comments")
        .await
        .form("/admin/comments")
        .decide("Approve")
        .await;
    sqlx::query("update commenters set policy = 'trust'")
        .execute(&site.app.pool)
        .await
        .expect("the commenter is trusted");
    let fields = [fields[0], fields[1], ("comment", "Once more.")];
    post(&site, &article, &fields).await.has_status(303);
    let held = (Status::Held, vec!["imitated-name:Olena Editor".to_owned()]);
    assert_eq!(newest(&site).await, held);
    // The same commenter under another name is trusted.
    let fields = [("author", "Olena K."), fields[1], ("comment", "And again.")];
    post(&site, &article, &fields).await.has_status(303);
    assert_ne!(newest(&site).await.1, held.1);
}

#[tokio::test]
async fn word_lists_find_decomposed_stressed_and_imitated_words_and_mark_them() {
    let site = open_site(|publication| publication.discussion.hold_first_timers = false).await;
    let article = site.article("Tea").await;
    let ada = site.staff("ada", Role::Admin).await;
    sqlx::query("update word_lists set hold_words = $1, refuse_words = $2")
        .bind("йога\n*їжак*\n*казино*\n/в[иі]граш/")
        .bind("и\u{306}олоп")
        .execute(&site.app.pool)
        .await
        .expect("the word lists are saved");
    for (words, entry, marked) in [
        ("Моя и\u{306}ога.", "hold-word:йога", "и\u{306}ога"),
        ("Бачу і\u{308}жака.", "hold-word:*їжак*", "і\u{308}жак"),
        (
            "Це ка\u{301}зино тут.",
            "hold-word:*казино*",
            "ка\u{301}зино",
        ),
        ("Це кaзинo тут.", "hold-word:*казино*", "кaзинo"),
        (
            "Це ка\u{AD}зи\u{200B}но тут.",
            "hold-word:*казино*",
            "ка\u{AD}зи\u{200B}но",
        ),
        (
            "Мій ви\u{301}грaш.",
            "hold-word:/в[иі]граш/",
            "ви\u{301}грaш",
        ),
    ] {
        post(&site, &article, &[("comment", words)])
            .await
            .has_status(303);
        assert_eq!(
            newest(&site).await,
            (Status::Held, vec![entry.to_owned()]),
            "{words}"
        );
        let queue = ada.open("/admin/comments").await;
        let marks = queue.texts_of("mark");
        assert!(
            marks.iter().any(|mark| mark == marked),
            "{words}: {marks:?}"
        );
    }
    post(&site, &article, &[("comment", "Ти йолоп!")])
        .await
        .has_status(303);
    let refused = vec!["refuse-word:и\u{306}олоп".to_owned()];
    assert_eq!(newest(&site).await, (Status::Trashed, refused));
    for words in ["Миі иога і іжачок.", "Казна і зина."] {
        post(&site, &article, &[("comment", words)])
            .await
            .has_status(303);
        assert_eq!(newest(&site).await.0, Status::Approved, "{words}");
    }
}

#[tokio::test]
async fn invisible_characters_around_name_email_and_website_are_removed() {
    let site = open_site(|publication| publication.discussion.hold_first_timers = false).await;
    let article = site.article("Tea").await;
    let marks = [
        "\u{200B}",
        "\u{202A}",
        "\u{FEFF}",
        "\u{2060}",
        "\u{AD}",
        "\u{200E}",
        "\u{200D}",
        "\u{2068}",
        "\u{E0001}",
    ];
    for (number, mark) in marks.into_iter().enumerate() {
        for (place, pattern) in ["{}*", "*{}", " {}* {}", "*{}*"].into_iter().enumerate() {
            let around = |text: &str| match pattern {
                // Inside, after the first character.
                "*{}*" => format!("{}{mark}{}", &text[..1], &text[1..]),
                _ => pattern.replace("{}", mark).replace('*', text),
            };
            let words = format!("Comment {number} {place}.");
            let (name, email, website) = (
                around("Bob"),
                around("bob@example.org"),
                around("https://example.org/b"),
            );
            let fields = [
                ("author", &*name),
                ("email", &email),
                ("url", &website),
                ("comment", &words),
            ];
            post(&site, &article, &fields).await.has_status(303);
        }
    }
    let stored: Vec<(String, String, i64)> =
        sqlx::query_as("select distinct name, website, commenter_id from comments")
            .fetch_all(&site.app.pool)
            .await
            .expect("the comments are read");
    assert_eq!(stored.len(), 1, "{stored:?}");
    assert_eq!(
        (stored[0].0.as_str(), stored[0].1.as_str()),
        ("Bob", "https://example.org/b")
    );
    let full_width = [
        ("author", "Bob"),
        ("email", "ｂｏｂ＠ｅｘａｍｐｌｅ．ｏｒｇ"),
        ("comment", "Wide."),
    ];
    post(&site, &article, &full_width).await.has_status(303);
    assert_eq!(site.count("select count(*) from commenters").await, 1);
    // A name or an address of nothing else is still missing.
    let page = post(
        &site,
        &article,
        &[("author", "\u{200B}\u{AD}"), ("email", "\u{FEFF}")],
    )
    .await;
    page.has_status(422)
        .sees("Please enter a name.")
        .sees("Please enter your email address.");
}

#[tokio::test]
async fn no_field_is_cut_by_the_browser_and_each_limit_is_named_in_its_unit() {
    let site = open_site(|publication| publication.discussion.hold_first_timers = false).await;
    let article = site.article("Tea").await;
    let ada = site.staff("ada", Role::Admin).await;
    for path in [
        article.path.as_str(),
        "/search",
        "/admin/account",
        "/admin/comments",
        "/admin/articles/new",
        "/admin/settings",
        "/admin/discussion",
        "/admin/discussion/blocks",
    ] {
        let page = ada.open(path).await;
        assert_eq!(
            page.has_status(200).attribute("[maxlength]", "maxlength"),
            None,
            "{path}"
        );
    }
    let long = format!("https://example.org/{}", "a".repeat(250));
    let page = post(&site, &article, &[("url", &*long)]).await;
    page.has_status(422)
        .sees("at most 200 characters are allowed");
    assert_eq!(page.form("/articles/").value("url"), long);
    let page = post(&site, &article, &[("author", &*"є".repeat(246))]).await;
    page.has_status(422)
        .sees("at most 245 characters are allowed");
    post(&site, &article, &[("author", &*"є".repeat(245))])
        .await
        .has_status(303);
    // In the editor, too.
    let form = ada
        .open("/admin/articles/new")
        .await
        .form("/admin/articles/new");
    let page = form.fill("title", &"ї".repeat(503)).press("Publish").await;
    page.has_status(422)
        .sees("This is 3 characters too long: at most 500 are allowed.");
    assert_eq!(
        page.form("/admin/articles/new")
            .value("title")
            .chars()
            .count(),
        503
    );
    let form = page
        .form("/admin/articles/new")
        .fill("title", &"ї".repeat(500))
        .fill("body", "Some words.");
    form.press("Publish").await.has_status(303);
    // And in the moderation queue, whose note was cut by the server as well.
    site.comment(&article, "Petro", Status::Held).await;
    let note = "ї".repeat(301);
    let form = ada.open("/admin/comments").await.form("/admin/comments");
    let page = form
        .fill("note", &note)
        .send_with("matching", "approved")
        .await;
    page.has_status(422)
        .sees("This is one character too long: at most 300 are allowed.");
    assert_eq!(site.count("select count(*) from audit_log").await, 0);
    let form = page.form("/admin/comments");
    assert_eq!(form.value("note"), note);
    form.fill("note", &"ї".repeat(300))
        .submit()
        .await
        .has_status(303);
    let noted = "select count(*) from audit_log where note = repeat('ї', 300)";
    assert_eq!(site.count(noted).await, 1);
}
