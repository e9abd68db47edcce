//! Moving in from WordPress and out again.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use broadsheet::accounts::Role;
use broadsheet::articles::{Kind, State};
use broadsheet::comments::Status;
use broadsheet::transfer::report::{Report, Tally};

use crate::support::cluster::folder;
use crate::support::wxr::{answers, comment, file, post, wxr};
use crate::support::{Setup, TestSite};

fn new(count: u64) -> Tally {
    Tally {
        new: count,
        ..Tally::default()
    }
}

fn same(count: u64) -> Tally {
    Tally {
        same: count,
        ..Tally::default()
    }
}

/// Everything in every table but the journal, and where every sequence stands.
async fn everything(site: &TestSite) -> BTreeMap<String, String> {
    let tables: Vec<(String, bool)> = sqlx::query_as(
        "select relname::text, relkind = 'S' from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'S') and relname <> '_sqlx_migrations'",
    )
    .fetch_all(&site.app.pool)
    .await
    .expect("tables");
    let mut found = BTreeMap::new();
    for (table, is_sequence) in tables {
        let row = if is_sequence {
            "last_value::text"
        } else {
            "t::text"
        };
        let query =
            format!("select coalesce(string_agg({row}, E'\\n' order by {row}), '') from {table} t");
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
            .fetch_one(&site.app.pool)
            .await
            .expect("rows");
        found.insert(table, rows);
    }
    found
}

#[tokio::test]
async fn an_article_moves_in_whole() {
    let site = TestSite::new().await;
    let tea = post(5, "tea").with(|post| {
        post.title = "Tea &amp;amp; &lt;em&gt;cake&lt;/em&gt;";
        post.excerpt = "Why we <b>drink</b> it &amp; how.";
        post.content = "First.\n\nSecond <strong>line</strong>,\nbroken.\n\n[caption id=\"a\" width=\"9\"]<img src=\"/wp-content/uploads/cup.jpg\" alt=\"A cup\" /> The cup[/caption]\n\n[mystery x=\"1\"]".to_owned();
        post.more = "<category domain=\"category\" nicename=\"drinks\"><![CDATA[Drinks]]></category><category domain=\"post_tag\" nicename=\"hot\"><![CDATA[Hot &amp; new]]></category><wp:is_sticky>1</wp:is_sticky>".to_owned();
    });
    let report = site.import(&wxr(&tea.xml())).await;
    assert_eq!(report.articles, new(1));
    assert_eq!(report.authors, new(1));
    assert_eq!(report.topics, new(2));
    assert_eq!(
        report.shortcodes,
        BTreeMap::from([("mystery".to_owned(), 1)])
    );
    let reader = site.visitor();
    let page = reader.open("/2012/06/05/tea").await;
    page.has_status(200)
        .sees("Tea & cake")
        .sees("Why we drink it & how.")
        .sees("June 5, 2012 Tea & cake")
        .sees("By ann")
        .sees("[mystery x=\"1\"]")
        .sees("Drinks Hot & new");
    assert_eq!(page.text_of(".prose figcaption"), "The cup");
    assert_eq!(page.texts_of(".prose > p").len(), 3, "{}", page.html());
    assert!(page.html().contains("<strong>line</strong>,<br>"));
    // Pinned, however old.
    site.article("Newer").await;
    let front = reader.open("/").await;
    assert_eq!(front.texts_of(".headline h2"), ["Tea & cake", "Newer"]);
    reader
        .open("/topics/drinks")
        .await
        .has_status(200)
        .sees("Tea & cake");
    reader
        .open("/authors/ann")
        .await
        .has_status(200)
        .sees("Tea & cake");
    reader
        .open("/search?q=broken")
        .await
        .has_status(200)
        .sees("Tea & cake");
}

#[tokio::test]
async fn each_status_becomes_what_it_means_here() {
    let site = TestSite::new().await;
    let of =
        |number, slug, status: &'static str| post(number, slug).with(|post| post.status = status);
    let protected = post(6, "protected")
        .with(|post| post.more = "<wp:post_password>secret</wp:post_password>".to_owned());
    let later = of(2, "later", "future").with(|post| {
        post.date = "2031-01-01 10:00:00";
        post.date_gmt = "2031-01-01 07:00:00";
    });
    let draft = of(3, "draft", "draft").with(|post| post.date_gmt = "0000-00-00 00:00:00");
    let items = [
        of(1, "there", "publish"),
        later,
        draft,
        of(4, "pending", "pending"),
        of(5, "private", "private"),
        protected,
        of(7, "thrown-away", "trash"),
        of(8, "strange", "workflow-state"),
        post(9, "imprint").with(|post| {
            post.kind = "page";
            post.link = "https://old.example.org/about/imprint/".to_owned();
        }),
        post(10, "menu").with(|post| post.kind = "nav_menu_item"),
        post(11, "closed").with(|post| post.comments = "closed"),
    ];
    let xml: String = items.iter().map(super::support::wxr::Post::xml).collect();
    let report = site.import(&wxr(&xml)).await;
    let expected = Tally {
        new: 8,
        skipped: 1,
        ..Tally::default()
    };
    assert_eq!((report.articles, report.pages), (expected, new(1)));
    assert_eq!(
        report.left_out,
        BTreeMap::from([("nav_menu_item".to_owned(), 1)])
    );
    assert_eq!(report.held_back.total, 4, "{report}");
    let editor = site.staff("ed", Role::Editor).await;
    let standing = |number: i64| {
        let editor = editor.clone();
        async move {
            let page = editor.open(&format!("/admin/articles/{number}")).await;
            page.has_status(200);
            (page.text_of(".standing"), page.texts_of(".note").concat())
        }
    };
    assert_eq!(standing(1).await.0, "Published");
    assert_eq!(standing(2).await.0, "Scheduled");
    assert_eq!(standing(3).await, ("Draft".to_owned(), String::new()));
    for (number, words) in [
        (4, "waited"),
        (5, "only the staff"),
        (6, "password"),
        (8, "does not know"),
    ] {
        let (state, note) = standing(number).await;
        assert!(
            state == "Draft" && note.contains(words),
            "{number}: {state} {note}"
        );
    }
    let reader = site.visitor();
    reader.open("/2012/06/05/protected").await.has_status(404);
    reader
        .open("/2012/06/05/closed")
        .await
        .has_status(200)
        .sees("Replies are closed");
    // A page stands outside.
    let front = reader.open("/").await;
    front.sees("there").does_not_see("imprint");
    let feed = reader.open("/feed.xml").await.html();
    assert!(feed.contains("there") && !feed.contains("imprint"));
    reader
        .open("/about/imprint")
        .await
        .has_status(200)
        .sees("imprint");
    // It stays below the other while its slug stays.
    let form = editor
        .open("/admin/articles/9")
        .await
        .form("/admin/articles/9");
    form.press("Save").await.has_status(303);
    reader.open("/about/imprint").await.has_status(200);
    let form = editor
        .open("/admin/articles/9")
        .await
        .form("/admin/articles/9");
    form.fill("slug", "contact")
        .press("Save")
        .await
        .has_status(303);
    assert_eq!(reader.open("/about/imprint/").await.leads_to(), "/contact");
}

