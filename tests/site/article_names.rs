//! Tests of an article's title, web address and topics: their typography, and names that are taken or nearly equal.

use broadsheet::accounts::Role;
use broadsheet::text::Slug;

use crate::support::TestSite;
use crate::support::visitor::{Form, Page, Visitor};

async fn new_article(editor: &Visitor, title: &str) -> Form {
    editor
        .open("/admin/articles/new")
        .await
        .form("/admin/articles/new")
        .fill("title", title)
        .fill("body", "Words.")
}

/// Opens the article that was just saved.
async fn open_saved(saved: &Page) -> Page {
    saved.has_status(303).follow().await
}

#[tokio::test]
async fn no_break_spaces_and_direction_marks_stay_where_editors_write() {
    let site = TestSite::new().await;
    let admin = site.staff("ada", Role::Admin).await;
    let (title, standfirst, sources, topic, tagline) = (
        "Ціна 5\u{a0}000\u{a0}₴ —\u{a0}за що?",
        "Щоб\u{a0}знати.",
        "«Deux\u{202f}mots»",
        "Ціна\u{a0}газу",
        "\u{200f}C++\u{200e} и\u{a0}чай",
    );
    let form = new_article(&admin, title)
        .await
        .fill("standfirst", standfirst)
        .fill("sources", sources)
        .fill("topics", topic);
    let saved = form.press("Publish").await;
    let form = open_saved(&saved).await.form("/admin/articles/");
    for (field, value) in [
        ("title", title),
        ("standfirst", standfirst),
        ("sources", sources),
        ("topics", topic),
        // As with ordinary spaces.
        ("slug", Slug::from_title("Ціна 5 000 ₴ — за що?").as_str()),
    ] {
        assert_eq!(form.value(field), value, "{field}");
    }
    let path = format!("/2026/03/14/{}", form.value("slug"));
    let form = admin.open("/admin/settings").await.form("/admin/settings");
    form.fill("title", "The\u{a0}Post")
        .fill("tagline", tagline)
        .submit()
        .await
        .has_status(303);
    let page = site.visitor().open(&path).await;
    let html = page.html();
    for text in [title, standfirst, sources, topic, tagline, "The\u{a0}Post"] {
        assert!(html.contains(text), "{text:?}");
    }
    for list in ["/", "/topics/tsina-hazu", "/feed.xml"] {
        assert!(
            site.visitor().open(list).await.html().contains(title),
            "{list}"
        );
    }
    // Marks that are not seen are no part of a slug, and a title of nothing else is none.
    let saved = new_article(&admin, "Ki\u{200e}ev \u{2067}now\u{2069}")
        .await
        .press("Save draft")
        .await;
    let form = open_saved(&saved).await.form("/admin/articles/");
    assert_eq!(form.value("slug"), "kiev-now");
    new_article(&admin, "\u{a0}\u{200e}")
        .await
        .press("Save draft")
        .await
        .has_status(422)
        .sees("Please enter a title.");
}

#[tokio::test]
async fn topics_that_differ_only_in_what_is_not_seen_are_one() {
    let site = TestSite::new().await;
    let editor = site.staff("edda", Role::Editor).await;
    for topics in [
        "Ціна\u{a0}газу",
        "ціна газу",
        "ЦІНА  ГАЗУ",
        "Ціна\u{202f}газу\u{200e}",
        "\u{200f}Ціна га\u{ad}зу",
        "Ціна газу, ціна\u{a0}газу",
    ] {
        new_article(&editor, &format!("About {topics}"))
            .await
            .fill("topics", topics)
            .press("Publish")
            .await
            .has_status(303);
    }
    assert_eq!(site.count("select count(*) from topics").await, 1);
    assert_eq!(site.count("select count(*) from article_topics").await, 6);
}

