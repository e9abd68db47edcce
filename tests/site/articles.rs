//! Tests of writing and publishing articles.

use broadsheet::accounts::Role;
use broadsheet::articles::ArticleState;

use crate::support::TestSite;
use crate::support::article::WrittenArticle;
use crate::support::makers::at;
use crate::support::visitor::{Form, Page, Visitor};

#[tokio::test]
async fn an_article_can_be_drafted_published_and_unpublished() {
    let site = TestSite::new().await;
    let editor = site.staff("edda", Role::Editor).await;
    let form = editor
        .open("/admin/articles/new")
        .await
        .form("/admin/articles/new");
    let saved = form
        .fill("title", "Київ & tea")
        .fill("body", "Words.")
        .press("Save draft")
        .await;
    let address = saved.has_status(303).leads_to();
    let page = editor.open(&address).await;
    page.sees("Saved.").sees("Draft");
    assert_eq!(page.form("/admin/articles/").value("slug"), "kyiv-tea");
    site.visitor()
        .open("/2026/03/14/kyiv-tea")
        .await
        .has_status(404);
    page.form("/admin/articles/")
        .press("Publish")
        .await
        .follow()
        .await
        .sees("Published March 14, 2026");
    site.visitor()
        .open("/2026/03/14/kyiv-tea")
        .await
        .has_status(200)
        .sees("Київ & tea");
    editor
        .open("/admin/articles")
        .await
        .sees("Київ & tea")
        .sees("Published");
    let page = editor
        .open(address.split('?').next().expect("a path"))
        .await;
    let asked = page.form("/admin/articles/").press("Unpublish").await;
    asked
        .form("/admin/articles/")
        .press("Unpublish")
        .await
        .follow()
        .await
        .sees("Draft");
    site.visitor()
        .open("/2026/03/14/kyiv-tea")
        .await
        .has_status(404);
    assert_eq!(
        site.count("select count(*) from article_revisions").await,
        3
    );
}

#[tokio::test]
async fn a_new_article_that_is_sent_twice_is_saved_once() {
    let site = TestSite::new().await;
    let editor = site.staff("edda", Role::Editor).await;
    let form = editor
        .open("/admin/articles/new")
        .await
        .form("/admin/articles/new")
        .fill("title", "Tea")
        .fill("body", "Words.");
    // A preview in between makes it no other article.
    let form = form.press("Preview").await.form("/admin/articles/new");
    let (one, other) = tokio::join!(
        form.send_with("action", "publish"),
        form.send_with("action", "publish")
    );
    let address = one.has_status(303).leads_to();
    assert_eq!(other.has_status(303).leads_to(), address);
    assert_eq!(
        form.send_with("action", "publish").await.leads_to(),
        address
    );
    let articles = "select count(*) from articles";
    assert_eq!(site.count(articles).await, 1);
    // Whatever is changed in a form that the browser has kept makes another article.
    for (number, (field, value)) in (2..).zip([
        ("body", "Other words."),
        ("topics", "Drinks"),
        ("published_at", "2026-03-10T12:00"),
        ("slug", "chosen"),
        ("pinned", "yes"),
    ]) {
        let fields = [("action", "publish"), (field, value)];
        let other = form.send_with_all(&fields).await;
        assert_ne!(other.has_status(303).leads_to(), address, "{field}");
        let again = form.send_with_all(&fields).await;
        let path = |page: &Page| page.leads_to().split('?').next().map(str::to_owned);
        assert_eq!(path(&again), path(&other), "{field}");
        assert_eq!(site.count(articles).await, number, "{field}");
    }
}

#[tokio::test]
async fn the_preview_looks_like_the_page_and_saves_nothing() {
    let site = TestSite::new().await;
    let editor = site.staff("edda", Role::Editor).await;
    let form = editor
        .open("/admin/articles/new")
        .await
        .form("/admin/articles/new");
    let form = form
        .fill("title", "Tea")
        .fill("standfirst", "Why.")
        .fill("sources", "a kettle.")
        .fill("body", "> *Quoted*\n\n<b>typed</b>");
    let preview = form.press("Preview").await;
    let shown = |page: &crate::support::visitor::Page| {
        let html = page.html();
        let start = html
            .find("<header class=\"article-head\">")
            .expect("the page contains an article");
        let end = html[start..]
            .find("</article>")
            .expect("the article's element ends")
            + start;
        html[start..end].trim().to_owned()
    };
    preview.has_status(200).sees("Nothing has been saved");
    assert_eq!(site.count("select count(*) from articles").await, 0);
    let form = preview.form("/admin/articles/new");
    assert_eq!(form.value("body"), "> *Quoted*\n\n<b>typed</b>");
    form.press("Publish").await.has_status(303);
    let page = site.visitor().open("/2026/03/14/tea").await;
    assert_eq!(shown(&preview), shown(&page));
}

