//! Property: a reader sees the characters that were typed, except those that became formatting.

use proptest::prelude::*;
use scraper::node::Node;
use scraper::{ElementRef, Html};

use super::super::{SafeHtml, render_article, render_comment};

/// Visible characters of a rendered text, and how much formatting it has.
#[derive(Default)]
struct View {
    /// Characters of the text and numbers of list items, without white space.
    shown: String,
    /// Characters of attributes: targets and titles of links, languages of code.
    attributes: String,
    emphasis: usize,
    strong: usize,
    deletions: usize,
    code: usize,
    quotations: usize,
    bullets: usize,
    rules: usize,
    links: usize,
}

impl View {
    fn of(html: &SafeHtml) -> Self {
        let page = Html::parse_fragment(html.as_str());
        let mut view = Self::default();
        view.read(page.root_element());
        view.shown.retain(|c| !c.is_whitespace());
        view
    }

    fn read(&mut self, element: ElementRef<'_>) {
        let mut number: usize = element
            .attr("start")
            .and_then(|start| start.parse().ok())
            .unwrap_or(1);
        for child in element.children() {
            if let Node::Text(text) = child.value() {
                self.shown.push_str(text);
            }
            let Some(inner) = ElementRef::wrap(child) else {
                continue;
            };
            match inner.value().name() {
                "em" => self.emphasis += 1,
                "strong" => self.strong += 1,
                "del" => self.deletions += 1,
                "code" => self.code += 1,
                "blockquote" => self.quotations += 1,
                "hr" => self.rules += 1,
                "a" => self.links += 1,
                "li" if element.value().name() == "ol" => {
                    self.shown.push_str(&format!("{number}."));
                    number += 1;
                }
                "li" => self.bullets += 1,
                _ => {}
            }
            for name in ["href", "title", "data-language"] {
                self.attributes.extend(inner.attr(name));
            }
            self.read(inner);
        }
    }
}

/// Typed characters that a reader does not see: the view is a subsequence of what was typed.
fn hidden(typed: &str, view: &View) -> Result<String, TestCaseError> {
    let mut shown = view.shown.chars().peekable();
    let mut hidden = String::new();
    for c in typed.chars().filter(|c| !c.is_whitespace()) {
        if shown.next_if_eq(&c).is_none() {
            hidden.push(c);
        }
    }
    prop_assert_eq!(
        shown.collect::<String>(),
        "",
        "{:?} shows what was not typed: {:?}",
        typed,
        view.shown
    );
    Ok(hidden)
}

fn assert_explained(typed: &str, view: &View) -> Result<(), TestCaseError> {
    let hidden = hidden(typed, view)?;
    let count = |marks: &[char]| hidden.matches(marks).count();
    let stars = count(&['*', '_']);
    let expected = 2 * view.emphasis + 4 * view.strong;
    // A bullet and a rule are written with stars too.
    let is_exact = view.rules == 0 && view.links == 0 && view.bullets == 0;
    prop_assert!(
        stars >= expected && (stars == expected || !is_exact),
        "{typed:?} hides {hidden:?}"
    );
    if view.code == 0 {
        prop_assert_eq!(count(&['`']), 0, "{:?} hides {:?}", typed, hidden);
        prop_assert!(
            count(&['~']) == 4 * view.deletions || view.links > 0,
            "{typed:?} hides {hidden:?}"
        );
    }
    if view.links == 0 {
        prop_assert_eq!(
            count(&['[', ']', '(', ')', '<', '!', '"']),
            0,
            "{:?} hides {:?}",
            typed,
            hidden
        );
        let escapes = typed.matches('\\').count();
        prop_assert!(count(&['\\']) <= escapes);
    }
    if view.quotations == 0 && view.links == 0 {
        prop_assert_eq!(count(&['>']), 0, "{:?} hides {:?}", typed, hidden);
    }
    if view.bullets == 0 && view.rules == 0 {
        prop_assert!(
            count(&['-', '•']) == 0 || view.links > 0,
            "{typed:?} hides {hidden:?}"
        );
    }
    // Everything else is hidden only if it is the target or the title of a link, or the label of a definition.
    let label = if typed.contains("[1]:") { "1:" } else { "" };
    let marks = format!("*_~`[]()<>!\\\"'-•{label}");
    for c in hidden.chars().filter(|c| !marks.contains(*c)) {
        prop_assert!(view.links > 0 || view.code > 0, "{typed:?} hides {c:?}");
        prop_assert!(
            view.attributes.contains(c) || !c.is_ascii_alphanumeric(),
            "{typed:?} hides {c:?}"
        );
    }
    Ok(())
}

/// Texts over all Markdown characters, words, numbers and pieces of links.
fn texts(extra: &'static str) -> impl Strategy<Value = String> {
    proptest::string::string_regex(&format!(
        "([*_~`<>\\[\\]()!#|&;:/\\\\\"'=+.\\-•^$%@{{}}]|[ \n]|\n\n|\n> |\n- |\n[0-9]\\. |    |\t|[a-zїя]{{1,4}}|[0-9]{{1,3}}|\\*\\*|~~|```|¯|ツ|强{extra}){{0,40}}"
    ))
    .expect("the expression is valid")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_comment_shows_every_typed_character_that_did_not_become_formatting(typed in texts("")) {
        assert_explained(&typed, &View::of(&render_comment(&typed)))?;
    }

    #[test]
    fn a_comment_with_links_hides_only_targets_and_titles(
        typed in texts("|https://b\\.example/c|www\\.d\\.example|\\]\\(https://e\\.example\\)|\\]\\(f\\.example/g \"h\"\\)|\\[1\\]: https://i\\.example\n")
    ) {
        assert_explained(&typed, &View::of(&render_comment(&typed)))?;
    }

    #[test]
    fn an_article_shows_no_word_that_was_not_typed(typed in texts("|\n\\|a\\|b\\|\n\\|-\\|-\\|\n|\n## ")) {
        let view = View::of(&render_article(&typed));
        for word in view.shown.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            prop_assert!(word.chars().all(|c| typed.contains(c) || c.is_ascii_digit()), "{typed:?} shows {word:?}");
        }
        let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<Vec<_>>();
        let visible = letters(&view.shown).len() + letters(&view.attributes).len();
        prop_assert!(letters(&typed).len() <= visible, "{typed:?} gives {:?}", view.shown);
    }
}