#[tokio::test]
async fn a_date_without_gmt_is_read_in_the_sites_own_time() {
    let site = TestSite::new().await;
    let known = post(1, "known");
    let unknown = post(2, "unknown").with(|post| {
        post.date = "2012-06-06 01:30:00";
        post.date_gmt = "0000-00-00 00:00:00";
    });
    site.import(&wxr(&(known.xml() + &unknown.xml()))).await;
    site.visitor()
        .open("/2012/06/05/unknown")
        .await
        .has_status(200);
    let other = TestSite::new().await;
    let zone = broadsheet::text::dates::zone("America/New_York");
    other
        .import_with(&wxr(&unknown.xml()), |options| options.zone = zone)
        .await
        .expect("imported");
    let at: String = sqlx::query_scalar("select published_at::text from articles")
        .fetch_one(&other.app.pool)
        .await
        .expect("one");
    assert_eq!(at, "2012-06-06 05:30:00+00");
}

fn discussion() -> String {
    let said = [
        comment(11, "Maria", "1", ""),
        comment(12, "Petro", "1", &answers(11)),
        comment(13, "Olha", "0", &answers(11)),
        comment(14, "Spammer", "spam", ""),
        comment(15, "Thrown", "trash", ""),
        comment(16, "Orphan", "1", &answers(999)),
        comment(17, "Ouro", "1", &answers(18)),
        comment(18, "Boros", "1", &answers(17)),
        comment(19, "Self", "1", &answers(19)),
        comment(
            20,
            "Pinger",
            "1",
            "<wp:comment_type>pingback</wp:comment_type>",
        ),
        comment(
            21,
            "Tracker",
            "1",
            "<wp:comment_type>trackback</wp:comment_type>",
        ),
        comment(
            22,
            "Shop",
            "1",
            "<wp:comment_type>order_note</wp:comment_type>",
        ),
        comment(12, "Twice", "1", ""),
        comment(23, "ann@example.org", "1", ""),
    ];
    said.concat()
}

#[tokio::test]
async fn comments_move_in_with_their_numbers() {
    let site = TestSite::new().await;
    let tea = post(5, "tea").with(|post| post.more = discussion());
    let report = site.import(&wxr(&tea.xml())).await;
    let comments = Tally {
        new: 10,
        skipped: 2,
        ..Tally::default()
    };
    assert_eq!(report.comments, comments, "{report}");
    assert_eq!(report.linkbacks, new(2));
    let by = report.by_status;
    assert_eq!((by.approved, by.held, by.spam, by.trashed), (7, 1, 1, 1));
    assert_eq!(report.orphans.total, 3, "{report}");
    assert_eq!((report.nameless, report.without_email), (1, 1));
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
    // Petro stands under Maria, and nobody is lost in a circle.
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
    // By which they are found with what is said from there today.
    let from = broadsheet::comments::store::network_hash(
        &site.app.keys,
        "192.0.2.77".parse().expect("an address"),
    );
    let hashes: Vec<Option<Vec<u8>>> =
        sqlx::query_scalar("select distinct network_hash from comments")
            .fetch_all(&site.app.pool)
            .await
            .expect("hashes");
    assert_eq!(hashes, [Some(from)]);
    // What is said here from now on has a number of its own.
    let article = crate::support::makers::Made {
        id: broadsheet::ids::ArticleId(5),
        path: "/2012/06/05/tea".to_owned(),
    };
    site.comment(&article, "Later", Status::Approved).await;
}

#[tokio::test]
async fn a_network_is_forgotten_after_thirty_days() {
    let site = TestSite::new().await;
    let tea = post(5, "tea").with(|post| post.more = comment(11, "Maria", "1", ""));
    site.import(&wxr(&tea.xml())).await;
    let kept = "select count(*) from comments where network_sealed is not null";
    broadsheet::worker::forget(&site.app)
        .await
        .expect("a round");
    assert_eq!(site.count(kept).await, 1);
    site.app.clock.advance(31 * 24 * 60 * 60);
    broadsheet::worker::forget(&site.app)
        .await
        .expect("a round");
    assert_eq!(site.count(kept).await, 0);
}

#[tokio::test]
async fn a_number_that_is_taken_goes_on_working_as_another_name() {
    let site = TestSite::new().await;
    let native = site.article("Native").await;
    let first = site.comment(&native, "First", Status::Approved).await;
    let (article, comments) = (native.id.0, first.0);
    let said = comment(comments, "Maria", "1", "")
        + &comment(comments + 1, "Petro", "1", &answers(comments));
    let tea = post(article, "tea").with(|post| post.more = said);
    let report = site.import(&wxr(&tea.xml())).await;
    assert_eq!((report.articles, report.comments), (new(1), new(2)));
    let reader = site.visitor();
    let page = reader.open("/2012/06/05/tea").await;
    let anchor = format!("#comment-{comments}");
    assert_eq!(
        page.text_of(&format!("article:has({anchor}) .reply-author")),
        "Maria"
    );
    // The number itself is the native one's, as before; an old link is to the page with its anchor.
    assert_eq!(
        reader
            .open(&format!("/comments/{comments}"))
            .await
            .leads_to(),
        format!("{}#comment-{comments}", native.path)
    );
    let kept = reader.open(&format!("/comments/{}", comments + 1)).await;
    kept.follow().await.sees("Petro");
    let answer = reader
        .open(&format!("/2012/06/05/tea?replytocom={comments}"))
        .await;
    answer.follow().await.sees("Words of maria.");
    assert_eq!(
        reader.open(&format!("/?p={article}")).await.leads_to(),
        "/2012/06/05/tea"
    );
}