#[tokio::test]
async fn a_future_time_schedules_an_article_and_a_past_one_backdates_it() {
    let site = TestSite::new().await;
    let editor = site.staff("edda", Role::Editor).await;
    let new = editor.open("/admin/articles/new").await;
    let form = new
        .form("/admin/articles/new")
        .fill("title", "Later")
        .fill("body", "Words.")
        .fill("published_at", "2026-03-15T09:00");
    form.press("Publish").await.follow().await.sees("Scheduled");
    let form = new
        .form("/admin/articles/new")
        .fill("title", "Before")
        .fill("body", "Words.")
        .fill("published_at", "2024-07-22T10:00");
    form.press("Publish")
        .await
        .follow()
        .await
        .sees("Published July 22, 2024");
    let visitor = site.visitor();
    visitor.open("/2024/07/22/before").await.has_status(200);
    visitor.open("/2026/03/15/later").await.has_status(404);
    site.app.clock.advance(24 * 3_600);
    visitor.open("/2026/03/15/later").await.has_status(200);
    assert_eq!(
        visitor.open("/").await.texts_of("h2 a"),
        ["Later", "Before"]
    );
}

const LONG_BODY: &str = "A thousand words\n<b>and</b> more";

/// Fills in the form of a new, long article without submitting it.
async fn fill_long_article(editor: &Visitor) -> Form {
    let page = editor.open("/admin/articles/new").await;
    page.form("/admin/articles/new")
        .fill("title", "Long work")
        .fill("body", LONG_BODY)
}

#[tokio::test]
async fn a_session_that_ends_while_writing_loses_no_text() {
    let site = TestSite::new().await;
    let editor = site.staff("edda", Role::Editor).await;
    let form = fill_long_article(&editor).await;
    editor.forget_cookies();
    let kept = form.press("Publish").await;
    kept.has_status(401).sees("Your session has ended");
    assert_eq!(kept.form("/admin/articles/new").value("body"), LONG_BODY);
    let again = site.staff("edda-again", Role::Editor).await;
    let cookie = again.open("/admin").await;
    cookie.has_status(303);
    let resumed = kept.form("/admin/articles/new");
    let fields: Vec<(&str, &str)> = [
        "title",
        "slug",
        "standfirst",
        "sources",
        "body",
        "published_at",
        "version",
        "replies_open",
        "action",
    ]
    .iter()
    .map(|name| (*name, resumed.value(name)))
    .collect();
    again
        .post_fields("/admin/articles/new", &fields)
        .await
        .has_status(303);
    site.visitor()
        .open("/2026/03/14/long-work")
        .await
        .has_status(200)
        .sees("A thousand words");
}

#[tokio::test]
async fn an_unreachable_database_loses_no_text() {
    let mut site = TestSite::new().await;
    site.may_log_errors();
    let editor = site.staff("edda", Role::Editor).await;
    // HTML drops a line break at the beginning of a textarea, so one is written twice.
    let written = format!("\n{LONG_BODY}");
    let form = fill_long_article(&editor).await.fill("body", &written);
    site.app.pool.close().await;
    let kept = form.press("Publish").await;
    kept.has_status(503)
        .sees("This was not saved")
        .sees("Our database is not responding. Nothing you typed is lost");
    assert_eq!(kept.header("cache-control"), "no-store");
    let again = kept.form("/admin/articles/new");
    assert_eq!(again.value("title"), "Long work");
    assert_eq!(again.value("action"), "publish");
    assert_eq!(again.value("body"), written);
}

