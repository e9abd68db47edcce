//! Property of feeds and descriptions: they contain the words of the article as its page shows them, and no others.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use scraper::{ElementRef, Html, Node};

use super::{open_atom, open_json, open_rss};
use crate::support::TestSite;
use crate::support::makers::at;

/// Elements that stand in a line of text.
const INLINE: [&str; 19] = [
    "a", "abbr", "b", "bdi", "cite", "code", "del", "em", "html", "i", "ins", "kbd", "mark", "q",
    "s", "small", "span", "strong", "sub",
];

/// Returns the words that a reader sees. Elements that are no part of a line separate words.
fn words(html: &str) -> Vec<String> {
    let document = Html::parse_fragment(html);
    let mut text = String::new();
    collect_text(document.root_element(), &mut text);
    text.split_whitespace().map(str::to_owned).collect()
}

fn collect_text(element: ElementRef<'_>, text: &mut String) {
    // The number of a footnote is no part of the word before it.
    if element.value().name() == "sup" {
        return;
    }
    let separator = match INLINE.contains(&element.value().name()) {
        true => "",
        false => " ",
    };
    text.push_str(separator);
    let mut number: usize = element
        .attr("start")
        .map_or(1, |start| start.parse().expect("a number"));
    for child in element.children() {
        if let Node::Text(part) = child.value() {
            text.push_str(part);
        } else if let Some(inner) = ElementRef::wrap(child) {
            if element.value().name() == "ol" {
                text.push_str(&format!(" {number}. "));
                number += 1;
            }
            collect_text(inner, text);
        }
    }
    text.push_str(separator);
}

/// Returns Markdown of words, numbers and every character that means something in it.
fn body() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-z]{1,6}",
        "[0-9]{1,4}",
        "[а-яіїєґ’]{1,6}",
        Just("北京是首都".to_owned()),
        Just("مرحبا".to_owned()),
        Just("https://example.org/a_b*c".to_owned()),
        "[-*_~`#>|\\[\\]()!:.&<\\\\+=^$\"']{1,3}",
        Just("\n\n".to_owned()),
        Just("\n- ".to_owned()),
        Just("\n1986. ".to_owned()),
        Just("\n> ".to_owned()),
        Just("\n    ".to_owned()),
        Just("**bold**".to_owned()),
        Just("10~20".to_owned()),
        Just("[link](https://example.org/)".to_owned()),
        Just("| a | b |\n|---|---|\n| c | d |\n".to_owned()),
    ];
    let gap = prop_oneof![3 => Just(" "), 1 => Just("")];
    let footnote = prop_oneof![Just(""), Just(" noted[^1]\n\n[^1]: a note")];
    let parts = proptest::collection::vec((word, gap), 1..60);
    (parts, footnote).prop_map(|(parts, footnote)| {
        let text: String = parts
            .into_iter()
            .flat_map(|(word, gap)| [word, gap.to_owned()])
            .collect();
        text + footnote
    })
}

/// Checks that a description consists of the first words of the text, of which the last one may be cut.
fn assert_beginning(description: &str, text: &[String], what: &str) {
    let found: Vec<&str> = description.split_whitespace().collect();
    let is_cut = description.ends_with('…');
    for (index, word) in found.iter().enumerate() {
        let is_last = is_cut && index + 1 == found.len();
        let word = if is_last {
            word.trim_end_matches('…')
        } else {
            word
        };
        let is_known = text.iter().any(|known| {
            if is_last {
                known.contains(word)
            } else {
                known == word
            }
        });
        assert!(
            is_known,
            "{what}: {word:?} of {description:?} is not in {text:?}"
        );
    }
}

#[tokio::test]
async fn feeds_and_descriptions_contain_only_words_of_the_article() {
    const ARTICLES: usize = 90;
    let site = TestSite::new().await;
    let mut runner = TestRunner::deterministic();
    let mut articles = Vec::new();
    for number in 0..ARTICLES {
        let body = body().new_tree(&mut runner).expect("a text").current();
        let topic = format!("Batch {}", number / 30);
        let article = site
            .article_with(&format!("Number {number}"), |draft| {
                draft.body.clone_from(&body);
                draft.topics = vec![topic];
                draft.published_at = Some(at("2026-03-01T00:00:00Z").plus_seconds(number as i64));
            })
            .await;
        articles.push((article, body));
    }
    let visitor = site.visitor();
    let mut checked = 0;
    for batch in 0..ARTICLES / 30 {
        let stem = format!("/topics/batch-{batch}/feed");
        let (_, rss) = open_rss(&visitor, &stem).await;
        let (_, atom) = open_atom(&visitor, &stem).await;
        let (_, json) = open_json(&visitor, &stem).await;
        assert_eq!(rss, atom);
        assert_eq!(rss, json);
        for item in rss {
            let (article, body) = articles
                .iter()
                .find(|(article, _)| item.url.ends_with(&article.path))
                .expect("an article of the feed exists");
            let page = visitor.open(&article.path).await;
            let html = Html::parse_document(&page.html());
            let content = scraper::Selector::parse(".article .e-content").expect("a selector");
            let shown = html.select(&content).next().expect("the page has a text");
            let shown = words(&shown.inner_html());
            assert_eq!(words(&item.html), shown, "{body:?}");
            let summary = item.summary.unwrap_or_default();
            assert_beginning(&summary, &shown, body);
            assert_eq!(summary.is_empty(), shown.is_empty(), "{body:?}");
            let description = page.attribute("meta[name=description]", "content");
            let shared = page.attribute("meta[property='og:description']", "content");
            assert_eq!(description, shared);
            assert_beginning(&description.unwrap_or_default(), &shown, body);
            checked += 1;
        }
    }
    assert_eq!(checked, ARTICLES);
}
