//! Tests of the search: words in any form and spelling, what the page shows, and how the index follows changes.

use broadsheet::accounts::Role;
use broadsheet::articles::ArticleState;
use sqlx::AssertSqlSafe;

use crate::support::TestSite;
use crate::support::visitor::{Page, Visitor};

async fn search(reader: &Visitor, text: &str) -> Page {
    let query: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    reader.open(&format!("/search?q={query}")).await
}

async fn find(reader: &Visitor, text: &str) -> Vec<String> {
    let page = search(reader, text).await;
    page.has_status(200);
    page.texts_of(".headline h2")
}

async fn run_sql(site: &TestSite, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&site.app.pool)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Inserts articles in five scripts, in the order of their titles' letters.
async fn insert_multilingual_articles(site: &TestSite) {
    let articles = [
        (
            "A: Running cups",
            "She was running with cups to the Cafe\u{301} Noir. Two agreements were signed by e-mail for 5,000 pounds.",
        ),
        (
            "B: Ранок у Львові",
            "Зайшли в «Кав’ярню» біля об'єкта. Звідти поїхали до Знамʼянки, книзі й веб-сайту раді.",
        ),
        ("C: 北京", "北京是中国的首都。"),
        ("D: Tower", "東京タワーは高い。ｶﾞﾗｽの窓。"),
        ("E: News", "قَالَ أَحْمَدُ فِي المَدِينَةِ سنة ٢٠٢٦ والسيارات الكبيرة"),
    ];
    for (title, body) in articles {
        site.article_with(title, |draft| draft.body = body.to_owned())
            .await;
    }
    site.article_with("F: Sourced", |draft| {
        draft.sources = "European Pravda".to_owned();
        draft.topics = vec!["Енергетика".to_owned()];
    })
    .await;
}

#[tokio::test]
async fn words_are_found_in_any_form_and_spelling() {
    let site = TestSite::new().await;
    insert_multilingual_articles(&site).await;
    let reader = site.visitor();
    for (text, expected) in [
        // English: other forms, beginnings, accents, hyphens.
        ("run", "A"),
        ("runs", "A"),
        ("cup", "A"),
        ("agreement", "A"),
        ("agree", "A"),
        ("CAFE", "A"),
        ("café", "A"),
        ("email", "A"),
        ("e-mails", "A"),
        ("sign agreement", "A"),
        ("\"running with cups\"", "A"),
        // Ukrainian: cases, sounds that change, apostrophes.
        ("Львів", "B"),
        ("ЛЬВОВА", "B"),
        ("кав'ярня", "B"),
        ("кав’ярень", "B"),
        ("кавʼярнею", "B"),
        ("кавярня", "B"),
        ("Знам’янка", "B"),
        ("Знам'янка", "B"),
        ("Знамʼянка", "B"),
        ("об`єкт", "B"),
        ("книга", "B"),
        ("вебсайт", "B"),
        ("ранок в львові", "B"),
        // Chinese and Japanese: any part of a sentence.
        ("北京", "C"),
        ("首都", "C"),
        ("中国的首都", "C"),
        ("\"中国的首都\"", "C"),
        ("都", "C"),
        ("東京", "D"),
        ("タワー", "D"),
        ("ガラス", "D"),
        ("東京 ガラス", "D"),
        // Arabic: with vowel signs and without, both forms of alef, both kinds of digits.
        ("احمد", "E"),
        ("أحمد", "E"),
        ("أَحْمَدُ", "E"),
        ("المدينه", "E"),
        ("كبيرة", "E"),
        ("كبير", "E"),
        ("سيارة", "E"),
        ("5000", "A"),
        ("5,000", "A"),
        ("2026", "E"),
        // Other fields.
        ("european pravda", "F"),
        ("енергетика", "F"),
        ("енергетики", "F"),
    ] {
        let titles = find(&reader, text).await;
        let letters: Vec<&str> = titles.iter().map(|title| &title[..1]).collect();
        assert_eq!(letters, [expected], "{text}");
    }
    assert_eq!(
        search(&reader, "سيارة").await.texts_of("mark"),
        ["والسيارات"]
    );
    assert_eq!(search(&reader, "5000").await.texts_of("mark"), ["5,000"]);
    assert_eq!(find(&reader, "maker").await.len(), 6, "the author's name");
    for text in [
        "runway",
        "cupboard",
        "каса",
        "львівна",
        "京北",
        "都首",
        "\"cups with running\"",
        "\"中国首都\"",
        "run -cup",
        "run -cups",
    ] {
        assert_eq!(find(&reader, text).await, [""; 0], "{text}");
    }
}