#[tokio::test]
async fn topics_of_which_the_same_slug_is_made_are_different_topics() {
    let site = TestSite::new().await;
    let names = ["C", "C++", "C#", "北京", "背景", "???", "!!!"];
    for (number, name) in names.into_iter().enumerate() {
        site.article_with(&format!("No. {number}: {name}"), |draft| {
            draft.topics = vec![name.to_owned()];
        })
        .await;
    }
    let named = "select count(*) from articles join article_topics on article_id = articles.id
                 join topics on topics.id = topic_id where title like 'No. _: ' || name";
    assert_eq!(site.count(named).await, 7);
    let visitor = site.visitor();
    visitor
        .open("/topics/c")
        .await
        .sees("No. 0")
        .does_not_see("No. 1");
    visitor.open("/topics/c-2").await.sees("No. 1");
}

#[tokio::test]
async fn the_same_title_on_the_same_day_gets_a_number() {
    let site = TestSite::new().await;
    site.article("Tea").await;
    let editor = site.staff("edda", Role::Editor).await;
    for number in 2..5 {
        let saved = new_article(&editor, "Tea").await.press("Publish").await;
        let form = open_saved(&saved).await.form("/admin/articles/");
        assert_eq!(form.value("slug"), format!("tea-{number}"));
        site.visitor()
            .open(&format!("/2026/03/14/tea-{number}"))
            .await
            .has_status(200);
    }
    // A draft has the plain slug until it is published.
    let saved = new_article(&editor, "Tea").await.press("Save draft").await;
    let form = open_saved(&saved).await.form("/admin/articles/");
    assert_eq!(form.value("slug"), "tea");
    form.press("Publish").await.has_status(303);
    site.visitor()
        .open("/2026/03/14/tea-5")
        .await
        .has_status(200);
    // Pages, too, and a title that names a page of the site's own.
    for slug in ["imprint", "imprint-2", "search-2", "search-3"] {
        let title = slug.split('-').next().unwrap_or_default();
        let saved = new_article(&editor, title)
            .await
            .tick("is_page", "yes")
            .press("Publish")
            .await;
        open_saved(&saved).await;
        site.visitor()
            .open(&format!("/{slug}"))
            .await
            .has_status(200);
    }
}

#[tokio::test]
async fn articles_of_one_title_published_at_once_get_different_numbers() {
    let site = TestSite::new().await;
    let editor = site.staff("edda", Role::Editor).await;
    let publish = async || new_article(&editor, "Tea").await.press("Publish").await;
    let (one, two, three, four, five) =
        tokio::join!(publish(), publish(), publish(), publish(), publish());
    for saved in [one, two, three, four, five] {
        saved.has_status(303);
    }
    for path in ["tea", "tea-2", "tea-3", "tea-4", "tea-5"] {
        site.visitor()
            .open(&format!("/2026/03/14/{path}"))
            .await
            .has_status(200);
    }
}

#[tokio::test]
async fn a_typed_slug_is_made_well_formed_and_a_free_one_is_suggested() {
    let site = TestSite::new().await;
    let editor = site.staff("edda", Role::Editor).await;
    for (typed, slug) in [
        ("Ünïcode Slug!", "unicode-slug"),
        ("Хто там?", "khto-tam"),
        ("  A  --  B  ", "a-b"),
        ("under_score", "under-score"),
        ("МІСТО 2026", "misto-2026"),
        ("https://example.org/2026/03/14/green-tea/", "green-tea"),
        ("/2026/03/14/black-tea", "black-tea"),
        ("www.example.org/2024/white-tea/", "white-tea"),
        ("https://example.org/red-tea?utm=1#top", "red-tea"),
        ("https://example.org/%D0%BC%D1%96%D0%B9/", "mii"),
        ("and/or", "and-or"),
    ] {
        let saved = new_article(&editor, "Tea")
            .await
            .fill("slug", typed)
            .press("Save draft")
            .await;
        let form = open_saved(&saved).await.form("/admin/articles/");
        assert_eq!(form.value("slug"), slug, "{typed}");
    }
    for typed in ["!!!", "—", "/", &"a".repeat(101), &"é".repeat(101)] {
        let page = new_article(&editor, "Tea")
            .await
            .fill("slug", typed)
            .press("Save draft")
            .await;
        page.has_status(422);
        assert_eq!(page.form("/admin/articles/new").value("slug"), typed);
    }
    let first = site.article("My own").await;
    let page = new_article(&editor, "Tea")
        .await
        .fill("slug", "My own")
        .press("Publish")
        .await;
    page.has_status(422).sees(&format!(
        "The address {} is already in use. “my-own-2” is free.",
        first.path
    ));
    assert_eq!(page.form("/admin/articles/new").value("body"), "Words.");
    page.form("/admin/articles/new")
        .fill("slug", "my-own-2")
        .press("Publish")
        .await
        .has_status(303);
}

