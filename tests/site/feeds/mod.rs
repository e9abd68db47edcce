//! Tests of feeds: their three formats, the ids of their items, and the pages that lead to them.

mod conditional;
mod guids;
mod revised;
mod words;

use broadsheet::accounts::Role;
use broadsheet::articles::ArticleKind;
use broadsheet::comments::Status;
use serde_json::Value;

use crate::support::makers::at;
use crate::support::visitor::Visitor;
use crate::support::{Setup, TestSite};

/// Item of a feed, whatever its format.
#[derive(Debug, PartialEq, Eq)]
pub struct ParsedItem {
    pub id: String,
    pub title: String,
    pub url: String,
    pub author: String,
    pub topics: Vec<String>,
    /// Time of publication and, unless the format has none, of the last change.
    pub published: String,
    pub updated: Option<String>,
    pub summary: Option<String>,
    pub html: String,
}

fn in_utc(time: &str) -> String {
    at(time).rfc3339()
}

pub async fn open_rss(visitor: &Visitor, stem: &str) -> (rss::Channel, Vec<ParsedItem>) {
    let page = visitor.open(&format!("{stem}.xml")).await;
    page.has_status(200);
    let kind = page.header("content-type");
    assert_eq!(kind, "application/rss+xml; charset=utf-8");
    roxmltree::Document::parse(&page.html()).expect("the feed is well-formed XML");
    let channel = rss::Channel::read_from(page.body.as_slice()).expect("the feed is valid RSS");
    let items = channel.items().iter().map(|item| {
        let guid = item.guid().expect("an item has a guid");
        assert!(!guid.is_permalink());
        let author = item.dublin_core_ext().expect("an item has an author");
        let date = item.pub_date().expect("an item has a date");
        let date = jiff::fmt::rfc2822::parse(date).expect("an RFC 2822 date");
        ParsedItem {
            id: guid.value().to_owned(),
            title: item.title().unwrap_or_default().to_owned(),
            url: item.link().unwrap_or_default().to_owned(),
            author: author.creators().join(", "),
            topics: item
                .categories()
                .iter()
                .map(|topic| topic.name().to_owned())
                .collect(),
            published: date.timestamp().to_string(),
            updated: None,
            summary: item.description().map(|html| {
                let text = scraper::Html::parse_fragment(html);
                text.root_element().text().collect()
            }),
            html: item.content().unwrap_or_default().trim().to_owned(),
        }
    });
    let items = items.collect();
    (channel, items)
}

pub async fn open_atom(visitor: &Visitor, stem: &str) -> (atom_syndication::Feed, Vec<ParsedItem>) {
    let page = visitor.open(&format!("{stem}.atom")).await;
    page.has_status(200);
    let kind = page.header("content-type");
    assert_eq!(kind, "application/atom+xml; charset=utf-8");
    roxmltree::Document::parse(&page.html()).expect("the feed is well-formed XML");
    let feed =
        atom_syndication::Feed::read_from(page.body.as_slice()).expect("the feed is valid Atom");
    let items = feed.entries().iter().map(|entry| {
        let published = entry.published().expect("an entry has a date");
        let link = entry.links().iter().find(|link| link.rel == "alternate");
        ParsedItem {
            id: entry.id().to_owned(),
            title: entry.title().value.clone(),
            url: link.expect("an entry has a link").href.clone(),
            author: entry
                .authors()
                .iter()
                .map(|author| author.name.clone())
                .collect(),
            topics: entry
                .categories()
                .iter()
                .map(|topic| topic.term.clone())
                .collect(),
            published: in_utc(&published.to_rfc3339()),
            updated: (entry.updated() != published).then(|| in_utc(&entry.updated().to_rfc3339())),
            summary: entry.summary().map(|summary| summary.value.clone()),
            html: entry
                .content()
                .and_then(|content| content.value.as_deref())
                .unwrap_or_default()
                .trim()
                .to_owned(),
        }
    });
    let items = items.collect();
    (feed, items)
}

pub async fn open_json(visitor: &Visitor, stem: &str) -> (Value, Vec<ParsedItem>) {
    let page = visitor.open(&format!("{stem}.json")).await;
    page.has_status(200);
    let kind = page.header("content-type");
    assert_eq!(kind, "application/feed+json; charset=utf-8");
    let feed: Value = serde_json::from_slice(&page.body).expect("the feed is JSON");
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let items = feed["items"].as_array().expect("a feed has items");
    let items = items.iter().map(|item| ParsedItem {
        id: text(&item["id"]),
        title: text(&item["title"]),
        url: text(&item["url"]),
        author: text(&item["authors"][0]["name"]),
        topics: item["tags"]
            .as_array()
            .map(|tags| tags.iter().map(text).collect())
            .unwrap_or_default(),
        published: in_utc(&text(&item["date_published"])),
        updated: item["date_modified"].as_str().map(in_utc),
        summary: item["summary"].as_str().map(str::to_owned),
        html: text(&item["content_html"]).trim().to_owned(),
    });
    let items = items.collect();
    (feed, items)
}