#[tokio::test]
async fn every_old_address_leads_on() {
    let site = Setup::default()
        .publication(|publication| {
            publication.permalink = "/news/{slug}".parse().expect("a pattern");
        })
        .build()
        .await;
    let categories = "<wp:category><wp:term_id>1</wp:term_id><wp:category_nicename>%d1%87%d0%b0%d0%b9</wp:category_nicename><wp:category_parent></wp:category_parent><wp:cat_name><![CDATA[Чай]]></wp:cat_name><wp:category_description><![CDATA[Усе про чай]]></wp:category_description></wp:category>
<wp:tag><wp:term_id>2</wp:term_id><wp:tag_slug>hot</wp:tag_slug><wp:tag_name><![CDATA[Hot]]></wp:tag_name></wp:tag>";
    let tea = post(5, "%d1%87%d0%b0%d0%b9").with(|post| {
        post.title = "Чай";
        post.link = "http://old.example.org/2012/06/%d1%87%d0%b0%d0%b9/".to_owned();
        post.more = "<category domain=\"category\" nicename=\"%d1%87%d0%b0%d0%b9\"><![CDATA[Чай]]></category><category domain=\"post_tag\" nicename=\"hot\"><![CDATA[Hot]]></category><wp:postmeta><wp:meta_key>_wp_old_slug</wp:meta_key><wp:meta_value>old-tea</wp:meta_value></wp:postmeta>".to_owned();
    });
    let cup = post(6, "cup").with(|post| {
        post.kind = "attachment";
        post.status = "inherit";
        post.link = "https://old.example.org/2012/06/tea/cup/".to_owned();
        post.more = "<wp:post_parent>5</wp:post_parent><wp:attachment_url>https://old.example.org/wp-content/uploads/cup.jpg</wp:attachment_url>".to_owned();
    });
    let mut items = tea.xml() + &cup.xml();
    for number in 100..115 {
        items += &post(
            number,
            ["a", "b", "c"][usize::try_from(number).expect("small") % 3],
        )
        .with(|post| {
            post.link = format!("https://old.example.org/?p={number}");
            post.date_gmt = "2012-06-04 07:00:00";
        })
        .xml();
    }
    let report = site.import(&wxr(&(categories.to_owned() + &items))).await;
    assert_eq!(report.articles, new(16));
    let reader = site.visitor();
    for (old, place) in [
        ("/2012/06/%d1%87%d0%b0%d0%b9/", "/news/chai"),
        ("/2012/06/%D1%87%D0%B0%D0%B9", "/news/chai"),
        ("/2012/06/old-tea/", "/news/chai"),
        ("/2012/06/tea/cup/", "/news/chai"),
        ("/?p=5", "/news/chai"),
        ("/?page_id=5", "/news/chai"),
        ("/?attachment_id=6", "/news/chai"),
        ("/category/%d1%87%d0%b0%d0%b9/", "/topics/chai"),
        (
            "/category/drinks/%d1%87%d0%b0%d0%b9/page/2/",
            "/topics/chai",
        ),
        ("/tag/hot", "/topics/hot"),
        ("/tag/hot/feed/", "/topics/hot"),
        ("/author/ann/", "/authors/ann"),
        ("/feed/", "/feed.xml"),
        ("/feed", "/feed.xml"),
        ("/feed/atom/", "/feed.xml"),
        ("/?feed=rss2", "/feed.xml"),
        ("/comments/feed/", "/comments/feed.xml"),
        ("/?s=%D1%87%D0%B0%D0%B9", "/search?q=%D1%87%D0%B0%D0%B9"),
        ("/page/1/", "/"),
        (
            "/wp-content/uploads/2012/06/a%20cup.jpg",
            "/media/2012/06/a%20cup.jpg",
        ),
    ] {
        let mut leads = reader.open(old).await.leads_to();
        // A slash at the end may take a step of its own.
        if leads == old.trim_end_matches('/') {
            leads = reader.open(&leads).await.leads_to();
        }
        assert_eq!(leads, place, "{old}");
        if !place.starts_with("/media") {
            reader.open(place).await.has_status(200);
        }
    }
    let second = reader.open("/page/2/").await.follow().await;
    second.has_status(200);
    assert_eq!(second.texts_of(".headline").len(), 6, "{}", second.text());
    for nothing in [
        "/?p=77",
        "/?p=x",
        "/category/none",
        "/page/9",
        "/page/x",
        "/?paged=-",
        "/?attachment_id=9",
    ] {
        reader.open(nothing).await.has_status(404);
    }
    let topic = reader.open("/topics/chai").await;
    topic.has_status(200).sees("Усе про чай");
}