#[tokio::test]
async fn topics_on_one_line_are_several_and_existing_ones_can_be_ticked() {
    let site = TestSite::new().await;
    let editor = site.staff("edda", Role::Editor).await;
    site.execute("insert into topics (slug, name) values ('arts-culture', 'Arts, Culture'), ('industry', 'Industry')")
        .await;
    let page = editor.open("/admin/articles/new").await;
    page.sees("Choose existing topics");
    let form = page
        .form("/admin/articles/new")
        .fill("title", "Tea")
        .fill("body", "Words.")
        .fill("topics", "France, Germany\narts, culture")
        .tick("topic", "Industry");
    let saved = form.press("Publish").await;
    let page = open_saved(&saved).await;
    page.sees("New topics: France, Germany.");
    let form = page.form("/admin/articles/");
    assert_eq!(
        form.value("topics"),
        "Arts, Culture\nFrance\nGermany\nIndustry"
    );
    // Saved again, the name with a comma stays one, and nothing is new.
    let saved = form.press("Update").await;
    let page = open_saved(&saved).await;
    page.does_not_see("New topics");
    assert_eq!(site.count("select count(*) from topics").await, 4);
    for topic in ["france", "germany", "arts-culture", "industry"] {
        site.visitor()
            .open(&format!("/topics/{topic}"))
            .await
            .has_status(200);
    }
    // A tick survives an error elsewhere.
    let form = editor
        .open("/admin/articles/new")
        .await
        .form("/admin/articles/new")
        .tick("topic", "Industry");
    let page = form.press("Publish").await;
    page.has_status(422);
    assert_eq!(page.form("/admin/articles/new").value("topics"), "Industry");
}

#[tokio::test]
async fn a_mistyped_topic_is_created_only_after_a_question() {
    let site = TestSite::new().await;
    let editor = site.staff("edda", Role::Editor).await;
    site.article_with("First", |draft| draft.topics = vec!["Ukraine".to_owned()])
        .await;
    let form = new_article(&editor, "Tea").await.fill("topics", "Ukrain");
    let asked = form.press("Publish").await;
    asked
        .has_status(422)
        .sees("“Ukrain” would be a new topic. There is already a topic “Ukraine”.");
    assert_eq!(site.count("select count(*) from topics").await, 1);
    asked
        .form("/admin/articles/new")
        .fill("topics", "Ukraine")
        .press("Publish")
        .await
        .has_status(303);
    assert_eq!(site.count("select count(*) from topics").await, 1);
    let form = new_article(&editor, "Coffee")
        .await
        .fill("topics", "Ukrain");
    let asked = form.press("Save draft").await;
    asked
        .form("/admin/articles/new")
        .press("Create the new topic")
        .await
        .follow()
        .await
        .sees("New topics: Ukrain.");
    // Only a draft has it, so that readers find no page.
    site.visitor().open("/topics/ukrain").await.has_status(404);
    assert_eq!(
        site.count("select count(*) from articles where state = 'draft'")
            .await,
        1
    );
}
