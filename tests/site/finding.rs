//! Tests of finding articles: topics, authors, search, pages that are in no list, and the feed of comments.

use broadsheet::accounts::Role;
use broadsheet::articles::{ArticleKind, ArticleState};
use broadsheet::comments::Status;

use crate::support::TestSite;

#[tokio::test]
async fn an_editor_sets_the_topics_of_an_article() {
    let site = TestSite::new().await;
    let editor = site.staff("ed", Role::Editor).await;
    let form = editor
        .open("/admin/articles/new")
        .await
        .form("/admin/articles/new");
    let saved = form
        .fill("title", "Tea")
        .fill("body", "Words.")
        .fill("topics", " Гарячі напої\r\n\r\nHot  drinks\nFood & drink ")
        .press("Publish")
        .await;
    let address = saved
        .leads_to()
        .split('?')
        .next()
        .expect("the redirect has a path")
        .to_owned();
    let reader = site.visitor();
    let topic = reader.open("/topics/hariachi-napoi").await;
    topic.has_status(200).sees("Гарячі напої").sees("Tea");
    let page = reader
        .open(
            &reader
                .open("/")
                .await
                .attribute(".headline a", "href")
                .expect("a link"),
        )
        .await;
    assert_eq!(
        page.texts_of(".topics a"),
        ["Food & drink", "Hot drinks", "Гарячі напої"]
    );
    let form = editor.open(&address).await.form(&address);
    assert_eq!(
        form.value("topics"),
        "Food & drink\nHot drinks\nГарячі напої"
    );
    form.fill("topics", "hot drinks")
        .press("Update")
        .await
        .has_status(303);
    // A topic keeps its name if an editor types it in another case. Without articles it has no page.
    reader
        .open("/topics/hot-drinks")
        .await
        .sees("Hot drinks")
        .sees("Tea");
    reader.open("/topics/hariachi-napoi").await.has_status(404);
}

#[tokio::test]
async fn a_page_is_in_no_list_and_a_pinned_article_comes_first() {
    let site = TestSite::new().await;
    let editor = site.staff("ed", Role::Editor).await;
    let made = site.article("Imprint").await;
    let address = format!("/admin/articles/{}", made.id);
    let form = editor.open(&address).await.form(&address);
    form.tick("is_page", "yes")
        .press("Update")
        .await
        .has_status(303);
    let reader = site.visitor();
    assert_eq!(reader.open(&made.path).await.leads_to(), "/imprint");
    let page = reader.open("/imprint").await;
    page.has_status(200);
    assert!(page.texts_of(".dateline").is_empty());
    reader.open("/").await.does_not_see("Imprint");
    assert!(!reader.open("/feed.xml").await.html().contains("Imprint"));
    assert!(
        reader
            .open("/sitemap-pages.xml")
            .await
            .html()
            .contains("/imprint<")
    );
    // No article can take the path of the search.
    let taken = site.article("Search").await;
    let address = format!("/admin/articles/{}", taken.id);
    let form = editor.open(&address).await.form(&address);
    form.tick("is_page", "yes")
        .press("Update")
        .await
        .has_status(422)
        .sees("/search is already in use");
    for number in 0..12 {
        site.article(&format!("News {number}")).await;
    }
    let form = editor.open(&address).await.form(&address);
    form.tick("pinned", "yes")
        .press("Update")
        .await
        .has_status(303);
    let front = reader.open("/").await;
    let titles = front.texts_of(".headline h2");
    assert_eq!((titles[0].as_str(), titles.len()), ("Search", 11));
    let older = front
        .attribute("a[rel=next]", "href")
        .expect("the page links older articles");
    let older = reader.open(&older).await;
    assert_eq!(older.texts_of(".headline h2"), ["News 1", "News 0"]);
    editor.open("/admin/articles").await.sees("Pinned");
    assert_eq!(
        reader
            .open("/feed.xml")
            .await
            .html()
            .matches("<item>")
            .count(),
        13
    );
}

#[tokio::test]
async fn long_lists_of_articles_continue_on_further_pages() {
    let site = TestSite::new().await;
    for number in 0..23 {
        site.article_with(&format!("News {number:02}"), |draft| {
            draft.topics = vec!["News".to_owned()];
        })
        .await;
    }
    let reader = site.visitor();
    for first in ["/topics/news", "/authors/maker", "/search?q=news"] {
        let mut page = reader.open(first).await;
        let mut titles = page.texts_of(".headline h2");
        while let Some(next) = page.attribute("a[rel=next]", "href") {
            page = reader.open(&next).await;
            page.has_status(200);
            titles.extend(page.texts_of(".headline h2"));
        }
        let expected: Vec<String> = (0..23)
            .rev()
            .map(|number| format!("News {number:02}"))
            .collect();
        assert_eq!(titles, expected, "{first}");
    }
}

