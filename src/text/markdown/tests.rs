use std::time::{Duration, Instant};

use proptest::prelude::*;
use scraper::{Html, Selector};
use url::Url;

use super::*;

/// Returns the text of a rendered article, from which teasers and descriptions are made.
pub(super) fn to_text(source: &str) -> String {
    html_to_text(render_article(source).as_str())
}

fn article_html(source: &str) -> String {
    render_article(source).to_string()
}

fn comment_html(source: &str) -> String {
    render_comment(source).to_string()
}

const PASTED: &str = "\
“The third issue is more strategic,” Sébastien Lecornu is quoted as saying.

He signed with the Direction générale de l’armement (DGA).


  • Lecornu arrived in Ukraine on 28 September.

  • The Kyiv Defence Industries Forum is scheduled.

  • It also became known on 28 September.

Follow us on Twitter, support us, or become our patron!
";

#[test]
fn pasted_plain_text_becomes_paragraphs_and_lists() {
    let html = article_html(PASTED);
    let page = Html::parse_fragment(&html);
    let count = |what: &str| {
        page.select(&Selector::parse(what).expect("a selector"))
            .count()
    };
    assert_eq!((count("ul"), count("ul > li")), (1, 3), "{html}");
    assert!(html.starts_with("<p>“The third issue is more strategic,” Sébastien"));
    assert!(html.contains("l’armement (DGA).</p>\n<ul>\n<li>"));
    assert!(
        html.ends_with("</ul>\n<p>Follow us on Twitter, support us, or become our patron!</p>\n")
    );
    assert!(!html.contains('•'));
}

#[test]
fn article_headings_start_at_the_second_level() {
    assert_eq!(
        article_html("# a\n\nb\n---\n\n###### c"),
        "<h2 id=\"a\">a</h2>\n<h3 id=\"b\">b</h3>\n<h4 id=\"c\">c</h4>\n"
    );
}

#[test]
fn straight_quotes_stay_straight() {
    assert_eq!(
        article_html("\"a\" -- it's..."),
        "<p>\"a\" -- it's...</p>\n"
    );
}

#[test]
fn articles_may_contain_tables_footnotes_and_deletions() {
    let html = article_html("|a|b|\n|-|:-:|\n|~~c~~|d[^1]|\n\n[^1]: Said so.");
    assert!(html.contains("<th class=\"align-center\">b</th>"), "{html}");
    assert!(html.contains("<td><del>c</del></td>"), "{html}");
    assert!(
        html.contains("<sup class=\"footnote-ref\"><a href=\"#fn-1\" id=\"fnref-1\">1</a></sup>"),
        "{html}"
    );
    assert!(
        html.contains("<section class=\"footnotes\">\n<ol>\n<li id=\"fn-1\">"),
        "{html}"
    );
}

#[test]
fn images_of_other_sites_become_links_in_articles() {
    assert_eq!(
        article_html("![a *map*](/media/map.png \"Kyiv\")"),
        "<p><img src=\"/media/map.png\" alt=\"a map\" title=\"Kyiv\" loading=\"lazy\"></p>\n"
    );
    assert_eq!(
        article_html("![a map](https://example.org/map.png)"),
        "<p><a href=\"https://example.org/map.png\" rel=\"noopener\">a map</a></p>\n"
    );
    for elsewhere in [
        "//example.org/a.png",
        "/\\example.org/a.png",
        "a.png",
        "data:image/png;base64,AA",
    ] {
        assert!(
            !article_html(&format!("![a](<{elsewhere}>)")).contains("<img"),
            "{elsewhere}"
        );
    }
}

#[test]
fn links_in_articles_are_kept_or_removed_and_external_ones_get_noopener() {
    for (source, html) in [
        ("[a](/b)", "<a href=\"/b\">a</a>"),
        ("[a](#b)", "<a href=\"#b\">a</a>"),
        ("[a](mailto:b@c.d)", "<a href=\"mailto:b@c.d\">a</a>"),
        (
            "[a](https://b.c \"d\")",
            "<a href=\"https://b.c\" title=\"d\" rel=\"noopener\">a</a>",
        ),
        ("[a](//b.c)", "<a href=\"//b.c\" rel=\"noopener\">a</a>"),
        ("[a](javascript:b)", "[a](javascript:b)"),
        (
            "[a](java&#10;script:b)",
            "<a href=\"java&amp;#10;script:b\">a</a>",
        ),
        ("[a](ftp://b.c)", "[a](ftp://b.c)"),
        (
            "[](https://b.c)",
            "<a href=\"https://b.c\" rel=\"noopener\">https://b.c</a>",
        ),
        (
            "[![a](https://b.c/d.png)](https://e.f)",
            "<a href=\"https://e.f\" rel=\"noopener\">a</a>",
        ),
    ] {
        assert_eq!(article_html(source), format!("<p>{html}</p>\n"), "{source}");
    }
}