#[tokio::test]
async fn operators_combine_words() {
    let site = TestSite::new().await;
    for (title, body) in [
        ("A", "hot tea"),
        ("B", "cold tea"),
        ("C", "hot soup"),
        ("D", "nothing"),
    ] {
        site.article_with(title, |draft| draft.body = body.to_owned())
            .await;
    }
    let reader = site.visitor();
    for (text, expected) in [
        ("hot tea", "A"),
        ("tea hot", "A"),
        ("\"tea hot\"", ""),
        ("“hot tea”", "A"),
        ("soup or cold", "CB"),
        ("soup OR cold tea", "CB"),
        ("tea -cold", "A"),
        ("tea -\"hot tea\"", "B"),
        ("-tea", "DC"),
        ("-tea -hot", "D"),
        ("-tea or cold", "DCB"),
        ("tea -", "BA"),
        ("\"hot", "CA"),
    ] {
        assert_eq!(find(&reader, text).await.concat(), expected, "{text}");
    }
}

#[tokio::test]
async fn results_show_their_number_and_marked_snippets() {
    let site = TestSite::new().await;
    let filler = "Filler words. ".repeat(60);
    site.article_with("Tea & cake", |draft| {
        draft.body = format!("{filler}\n\nWe drank *the* <b>teas</b> & talked. {filler}");
    })
    .await;
    let reader = site.visitor();
    let page = search(&reader, "tea").await;
    page.sees("One article found");
    assert!(
        page.html().contains("<mark>Tea</mark> &#38; cake"),
        "{}",
        page.html()
    );
    let snippet = page.text_of(".teaser");
    assert!(
        snippet.contains("We drank the <b>teas</b> & talked."),
        "{snippet}"
    );
    assert!(
        snippet.starts_with('…') && snippet.ends_with('…'),
        "{snippet}"
    );
    assert_eq!(page.texts_of(".teaser mark"), ["teas"]);
    assert_eq!(page.attribute("#q", "value").as_deref(), Some("tea"));
    site.article_with("Sourced", |draft| {
        draft.sources = "Tea Institute".to_owned();
        draft.standfirst = "Short.".to_owned();
    })
    .await;
    let page = search(&reader, "institute").await;
    assert_eq!(page.text_of(".teaser"), "Source: Tea Institute");
    search(&reader, "tea").await.sees("2 articles found");
    // Without a match in the texts, the snippet is the standfirst.
    let page = search(&reader, "sourced").await;
    assert_eq!(page.text_of(".teaser"), "Short.");
}

#[tokio::test]
async fn any_query_gets_a_clear_page_that_keeps_what_was_typed() {
    let site = TestSite::new().await;
    insert_multilingual_articles(&site).await;
    let reader = site.visitor();
    for text in [
        "!!!",
        "-",
        "\"\"",
        "🎉",
        "' ’ ʼ",
        "&|!():*<->",
        "\u{200B}\u{301}",
    ] {
        let page = search(&reader, text).await;
        page.has_status(200).sees("Please enter letters or digits");
        assert_eq!(page.attribute("#q", "value").as_deref(), Some(text));
    }
    let words = "the of and to in is it was that with as for on ".repeat(20);
    let deep = "-\"a b\" or ".repeat(30);
    for text in [
        words.as_str(),
        &"a".repeat(20_000),
        &"a-".repeat(1_000),
        &"\"".repeat(1_000),
        &"東".repeat(1_000),
        &"a'".repeat(500),
        &deep,
        "'; drop table articles; --",
        "a\\'b':*",
        "a\0b",
        "½ ﷺ ﬃ İ",
        "or or or",
        "-or",
        "<script>alert(1)</script>",
    ] {
        let page = search(&reader, text).await;
        page.has_status(200);
        assert!(
            page.attribute("#q", "value")
                .is_some_and(|value| !value.is_empty()),
            "{text}"
        );
    }
    // A blank search says nothing about results.
    let page = reader.open("/search?q=+").await;
    page.has_status(200)
        .does_not_see("found")
        .does_not_see("Please enter");
    reader
        .open("/search?q=tea&before=9223372036854775807")
        .await
        .has_status(200);
}