#[tokio::test]
async fn an_internal_error_loses_no_text() {
    let mut site = TestSite::new().await;
    site.may_log_errors();
    let editor = site.staff("edda", Role::Editor).await;
    let form = fill_long_article(&editor).await;
    sqlx::query("alter table article_revisions rename to drawer")
        .execute(&site.app.pool)
        .await
        .expect("the table is renamed");
    let kept = form.press("Publish").await;
    kept.has_status(500)
        .sees("An error happened on our side. Nothing you typed is lost")
        .does_not_see("article_revisions");
    let reference = kept.text_of(".muted");
    let reference = reference
        .rsplit(' ')
        .next()
        .expect("the page contains an error reference");
    let log = site.log();
    let cause = log.lines().find(|line| line.contains(" ERROR "));
    assert!(cause.is_some_and(|line| line.contains(reference.trim_end_matches('.'))));
    sqlx::query("alter table drawer rename to article_revisions")
        .execute(&site.app.pool)
        .await
        .expect("the table gets its name back");
    let again = kept.form("/admin/articles/new");
    again.submit().await.has_status(303);
    site.visitor()
        .open("/2026/03/14/long-work")
        .await
        .sees("A thousand words");
}

#[tokio::test]
async fn each_error_of_an_article_is_shown_beside_its_field() {
    let site = TestSite::new().await;
    let editor = site.staff("edda", Role::Editor).await;
    let form = editor
        .open("/admin/articles/new")
        .await
        .form("/admin/articles/new");
    let form = form
        .fill("slug", "!!!")
        .fill("published_at", "soon")
        .fill("body", "Kept.");
    let page = form.press("Publish").await;
    page.has_status(422);
    assert_eq!(page.text_of("#title-error"), "Please enter a title.");
    assert!(
        page.text_of("#slug-error")
            .starts_with("Please use letters or digits")
    );
    assert!(
        page.text_of("#published_at-error")
            .starts_with("Please enter a valid date and time")
    );
    assert_eq!(page.form("/admin/articles/new").value("body"), "Kept.");
}

#[tokio::test]
async fn several_drafts_may_have_the_same_title() {
    let site = TestSite::new().await;
    for _ in 0..2 {
        site.article_with("Tea", |draft| {
            draft.state = ArticleState::Draft;
            draft.published_at = Some(at("2026-03-14T12:00:00Z"));
        })
        .await;
    }
    assert_eq!(site.count("select count(*) from articles").await, 2);
}

#[tokio::test]
async fn an_article_pasted_from_a_file_shows_all_of_its_text() {
    let written = WrittenArticle::read();
    let site = crate::support::Setup::default()
        .publication({
            let appeal = written.appeal.clone();
            move |publication| {
                publication.appeal_html = broadsheet::text::markdown::render_article(&appeal);
                publication.appeal = appeal;
            }
        })
        .build()
        .await;
    let editor = site.staff("edda", Role::Editor).await;
    let form = editor
        .open("/admin/articles/new")
        .await
        .form("/admin/articles/new")
        .fill("title", written.title)
        .fill("standfirst", &written.standfirst)
        .fill("sources", &written.sources)
        .fill("body", &written.body.join("\n\n"))
        .fill("published_at", &written.moment());
    form.press("Publish").await.has_status(303);
    let page = site.visitor().open(&written.path()).await;
    page.has_status(200)
        .sees(&written.date)
        .sees(&format!("Source: {}", written.sources))
        .sees("Leave a Reply")
        .sees("Your email address will not be published. Required fields are marked *");
    assert_eq!(page.text_of(".standfirst"), written.standfirst);
    assert_eq!(page.text_of(".appeal"), written.appeal);
    let words: Vec<String> = page
        .text_of(".prose")
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    assert_eq!(words, written.words());
    assert_eq!(page.texts_of(".prose li").len(), written.items());
    assert_eq!(
        page.texts_of(".prose > p").len(),
        written.body.len() - written.items()
    );
    assert!(written.items() > 0);
}

#[tokio::test]
async fn correcting_an_article_keeps_its_time_of_publication() {
    let site = TestSite::new().await;
    let article = site.article("Tea").await;
    let editor = site.staff("edda", Role::Editor).await;
    let address = format!("/admin/articles/{}", article.id);
    let form = editor.open(&address).await.form("/admin/articles/");
    assert_eq!(form.value("published_at"), "2026-03-14T15:09");
    form.fill("body", "Corrected.")
        .press("Update")
        .await
        .has_status(303);
    let feed = site.visitor().open("/feed.xml").await.html();
    assert!(feed.contains("<pubDate>Sat, 14 Mar 2026 15:09:26 +0000</pubDate>"));
    let form = editor.open(&address).await.form("/admin/articles/");
    form.fill("published_at", "2026-03-14T15:08")
        .press("Update")
        .await
        .has_status(303);
    let feed = site.visitor().open("/feed.xml").await.html();
    assert!(feed.contains("<pubDate>Sat, 14 Mar 2026 15:08:00 +0000</pubDate>"));
}