#[tokio::test]
async fn the_three_formats_of_a_feed_have_the_same_items() {
    let site = Setup::default()
        .publication(|publication| publication.tagline = "News & <views>".to_owned())
        .build()
        .await;
    let tea = site
        .article_with("Tea & <biscuits> “]]>”", |draft| {
            draft.topics = vec!["Їжа & напої".to_owned(), "Hot".to_owned()];
            draft.body = "Words & *more* <b>]]></b>.\n\n[a link](/x) 北京 مرحبا".to_owned();
            draft.standfirst = "Why <table> & \"tea\"".to_owned();
            draft.published_at = Some(at("2026-03-10T08:00:00Z"));
        })
        .await;
    site.article_with("Plain", |draft| {
        draft.published_at = Some(at("2026-03-09T08:00:00Z"));
    })
    .await;
    site.article_with("Imprint", |draft| draft.kind = ArticleKind::Page)
        .await;
    let comment = site.comment(&tea, "Ann & <Bob>", Status::Approved).await;
    let visitor = site.visitor();
    for stem in ["/feed", "/comments/feed", &format!("{}/feed", tea.path)] {
        let (channel, of_rss) = open_rss(&visitor, stem).await;
        let (feed, of_atom) = open_atom(&visitor, stem).await;
        let (json, of_json) = open_json(&visitor, stem).await;
        assert_eq!(of_rss, of_atom, "{stem}");
        assert_eq!(of_rss, of_json, "{stem}");
        assert_eq!(channel.title(), feed.title().value);
        assert_eq!(json["title"], channel.title());
        assert_eq!(channel.description(), "News & <views>");
        let own = |extension: &str| format!("http://127.0.0.1:8600{stem}{extension}");
        let self_link = |link: &&atom_syndication::Link| link.rel == "self";
        assert_eq!(
            feed.links().iter().find(self_link).expect("a link").href,
            own(".atom")
        );
        assert_eq!(json["feed_url"], own(".json"));
        assert_eq!(
            channel.atom_ext().expect("a link").links()[0].href,
            own(".xml")
        );
    }
    let (channel, items) = open_rss(&visitor, "/feed").await;
    assert_eq!(items.len(), 2, "a page is in no feed");
    assert_eq!(items[0].title, "Tea & <biscuits> “]]>”");
    assert_eq!(items[0].author, "Maker");
    assert_eq!(items[0].topics, ["Hot", "Їжа & напої"]);
    assert_eq!(items[0].published, "2026-03-10T08:00:00Z");
    assert_eq!(items[0].summary.as_deref(), Some("Why <table> & \"tea\""));
    assert!(items[0].html.contains("href=\"http://127.0.0.1:8600/x\""));
    assert_eq!(items[1].summary.as_deref(), Some("Some words."));
    let comments = format!("http://127.0.0.1:8600{}#comments", tea.path);
    assert_eq!(channel.items()[0].comments(), Some(comments.as_str()));
    let (_, replies) = open_json(&visitor, "/comments/feed").await;
    assert_eq!(replies.len(), 1);
    assert_eq!(replies[0].author, "Ann & <Bob>");
    assert!(replies[0].url.ends_with(&format!("/comments/{comment}")));
    for format in ["xml", "atom", "json"] {
        let feed = visitor.open(&format!("/comments/feed.{format}")).await;
        assert!(!feed.html().contains("example.org"), "no email in {format}");
    }
}