#[tokio::test]
async fn a_page_that_a_cache_kept_still_takes_replies() {
    let site = Setup::default()
        .publication(|publication| publication.discussion.hold_everything = false)
        .build()
        .await;
    site.article("Something before").await;
    let tea = post(5, "tea").with(|post| post.more = comment(11, "Maria", "1", ""));
    site.import(&wxr(&tea.xml())).await;
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
    let permanent = own.attribute("a.button", "href").expect("a way to it");
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
    // A mistake gives everything back, in a form of ours.
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
async fn a_rehearsal_writes_nothing_and_says_the_same() {
    let site = TestSite::new().await;
    let native = site.article("tea").await;
    site.comment(&native, "First", Status::Approved).await;
    let tea = post(5, "tea").with(|post| post.more = discussion());
    let twice = post(6, "tea");
    let again = post(5, "again");
    let xml = wxr(&(tea.xml() + &twice.xml() + &again.xml()));
    let before = everything(&site).await;
    let rehearsed = site
        .import_with(&xml, |options| options.rehearse = true)
        .await
        .expect("rehearsed");
    assert_eq!(everything(&site).await, before);
    let imported = site.import(&xml).await;
    let expected = Report {
        is_rehearsal: false,
        sources: imported.sources.clone(),
        ..rehearsed
    };
    assert_eq!(imported, expected);
    assert_eq!(imported.clashes.total, 2, "{imported}");
    assert!(
        imported.clashes.first[0].contains("/2012/06/05/tea-2"),
        "{imported}"
    );
    assert_ne!(everything(&site).await, before);
    // Of what is there, too.
    let before = everything(&site).await;
    let rehearsed = site
        .import_with(&xml, |options| options.rehearse = true)
        .await
        .expect("rehearsed");
    assert_eq!(everything(&site).await, before);
    assert_eq!(rehearsed.articles.same, 2);
    assert!(rehearsed.to_string().contains("nothing was written"));
}

#[tokio::test]
async fn the_same_again_changes_nothing() {
    let site = TestSite::new().await;
    let tea = post(5, "tea").with(|post| post.more = discussion());
    let xml = wxr(&(tea.xml() + &post(6, "coffee").xml()));
    let first = site.import(&xml).await;
    let mut before = everything(&site).await;
    let second = site.import(&xml).await;
    let mut after = everything(&site).await;
    for journal in ["imports", "imports_id_seq"] {
        before.remove(journal);
        after.remove(journal);
    }
    assert_eq!(before, after);
    assert_eq!(
        (second.articles, second.comments.same),
        (same(2), first.comments.new)
    );
    assert_eq!(second.by_status, first.by_status);
    assert_eq!((second.authors, second.linkbacks), (same(1), same(2)));
}

#[tokio::test]
async fn a_newer_export_brings_what_changed_there_and_leaves_what_was_edited_here() {
    let site = TestSite::new().await;
    let tea = post(5, "tea").with(|post| {
        post.more = comment(11, "Maria", "0", "") + &comment(12, "Petro", "1", "");
    });
    let (coffee, cocoa) = (post(6, "coffee"), post(7, "cocoa"));
    site.import(&wxr(&(tea.xml() + &coffee.xml() + &cocoa.xml())))
        .await;
    // Here an article is edited, and a comment decided.
    let editor = site.staff("ed", Role::Editor).await;
    let form = editor
        .open("/admin/articles/6")
        .await
        .form("/admin/articles/6");
    form.fill("body", "<p>Edited here.</p><script>alert(1)</script>")
        .press("Save")
        .await
        .has_status(303);
    let moderator = site.staff("mo", Role::Moderator).await;
    moderator
        .post_fields("/admin/comments", &[("one", "spam 11:held")])
        .await
        .has_status(303);
    // There all of them change.
    let tea = tea.with(|post| {
        post.content = "Tea, changed.".to_owned();
        post.slug = "green-tea";
        post.more = comment(11, "Maria", "1", "")
            + &comment(12, "Petro", "spam", "")
            + &comment(13, "Olha", "1", &answers(12));
    });
    let coffee = coffee.with(|post| post.content = "Coffee, changed.".to_owned());
    let report = site
        .import(&wxr(&(tea.xml()
            + &coffee.xml()
            + &cocoa.xml()
            + &post(8, "milk").xml())))
        .await;
    let articles = Tally {
        new: 1,
        changed: 1,
        same: 1,
        edited_here: 1,
        skipped: 0,
    };
    assert_eq!(report.articles, articles, "{report}");
    assert_eq!((report.comments.new, report.comments.changed), (1, 2));
    assert_eq!(report.decided_here, 1);
    assert!(report.edited_here.first[0].contains("coffee"));
    let reader = site.visitor();
    assert_eq!(
        reader.open("/2012/06/05/tea").await.leads_to(),
        "/2012/06/05/green-tea"
    );
    reader
        .open("/2012/06/05/green-tea")
        .await
        .sees("Tea, changed.")
        .sees("Olha")
        .does_not_see("Petro.");
    let coffee_page = reader.open("/2012/06/05/coffee").await;
    coffee_page.sees("Edited here.").does_not_see("changed");
    assert!(!coffee_page.html().contains("alert"));
    let status = |id| site.status_of(broadsheet::ids::CommentId(id));
    assert_eq!(
        (status(11).await, status(12).await),
        (Status::Spam, Status::Spam)
    );
    // Every version is kept.
    assert_eq!(
        site.count("select count(*) from article_revisions where article_id = 5")
            .await,
        2
    );
}

#[tokio::test]
async fn words_that_changed_there_are_like_nothing_here() {
    let site = TestSite::new().await;
    let both = comment(11, "Maria", "0", "") + &comment(12, "Petro", "0", "");
    let tea = post(5, "tea").with(|post| post.more = both.clone());
    site.import(&wxr(&tea.xml())).await;
    for statement in [
        "insert into lookalikes (id) values (11)",
        "update comments set lookalike_id = 11, score = 0.5, signals = '{+buy}'",
    ] {
        sqlx::query(statement)
            .execute(&site.app.pool)
            .await
            .expect("they were read");
    }
    let other = both
        .replace("Words of maria.", "I meant something else.")
        .replacen("07:12:00", "08:12:00", 1);
    let tea = tea.with(|post| post.more = other);
    let report = site.import(&wxr(&tea.xml())).await;
    assert_eq!(report.comments.changed, 2, "{report}");
    let alike: Vec<i64> = sqlx::query_scalar(
        "select id from comments where lookalike_id = 11 and score = 0.5 and signals = '{+buy}'",
    )
    .fetch_all(&site.app.pool)
    .await
    .expect("the one whose words stayed");
    assert_eq!(alike, [12]);
    let read_anew = "select count(*) from comments where lookalike_id is null and score is null and signals = '{}'";
    assert_eq!(site.count(read_anew).await, 1);
}

#[tokio::test]
async fn what_is_broken_leaves_nothing_behind() {
    let site = TestSite::new().await;
    let good =
        wxr(&(post(5, "tea").with(|post| post.more = discussion()).xml()
            + &post(6, "coffee").xml()));
    let before = everything(&site).await;
    let control = good.replace("Words of maria.", "Words\u{8} of Maria.");
    let entity = good.replace("<title>tea", "<title>&tea;");
    let bomb = good.replace(
        "<rss",
        "<!DOCTYPE rss [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><rss",
    );
    let declared = good.replace("encoding=\"UTF-8\"", "encoding=\"windows-1251\"");
    let cut = good[..good.len() / 2].to_owned();
    let version = good.replace("<wp:wxr_version>1.2", "<wp:wxr_version>7.0");
    let huge = good.replace("Some words.", &"Many words. ".repeat(900_000));
    let mut bytes = good.clone().into_bytes();
    let place = good.find("Words of").expect("words");
    bytes[place] = 0xFF;
    for (what, said) in [
        (control.as_bytes(), "U+0008"),
        (entity.as_bytes(), "&tea;"),
        (bomb.as_bytes(), "DOCTYPE"),
        (declared.as_bytes(), "windows-1251"),
        (cut.as_bytes(), "ends"),
        (version.as_bytes(), "7.0"),
        (huge.as_bytes(), "more than 8 MiB"),
        (&bytes, "UTF-8"),
        (b"", "empty"),
        (b"<html></html>", "no WordPress export"),
        (b"hello", "XML"),
    ] {
        let file = file(what);
        // A whole file before the broken one does not go in either.
        let whole = crate::support::wxr::file(&good);
        let error = site
            .import_files(&[whole, file.clone()], |_| {})
            .await
            .expect_err("a broken file is refused");
        let told = format!("{error:#}");
        assert!(told.contains(said), "{said}: {told}");
        assert!(told.contains("nothing was imported"), "{told}");
        assert!(told.contains("line") || said == "empty", "{told}");
        assert!(!told.contains("@example.org"), "{told}");
    }
    let mut after = everything(&site).await;
    after.remove("imports_id_seq");
    let mut before = before;
    before.remove("imports_id_seq");
    assert_eq!(before, after);
}

#[tokio::test]
async fn an_export_may_be_packed() {
    use std::io::Write;
    let site = TestSite::new().await;
    let folder = folder("packed");
    let packed = folder.join("a.gz");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(wxr(&post(5, "tea").xml()).as_bytes())
        .expect("packed");
    fs::write(&packed, gzip.finish().expect("packed")).expect("written");
    let zipped = folder.join("b.zip");
    let mut zip = zip::ZipWriter::new(fs::File::create(&zipped).expect("a file"));
    for (name, number, slug) in [
        ("2.xml", 7, "cocoa"),
        ("1.xml", 6, "coffee"),
        ("read.me", 8, "no"),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .expect("an entry");
        zip.write_all(wxr(&post(number, slug).xml()).as_bytes())
            .expect("packed");
    }
    zip.finish().expect("a zip");
    let report = site
        .import_files(&[packed, zipped], |_| {})
        .await
        .expect("imported");
    assert_eq!(report.articles, new(3));
    assert_eq!(report.sources.len(), 3);
}

/// A whole picture: the smallest that is one (GIF89a).
const PICTURE: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";

#[tokio::test]
async fn uploads_come_along_when_their_folder_is_named() {
    let (theirs, ours) = (folder("uploads"), folder("media"));
    let media = ours.clone();
    let site = Setup::default()
        .settings(move |settings| {
            settings.media_dir = Some(media.to_string_lossy().into_owned());
        })
        .build()
        .await;
    fs::create_dir_all(theirs.join("2012/06")).expect("a folder");
    for name in ["cup.gif", "a pot.gif", "lead.gif", "one.gif"] {
        fs::write(theirs.join("2012/06").join(name), PICTURE).expect("a file");
    }
    let upload = |number: i64, name: &str, parent: i64| {
        post(number, "x").with(|post| {
            post.kind = "attachment";
            post.title = "A picture";
            post.more = format!("<wp:post_parent>{parent}</wp:post_parent><wp:attachment_url>https://old.example.org/wp-content/uploads/2012/06/{name}</wp:attachment_url>");
        })
    };
    let tea = post(5, "tea").with(|post| {
        post.content = "<img src=\"https://old.example.org/wp-content/uploads/2012/06/cup-300x200.gif\" alt=\"Cup\"> <a href=\"http://old.example.org/wp-content/uploads/2012/06/a%20pot.gif\">pot</a> <img src=\"https://old.example.org/wp-content/uploads/2012/06/gone.gif\" alt=\"Gone\"> <img src=\"https://elsewhere.example/x.gif\" alt=\"Far\">\n\n[gallery]\n\n<a href=\"https://old.example.org/2012/06/coffee/?a=b#c\">coffee</a>".to_owned();
        post.more = "<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key><wp:meta_value>9</wp:meta_value></wp:postmeta>".to_owned();
    });
    let xml = wxr(&(tea.xml() + &upload(8, "one.gif", 5).xml() + &upload(9, "lead.gif", 0).xml()));
    // Without the folder the addresses stay, and nobody's browser is sent elsewhere for a picture.
    let report = site
        .import_with(&xml, |options| options.media = ours.clone())
        .await
        .expect("imported");
    assert_eq!(report.media_left, 5, "{report}");
    let reader = site.visitor();
    let page = reader.open("/2012/06/05/tea").await;
    assert!(!page.html().contains("<img"), "{}", page.html());
    assert!(
        page.html().contains(
            "href=\"https://old.example.org/wp-content/uploads/2012/06/cup-300x200.gif\""
        )
    );
    assert!(page.html().contains("href=\"/2012/06/coffee/?a=b#c\""));
    // With it they come along, also into what was imported before.
    let with_folder = |options: &mut broadsheet::transfer::import::Options| {
        options.media = ours.clone();
        options.uploads = Some(theirs.clone());
    };
    let rehearsed = site
        .import_with(&xml, |options| {
            with_folder(options);
            options.rehearse = true;
        })
        .await
        .expect("rehearsed");
    assert!(fs::read_dir(&ours).expect("a folder").next().is_none());
    let report = site.import_with(&xml, with_folder).await.expect("imported");
    assert_eq!(report.articles.changed, 1, "{report}");
    assert_eq!((report.media.new, report.media.skipped), (4, 1), "{report}");
    assert_eq!(rehearsed.media, report.media);
    assert_eq!(report.missing_media.first, ["2012/06/gone.gif"]);
    let page = reader.open("/2012/06/05/tea").await;
    for picture in ["lead.gif", "cup.gif", "one.gif"] {
        let address = format!("/media/2012/06/{picture}");
        assert!(
            page.html().contains(&format!("src=\"{address}\"")),
            "{picture}: {}",
            page.html()
        );
        let served = reader.open(&address).await;
        served.has_status(200);
        assert_eq!(
            (served.header("content-type"), served.body.as_slice()),
            ("image/gif", PICTURE)
        );
        assert!(served.header("content-security-policy").contains("sandbox"));
    }
    assert!(page.html().contains("href=\"/media/2012/06/a%20pot.gif\""));
    assert_eq!(page.texts_of(".prose img").len(), 3);
    // Again, and again without the folder: nothing changes.
    let again = site.import_with(&xml, with_folder).await.expect("imported");
    assert_eq!((again.articles, again.media.same), (same(1), 4), "{again}");
    let without = site.import(&xml).await;
    assert_eq!(without.articles, same(1));
}

#[tokio::test]
async fn the_media_folder_gives_nothing_else_and_runs_nothing() {
    let ours = folder("media");
    let media = ours.clone();
    let site = Setup::default()
        .settings(move |settings| {
            settings.media_dir = Some(media.to_string_lossy().into_owned());
        })
        .build()
        .await;
    fs::write(
        ours.parent().expect("a folder").join("secret.txt"),
        "secret",
    )
    .expect("a file");
    for (name, text) in [
        ("page.html", "<script>alert(1)</script>"),
        ("draw.svg", "<svg/>"),
        ("a.pdf", "%PDF"),
    ] {
        fs::write(ours.join(name), text).expect("a file");
    }
    let reader = site.visitor();
    for path in [
        "/media/",
        "/media/../secret.txt",
        "/media/%2e%2e/secret.txt",
        "/media/..%2fsecret.txt",
        "/media/none.gif",
        "/media/%00",
        "/media/a%ff",
    ] {
        let page = reader.open(path).await;
        let is_refused = page.status.is_client_error() || page.header("location") == "/media";
        assert!(is_refused, "{path}: {}", page.status);
        assert!(!page.html().contains("secret"));
    }
    let page = reader.open("/media/page.html").await;
    assert_eq!(page.header("content-disposition"), "attachment");
    let drawing = reader.open("/media/draw.svg").await;
    assert!(
        drawing
            .header("content-security-policy")
            .contains("sandbox")
    );
    assert_eq!(drawing.header("x-content-type-options"), "nosniff");
    assert!(
        !reader
            .open("/media/a.pdf")
            .await
            .header("content-security-policy")
            .contains("sandbox")
    );
    assert!(reader.head("/media/draw.svg").await.body.is_empty());
}

#[tokio::test]
async fn an_author_cannot_sign_in_until_invited() {
    let site = TestSite::new().await;
    let ada = site.staff("ada", Role::Admin).await;
    let author = |login: &str, name: &str| {
        format!(
            "<wp:author><wp:author_login><![CDATA[{login}]]></wp:author_login><wp:author_email>{login}@example.org</wp:author_email><wp:author_display_name><![CDATA[{name}]]></wp:author_display_name></wp:author>"
        )
    };
    let authors = author("ada", "Ada There")
        + &author("oles@example.org", "Олесь")
        + &author("john doe", "john@example.org");
    let xml = wxr(&(authors
        + &post(5, "a").with(|post| post.creator = "ada").xml()
        + &post(6, "b")
            .with(|post| post.creator = "oles@example.org")
            .xml()
        + &post(7, "c").with(|post| post.creator = "john doe").xml()
        + &post(8, "d").with(|post| post.creator = "").xml()));
    let report = site.import(&xml).await;
    assert_eq!(
        (report.authors.new, report.authors.same),
        (3, 1),
        "{report}"
    );
    let accounts: Vec<(String, String, String, bool)> = sqlx::query_as(
        "select handle, slug, name, passphrase_hash is null from accounts order by id",
    )
    .fetch_all(&site.app.pool)
    .await
    .expect("accounts");
    let account = |handle: &str, slug: &str, name: &str, is_closed| {
        (
            handle.to_owned(),
            slug.to_owned(),
            name.to_owned(),
            is_closed,
        )
    };
    assert_eq!(
        accounts,
        [
            account("ada", "ada", "ada", false),
            account("олесь", "oles", "Олесь", true),
            account("john-doe", "john-doe", "john doe", true),
            account(
                "the-test-courier",
                "the-test-courier",
                "The Test Courier",
                true
            ),
        ]
    );
    ada.open("/admin/articles").await.sees("Олесь");
    for everything in everything(&site).await.values() {
        assert!(!everything.contains("@example.org"), "{everything}");
    }
    // The same people the next time.
    let again = site.import(&xml.replace("Some words", "Other words")).await;
    assert_eq!(
        (again.authors.same, again.articles.changed),
        (4, 4),
        "{again}"
    );
}

#[tokio::test]
async fn nothing_of_an_address_is_left_in_the_open() {
    let site = TestSite::new().await;
    let tea = post(5, "tea").with(|post| post.more = discussion());
    let report = site.import(&wxr(&tea.xml())).await;
    let mut places = everything(&site).await;
    places.insert("the report".to_owned(), report.to_string());
    places.insert("the log".to_owned(), site.log());
    places.insert("an export".to_owned(), site.export(false).await);
    for (place, text) in places {
        assert!(!text.contains("@example.org"), "{place}: {text}");
        assert!(!text.contains("192.0.2.77"), "{place}: {text}");
    }
    assert!(site.export(true).await.contains("maria@example.org"));
}

/// What an export says, but for when it was made.
fn without_dates_of_export(xml: &str) -> String {
    xml.lines()
        .filter(|line| !line.starts_with("<pubDate>") || !line.contains("2026"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn out_and_in_and_out_again_is_the_same() {
    let site = Setup::default()
        .publication(|publication| {
            publication.title = "Кур’єр & Co <daily>".to_owned();
            publication.tagline = "News & \"views\"".to_owned();
            publication.zone = broadsheet::text::dates::zone("Europe/Kyiv").expect("a zone");
            publication.permalink = "/{year}/{month}/{slug}".parse().expect("a pattern");
        })
        .build()
        .await;
    // What was written here: Markdown, every field, every state.
    let body = "# Chapter\n\nWords & *more* <b>words</b> ]]> [caption]x[/caption]\n\n- one\n- two\n\n![A cup](/static/welcome.svg) and a note[^1].\n\n[^1]: The note.\n\n| a | b |\n|---|--:|\n| 1 | 2 |";
    let tea = site
        .article_with("Tea & <cake>", |draft| {
            draft.body = body.to_owned();
            draft.standfirst = "Why & how\nwe <drink>".to_owned();
            draft.sources = "The \"Times\" & others".to_owned();
            draft.topics = vec!["Чай & кава".to_owned(), "Hot".to_owned()];
            draft.pinned = true;
        })
        .await;
    site.article_with("Imprint", |draft| draft.kind = Kind::Page)
        .await;
    site.article_with("A draft", |draft| {
        draft.state = State::Draft;
        draft.published_at = None;
    })
    .await;
    site.article_with("Later", |draft| {
        draft.published_at = draft.published_at.map(|at| at.plus_seconds(1_000_000));
        draft.replies_open = false;
    })
    .await;
    let maria = site.comment(&tea, "Maria", Status::Approved).await;
    let petro = site
        .answer(&tea, Some(maria), "Petro & Co <x>", Status::Approved)
        .await;
    site.answer(&tea, Some(petro), "Olha", Status::Held).await;
    site.comment(&tea, "Spammer", Status::Spam).await;
    site.comment(&tea, "Thrown", Status::Trashed).await;
    // What came from elsewhere: HTML, odd numbers, old addresses, pingbacks.
    let imported = post(5, "old").with(|post| {
        post.content = "Old.\n\nWords.<h1 id=\"part\">Part</h1> <img src=\"https://far.example/x.png\" alt=\"Far\"> https://example.com/x?a=1&b=2 &nbsp; end".to_owned();
        post.more = discussion();
    });
    let hidden = post(6, "hidden").with(|post| post.status = "private");
    site.import(&wxr(&(imported.xml() + &hidden.xml()))).await;
    for with_emails in [false, true] {
        let first = site.export(with_emails).await;
        let copy = Setup::default().build().await;
        sqlx::query("delete from settings")
            .execute(&copy.app.pool)
            .await
            .expect("an empty site");
        let report = copy.import(&first).await;
        assert_eq!(report.shortcodes, BTreeMap::new());
        let second = copy.export(with_emails).await;
        let (first, second) = (
            without_dates_of_export(&first),
            without_dates_of_export(&second),
        );
        for (a, b) in first.lines().zip(second.lines()) {
            assert_eq!(a, b);
        }
        assert_eq!(first, second);
        assert!(first.len() > 10_000);
        // And it is not the file alone that is the same.
        let visitor = copy.visitor();
        let (there, here) = (
            site.visitor().open(&tea.path).await,
            visitor.open(&tea.path).await,
        );
        assert_eq!(there.text_of(".prose"), here.text_of(".prose"));
        let markdown: String = sqlx::query_scalar("select body from articles where id = $1")
            .bind(tea.id.0)
            .fetch_one(&copy.app.pool)
            .await
            .expect("it is there");
        assert_eq!(markdown, body);
    }
}

fn real_exports() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/wxr"));
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("NOT TESTED: the real exports, which are not beside this checkout");
    None
}

/// What another reader of XML counts in an export.
#[derive(Debug, Default, PartialEq)]
struct Counted {
    articles: u64,
    pages: u64,
    approved: u64,
    held: u64,
    spam: u64,
    trashed: u64,
    linkbacks: u64,
    authors: BTreeSet<String>,
    topics: BTreeSet<(String, String)>,
    /// Of what is published: its link and its title.
    links: Vec<(String, String)>,
}

fn count(xml: &str) -> Counted {
    let document = roxmltree::Document::parse(xml).expect("another parser reads it");
    let mut counted = Counted::default();
    let child = |node: roxmltree::Node<'_, '_>, name: &str| {
        let found = node
            .children()
            .find(|child| child.tag_name().name() == name);
        let text = found.map(|found| {
            found
                .children()
                .filter_map(|text| text.text())
                .collect::<String>()
        });
        text.unwrap_or_default().trim().to_owned()
    };
    for node in document.descendants() {
        match node.tag_name().name() {
            "author" => _ = counted.authors.insert(child(node, "author_login")),
            "category"
                if node.attribute("domain").is_none() && !child(node, "cat_name").is_empty() =>
            {
                _ = counted
                    .topics
                    .insert(("category".to_owned(), child(node, "category_nicename")));
            }
            "tag" => {
                _ = counted
                    .topics
                    .insert(("post_tag".to_owned(), child(node, "tag_slug")));
            }
            "term" if ["category", "post_tag"].contains(&child(node, "term_taxonomy").as_str()) => {
                _ = counted
                    .topics
                    .insert((child(node, "term_taxonomy"), child(node, "term_slug")));
            }
            _ => {}
        }
    }
    for item in document
        .descendants()
        .filter(|node| node.tag_name().name() == "item")
    {
        match child(item, "post_type").as_str() {
            "post" => counted.articles += 1,
            "page" => counted.pages += 1,
            _ => continue,
        }
        counted.authors.insert(child(item, "creator"));
        if child(item, "status") == "publish" && child(item, "post_password").is_empty() {
            counted
                .links
                .push((child(item, "link"), child(item, "title")));
        }
        for node in item.children() {
            match (node.tag_name().name(), node.attribute("domain")) {
                ("category", Some(domain @ ("category" | "post_tag"))) => {
                    let name = node.attribute("nicename").unwrap_or_default().to_owned();
                    counted.topics.insert((domain.to_owned(), name));
                }
                ("comment", _) => {
                    let kind = child(node, "comment_type");
                    if !["", "comment"].contains(&kind.as_str()) {
                        counted.linkbacks += 1;
                        continue;
                    }
                    *match child(node, "comment_approved").as_str() {
                        "1" => &mut counted.approved,
                        "spam" => &mut counted.spam,
                        "trash" => &mut counted.trashed,
                        _ => &mut counted.held,
                    } += 1;
                }
                _ => {}
            }
        }
    }
    counted
}

#[tokio::test]
async fn real_exports_move_in_as_another_reader_counts_them() {
    let Some(folder) = real_exports() else { return };
    for name in [
        "theme-preview.xml",
        "theme-unit-test.xml",
        "block-editor-test.xml",
    ] {
        let path = folder.join(name);
        let counted = count(&fs::read_to_string(&path).expect("it reads"));
        let site = TestSite::new().await;
        let report = site.import_files(&[path], |_| {}).await.expect("imported");
        let by = report.by_status;
        assert_eq!(
            (report.articles.found(), report.pages.found()),
            (counted.articles, counted.pages),
            "{name}"
        );
        assert_eq!(
            (report.articles.new, report.pages.new),
            (counted.articles, counted.pages)
        );
        assert_eq!(
            (
                by.approved,
                by.held,
                by.spam,
                by.trashed,
                report.linkbacks.found()
            ),
            (
                counted.approved,
                counted.held,
                counted.spam,
                counted.trashed,
                counted.linkbacks
            ),
            "{name}"
        );
        assert_eq!(
            report.authors.found(),
            counted.authors.len() as u64,
            "{name}: {:?}",
            counted.authors
        );
        assert_eq!(report.topics.found(), counted.topics.len() as u64, "{name}");
        assert!(
            report.skipped.total == 0 && counted.links.len() > 5,
            "{report}"
        );
        let reader = site.visitor();
        let mut clashes = 0;
        for (link, title) in &counted.links {
            let url = url::Url::parse(link).expect("a link is an address");
            let address = match url.query() {
                Some(query) => format!("{}?{query}", url.path()),
                None => url.path().to_owned(),
            };
            if broadsheet::publication::is_answered(&address) {
                clashes += 1;
                continue;
            }
            let mut page = reader.open(&address).await;
            if page.status.is_redirection() {
                page = page.follow().await;
            }
            page.has_status(200);
            let is_dated = url.query().is_none() && url.path() != "/";
            assert!(is_dated || !title.is_empty(), "{link}");
        }
        assert!(clashes <= 1, "{clashes}");
        let html: Vec<String> = sqlx::query_scalar(
            "select body_html from articles union all select body_html from comments",
        )
        .fetch_all(&site.app.pool)
        .await
        .expect("bodies");
        for html in html {
            for wrong in [
                "<!-- wp:", "[caption", "[gallery", "<p></p>", "<iframe", "<script",
            ] {
                assert!(!html.contains(wrong), "{name}: {wrong} in {html}");
            }
        }
    }
}

#[tokio::test]
async fn an_export_may_say_anything() {
    let site = TestSite::new().await;
    let long = "довге-".repeat(2_000);
    let header = format!(
        "<wp:author><wp:author_login><![CDATA[{long}]]></wp:author_login><wp:author_display_name><![CDATA[{long}]]></wp:author_display_name></wp:author>
<wp:category><wp:category_nicename><![CDATA[{long}]]></wp:category_nicename><wp:cat_name><![CDATA[{long}]]></wp:cat_name><wp:category_description><![CDATA[{long}]]></wp:category_description></wp:category>"
    );
    let strange = post(i64::MAX, "x").with(|post| {
        post.title = "\u{85}Strange\u{202E} <script>alert(1)</script>";
        post.link = format!("https://old.example.org/{long}/");
        post.content = format!("Words\u{92} <img src=x onerror=alert(1)><a href=\"javascript:alert(1)\" onclick=\"x\">a</a><iframe src=\"//evil.example\"></iframe><form action=\"/x\"><input name=a></form><style>p{{}}</style>{}", "<div>".repeat(5_000));
        post.more = format!(
            "<category domain=\"category\" nicename=\"{long}\"><![CDATA[{long}]]></category><wp:postmeta><wp:meta_key>_broadsheet_address</wp:meta_key><wp:meta_value>//evil.example/</wp:meta_value></wp:postmeta><wp:postmeta><wp:meta_key>_broadsheet_address</wp:meta_key><wp:meta_value>/{long}</wp:meta_value></wp:postmeta>{}{}",
            comment(i64::MAX, &"n".repeat(5_000), "1", &answers(i64::MAX - 1)),
            comment(i64::MAX - 1, "<b>Bold</b>", "1", "<wp:comment_date>9999-99-99 99:99:99</wp:comment_date>"),
        );
    });
    let ours = post(77, "ours").with(|post| {
        post.content = "<p onclick=\"x\">[caption]<script>alert(1)</script></p>".to_owned();
        post.more = "<wp:postmeta><wp:meta_key>_broadsheet_format</wp:meta_key><wp:meta_value>markdown</wp:meta_value></wp:postmeta><wp:postmeta><wp:meta_key>_broadsheet_markdown</wp:meta_key><wp:meta_value><![CDATA[<script>]]></wp:meta_value></wp:postmeta>".to_owned();
    });
    let report = site
        .import(&wxr(&(header + &strange.xml() + &ours.xml())))
        .await;
    assert_eq!(
        (report.articles, report.comments),
        (new(2), new(2)),
        "{report}"
    );
    let reader = site.visitor();
    let front = reader.open("/").await;
    front.sees("Strange").sees("ours");
    let page = reader.open("/2012/06/05/x").await;
    page.has_status(200).sees("Words").sees("Bold");
    let ours = reader.open("/2012/06/05/ours").await;
    ours.sees("[caption]");
    for page in [&front, &page, &ours] {
        // The page has styles of its own.
        let html = page.html().to_lowercase().replacen("<style>", "", 1);
        for wrong in [
            "alert(",
            "onerror",
            "onclick",
            "javascript:",
            "<iframe",
            "<form action=\"/x",
            "<style",
            "\u{202e}",
            "\u{92}",
        ] {
            assert!(!html.contains(wrong), "{wrong} in {html}");
        }
    }
    // Numbers go on as before.
    let later = site.article("Later").await;
    assert!(later.id.0 < 1_000_000, "{}", later.id);
    site.comment(&later, "Maria", Status::Approved).await;
    // An editor can save it as it is.
    let id: i64 = sqlx::query_scalar("select id from articles where slug = 'x'")
        .fetch_one(&site.app.pool)
        .await
        .expect("it is there");
    let editor = site.staff("ed", Role::Editor).await;
    let address = format!("/admin/articles/{id}");
    let form = editor.open(&address).await.form(&address);
    form.press("Save").await.has_status(303);
    assert_eq!(
        reader.open(&format!("/?p={}", i64::MAX)).await.leads_to(),
        "/2012/06/05/x"
    );
}

#[tokio::test]
async fn topics_stay_what_they_were() {
    let site = TestSite::new().await;
    let category = |name: &str, slug: &str| {
        format!("<category domain=\"category\" nicename=\"{slug}\"><![CDATA[{name}]]></category>")
    };
    let tag = |name: &str, slug: &str| category(name, slug).replace("\"category\"", "\"post_tag\"");
    let tea = post(5, "tea").with(|post| {
        post.more = [
            category("Новини", "news"),
            category("Food, drink", "food"),
            // These read the same in Latin letters.
            category("上海", "%e4%b8%8a%e6%b5%b7"),
            category("商海", "%e5%95%86%e6%b5%b7"),
            // These share a slug, and are one.
            tag("News", "news"),
            // These are nothing.
            category("", ""),
            tag("\u{200b}", ""),
        ]
        .concat();
    });
    let xml = wxr(&("<wp:category/>".to_owned() + &tea.xml()));
    let rehearsed = site
        .import_with(&xml, |options| options.rehearse = true)
        .await
        .expect("rehearsed");
    let report = site.import(&xml).await;
    assert_eq!(rehearsed.topics, report.topics);
    assert_eq!((report.topics.new, report.topics.same), (4, 1), "{report}");
    let again = site.import(&xml).await;
    assert_eq!(again.topics, same(5), "{again}");
    let reader = site.visitor();
    for (slug, name) in [
        ("news", "Новини"),
        ("food", "Food, drink"),
        ("shang-hai", "上海"),
        ("shang-hai-2", "商海"),
    ] {
        let topic = reader.open(&format!("/topics/{slug}")).await;
        assert_eq!(topic.has_status(200).text_of("h1"), name);
        topic.sees("tea");
    }
    assert_eq!(
        reader
            .open("/category/%e5%95%86%e6%b5%b7/")
            .await
            .leads_to(),
        "/topics/shang-hai-2"
    );
    // Saving the article leaves them alone.
    let editor = site.staff("ed", Role::Editor).await;
    let form = editor
        .open("/admin/articles/5")
        .await
        .form("/admin/articles/5");
    form.press("Save").await.has_status(303);
    assert_eq!(site.count("select count(*) from topics").await, 4);
    assert_eq!(site.count("select count(*) from article_topics").await, 4);
    for nothing in [
        "/category/%00",
        "/tag/a%00b",
        "/category/%ff",
        "/tag/%e4%b8%8a",
    ] {
        reader.open(nothing).await.has_status(404);
    }
}

#[tokio::test]
async fn of_two_copies_the_first_is_taken() {
    let site = TestSite::new().await;
    let tea = post(5, "tea").with(|post| post.more = comment(11, "Maria", "1", ""));
    let newer = tea.clone().with(|post| post.content = "Newer.".to_owned());
    let files = [file(wxr(&tea.xml())), file(wxr(&newer.xml()))];
    for round in 0..2 {
        let rehearsed = site
            .import_files(&files, |options| options.rehearse = true)
            .await
            .expect("rehearsed");
        let report = site.import_files(&files, |_| {}).await.expect("imported");
        assert_eq!(report.articles.skipped, 1, "{report}");
        assert_eq!(
            (report.articles.new, report.articles.same),
            (1 - round, round)
        );
        assert_eq!(
            (rehearsed.articles, rehearsed.comments),
            (report.articles, report.comments)
        );
    }
    assert_eq!(
        site.count("select count(*) from article_revisions").await,
        1
    );
    site.visitor()
        .open("/2012/06/05/tea")
        .await
        .sees("Some words.");
}

#[tokio::test]
async fn a_number_on_two_articles_is_the_first_ones() {
    let site = TestSite::new().await;
    let ping = comment(
        11,
        "Pinger",
        "1",
        "<wp:comment_type>pingback</wp:comment_type>",
    );
    let tea = post(5, "tea").with(|post| post.more = ping + &comment(12, "Maria", "1", ""));
    let coffee = post(6, "coffee").with(|post| {
        post.more = comment(11, "Petro", "1", "")
            + &comment(12, "Olha", "1", "")
            + &comment(13, "Ann", "1", &answers(12));
    });
    let xml = wxr(&(tea.xml() + &coffee.xml()));
    let rehearsed = site
        .import_with(&xml, |options| options.rehearse = true)
        .await
        .expect("rehearsed");
    let report = site.import(&xml).await;
    assert_eq!(
        (report.comments.new, report.comments.skipped),
        (2, 2),
        "{report}"
    );
    assert_eq!(rehearsed.comments, report.comments);
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

#[tokio::test]
async fn an_old_address_belongs_to_who_is_there_now() {
    let site = Setup::default()
        .publication(|publication| publication.permalink = "/{slug}".parse().expect("a pattern"))
        .build()
        .await;
    let renamed = post(5, "bar").with(|post| {
        post.link = "https://old.example.org/bar/".to_owned();
        post.more = ["foo", "older"]
            .map(|slug| format!("<wp:postmeta><wp:meta_key>_wp_old_slug</wp:meta_key><wp:meta_value>{slug}</wp:meta_value></wp:postmeta>"))
            .concat();
    });
    let now = post(6, "foo").with(|post| post.link = "https://old.example.org/foo/".to_owned());
    let nested = post(7, "contact").with(|post| {
        post.kind = "page";
        post.link = "https://old.example.org/team/contact/".to_owned();
    });
    let other = post(8, "contact").with(|post| {
        post.kind = "page";
        post.link = "https://old.example.org/contact/".to_owned();
    });
    let strange = post(9, "strange").with(|post| {
        post.kind = "attachment";
        post.link = "tag:old.example.org,2010:x".to_owned();
        post.more = "<wp:post_parent>5</wp:post_parent>".to_owned();
    });
    let xml: String = [renamed, now, nested, other, strange]
        .iter()
        .map(crate::support::wxr::Post::xml)
        .collect();
    let report = site.import(&wxr(&xml)).await;
    assert_eq!(report.clashes.total, 0, "{report}");
    let reader = site.visitor();
    for path in ["/bar", "/foo", "/team/contact", "/contact"] {
        reader.open(path).await.has_status(200);
    }
    assert_eq!(reader.open("/older").await.leads_to(), "/bar");
}

#[tokio::test]
async fn an_export_of_this_very_site_is_not_taken_in_twice() {
    let site = TestSite::new().await;
    site.article("Tea").await;
    let export = site.export(false).await;
    let error = site
        .import_with(&export, |_| {})
        .await
        .expect_err("it is refused");
    assert!(error.to_string().contains("this very site"), "{error:#}");
    assert_eq!(site.count("select count(*) from articles").await, 1);
    // Articles that came without numbers have some here, and go out and in again.
    let xml = wxr(&post(5, "tea")
        .xml()
        .replace("<wp:post_id>5</wp:post_id>", ""));
    site.import(&xml).await;
    let copy = TestSite::new().await;
    sqlx::query("delete from settings")
        .execute(&copy.app.pool)
        .await
        .expect("an empty site");
    let report = copy.import(&site.export(false).await).await;
    assert_eq!(report.articles, new(2));
    let again = copy.import(&site.export(false).await).await;
    assert_eq!(again.articles, same(2));
}
