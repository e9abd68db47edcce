//! Tests of what is made from sanitized HTML: its text, the text of an email, and a shortened text.

use proptest::prelude::*;
use url::Url;

use super::super::visible_words::{any_comment, split_words, visible_words, without_marks};
use super::super::{SafeHtml, render_comment};
use super::*;
use crate::text::excerpt::excerpt;
use crate::text::tokenizer::{HtmlToken, tokenize};

fn article(html: &str) -> String {
    sanitize_article(html, &|_| None)
}

#[test]
fn numbers_of_lists_are_part_of_the_text() {
    for (html, text) in [
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        (
            "<ol start=\"1986\"><li><p>A great year</p><p>indeed</p></li></ol>",
            "1986. A great year\nindeed",
        ),
        (
            "<ol><li>a</li><li value=\"9\">b</li><li>c</li></ol>",
            "1. a\n9. b\n10. c",
        ),
        (
            "<ol reversed=\"\"><li>a<ol><li>b</li></ol></li><li>c</li></ol>",
            "2. a\n1. b\n1. c",
        ),
        (
            "<ol type=\"a\" start=\"26\"><li>x</li><li>y</li></ol>",
            "z. x\naa. y",
        ),
        ("<ol type=\"I\" start=\"4\"><li>x</li></ol>", "IV. x"),
        ("<ol><li></li><li><ul><li>a</li></ul></li></ol>", "1.\n2. a"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
    ] {
        assert_eq!(html_to_text(&article(html)), text, "{html}");
    }
}

#[test]
fn words_do_not_run_together_at_the_borders_of_elements() {
    for (html, text) in [
        ("a<br>b", "a b"),
        ("<p>a<br><br>b</p><p>c</p>", "a b\nc"),
        ("<div>a</div>b<hr>c", "a\nb\nc"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "a\nb"),
        (
            "<table><caption>a</caption><tr><th>b</th><td>c</td></tr></table>",
            "a\nb c",
        ),
        (
            "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>字",
            "漢(kan)字",
        ),
        ("<ruby>漢<rt>kan</rt></ruby>", "漢(kan)"),
        ("<p>in<b>side</b> <q>a word</q></p>", "inside “a word”"),
        (
            "<p>Said<sup class=\"footnote-ref\"><a href=\"#fn-1\">1</a></sup>.</p>",
            "Said.",
        ),
    ] {
        assert_eq!(html_to_text(&article(html)), text, "{html}");
    }
}

#[test]
fn plain_text_keeps_the_structure() {
    let comment = render_comment(
        "First *words*,\nsecond line.\n\n> quoted\n>\n> > deeper\n\nfruit:\n\n1. apple [here](https://example.org/apple?a&b)\n2. pear\n   - green\n   - ~~blue~~\n\n     that is all\n\n```\nfn main() {\n    code\n\n}\n```\n\n---\n\nhttps://example.org/ and www.example.org",
    );
    insta::assert_snapshot!(comment.to_plain_text(72), @r"
    First words,
    second line.

    > quoted
    >
    > > deeper

    fruit:

    1. apple here <https://example.org/apple?a&b>
    2. pear

       - green

       - ~~blue~~

         that is all

        fn main() {
            code

        }

    * * *

    https://example.org/ and www.example.org
    ");
}

#[test]
fn the_url_of_a_link_is_not_repeated() {
    for (html, text) in [
        (
            "<a href=\"https://example.org/a\">https://example.org/a</a>",
            "https://example.org/a",
        ),
        (
            "<a href=\"http://www.example.org\">www.example.org</a>",
            "www.example.org",
        ),
        (
            "<a href=\"https://example.org/\">example.org</a>",
            "example.org",
        ),
        (
            "<a href=\"https://example.org/%D0%BA\">https://example.org/к</a>",
            "https://example.org/к",
        ),
        (
            "<a href=\"https://example.org/?a=1&amp;b\">read <b>it</b></a>.",
            "read it <https://example.org/?a=1&b>.",
        ),
        (
            "<a href=\"https://evil.example/\">https://good.example/</a>",
            "https://good.example/ <https://evil.example/>",
        ),
        ("<a href=\"mailto:ann@example.org\">Ann</a>", "Ann"),
    ] {
        assert_eq!(to_plain_text(html, 72), text, "{html}");
    }
}

#[test]
fn a_shortened_text_keeps_its_structure() {
    for (html, chars, short) in [
        ("<p>one two</p>\n", 7, "<p>one two</p>\n"),
        ("<p>one two three</p>", 9, "<p>one two…</p>"),
        ("<p>one two, three</p>", 10, "<p>one two…</p>"),
        (
            "<blockquote><p>one <em>two three</em></p></blockquote><p>four</p>",
            9,
            "<blockquote><p>one <em>two…</em></p></blockquote>",
        ),
        // Nothing of the next paragraph fits.
        ("<p>one two</p>\n<p>three</p>", 9, "<p>one two…</p>"),
        (
            "<ol start=\"3\"><li>one</li><li>two three four</li></ol>",
            10,
            "<ol start=\"3\"><li>one</li><li>two…</li></ol>",
        ),
        ("<p>a&amp;b &lt;c&gt; d</p>", 8, "<p>a&amp;b &lt;c&gt;…</p>"),
        ("<p>北京<br>北京北京</p>", 5, "<p>北京<br>北京…</p>"),
        ("<p>кава\u{301}кава</p>", 5, "<p>кав…</p>"),
    ] {
        let shortened = shorten(html, chars).unwrap_or_else(|| html.to_owned());
        assert_eq!(shortened, short, "{html}");
    }
}

#[test]
fn relative_urls_become_absolute_and_nothing_else_changes() {
    let base = Url::parse("https://news.example.org/2026/tea").expect("a URL");
    for (html, absolute) in [
        (
            "<figure><img src=\"/media/a b.png\" alt=\"&lt;a&gt; /b\"></figure><p>/c</p>",
            "<figure><img src=\"https://news.example.org/media/a%20b.png\" alt=\"&lt;a&gt; /b\"></figure><p>/c</p>",
        ),
        (
            "<a href=\"#fn-1\" id=\"x\">1</a> <a href=\"?a=1&amp;b\">2</a>",
            "<a href=\"https://news.example.org/2026/tea#fn-1\" id=\"x\">1</a> <a href=\"https://news.example.org/2026/tea?a=1&amp;b\">2</a>",
        ),
        (
            "<a href=\"https://b.c/д\">d</a> <a href=\"mailto:a@b.c\">e</a>",
            "<a href=\"https://b.c/д\">d</a> <a href=\"mailto:a@b.c\">e</a>",
        ),
    ] {
        assert_eq!(absolutize_urls(html, &base), absolute);
    }
    assert_eq!(
        absolutize_paths(
            "<img src=\"/media/a%20b.png\"> <a href=\"/c?d&amp;e\">f</a> <a href=\"#g\">h</a> <a href=\"//i.j/k\">l</a>",
            "https://news.example.org"
        ),
        "<img src=\"https://news.example.org/media/a%20b.png\"> <a href=\"https://news.example.org/c?d&amp;e\">f</a> <a href=\"#g\">h</a> <a href=\"//i.j/k\">l</a>"
    );
}

fn assert_balanced(html: &str) {
    let mut open = Vec::new();
    for token in tokenize(html) {
        if let HtmlToken::Tag(tag) = token {
            if tag.is_end {
                assert_eq!(open.pop(), Some(tag.name), "{html}");
            } else if !matches!(tag.name, "br" | "hr") {
                open.push(tag.name);
            }
        }
    }
    assert!(open.is_empty(), "{html}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_text_of_a_comment_has_its_visible_words_and_no_others(source in any_comment()) {
        let html = render_comment(&source);
        prop_assert_eq!(split_words(&html_to_text(html.as_str())), visible_words(html.as_str()));
    }

    #[test]
    fn the_text_of_an_article_has_its_visible_words_and_no_others(source in any_comment()) {
        let html = super::super::render_article(&source);
        prop_assert_eq!(split_words(&html_to_text(html.as_str())), visible_words(html.as_str()));
    }

    #[test]
    fn an_email_shows_the_words_of_a_comment_and_no_others(source in any_comment()) {
        let html = render_comment(&source);
        // In one line each, since long lines of Chinese end between any two letters.
        let text = html.to_plain_text(100_000);
        prop_assert_eq!(
            without_marks(split_words(&text)),
            without_marks(visible_words(html.as_str())),
            "{}", text
        );
    }

    #[test]
    fn directions_change_no_word(source in any_comment()) {
        let html = render_comment(&source);
        prop_assert_eq!(visible_words(&html.to_string()), visible_words(html.as_str()));
        let added = html.to_string();
        let removed = [" dir=\"rtl\"", " dir=\"ltr\"", " dir=\"auto\""]
            .iter()
            .fold(added, |html, dir| html.replace(dir, ""));
        prop_assert_eq!(removed, html.as_str());
    }

    #[test]
    fn a_shortened_comment_has_the_first_words_and_is_well_formed(source in any_comment(), chars in 1_usize..200) {
        let html = render_comment(&source);
        let short = html.shorten(chars);
        assert_balanced(short.as_str());
        let (all, kept) = (visible_words(html.as_str()), visible_words(short.as_str()));
        assert_begins(&all, &kept);
        if short != html {
            let (beginning, closing) = short.as_str().rsplit_once('…').expect("an ellipsis");
            prop_assert!(html.as_str().starts_with(beginning));
            prop_assert!(!closing.contains(|c: char| c.is_whitespace()));
        }
    }

    #[test]
    fn an_excerpt_has_the_first_words(source in any_comment(), chars in 1_usize..200) {
        let html = render_comment(&source);
        assert_begins(&visible_words(html.as_str()), &split_words(&html.excerpt(chars)));
        let text = html_to_text(html.as_str());
        prop_assert_eq!(excerpt(&text, text.len() + 1), split_words(&text).join(" "));
    }
}

/// Asserts that `kept` is the beginning of `all`. Its last word may be cut.
fn assert_begins(all: &[String], kept: &[String]) {
    let Some((last, whole)) = kept.split_last() else {
        return;
    };
    assert!(all.starts_with(whole), "{kept:?} of {all:?}");
    let next = &all[whole.len()];
    let is_cut = last
        .strip_suffix('…')
        .is_some_and(|last| next.starts_with(last));
    assert!(is_cut || last == next, "{last} of {next}");
}

#[test]
fn a_text_that_is_not_shortened_is_the_same() {
    let html: SafeHtml = render_comment("> a\n\nb");
    assert_eq!(html.shorten(100), html);
}
