//! Tests of exporting after an import, and of importing an export of this site.

use std::collections::BTreeMap;

use broadsheet::articles::{ArticleKind, ArticleState};
use broadsheet::comments::Status;

use super::{discussion, new, same};
use crate::support::wxr::{build_export, build_item};
use crate::support::{Setup, TestSite};

/// Removes the dates at which the export itself was made.
fn without_dates_of_export(xml: &str) -> String {
    xml.lines()
        .filter(|line| !line.starts_with("<pubDate>") || !line.contains("2026"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn exporting_after_an_import_gives_the_same_file() {
    let site = Setup::default()
        .publication(|publication| {
            publication.title = "Кур’єр & Co <daily>".to_owned();
            publication.tagline = "News & \"views\"".to_owned();
            publication.zone = broadsheet::text::dates::parse_zone("Europe/Kyiv").expect("a zone");
            publication.permalink = "/{year}/{month}/{slug}".parse().expect("a pattern");
        })
        .build()
        .await;
    // Articles of this site: Markdown, every field, every state.
    let body = "# Chapter\n\nWords & *more* <b>words</b> ]]> [caption]x[/caption]\n\n- one\n- two\n\n![A cup](/static/welcome.svg) and [a link](/about) and a note[^1].\n\n![\"Tea\"](/media/2026/07/tea%20cup.png)\n\n[^1]: The note.\n\n| a | b |\n|---|--:|\n| 1 | 2 |";
    let tea = site
        .article_with("Tea & <cake>", |draft| {
            draft.body = body.to_owned();
            draft.standfirst = "Why & how\nwe <drink>".to_owned();
            draft.sources = "The \"Times\" & others".to_owned();
            draft.topics = vec!["Чай & кава".to_owned(), "Hot".to_owned()];
            draft.pinned = true;
        })
        .await;
    site.article_with("Imprint", |draft| draft.kind = ArticleKind::Page)
        .await;
    site.article_with("A draft", |draft| {
        draft.state = ArticleState::Draft;
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
        .insert_reply(&tea, Some(maria), "Petro & Co <x>", Status::Approved)
        .await;
    site.insert_reply(&tea, Some(petro), "Olha", Status::Held)
        .await;
    site.comment(&tea, "Spammer", Status::Spam).await;
    site.comment(&tea, "Thrown", Status::Trashed).await;
    // Imported articles: HTML, unusual ids, old URLs, pingbacks.
    let imported = build_item(5, "old").with(|post| {
        post.content = "Old.\n\nWords.<h1 id=\"part\">Part</h1> <img src=\"https://far.example/x.png\" alt=\"Far\"> https://example.com/x?a=1&b=2 &nbsp; end".to_owned();
        post.more = discussion();
    });
    let hidden = build_item(6, "hidden").with(|post| post.status = "private");
    site.import(&build_export(&(imported.xml() + &hidden.xml())))
        .await;
    for with_emails in [false, true] {
        let first = site.export(with_emails).await;
        // A field that both exports lack would make them equal, too.
        for text in [
            "Tea &amp; ",
            "Why &amp; how",
            "The \"Times\" & others",
            "<wp:attachment_url><![CDATA[http://127.0.0.1:8600/media/2026/07/tea%20cup.png]]>",
        ] {
            assert!(first.contains(text), "the export lacks {text}");
        }
        let copy = Setup::default().build().await;
        sqlx::query("delete from settings")
            .execute(&copy.app.pool)
            .await
            .expect("the settings are deleted");
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
        // The database is the same as well.
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
            .expect("the article's text is read");
        assert_eq!(markdown, body);
    }
}

#[tokio::test]
async fn an_export_of_this_site_is_not_imported_into_it() {
    let site = TestSite::new().await;
    site.article("Tea").await;
    let export = site.export(false).await;
    let error = site
        .import_with(&export, |_| {})
        .await
        .expect_err("the import is rejected");
    assert!(
        error.to_string().contains("comes from this site"),
        "{error:#}"
    );
    assert_eq!(site.count("select count(*) from articles").await, 1);
    // Articles without ids get some on import, and are exported and imported again.
    let xml = build_export(
        &build_item(5, "tea")
            .xml()
            .replace("<wp:post_id>5</wp:post_id>", ""),
    );
    site.import(&xml).await;
    let copy = TestSite::new().await;
    sqlx::query("delete from settings")
        .execute(&copy.app.pool)
        .await
        .expect("the settings are deleted");
    let report = copy.import(&site.export(false).await).await;
    assert_eq!(report.articles, new(2));
    let again = copy.import(&site.export(false).await).await;
    assert_eq!(again.articles, same(2));
}

#[tokio::test]
async fn media_files_are_exported_as_attachments_with_full_urls() {
    let site = Setup::default().build().await;
    let body = "![A \"cup\"](/media/2026/07/cup.png) [the file](/media/notes%20a.pdf) [a link](/about#x) [here](#y)";
    let tea = site
        .article_with("Tea", |draft| draft.body = body.to_owned())
        .await;
    site.article_with("Cake", |draft| {
        draft.body = "![Again](/media/2026/07/cup.png?size=2)".to_owned();
    })
    .await;
    let export = site.export(false).await;
    for text in [
        "<img src=\"http://127.0.0.1:8600/media/2026/07/cup.png\"",
        "<a href=\"http://127.0.0.1:8600/media/notes%20a.pdf\">",
        "<a href=\"http://127.0.0.1:8600/about#x\">",
        "<a href=\"#y\">",
        "<wp:attachment_url><![CDATA[http://127.0.0.1:8600/media/notes%20a.pdf]]>",
        "<![CDATA[_wp_attached_file]]></wp:meta_key>\n<wp:meta_value><![CDATA[2026/07/cup.png]]>",
        "<![CDATA[_wp_attachment_image_alt]]></wp:meta_key>\n<wp:meta_value><![CDATA[A \"cup\"]]>",
        &format!("<wp:post_parent>{}</wp:post_parent>", tea.id),
    ] {
        assert!(export.contains(text), "the export lacks {text}:\n{export}");
    }
    let attachments = "<wp:post_type><![CDATA[attachment]]>";
    assert_eq!(export.matches(attachments).count(), 2, "each file once");
    // On a site with another URL, the texts lead to that site's own files again.
    let copy = Setup::default().build().await;
    copy.import(&export.replace("127.0.0.1:8600", "tea.example"))
        .await;
    let stored: Vec<(String, String)> =
        sqlx::query_as("select body, body_html from articles where title = 'Tea'")
            .fetch_all(&copy.app.pool)
            .await
            .expect("the article is read");
    assert_eq!(stored.len(), 1);
    assert_eq!(stored[0].0, body);
    assert!(stored[0].1.contains("<img src=\"/media/2026/07/cup.png\""));
}
