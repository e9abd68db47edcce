//! Tests of imported comments and their threads.

use broadsheet::accounts::Role;
use broadsheet::comments::Status;
use broadsheet::transfer::report::OutcomeCounts;

use super::{discussion, new, same};
use crate::support::wxr::{build_comment, build_comment_parent, build_export, build_item};
use crate::support::{Setup, TestSite};

#[tokio::test]
async fn imported_comments_keep_their_ids_and_threads() {
    let site = TestSite::new().await;
    let tea = build_item(5, "tea").with(|post| post.more = discussion());
    let report = site.import(&build_export(&tea.xml())).await;
    let comments = OutcomeCounts {
        new: 10,
        skipped: 2,
        ..OutcomeCounts::default()
    };
    assert_eq!(report.comments, comments, "{report}");
    assert_eq!(report.linkbacks, new(2));
    let by = report.by_status;
    assert_eq!((by.approved, by.held, by.spam, by.trashed), (7, 1, 1, 1));
    assert_eq!(report.orphans.total, 3, "{report}");
    assert_eq!((report.anonymized, report.invalid_emails), (1, 1));
    let reader = site.visitor();
    let page = reader.open("/2012/06/05/tea").await;
    page.sees("Words of maria.")
        .sees("June 6, 2012 at 7:11")
        .sees("Anonymous")
        .does_not_see("Olha")
        .does_not_see("Pinger")
        .does_not_see("Tracker")
        .does_not_see("Shop");
    assert!(!page.html().contains("@example.org"));
    assert_eq!(
        page.attribute("#comment-11 .u-url", "href").as_deref(),
        Some("https://maria.example/")
    );
    // Petro's reply is below Maria's comment, and comments in a circle are kept.
    assert_eq!(page.texts_of("ol.thread > li").len(), 5, "{}", page.html());
    assert_eq!(page.texts_of("ol.thread ol .reply-author").len(), 2);
    assert_eq!(
        reader.open("/comments/12").await.leads_to(),
        "/2012/06/05/tea#comment-12"
    );
    let moderator = site.staff("mo", Role::Moderator).await;
    moderator
        .open("/admin/comments")
        .await
        .sees("Words of olha.");
    moderator
        .open("/admin/comments?status=spam")
        .await
        .sees("Words of spammer.");
    assert_eq!(
        site.count("select count(*) from comments where network_sealed is not null")
            .await,
        10
    );
    // The hash matches new comments from the same network.
    let from = broadsheet::comments::hash_network(
        &site.app.keys,
        "192.0.2.77".parse().expect("a valid IP address"),
    );
    let hashes: Vec<Option<Vec<u8>>> =
        sqlx::query_scalar("select distinct network_hash from comments")
            .fetch_all(&site.app.pool)
            .await
            .expect("the network hashes are read");
    assert_eq!(hashes, [Some(from)]);
    // New comments get ids of their own.
    let article = crate::support::makers::SampleArticle {
        id: broadsheet::ids::ArticleId(5),
        path: "/2012/06/05/tea".to_owned(),
    };
    site.comment(&article, "Later", Status::Approved).await;
}

#[tokio::test]
async fn the_ip_network_of_an_imported_comment_is_deleted_after_thirty_days() {
    let site = TestSite::new().await;
    let tea = build_item(5, "tea").with(|post| post.more = build_comment(11, "Maria", "1", ""));
    site.import(&build_export(&tea.xml())).await;
    let saved = "select count(*) from comments where network_sealed is not null";
    broadsheet::worker::purge_expired(&site.app)
        .await
        .expect("the task runs");
    assert_eq!(site.count(saved).await, 1);
    site.app.clock.advance(31 * 24 * 60 * 60);
    broadsheet::worker::purge_expired(&site.app)
        .await
        .expect("the task runs");
    assert_eq!(site.count(saved).await, 0);
}

