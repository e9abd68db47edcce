use super::super::tests::to_text;
use super::super::{SafeHtml, render_article, render_comment};

fn comment(source: &str) -> String {
    render_comment(source).to_string().trim_end().to_owned()
}

fn article(source: &str) -> String {
    render_article(source).to_string().trim_end().to_owned()
}

/// Returns the text that a reader sees, with a line for each line that was typed.
fn shown(html: &SafeHtml) -> String {
    let text = super::super::html_to_text(&html.as_str().replace("<br>\n", "<br>"));
    text.trim_end().to_owned()
}

#[track_caller]
fn assert_literal(source: &str) {
    let escaped =
        askama::filters::escape(source, askama::filters::Html).expect("text can be escaped");
    let expected: Vec<String> = escaped
        .to_string()
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#60;", "&lt;")
        .replace("&#62;", "&gt;")
        .replace("&#38;", "&amp;")
        .lines()
        .map(|line| line.trim().to_owned())
        .collect();
    assert_eq!(
        comment(source),
        format!("<p>{}</p>", expected.join("<br>\n")),
        "{source}"
    );
}

#[test]
fn text_that_is_not_formatting_is_shown_as_typed() {
    for text in [
        // Marks inside words, numbers and faces.
        "5*6=30 та 6*7=42",
        "2*3*4 = 24",
        "2**3**4",
        "snake_case_name and __init__.py",
        "un*frigging*believable",
        "^_^ nice ^_^",
        "-_- hello -_-",
        ">_< haha >_<",
        "*_* wow *_*",
        "(*_*) and (^*^)",
        "T_T o_O",
        "*.txt and *.rs",
        "a * b * c",
        "* a single star",
        "10~20 and 30~40",
        "5~7 … 100~200",
        "H~2~O",
        "~~~not deleted~~~",
        "a ~~ b ~~ c",
        // Backslashes.
        "¯\\_(ツ)_/¯",
        "C:\\Users\\ann\\*.txt",
        "\\o/ and \\\\server\\share",
        "a\\",
        // First characters of a line.
        "- 5 degrees",
        "- 5 degrees\n- 3 degrees",
        "- one thought",
        "+ agree",
        "+ agree\n+ me too",
        "# 1 in the world",
        "#hashtag\n## two",
        "• one",
        "1986. A great year for music.",
        "1. one\n1. one again",
        "5. five\n3. three",
        "1) one\n2) two",
        "12. 5. 2024\n13. 5. 2024",
        "3. 11.2026 election\n4. 11.2026 results",
        "*\n**\n***\n****",
        "***\n**\n*",
        "*****",
        "___",
        "* * *",
        "-----",
        "*****\n*****\n*****",
        "Rating:\n*****\nService:\n***",
        "*****\n*   *\n*****",
        "Fill in:\n_____\n_____",
        "  *\n * *\n* * *",
        "(´･ω･`) (´･ω･`)",
        "(´・ω・`)ショボーン (´・ω・`)",
        "(´`) hi (´`)",
        "[моя мама](м.Львів) і [Іван](ім.Шевченка), [Рис](див.табл)",
        "[Ann](Mr.Smith), list[0](self.name), arr[0](obj.call)",
        "007. James\n008. Bill",
        "п`ять і об`єкт, комп`ютер",
        "``quoted'' text ``again''",
        "(`･ω･´)ゞ (`･ω･´)ゞ",
        "_(ツ)_ _(°_°)_ _(._.)_",
        ">w< so cute <",
        "> _ <",
        "> ^ <",
        "> €5 is much",
        "> -5 today",
        "sh*t f*ck, f**k this sh**",
        "[...](див. далі)",
        "[sic](!)",
        "> 90% of readers agree",
        ">:(",
        ">= 5",
        "=====",
        // Brackets.
        "[Edit]: fixed",
        "[P.S.]: чудово",
        "[Оновлено]: 12:30",
        "[1]: https://",
        "[a] [b][c]",
        "[the study](see below)",
        "[a](/b)",
        "[a](#b)",
        "[a](javascript:alert(1))",
        "[a](mailto:b@c.example)",
        "![a](/b.png)",
        "a[^1]",
        // HTML and entities.
        "<b>bold</b> <3 & AT&T",
        "&copy; &#65; &lt;",
        "<script>\nalert(1)</script>",
        "<a@b.example>",
        // Code that is never closed.
        "a `b",
        "```\nno end",
        "~~~",
        "|a|b|\n|-|-|\n|c|d|",
    ] {
        assert_literal(text);
    }
}