#[test]
fn html_in_markdown_is_escaped() {
    assert_eq!(
        comment_html("a <b>c</b>"),
        "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n"
    );
    assert_eq!(
        comment_html("<script>\nalert(1)\n\nb</script>"),
        "<p>&lt;script&gt;<br>\nalert(1)</p>\n<p>b&lt;/script&gt;</p>\n"
    );
    assert_eq!(
        article_html("<img src=x onerror=y>\n*a*\n\n*b*"),
        "<p>&lt;img src=x onerror=y&gt;<br>\n<em>a</em></p>\n<p><em>b</em></p>\n"
    );
}

#[test]
fn a_comment_keeps_its_line_breaks() {
    assert_eq!(comment_html("a\nb\n\nc"), "<p>a<br>\nb</p>\n<p>c</p>\n");
    assert_eq!(comment_html("a\n---\nb"), "<p>a</p>\n<hr>\n<p>b</p>\n");
}

#[test]
fn comments_may_contain_emphasis_quotations_lists_and_code() {
    assert_eq!(
        comment_html("> *a* **b** ~~c~~\n\n3. `d`\n4. e\n\n```rust\nf <g>\n```\n"),
        "<blockquote>\n<p><em>a</em> <strong>b</strong> <del>c</del></p>\n</blockquote>\n\
         <ol start=\"3\">\n<li><code>d</code></li>\n<li>e</li>\n</ol>\n<pre data-language=\"rust\" tabindex=\"0\"><code>f &lt;g&gt;\n</code></pre>\n"
    );
}

#[test]
fn comment_links_have_nofollow_and_ugc() {
    const REL: &str = "rel=\"nofollow ugc noopener\"";
    for (source, html) in [
        (
            "[a](https://b.c)",
            format!("<a href=\"https://b.c\" {REL}>a</a>"),
        ),
        (
            "https://b.c/d",
            format!("<a href=\"https://b.c/d\" {REL}>https://b.c/d</a>"),
        ),
        (
            "www.b.c",
            format!("<a href=\"https://www.b.c\" {REL}>www.b.c</a>"),
        ),
        (
            "![a](https://b.c/d.png)",
            format!("<a href=\"https://b.c/d.png\" {REL}>a</a>"),
        ),
        ("a@b.c", "a@b.c".into()),
        ("[a](/b)", "[a](/b)".into()),
        ("[a](mailto:b@c.d)", "[a](mailto:b@c.d)".into()),
        ("![a](/b.png)", "![a](/b.png)".into()),
    ] {
        assert_eq!(comment_html(source), format!("<p>{html}</p>\n"), "{source}");
    }
}

#[test]
fn long_text_is_not_split_in_the_output() {
    let words = "«ї&» ".repeat(2000);
    let words = words.trim_end();
    let written = words.replace('&', "&amp;");
    assert_eq!(comment_html(words), format!("<p>{written}</p>\n"));
    assert_eq!(
        comment_html(&format!("`{words}`")),
        format!("<p><code>{written}</code></p>\n")
    );
    assert_eq!(
        comment_html(&format!("~~~\n{words}\n~~~")),
        format!("<pre tabindex=\"0\"><code>{written}\n</code></pre>\n")
    );
}

#[test]
fn an_overlong_url_is_not_linked() {
    assert!(!comment_html(&format!("http://b.c/{}", "&".repeat(3000))).contains("<a"));
}

#[test]
fn headings_tables_and_footnotes_are_not_rendered_in_comments() {
    assert_eq!(comment_html("# a"), "<p># a</p>\n");
    assert!(!comment_html("|a|\n|-|\n|b|").contains("<t"));
    assert!(!comment_html("a[^1]\n\n[^1]: b").contains("<s"));
}

#[test]
fn markdown_nesting_is_limited_to_twenty_levels() {
    for (source, tag) in [
        (format!("{} end", ">".repeat(5000)), "<blockquote>"),
        (
            (0..60)
                .map(|n| format!("{}- x\n", "  ".repeat(n)))
                .collect::<String>()
                + "\nend",
            "<ul>",
        ),
        (
            format!("{}end{}", "*a **b ".repeat(100), "** *".repeat(100)),
            "<em>",
        ),
    ] {
        let html = comment_html(&source);
        assert!(html.matches(tag).count() <= 20, "{html}");
        assert!(html.contains("end"));
    }
}