#[tokio::test]
async fn unknown_topics_and_authors_are_not_found() {
    let site = TestSite::new().await;
    // Someone on the staff who has published nothing has no page.
    site.staff("mo", Role::Moderator).await;
    site.article_with("Draft", |draft| {
        draft.state = ArticleState::Draft;
        draft.topics = vec!["Secret".to_owned()];
    })
    .await;
    let reader = site.visitor();
    for path in [
        "/authors/mo",
        "/authors/maker",
        "/authors/none",
        "/topics/none",
        "/topics/A%20b",
        "/topics/%00",
        "/authors/%ff",
    ] {
        reader.open(path).await.has_status(404);
    }
    reader.open("/topics/secret").await.has_status(404);
}

#[tokio::test]
async fn a_search_finds_words_in_every_part_of_an_article() {
    let site = TestSite::new().await;
    site.article("Чай узимку").await;
    site.article_with("Second", |draft| {
        draft.standfirst = "Про ЧАЙ і каву".to_owned();
    })
    .await;
    site.article_with("Third", |draft| {
        draft.body = "Words about *tea* & чай.".to_owned();
    })
    .await;
    site.article_with("Page", |draft| {
        draft.body = "Чай теж тут.".to_owned();
        draft.kind = ArticleKind::Page;
    })
    .await;
    site.article_with("Hidden", |draft| {
        draft.body = "чай".to_owned();
        draft.state = ArticleState::Draft;
    })
    .await;
    site.article_with("Later", |draft| {
        draft.body = "чай".to_owned();
        draft.published_at = draft.published_at.map(|at| at.plus_seconds(60));
    })
    .await;
    let reader = site.visitor();
    let found = |question: &str| {
        let question: String = url::form_urlencoded::byte_serialize(question.as_bytes()).collect();
        let reader = reader.clone();
        async move {
            let page = reader.open(&format!("/search?q={question}")).await;
            page.has_status(200);
            assert_eq!(page.header("x-robots-tag"), "noindex");
            page.texts_of(".headline h2")
        }
    };
    assert_eq!(
        found("чай").await,
        ["Page", "Third", "Second", "Чай узимку"]
    );
    assert_eq!(found("Чай -tea каву").await, ["Second"]);
    assert_eq!(found("\"about tea\"").await, ["Third"]);
    reader.open("/search").await.has_status(200);
    let nothing = reader.open("/search?q=nowhere%3Cscript%3E").await;
    nothing
        .has_status(200)
        .sees("No articles found that contain all of these words");
    for hostile in [
        "'; drop table articles; --",
        "((((",
        "\"",
        "a\0b",
        "\\",
        "!!!&|",
        &"x ".repeat(5_000),
        "%",
        "<b>",
    ] {
        found(hostile).await;
    }
    reader.open("/search?q=%ff%fe").await.has_status(200);
    reader.open("/search?q=a&before=x").await.has_status(404);
}

#[tokio::test]
async fn the_feed_of_comments_contains_public_comments_only() {
    let site = TestSite::new().await;
    let tea = site.article("Tea & cake").await;
    let id = site.comment(&tea, "Maria", Status::Approved).await;
    for (name, status) in [
        ("Olha", Status::Held),
        ("Spammer", Status::Spam),
        ("Thrown", Status::Trashed),
    ] {
        site.comment(&tea, name, status).await;
    }
    let later = site
        .article_with("Later", |draft| {
            draft.published_at = draft.published_at.map(|at| at.plus_seconds(60));
        })
        .await;
    site.comment(&later, "Early", Status::Approved).await;
    let feed = site.visitor().open("/comments/feed.xml").await;
    feed.has_status(200);
    assert_eq!(
        feed.header("content-type"),
        "application/rss+xml; charset=utf-8"
    );
    let xml = feed.html();
    let channel = rss::Channel::read_from(xml.as_bytes()).expect("the feed is valid RSS");
    assert_eq!(channel.items().len(), 1, "{xml}");
    let item = &channel.items()[0];
    assert_eq!(item.title(), Some("Maria on “Tea & cake”"));
    assert_eq!(
        item.link(),
        Some(format!("http://127.0.0.1:8600/comments/{id}").as_str())
    );
    assert!(!xml.contains("example.org"));
}