#[test]
fn what_plainly_is_formatting_is_formatted() {
    for (source, html) in [
        (
            "*a* and **b**.",
            "<p><em>a</em> and <strong>b</strong>.</p>",
        ),
        ("***a***", "<p><em><strong>a</strong></em></p>"),
        (
            "**bold *both***",
            "<p><strong>bold <em>both</em></strong></p>",
        ),
        (
            "_a_, (*b*) “*c*”",
            "<p><em>a</em>, (<em>b</em>) “<em>c</em>”</p>",
        ),
        (
            "*Times*’s **Note:** text",
            "<p><em>Times</em>’s <strong>Note:</strong> text</p>",
        ),
        ("*cafe\u{301}*", "<p><em>cafe\u{301}</em></p>"),
        ("*👍 great 👍*", "<p><em>👍 great 👍</em></p>"),
        ("~~wrong~~ right", "<p><del>wrong</del> right</p>"),
        ("**важливо**!", "<p><strong>важливо</strong>!</p>"),
        ("这是**重点**内容", "<p>这是<strong>重点</strong>内容</p>"),
        ("**강조**는", "<p><strong>강조</strong>는</p>"),
        (
            "`a*b*c` and ``d`e``",
            "<p><code>a*b*c</code> and <code>d`e</code></p>",
        ),
        ("\\*not emphasis\\*", "<p>*not emphasis*</p>"),
        (
            "\\[not a link](https://b.c)",
            "<p>[not a link](<a href=\"https://b.c\" rel=\"nofollow ugc noopener\">https://b.c</a>)</p>",
        ),
        ("> q\n> r", "<blockquote>\n<p>q<br>\nr</p>\n</blockquote>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("* a\n* b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        (
            "• a\n\n• b",
            "<ul>\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ul>",
        ),
        ("1. a\n2. b", "<ol>\n<li>a</li>\n<li>b</li>\n</ol>"),
        (
            "7. a\n8. b",
            "<ol start=\"7\">\n<li>a</li>\n<li>b</li>\n</ol>",
        ),
        (
            "Text:\n3. a\n4. b",
            "<p>Text:</p>\n<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>",
        ),
        (
            "- a\n  - b\n- c",
            "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n<li>c</li>\n</ul>",
        ),
        (
            "1. a\n   - b\n2. c",
            "<ol>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n<li>c</li>\n</ol>",
        ),
    ] {
        assert_eq!(comment(source), html, "{source}");
    }
}

#[test]
fn lists_with_other_numbers_are_other_lists() {
    assert_eq!(
        comment("1. a\n2. b\n\n1. c\n2. d"),
        "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n<ol>\n<li>c</li>\n<li>d</li>\n</ol>"
    );
    assert_eq!(
        article("5. a\n6. b\n\n3. c\n4. d"),
        "<ol start=\"5\">\n<li>a</li>\n<li>b</li>\n</ol>\n<ol start=\"3\">\n<li>c</li>\n<li>d</li>\n</ol>"
    );
    assert_eq!(
        article("1. a\n\nText.\n\n2. b"),
        "<ol>\n<li>a</li>\n</ol>\n<p>Text.</p>\n<ol start=\"2\">\n<li>b</li>\n</ol>"
    );
    assert_eq!(article("5. Mai war schön."), "<p>5. Mai war schön.</p>");
    assert_eq!(article("1. a\n1. b"), "<ol>\n<li>a</li>\n<li>b</li>\n</ol>");
    assert_eq!(article("1986. A year"), "<p>1986. A year</p>");
    assert_eq!(
        to_text("3. a\n4. b\n\n1986. A year"),
        "3. a\n4. b\n1986. A year"
    );
}

#[test]
fn a_line_under_a_quotation_or_a_list_ends_it() {
    for render in [comment, article] {
        assert_eq!(
            render("> q\nmy answer"),
            "<blockquote>\n<p>q</p>\n</blockquote>\n<p>my answer</p>"
        );
        assert_eq!(
            render("> a\n>> b\n> c\nd"),
            "<blockquote>\n<p>a</p>\n<blockquote>\n<p>b</p>\n</blockquote>\n<p>c</p>\n</blockquote>\n<p>d</p>"
        );
        assert_eq!(
            render("- a\n- b\nThanks"),
            "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<p>Thanks</p>"
        );
        assert_eq!(
            render("- a\n  more\n- b"),
            "<ul>\n<li>a<br>\nmore</li>\n<li>b</li>\n</ul>"
        );
        assert_eq!(
            render("> - a\n> - b\nThanks"),
            "<blockquote>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n</blockquote>\n<p>Thanks</p>"
        );
    }
}

#[test]
fn an_indented_paragraph_is_a_paragraph() {
    for render in [comment, article] {
        for indent in ["    ", "\t", "  \t ", "          "] {
            assert_eq!(
                render(&format!("{indent}Dear editor, *this*\n\n{indent}is")),
                "<p>Dear editor, <em>this</em></p>\n<p>is</p>"
            );
            assert_eq!(
                render(&format!("a\n\n> {indent}b")),
                "<p>a</p>\n<blockquote>\n<p>b</p>\n</blockquote>"
            );
        }
        assert_eq!(
            render("- a\n\n          deep\n- b"),
            "<ul>\n<li>\n<p>a</p>\n<p>deep</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ul>"
        );
    }
}

#[test]
fn code_between_fences_keeps_its_characters() {
    let code = "<pre tabindex=\"0\"><code>  a *b* &gt;\n\n- c\n</code></pre>";
    for render in [comment, article] {
        assert_eq!(render("```\n  a *b* >\n\n- c\n```"), code);
        assert_eq!(render("~~~\n  a *b* >\n\n- c\n~~~"), code);
        assert_eq!(
            render("```hello world\nx\n```"),
            "<pre tabindex=\"0\"><code>hello world\nx\n</code></pre>"
        );
        assert!(render("```rust\nx\n```").contains("data-language=\"rust\""));
        assert_eq!(
            render("- a\n- b\n  ```\n  x\n y\n  ```"),
            "<ul>\n<li>a</li>\n<li>b\n<pre tabindex=\"0\"><code>x\ny\n</code></pre>\n</li>\n</ul>"
        );
        assert_eq!(
            render("> ```\n> x\n> ```\ny"),
            "<blockquote>\n<pre tabindex=\"0\"><code>x\n</code></pre>\n</blockquote>\n<p>y</p>"
        );
    }
}

#[test]
fn a_definition_is_shown_unless_a_link_refers_to_it() {
    let link = "<a href=\"https://b.example\" rel=\"nofollow ugc noopener\">site</a>";
    assert_eq!(
        comment("The [site][1].\n\n[1]: https://b.example"),
        format!("<p>The {link}.</p>")
    );
    assert_eq!(
        comment("The [site].\n\n[Site]: <https://b.example>"),
        format!("<p>The {link}.</p>")
    );
    assert_eq!(
        comment("a\n\n[1]: https://b.example"),
        "<p>a</p>\n<p>[1]: <a href=\"https://b.example\" rel=\"nofollow ugc noopener\">https://b.example</a></p>"
    );
    assert_eq!(
        article("Great.\n\n[Edit]: fixed"),
        "<p>Great.</p>\n<p>[Edit]: fixed</p>"
    );
    assert_eq!(
        article("See [Edit].\n\n[Edit]: fixed"),
        "<p>See [Edit].</p>\n<p>[Edit]: fixed</p>"
    );
    // The second definition of a label.
    let shown = comment("[1]: https://x.org\n[1]: https://y.org\n\nSee [1].");
    assert!(shown.contains(">https://y.org</a>"), "{shown}");
    assert!(shown.contains("See <a href=\"https://x.org\""), "{shown}");
    assert!(article("a\n\n[^1]: nobody refers to it").contains("[^1]: nobody refers to it"));
}

#[test]
fn a_link_without_a_scheme_leads_to_the_site_it_names() {
    for (source, url) in [
        (
            "[the study](example.org/study)",
            "https://example.org/study",
        ),
        (
            "[the study](www.example.org/a)",
            "https://www.example.org/a",
        ),
        ("[the study](example.org)", "https://example.org"),
        (
            "[the study](приклад.укр/а)",
            "https://%D0%BF%D1%80%D0%B8%D0%BA%D0%BB%D0%B0%D0%B4.%D1%83%D0%BA%D1%80/%D0%B0",
        ),
        (
            "[the study](example.org:8080/a)",
            "https://example.org:8080/a",
        ),
    ] {
        let expected = format!("<a href=\"{url}\" rel=\"nofollow ugc noopener\">the study</a>");
        assert_eq!(comment(source), format!("<p>{expected}</p>"));
        assert!(
            article(source).contains(&format!("href=\"{url}\"")),
            "{}",
            article(source)
        );
    }
    assert!(article("[a](about.html)").contains("href=\"about.html\""));
    assert!(article("[a](b@c.example)").contains("href=\"mailto:b@c.example\""));
}

#[test]
fn a_bare_url_ends_before_what_closes_it() {
    for (source, url) in [
        ("https://x.org—great", "https://x.org"),
        ("https://x.org’s page", "https://x.org"),
        ("https://x.org,no", "https://x.org"),
        ("https://x.org/ab،وشكرا", "https://x.org/ab"),
        ("«https://example.org/стаття»", "https://example.org/стаття"),
        ("“https://example.org/page”", "https://example.org/page"),
        ("„https://example.org/page“", "https://example.org/page"),
        ("「https://example.org/a」です", "https://example.org/a"),
        (
            "（https://example.com/baz）です。",
            "https://example.com/baz",
        ),
        ("https://example.com/baz）です。", "https://example.com/baz"),
        ("https://example.org/页面。谢谢", "https://example.org/页面"),
        ("https://example.org/a，然后", "https://example.org/a"),
        ("(https://example.org/a_(b))", "https://example.org/a_(b)"),
        ("[https://example.org/a]", "https://example.org/a"),
        ("{https://example.org/a}", "https://example.org/a"),
        ("See https://example.org/a.", "https://example.org/a"),
        ("https://example.org/a؟ نعم", "https://example.org/a"),
        ("https://example.org/a।", "https://example.org/a"),
        (
            "https://example.org/кав’ярня’",
            "https://example.org/кав’ярня",
        ),
        ("https://example.org/a\u{2069}", "https://example.org/a"),
        ("[url]https://example.org/a[/url]", "https://example.org/a"),
        ("看https://example.org吧", "https://example.org"),
        ("_https://example.org/a_", "https://example.org/a"),
        ("*https://example.org/a_b_c*", "https://example.org/a_b_c"),
        ("**https://example.org/a**", "https://example.org/a"),
        (
            "https://example.org/*a*/_b_/c",
            "https://example.org/*a*/_b_/c",
        ),
        (
            "https://example.org/?a=1&copy=2",
            "https://example.org/?a=1&copy=2",
        ),
        ("<https://example.org/a>", "https://example.org/a"),
        ("HTTPS://example.org/a", "HTTPS://example.org/a"),
    ] {
        for html in [comment(source), article(source)] {
            let shown = url.replace('&', "&amp;");
            assert!(html.contains(&format!(">{shown}</a>")), "{source}: {html}");
            let page = scraper::Html::parse_fragment(&html);
            let link = scraper::Selector::parse("a").expect("a selector");
            let href = page.select(&link).next().and_then(|a| a.attr("href"));
            let parsed = |url: &str| url::Url::parse(url).ok();
            assert_eq!(href.and_then(parsed), parsed(url), "{source}");
        }
    }
    for (source, url) in [
        ("Www.example.org", "https://Www.example.org"),
        ("www.example.org.", "https://www.example.org"),
    ] {
        assert!(
            comment(source).contains(&format!("href=\"{url}\"")),
            "{}",
            comment(source)
        );
    }
    for none in [
        "http://",
        "https://a",
        "www.a",
        "awww.b.c",
        "http://localhost/a",
    ] {
        assert!(!comment(none).contains("<a"), "{none}");
    }
}

#[test]
fn an_exclamation_mark_before_a_link_is_shown() {
    assert!(comment("Great![this](https://b.example)").starts_with("<p>Great!<a "));
    assert!(comment("See ![this](https://b.example/c.png)").starts_with("<p>See <a "));
}

#[test]
fn the_title_of_a_link_is_kept() {
    assert!(comment("[a](https://b.example \"c\")").contains("title=\"c\""));
}

#[test]
fn marks_inside_words_and_numbers_are_text_in_articles_too() {
    for text in [
        "2*3*4 = 24",
        "10~20 and 30~40",
        "¯\\_(ツ)_/¯",
        "^_^ nice ^_^",
        "H~2~O",
        "5*6=30 та 6*7=42",
    ] {
        assert_eq!(article(text), format!("<p>{text}</p>"));
        assert_eq!(to_text(text), text);
    }
    assert_eq!(article("f(a*b, c*d) M*A*S*H"), "<p>f(a*b, c*d) M*A*S*H</p>");
    assert_eq!(article("\\*a\\* 1\\. \\#"), "<p>*a* 1\\. \\#</p>");
}

#[test]
fn an_article_keeps_its_line_breaks_and_tables_end_at_a_line_of_text() {
    assert_eq!(
        article("Roses are red,\nViolets are blue,"),
        "<p>Roses are red,<br>\nViolets are blue,</p>"
    );
    let html = article("|a|b|\n|-|-:|\n|c|1|\nText under it");
    assert!(html.contains("<td class=\"align-right\">1</td>"), "{html}");
    assert!(html.ends_with("</table>\n<p>Text under it</p>"), "{html}");
    // Cells that the table has no column for are shown as they were typed.
    let html = article("|a|b|\n|-|-|\n|1|2|\n|3|4|5|");
    assert!(html.ends_with("</table>\n<p>|3|4|5|</p>"), "{html}");
    assert_eq!(
        article("Kind regards,\n--\nJohn"),
        "<p>Kind regards,<br>\n--<br>\nJohn</p>"
    );
    let notes = article("a[^1]\n\n[^1]: one\n\n[^1]: two");
    assert_eq!(notes.matches("id=\"fn-1\"").count(), 1, "{notes}");
    assert!(notes.contains("[^1]: two"), "{notes}");
}

#[test]
fn headings_begin_at_the_second_level_and_have_ids() {
    assert_eq!(
        article("### a\n\n## b\n\n#### c\n\n# d\n\n###### e"),
        "<h2 id=\"a\">a</h2>\n<h2 id=\"b\">b</h2>\n<h3 id=\"c\">c</h3>\n<h2 id=\"d\">d</h2>\n<h3 id=\"e\">e</h3>"
    );
    assert_eq!(
        article("## Висновок *так*!"),
        "<h2 id=\"висновок-так\">Висновок <em>так</em>!</h2>"
    );
    assert_eq!(
        article("## A\n\n## A"),
        "<h2 id=\"a\">A</h2>\n<h2 id=\"a-1\">A</h2>"
    );
    // Ids that the page has already.
    assert_eq!(
        article("## Comments"),
        "<h2 id=\"section-comments\">Comments</h2>"
    );
    assert_eq!(
        article("## Comment 5"),
        "<h2 id=\"section-comment-5\">Comment 5</h2>"
    );
    assert_eq!(article("## !!!"), "<h2 id=\"section\">!!!</h2>");
}

#[test]
fn nesting_is_limited() {
    let html = comment(&format!("{}a", "> ".repeat(5000)));
    assert_eq!(html.matches("<blockquote>").count(), 20);
    assert_eq!(
        shown(&render_comment(&format!("{}a", "> ".repeat(30))))
            .matches('>')
            .count(),
        10
    );
}