/// Longest comment that the reply form accepts, in bytes.
const MAX_COMMENT_BYTES: usize = 65_525;

fn hostile_texts() -> Vec<String> {
    let filled = |unit: &str| unit.repeat(MAX_COMMENT_BYTES / unit.len());
    let mut texts: Vec<String> = [
        "[",
        "]",
        "*",
        "_",
        "`",
        "~",
        "<",
        ">",
        "> ",
        "- ",
        "1. ",
        "![",
        "[]",
        "[](",
        "](",
        "*a_",
        "**a",
        "a**",
        "*a ",
        "**_",
        "<a ",
        "<!--",
        "<?",
        "<![CDATA[",
        "&",
        "&#",
        "\\",
        "\"",
        "'",
        "|",
        "|\n",
        "-\n",
        ">\n",
        ">\n\n",
        "- a\n",
        "1)\n",
        "\n",
        "\t",
        " ",
        "\r",
        "a\n",
        "    a\n\n",
        "#",
        "# a\n",
        "www.",
        "http://",
        "https://a.b ",
        "a@",
        "a@b.c ",
        "@",
        ":",
        "://",
        "[a](b",
        "[a]:b\n",
        "[a]: <b>\n",
        "[^a]",
        "[^a]:",
        "[^a]: \n\n    ",
        "`a``",
        "```\n",
        "~~~\n",
        "~a~~",
        "•",
        "  • a\n\n",
        "<b>\n",
        "<div>\n\n",
        "\u{202e}",
        "\u{0}",
        "é",
        "😀",
        "!",
        "[![",
        "***a",
        "~~a ~",
        "> - ",
        "- > ",
        "*\n",
        "a|b\n-|-\n",
        "(",
        ")",
        "[a](<",
        "&amp;",
        "\u{a0}",
        "._",
        "_._",
        "w.w",
        "+ ",
    ]
    .into_iter()
    .map(filled)
    .collect();
    let half = MAX_COMMENT_BYTES / 2;
    texts.push(format!("{}a{}", "*".repeat(half), "*".repeat(half)));
    texts.push(format!(
        "{}a{}",
        "*a ".repeat(half / 3),
        " a*".repeat(half / 3)
    ));
    texts.push(format!(
        "{}a{}",
        "![".repeat(MAX_COMMENT_BYTES / 6),
        "](b)".repeat(MAX_COMMENT_BYTES / 6)
    ));
    texts.push(format!("{}a{}", "[".repeat(half), "]".repeat(half)));
    texts.push(format!("{}{}", ">".repeat(half), "\n>".repeat(half / 2)));
    texts.push(format!("{}{}", "- ".repeat(half / 2), "\n".repeat(half)));
    texts.push(
        (0..250)
            .map(|n| format!("{}- a\n", "  ".repeat(n)))
            .collect::<String>()
            + &"\n".repeat(half / 2),
    );
    texts.push((1..360).map(|n| format!("a{}", "`".repeat(n))).collect());
    texts.push(format!(
        "[a]: http://{}\n\n{}",
        "b".repeat(900),
        "[a]".repeat(half / 2)
    ));
    texts.push(format!(
        "|{}\n|{}\n{}",
        "a|".repeat(5000),
        "-|".repeat(5000),
        "|\n".repeat(10000)
    ));
    texts.push(format!("[^a]: b\n\n{}", "[^a]".repeat(half / 4)));
    texts.push(
        (0..4000)
            .map(|n| format!("[^{n}]\n\n[^{n}]: a\n\n"))
            .collect(),
    );
    texts.push(format!("{}{}", "<".repeat(half), ">".repeat(half)));
    texts
}

/// Time limit for rendering a hostile text. In a debug build, any text should need far less. Quadratic behaviour would
/// take minutes.
const RENDER_TIMEOUT: Duration = Duration::from_secs(30);

#[test]
fn hostile_comments_are_rendered_within_stack_time_and_size_limits() {
    run_on_worker_stack(|| {
        for text in hostile_texts() {
            let html = render_within_limit(&text, render_comment);
            assert!(html.len() <= 40 * text.len() + 1_000_000, "{}", html.len());
        }
    });
}

#[test]
fn hostile_articles_are_rendered_within_stack_and_time_limits() {
    run_on_worker_stack(|| {
        for text in hostile_texts() {
            render_within_limit(&text, render_article);
        }
    });
}