#[tokio::test]
async fn topics_and_authors_have_feeds_to_which_their_pages_lead() {
    let site = TestSite::new().await;
    for (title, topic) in [("Tea", "Drinks"), ("Cake", "Food")] {
        site.article_with(title, |draft| draft.topics = vec![topic.to_owned()])
            .await;
    }
    let later = site
        .article_with("Later", |draft| {
            draft.topics = vec!["Drinks".to_owned()];
            draft.published_at = draft.published_at.map(|at| at.plus_seconds(60));
        })
        .await;
    site.staff("stranger", Role::Editor).await;
    let visitor = site.visitor();
    let titles = async |stem: &str| -> Vec<String> {
        let (_, items) = open_atom(&visitor, stem).await;
        items.into_iter().map(|item| item.title).collect()
    };
    assert_eq!(titles("/topics/drinks/feed").await, ["Tea"]);
    assert_eq!(titles("/authors/maker/feed").await, ["Cake", "Tea"]);
    for path in ["/", "/topics/drinks", "/authors/maker", later.path.as_str()] {
        if path == later.path {
            site.app.clock.advance(60);
        }
        let page = visitor.open(path).await;
        page.has_status(200);
        let html = scraper::Html::parse_document(&page.html());
        let links = scraper::Selector::parse("link[rel=alternate]").expect("a selector");
        let mut found = 0;
        for link in html.select(&links) {
            let feed = visitor
                .open(link.attr("href").expect("a link leads somewhere"))
                .await;
            let kind = feed.has_status(200).header("content-type");
            assert_eq!(kind.split(';').next(), link.attr("type"), "{path}");
            found += 1;
        }
        assert_eq!(found, if path == "/" { 3 } else { 6 }, "{path}");
    }
    assert_eq!(titles("/topics/drinks/feed").await, ["Later", "Tea"]);
    let (channel, _) = open_rss(&visitor, "/topics/drinks/feed").await;
    assert_eq!(channel.title(), "Drinks – The Test Courier");
    assert_eq!(channel.link(), "http://127.0.0.1:8600/topics/drinks");
    for nothing in [
        "/topics/none/feed.xml",
        "/authors/none/feed.atom",
        "/authors/stranger/feed.json",
        "/topics/drinks/feed.html",
        "/topics/drinks/feed",
    ] {
        visitor.open(nothing).await.has_status(404);
    }
}

#[tokio::test]
async fn the_feed_of_a_topic_follows_its_articles() {
    let site = TestSite::new().await;
    let tea = site
        .article_with("Tea", |draft| {
            draft.topics = vec!["Drinks".to_owned()];
            draft.published_at = Some(at("2026-03-01T08:00:00Z"));
        })
        .await;
    site.article_with("Coffee", |draft| {
        draft.topics = vec!["Drinks".to_owned()];
        draft.published_at = Some(at("2026-03-02T08:00:00Z"));
    })
    .await;
    let editor = site.staff("edda", Role::Editor).await;
    let visitor = site.visitor();
    let titles = async || -> Vec<String> {
        let page = visitor.open("/topics/drinks").await.texts_of("h2 a");
        let (_, items) = open_json(&visitor, "/topics/drinks/feed").await;
        let feed: Vec<String> = items.into_iter().map(|item| item.title).collect();
        assert_eq!(page, feed);
        feed
    };
    assert_eq!(titles().await, ["Coffee", "Tea"]);
    let save = async |name: &str, value: &str, button: &str| {
        let page = editor.open(&format!("/admin/articles/{}", tea.id)).await;
        let form = page.form("/admin/articles/");
        let form = match name {
            "is_page" => form.tick(name, value),
            _ => form.fill(name, value),
        };
        let page = form.press(button).await;
        if button == "Unpublish" {
            let question = page.has_status(422).form("/admin/articles/");
            question.press(button).await.has_status(303);
        }
    };
    save("published_at", "2026-03-03T08:00", "Update").await;
    assert_eq!(titles().await, ["Tea", "Coffee"]);
    save("topics", "Other", "Update").await;
    assert_eq!(titles().await, ["Coffee"]);
    save("topics", "Drinks", "Update").await;
    assert_eq!(titles().await, ["Tea", "Coffee"]);
    save("title", "Tea", "Unpublish").await;
    assert_eq!(titles().await, ["Coffee"]);
    save("title", "Tea", "Publish").await;
    assert_eq!(titles().await, ["Tea", "Coffee"]);
    save("is_page", "yes", "Update").await;
    assert_eq!(titles().await, ["Coffee"]);
}

#[tokio::test]
async fn characters_that_xml_forbids_do_not_break_a_feed() {
    let site = TestSite::new().await;
    let tea = site
        .article_with("Tea", |draft| {
            draft.body = "One &#1; two &#xFFFE; three &#11; four".to_owned();
        })
        .await;
    let comment = site.comment(&tea, "Ann", Status::Approved).await;
    sqlx::query("update comments set body_html = $1 where id = $2")
        .bind("<p>a\u{1}b\u{FFFF}c</p>")
        .bind(comment.0)
        .execute(&site.app.pool)
        .await
        .expect("the comment is changed");
    let visitor = site.visitor();
    for stem in ["/feed", "/comments/feed"] {
        let (_, rss) = open_rss(&visitor, stem).await;
        open_atom(&visitor, stem).await;
        open_json(&visitor, stem).await;
        assert_eq!(rss.len(), 1);
    }
    let (_, comments) = open_rss(&visitor, "/comments/feed").await;
    assert_eq!(comments[0].html, "<p>abc</p>");
}
