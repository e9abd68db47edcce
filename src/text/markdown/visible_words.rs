//! Generated texts, and the words of HTML as a browser shows them, for tests of everything that is made from a text.

use proptest::prelude::*;
use scraper::{ElementRef, Html, Selector};

/// Generates Markdown in several scripts with all the structure that comments may have.
pub(crate) fn any_comment() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        6 => "[a-zA-Zа-яїא-תا-ي北京東]{1,9}",
        1 => "[0-9]{1,4}[.,:]?",
        1 => Just("&".to_owned()),
        1 => Just("<b>".to_owned()),
        1 => Just("5\u{a0}000".to_owned()),
        1 => Just("👩\u{200D}🔧е\u{301}".to_owned()),
    ];
    let words = proptest::collection::vec(word, 1..9).prop_map(|words| words.join(" "));
    let phrase = prop_oneof![
        8 => words.clone(),
        1 => words.clone().prop_map(|words| format!("*{words}*")),
        1 => words.clone().prop_map(|words| format!("**{words}**")),
        1 => words.clone().prop_map(|words| format!("~~{words}~~")),
        1 => words.clone().prop_map(|words| format!("`{words}`")),
        1 => words.prop_map(|words| format!("[{words}](https://example.org/a?b=1&c)")),
        1 => Just("https://example.org/київ".to_owned()),
        1 => Just("www.example.org".to_owned()),
    ];
    let start = prop_oneof![
        4 => Just(""),
        1 => Just("> "),
        1 => Just("> > "),
        1 => Just("> 7. "),
        1 => Just("- "),
        1 => Just("   - "),
        1 => Just("1. "),
        1 => Just("1986. "),
        1 => Just("    "),
        1 => Just("# "),
    ];
    let line = (start, proptest::collection::vec(phrase, 1..4))
        .prop_map(|(start, phrases)| format!("{start}{}", phrases.join(" ")));
    let block = prop_oneof![
        8 => proptest::collection::vec(line.clone(), 1..4).prop_map(|lines| lines.join("\n")),
        1 => line.prop_map(|line| format!("```\n{line}\n  indented\n```")),
        1 => Just("---".to_owned()),
    ];
    let gap = prop_oneof![Just("\n"), Just("\n\n")];
    proptest::collection::vec((block, gap), 1..8).prop_map(|blocks| {
        let blocks = blocks.into_iter();
        blocks.map(|(block, gap)| format!("{block}{gap}")).collect()
    })
}

/// Returns the words that a browser shows for the HTML, including the numbers of list items.
pub(crate) fn visible_words(html: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let body = Selector::parse("body").expect("a selector");
    let mut text = String::new();
    for body in page.select(&body) {
        push_text(body, &mut text);
    }
    split_words(&text)
}

fn push_text(element: ElementRef<'_>, text: &mut String) {
    let is_inline = [
        "a", "b", "bdi", "cite", "code", "del", "em", "i", "ins", "s", "small", "span", "strong",
        "sub", "sup",
    ]
    .contains(&element.value().name());
    let border = if is_inline { "" } else { "\n" };
    text.push_str(border);
    if element.value().name() == "li" {
        text.push_str(&item_number(element));
    }
    for child in element.children() {
        match (ElementRef::wrap(child), child.value().as_text()) {
            (Some(element), _) => push_text(element, text),
            (None, Some(words)) => text.push_str(words),
            (None, None) => {}
        }
    }
    text.push_str(border);
}

/// Splits a text at white space, but not at no-break spaces.
pub(crate) fn split_words(text: &str) -> Vec<String> {
    text.split([' ', '\n', '\t', '\r'])
        .filter(|word| !word.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

/// Removes what an email adds to the words: marks of lists and quotations, and URLs of links.
pub(crate) fn without_marks(words: Vec<String>) -> Vec<String> {
    words
        .into_iter()
        .map(|word| word.replace("~~", ""))
        .filter(|word| !matches!(word.as_str(), "" | ">" | "-" | "*"))
        .filter(|word| !word.contains("<https://example.org/a"))
        .collect()
}

/// Returns the number of an item in a numbered list.
fn item_number(item: ElementRef<'_>) -> String {
    let list = item.parent().and_then(ElementRef::wrap);
    let Some(list) = list.filter(|list| list.value().name() == "ol") else {
        return String::new();
    };
    let start = list.attr("start").unwrap_or("1");
    let start: usize = start.parse().expect("a number");
    let before = item.prev_siblings().filter_map(ElementRef::wrap).count();
    format!("{}. ", start + before)
}