#[test]
fn hostile_texts_are_converted_to_plain_text_on_a_small_stack() {
    run_on_worker_stack(|| {
        for text in hostile_texts() {
            to_text(&text);
        }
    });
}

/// Runs a function on a thread with a stack of 2 MiB, which is the size that tokio's worker threads have.
fn run_on_worker_stack(work: impl FnOnce() + Send + 'static) {
    let worker = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    let worker = worker.spawn(work).expect("a thread starts");
    worker.join().expect("no text makes the rendering panic");
}

fn render_within_limit(text: &str, make: fn(&str) -> SafeHtml) -> String {
    let start = Instant::now();
    let html = make(text).to_string();
    let (took, what) = (start.elapsed(), text.chars().take(12).collect::<String>());
    assert!(took < RENDER_TIMEOUT, "{what:?}: {took:?}");
    html
}

fn assert_only_allowed_html(html: &str) {
    const TAGS: &str = "a blockquote br code del em h2 h3 h4 h5 h6 hr img li ol p pre section strong sup table tbody td th thead tr ul html head body";
    const ATTRIBUTES: &str = "alt class data-language href id loading rel src start tabindex title";
    let page = Html::parse_fragment(html);
    for node in page.tree.values() {
        assert!(!node.is_comment(), "a comment");
        let Some(element) = node.as_element() else {
            continue;
        };
        assert!(
            TAGS.split(' ').any(|tag| tag == element.name()),
            "<{}>",
            element.name()
        );
        for (name, value) in element.attrs() {
            assert!(
                ATTRIBUTES.split(' ').any(|known| known == name),
                "{name}={value}"
            );
            if name == "src" {
                assert!(
                    value.starts_with('/') && !value.starts_with("//"),
                    "{value}"
                );
            }
            if name == "href" {
                let scheme = Url::parse(value).map(|url| url.scheme().to_owned());
                assert!(
                    scheme
                        .as_ref()
                        .map_or(true, |scheme| ["http", "https", "mailto"]
                            .contains(&scheme.as_str())),
                    "{value}"
                );
            }
        }
    }
}

proptest! {
    #[test]
    fn rendered_html_has_only_allowed_tags_and_attributes(
        text in "(?s).{0,120}|([*_`~<>\\[\\]()!#|&;:/\\\\\"'\n •\\-1.a^]|script|javascript:|onclick=|http://|<a href=|<!--|&#106;){0,60}"
    ) {
        assert_only_allowed_html(render_article(&text).as_str());
        assert_only_allowed_html(render_comment(&text).as_str());
        prop_assert!(!render_comment(&text).as_str().contains("<script"));
        prop_assert!(!render_comment(&text).as_str().contains("<img"));
    }

    #[test]
    fn every_comment_link_has_nofollow(text in "(\\[a\\]\\(|http://b.c|\\)|www.d.e|<|>| |/f|!\\[|\\]\\(|\n){0,30}") {
        let html = comment_html(&text);
        prop_assert_eq!(html.matches("<a ").count(), html.matches("rel=\"nofollow ugc noopener\"").count());
    }
}

#[test]
fn a_footnote_has_at_most_a_hundred_references() {
    let html = render_article(&format!("{}\n\n[^a]: Note.", "[^a] ".repeat(150)));
    let html = html.as_str();
    assert_eq!(html.matches("href=\"#fn-a\"").count(), 100);
    assert_eq!(html.matches("href=\"#fnref-a").count(), 100);
    assert_eq!(html.matches("[^a]").count(), 50);
}

#[test]
fn html_without_visible_content_is_blank() {
    for nothing in ["", " \n", "\u{200B}", "\u{A0}", "\u{200B}\u{A0}\u{200B}"] {
        assert!(
            render_comment(nothing).is_blank(),
            "{nothing:?} gives {}",
            render_comment(nothing)
        );
    }
    for something in [
        "a",
        "![](https://example.org/x.png)",
        "<b></b>",
        "---",
        "*****",
        "`.`",
        "> \n- ",
        "\\",
    ] {
        assert!(
            !render_comment(something).is_blank(),
            "{something:?} gives {}",
            render_comment(something)
        );
    }
}

#[test]
fn markdown_converts_to_plain_text_without_markup() {
    assert_eq!(
        to_text(
            "# Tea\n\nI *really* like [it](https://b.c).\nDo `you`?\n\n  • one\n  • two\n\n> <b>no</b>\n\n![a cup](/c.png)"
        ),
        "Tea\nI really like it. Do you?\none\ntwo\n<b>no</b>\na cup"
    );
    assert_eq!(to_text("```\na\n  b\n```"), "a\nb");
}