#[tokio::test]
async fn the_reply_form_of_a_cached_wordpress_page_still_works() {
    let site = Setup::default()
        .publication(|publication| publication.discussion.hold_everything = false)
        .build()
        .await;
    site.article("Something before").await;
    let tea = build_item(5, "tea").with(|post| post.more = build_comment(11, "Maria", "1", ""));
    site.import(&build_export(&tea.xml())).await;
    let reader = site.visitor();
    let send = |fields: &[(&str, &str)]| {
        let fields: Vec<(String, String)> = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let reader = reader.clone();
        async move {
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            reader.post_fields("/wp-comments-post.php", &fields).await
        }
    };
    let form = [
        ("author", "Petro"),
        ("email", "petro@example.org"),
        ("url", ""),
        ("submit", "Post Comment"),
        ("comment_post_ID", "5"),
    ];
    let sent = send(
        &[
            &form[..],
            &[("comment", "From an old page."), ("comment_parent", "11")],
        ]
        .concat(),
    )
    .await;
    let own = reader.open(&sent.leads_to()).await;
    let permanent = own
        .attribute("a.button", "href")
        .expect("the page links the comment");
    let place = reader.open(&permanent).await.leads_to();
    assert!(place.starts_with("/2012/06/05/tea#comment-"));
    let page = reader.open("/2012/06/05/tea").await;
    assert_eq!(page.text_of("ol.thread ol .reply-author"), "Petro");
    let sent = send(
        &[
            &form[..],
            &[("comment", "At the top."), ("comment_parent", "0")],
        ]
        .concat(),
    )
    .await;
    sent.has_status(303);
    // A mistake returns everything in the form of this site.
    let wrong = send(&[
        ("comment_post_ID", "5"),
        ("comment", "Kept."),
        ("author", ""),
        ("email", "x"),
    ])
    .await;
    wrong.has_status(422);
    let form = wrong.form("/articles/5/reply");
    assert_eq!(form.value("comment"), "Kept.");
    form.fill("author", "Ann")
        .fill("email", "ann@example.org")
        .submit()
        .await
        .has_status(303);
    for number in ["6", "", "x", "99999999999999999999"] {
        send(&[("comment_post_ID", number), ("comment", "Not lost.")])
            .await
            .has_status(404)
            .sees("Not lost.");
    }
    send(&[
        ("comment_post_ID", "5"),
        ("comment_parent", "77"),
        ("comment", "Whom?"),
        ("author", "A"),
        ("email", "a@example.org"),
    ])
    .await
    .has_status(422)
    .sees("Whom?");
}

#[tokio::test]
async fn a_changed_comment_loses_its_similarity_group_and_spam_score() {
    let site = TestSite::new().await;
    let both = build_comment(11, "Maria", "0", "") + &build_comment(12, "Petro", "0", "");
    let tea = build_item(5, "tea").with(|post| post.more = both.clone());
    site.import(&build_export(&tea.xml())).await;
    for statement in [
        "insert into similar_groups (id) values (11)",
        "update comments set similar_group_id = 11, score = 0.5, signals = '{+buy}'",
    ] {
        sqlx::query(statement)
            .execute(&site.app.pool)
            .await
            .expect("the comments are scored and grouped");
    }
    let other = both
        .replace("Words of maria.", "I meant something else.")
        .replacen("07:12:00", "08:12:00", 1);
    let tea = tea.with(|post| post.more = other);
    let report = site.import(&build_export(&tea.xml())).await;
    assert_eq!(report.comments.changed, 2, "{report}");
    let alike: Vec<i64> = sqlx::query_scalar(
        "select id from comments where similar_group_id = 11 and score = 0.5 and signals = '{+buy}'",
    )
    .fetch_all(&site.app.pool)
    .await
    .expect("the unchanged comment is read");
    assert_eq!(alike, [12]);
    let read_anew = "select count(*) from comments where similar_group_id is null and score is null and signals = '{}'";
    assert_eq!(site.count(read_anew).await, 1);
}

#[tokio::test]
async fn of_two_comments_with_the_same_id_only_that_on_the_first_article_is_imported() {
    let site = TestSite::new().await;
    let ping = build_comment(
        11,
        "Pinger",
        "1",
        "<wp:comment_type>pingback</wp:comment_type>",
    );
    let tea =
        build_item(5, "tea").with(|post| post.more = ping + &build_comment(12, "Maria", "1", ""));
    let coffee = build_item(6, "coffee").with(|post| {
        post.more = build_comment(11, "Petro", "1", "")
            + &build_comment(12, "Olha", "1", "")
            + &build_comment(13, "Ann", "1", &build_comment_parent(12));
    });
    let xml = build_export(&(tea.xml() + &coffee.xml()));
    let dry_run = site
        .import_with(&xml, |options| options.dry_run = true)
        .await
        .expect("the dry run succeeds");
    let report = site.import(&xml).await;
    assert_eq!(
        (report.comments.new, report.comments.skipped),
        (2, 2),
        "{report}"
    );
    assert_eq!(dry_run.comments, report.comments);
    let page = site.visitor().open("/2012/06/05/coffee").await;
    page.sees("Words of ann.")
        .does_not_see("Olha")
        .does_not_see("Petro");
    let again = site.import(&xml).await;
    assert_eq!(
        (again.articles, again.comments.new),
        (same(2), 0),
        "{again}"
    );
}
