//! Tests of imported articles, pages and topics.

use std::collections::BTreeMap;

use broadsheet::accounts::Role;
use broadsheet::transfer::report::OutcomeCounts;

use super::{new, same};
use crate::support::TestSite;
use crate::support::wxr::{build_comment, build_export, build_item, write_export_file};

#[tokio::test]
async fn an_imported_article_keeps_text_topics_and_author() {
    let site = TestSite::new().await;
    let tea = build_item(5, "tea").with(|post| {
        post.title = "Tea &amp;amp; &lt;em&gt;cake&lt;/em&gt;";
        post.excerpt = "Why we <b>drink</b> it &amp; how.";
        post.content = "First.\n\nSecond <strong>line</strong>,\nbroken.\n\n[caption id=\"a\" width=\"9\"]<img src=\"/wp-content/uploads/cup.jpg\" alt=\"A cup\" /> The cup[/caption]\n\n[mystery x=\"1\"]".to_owned();
        post.more = "<category domain=\"category\" nicename=\"drinks\"><![CDATA[Drinks]]></category><category domain=\"post_tag\" nicename=\"hot\"><![CDATA[Hot &amp; new]]></category><wp:is_sticky>1</wp:is_sticky>".to_owned();
    });
    let report = site.import(&build_export(&tea.xml())).await;
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
    // A pinned article stays pinned.
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
    site.index_articles().await;
    reader
        .open("/search?q=broken")
        .await
        .has_status(200)
        .sees("Tea & cake");
}

#[tokio::test]
async fn each_wordpress_status_is_mapped_to_a_status_of_this_site() {
    let site = TestSite::new().await;
    let of = |number, slug, status: &'static str| {
        build_item(number, slug).with(|post| post.status = status)
    };
    let protected = build_item(6, "protected")
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
        build_item(9, "imprint").with(|post| {
            post.kind = "page";
            post.link = "https://old.example.org/about/imprint/".to_owned();
        }),
        build_item(10, "menu").with(|post| post.kind = "nav_menu_item"),
        build_item(11, "closed").with(|post| post.comments = "closed"),
    ];
    let xml: String = items
        .iter()
        .map(crate::support::wxr::WordPressItem::xml)
        .collect();
    let report = site.import(&build_export(&xml)).await;
    let expected = OutcomeCounts {
        new: 8,
        skipped: 1,
        ..OutcomeCounts::default()
    };
    assert_eq!((report.articles, report.pages), (expected, new(1)));
    assert_eq!(
        report.other_items,
        BTreeMap::from([("nav_menu_item".to_owned(), 1)])
    );
    assert_eq!(report.new_drafts.total, 4, "{report}");
    let editor = site.staff("ed", Role::Editor).await;
    let standing = |number: i64| {
        let editor = editor.clone();
        async move {
            let page = editor.open(&format!("/admin/articles/{number}")).await;
            page.has_status(200);
            (page.text_of(".state"), page.texts_of(".note").concat())
        }
    };
    assert_eq!(standing(1).await.0, "Published");
    assert_eq!(standing(2).await.0, "Scheduled");
    assert_eq!(standing(3).await, ("Draft".to_owned(), String::new()));
    for (number, words) in [
        (4, "pending review"),
        (5, "private"),
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
        .sees("Comments are closed");
    // A page is not in the list of articles.
    let front = reader.open("/").await;
    front.sees("there").does_not_see("imprint");
    let feed = reader.open("/feed.xml").await.html();
    assert!(feed.contains("there") && !feed.contains("imprint"));
    reader
        .open("/about/imprint")
        .await
        .has_status(200)
        .sees("imprint");
    // The path below its parent stays while the slug does.
    let form = editor
        .open("/admin/articles/9")
        .await
        .form("/admin/articles/9");
    form.press("Update").await.has_status(303);
    reader.open("/about/imprint").await.has_status(200);
    let form = editor
        .open("/admin/articles/9")
        .await
        .form("/admin/articles/9");
    form.fill("slug", "contact")
        .press("Update")
        .await
        .has_status(303);
    assert_eq!(reader.open("/about/imprint/").await.leads_to(), "/contact");
}

#[tokio::test]
async fn a_date_without_a_utc_time_is_read_in_the_time_zone_of_the_wordpress_site() {
    let site = TestSite::new().await;
    let known = build_item(1, "known");
    let unknown = build_item(2, "unknown").with(|post| {
        post.date = "2012-06-06 01:30:00";
        post.date_gmt = "0000-00-00 00:00:00";
    });
    site.import(&build_export(&(known.xml() + &unknown.xml())))
        .await;
    site.visitor()
        .open("/2012/06/05/unknown")
        .await
        .has_status(200);
    let other = TestSite::new().await;
    let zone = broadsheet::text::dates::parse_zone("America/New_York");
    other
        .import_with(&build_export(&unknown.xml()), |options| options.zone = zone)
        .await
        .expect("the import succeeds");
    let at: String = sqlx::query_scalar("select published_at::text from articles")
        .fetch_one(&other.app.pool)
        .await
        .expect("the article's time is read");
    assert_eq!(at, "2012-06-06 05:30:00+00");
}

#[tokio::test]
async fn topics_keep_their_names_and_urls() {
    let site = TestSite::new().await;
    let category = |name: &str, slug: &str| {
        format!("<category domain=\"category\" nicename=\"{slug}\"><![CDATA[{name}]]></category>")
    };
    let tag = |name: &str, slug: &str| category(name, slug).replace("\"category\"", "\"post_tag\"");
    let tea = build_item(5, "tea").with(|post| {
        post.more = [
            category("Новини", "news"),
            category("Food, drink", "food"),
            // These read the same in Latin letters.
            category("上海", "%e4%b8%8a%e6%b5%b7"),
            category("商海", "%e5%95%86%e6%b5%b7"),
            // These share a slug, and are one.
            tag("News", "news"),
            // These have no usable name.
            category("", ""),
            tag("\u{200b}", ""),
        ]
        .concat();
    });
    let xml = build_export(&("<wp:category/>".to_owned() + &tea.xml()));
    let dry_run = site
        .import_with(&xml, |options| options.dry_run = true)
        .await
        .expect("the dry run succeeds");
    let report = site.import(&xml).await;
    assert_eq!(dry_run.topics, report.topics);
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
    form.press("Update").await.has_status(303);
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
async fn of_two_items_with_the_same_id_only_the_first_is_imported() {
    let site = TestSite::new().await;
    let tea = build_item(5, "tea").with(|post| post.more = build_comment(11, "Maria", "1", ""));
    let newer = tea.clone().with(|post| post.content = "Newer.".to_owned());
    let files = [
        write_export_file(build_export(&tea.xml())),
        write_export_file(build_export(&newer.xml())),
    ];
    for round in 0..2 {
        let dry_run = site
            .import_files(&files, |options| options.dry_run = true)
            .await
            .expect("the dry run succeeds");
        let report = site
            .import_files(&files, |_| {})
            .await
            .expect("the import succeeds");
        assert_eq!(report.articles.skipped, 1, "{report}");
        assert_eq!(
            (report.articles.new, report.articles.same),
            (1 - round, round)
        );
        assert_eq!(
            (dry_run.articles, dry_run.comments),
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