#[tokio::test]
async fn the_index_follows_every_change_of_an_article() {
    let site = TestSite::new().await;
    let editor = site.staff("ed", Role::Editor).await;
    let tea = site
        .article_with("Tea", |draft| {
            draft.topics = vec!["Drinks".to_owned()];
        })
        .await;
    let reader = site.visitor();
    // A save by an editor is found at once.
    let path = format!("/admin/articles/{}", tea.id);
    let form = editor.open(&path).await.form(&path);
    form.fill("body", "A samovar.")
        .fill("topics", "Kettles")
        .press("Update")
        .await
        .has_status(303);
    assert_eq!(find(&reader, "samovar").await, ["Tea"]);
    assert_eq!(find(&reader, "kettle").await, ["Tea"]);
    assert!(find(&reader, "drinks").await.is_empty());
    // Other changes are found once the worker has indexed them.
    for (sql, text) in [
        ("update articles set sources = 'Almanac'", "almanac"),
        (
            "update topics set name = 'Teapots' where slug = 'kettles'",
            "teapots",
        ),
        (
            "update accounts set name = 'Olha Kobylianska' where slug = 'maker'",
            "Кобилянська or kobylianska",
        ),
        (
            "update article_topics set topic_id = (select id from topics where slug = 'drinks')",
            "drinks",
        ),
        (
            "update article_search set analyzer = 0, search_vector = ''",
            "samovar",
        ),
    ] {
        run_sql(&site, sql).await;
        assert!(find(&reader, text).await.is_empty(), "{sql}");
        site.index_articles().await;
        assert_eq!(find(&reader, text).await, ["Tea"], "{sql}");
    }
    // What readers may not see is gone at once.
    run_sql(
        &site,
        "update articles set published_at = published_at + interval '1 hour'",
    )
    .await;
    assert!(find(&reader, "samovar").await.is_empty());
    site.app.clock.advance(3_600);
    assert_eq!(find(&reader, "samovar").await, ["Tea"]);
    run_sql(&site, "update articles set state = 'draft'").await;
    assert!(find(&reader, "samovar").await.is_empty());
    site.index_articles().await;
    assert!(find(&reader, "samovar").await.is_empty());
    run_sql(&site, "update articles set state = 'published'").await;
    assert_eq!(find(&reader, "samovar").await, ["Tea"]);
    run_sql(
        &site,
        "begin; delete from article_topics; update articles set state = 'draft', path = null; delete from articles; commit",
    )
    .await;
    site.index_articles().await;
    assert_eq!(site.count("select count(*) from article_search").await, 0);
    assert_eq!(
        site.count("select count(*) from article_index_queue").await,
        0
    );
}

#[tokio::test]
async fn drafts_are_not_found() {
    let site = TestSite::new().await;
    site.article_with("Secret", |draft| draft.state = ArticleState::Draft)
        .await;
    let reader = site.visitor();
    for text in ["secret", "-nothing", "maker"] {
        assert!(find(&reader, text).await.is_empty(), "{text}");
    }
}

#[tokio::test]
async fn an_article_of_the_longest_size_is_indexed() {
    let site = TestSite::new().await;
    let mut body: String = (0..90_000)
        .map(|number| format!("слово{number} "))
        .collect();
    body.truncate(999_990);
    site.article_with("Long", |draft| draft.body = body).await;
    assert_eq!(find(&site.visitor(), "слово17 слово10999").await, ["Long"]);
}

#[tokio::test]
async fn a_search_that_takes_too_long_is_answered_with_503() {
    let site = TestSite::new().await;
    site.article("Tea").await;
    let mut blocker = site.app.pool.begin().await.expect("a transaction");
    sqlx::query("lock table article_search in access exclusive mode")
        .execute(&mut *blocker)
        .await
        .expect("the table is locked");
    let reader = site.visitor();
    let page = search(&reader, "tea").await;
    page.has_status(503)
        .sees("This search cannot be finished right now");
    assert_eq!(page.header("retry-after"), "5");
    assert_eq!(page.attribute("#q", "value").as_deref(), Some("tea"));
    blocker.rollback().await.expect("the lock is released");
    assert_eq!(find(&reader, "tea").await, ["Tea"]);
}
