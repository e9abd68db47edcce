use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::string::string_regex;

use super::super::urls::is_site_path;
use super::allowlist::is_id_allowed;
use super::*;
use crate::text::tokenizer::{HtmlToken, tokenize};

/// Rewrites URLs as an import does for a site whose files and articles have been imported.
fn map_old_url(url: &str) -> Option<String> {
    let path = url.strip_prefix("https://old.example/")?;
    Some(match path.strip_prefix("files/") {
        Some(file) => format!("/media/{file}"),
        None => format!("/articles/{path}"),
    })
}

fn article_html(html: &str) -> String {
    sanitize_article(html, &map_old_url)
}

fn comment_html(html: &str) -> String {
    sanitize_comment(html, &map_old_url)
}

/// Asserts that one pass of the article sanitizer is enough, and that sanitizing the result again changes nothing.
fn assert_idempotent(html: &str) {
    static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(build_article_sanitizer);
    let sanitize = |html: &str| {
        SANITIZER
            .clean(&preprocess(html, TrustLevel::Editor, &map_old_url))
            .to_string()
    };
    let once = sanitize(html);
    assert_eq!(sanitize(&once), once, "an article: {html:?}");
    assert_output_stable(html);
}

/// Asserts that sanitizing the output of the article sanitizer again changes nothing.
fn assert_output_stable(html: &str) {
    let once = article_html(html);
    assert_eq!(article_html(&once), once, "an article: {html:?}");
    let once = comment_html(html);
    assert_eq!(comment_html(&once), once, "a comment: {html:?}");
}

#[test]
fn allowed_article_html_is_unchanged() {
    for html in [
        "<h2 id=\"a\">b</h2>",
        "<figure><table><thead><tr><th colspan=\"2\">a</th></tr></thead></table><figcaption>b</figcaption></figure>",
        "<dl><dt>a</dt><dd>b</dd></dl>",
        "<details><summary>a</summary><p>b</p></details>",
        "<p><abbr title=\"a b\">ab</abbr> H<sub>2</sub>O <b>c</b> <i>d</i> <s>e</s> <u>f</u> <mark>g</mark></p>",
        "<ol start=\"3\" reversed=\"\" type=\"a\"><li id=\"b\">c</li></ol>",
        "<pre><code>a\n\n  b</code></pre>",
        "<p><a id=\"here\"></a><a href=\"#there\">a</a> <a href=\"mailto:a@b.c\">b</a></p>",
        "<audio src=\"/media/a.mp3\" controls=\"\"></audio>",
        "<video src=\"/media/a.mp4\" poster=\"/media/a.jpg\" width=\"3\" height=\"4\" controls=\"\"></video>",
    ] {
        assert_eq!(article_html(html), html);
    }
}

#[test]
fn article_html_is_reduced_to_allowed_elements() {
    for (html, shown) in [
        ("<h1 class=\"a\">b</h1>", "<h2>b</h2>"),
        (
            "<center>a</center>b",
            "<div class=\"align-center\">a</div>b",
        ),
        ("<font color=red>a</font> <big>b</big>", "a b"),
        ("<strike>a</strike>", "<s>a</s>"),
        (
            "<script>a</script><style>b</style><noscript>c</noscript>d",
            "d",
        ),
        ("<svg><title>a</title><text>b</text></svg>c", "c"),
        (
            "<form><input value=a><button>b</button></form>",
            "<div>b</div>",
        ),
        (
            "<p style=\"color:red\" class=\"a\" onclick=\"b\">c</p>",
            "<p>c</p>",
        ),
        ("<a name=\"a\">b</a>", "<a id=\"a\">b</a>"),
        (
            "<h2 id=a>b</h2><p id=a>c</p><a name=a>d</a><p id=d>e</p>",
            "<h2 id=\"a\">b</h2><p>c</p>d<p id=\"d\">e</p>",
        ),
        ("<a href=\"javascript:a\">b</a>", "b"),
        (
            "<a href=\"java&#115;cript:a\">b</a>",
            "<a href=\"java&amp;#115;cript:a\">b</a>",
        ),
        ("1 < 2 </3 <b>4</b>", "1 &lt; 2 &lt;/3 <b>4</b>"),
        ("<pre>\n\n\na</pre>", "<pre>a</pre>"),
        // Code has no paragraphs, lists or rules.
        (
            "<pre>\n<p>\na</p>\n<ul><li>b</li></ul><hr><div>c</pre><p>d</p>",
            "<pre>a\nbc</pre><p>d</p>",
        ),
        (
            "<div><pre><div>a</div> <b>b</b></pre>c</div>",
            "<div><pre>a <b>b</b></pre>c</div>",
        ),
    ] {
        assert_eq!(article_html(html), shown, "{html}");
    }
}

#[test]
fn urls_of_the_imported_site_are_rewritten() {
    for (html, shown) in [
        (
            "<a href='https://old.example/tea'>b</a>",
            "<a href=\"/articles/tea\">b</a>",
        ),
        (
            "<a href='https://old.example/?a=1&amp;b=2'>b</a>",
            "<a href=\"/articles/?a=1&amp;b=2\">b</a>",
        ),
        (
            "<a href='https://b.c/' rel=nofollow>b</a>",
            "<a href=\"https://b.c/\" rel=\"noopener\">b</a>",
        ),
        (
            "<img src='https://old.example/files/a.png' srcset='b 2x' sizes=c alt=d>",
            "<img src=\"/media/a.png\" alt=\"d\" loading=\"lazy\">",
        ),
        (
            "<video src='https://old.example/files/a.mp4' poster='https://b.c/d.png' autoplay>x</video>",
            "<video src=\"/media/a.mp4\" controls=\"\"></video>",
        ),
        (
            "<video controls><source src='https://old.example/files/a.mp4'><source src='b.webm'>Sorry <a href=c>d</a></video>e",
            "<video src=\"/media/a.mp4\" controls=\"\"></video>e",
        ),
    ] {
        assert_eq!(article_html(html), shown, "{html}");
        assert_idempotent(html);
    }
}

#[test]
fn files_of_other_sites_become_links() {
    let link = |url: &str, text: &str| format!("<a href=\"{url}\" rel=\"noopener\">{text}</a>");
    for (html, shown) in [
        (
            "<img src='https://b.c/d.png' alt='a &quot;e&quot;'>",
            link("https://b.c/d.png", "a \"e\""),
        ),
        (
            "<img src='//b.c/d.png?x=1'>",
            link("//b.c/d.png?x=1", "d.png"),
        ),
        (
            "<a href='https://e.f'><img src='https://b.c/d.png' alt=a></a>",
            link("https://e.f", "a"),
        ),
        (
            "<a href='https://e.f'><img src='https://b.c/d.png'></a>",
            link("https://e.f", "d.png"),
        ),
        ("<img src='data:image/png;base64,AA' alt=a>", "a".to_owned()),
        ("<img alt=a>", "a".to_owned()),
        (
            "<audio src='https://b.c/d.mp3'></audio>",
            link("https://b.c/d.mp3", "d.mp3"),
        ),
        (
            "<video><source src='https://b.c/d.mp4'></video>",
            link("https://b.c/d.mp4", "d.mp4"),
        ),
        (
            "<p><iframe src='https://www.youtube.com/embed/a_-1?rel=0' width=1></iframe></p>",
            format!(
                "<p>{}</p>",
                link(
                    "https://www.youtube.com/watch?v=a_-1",
                    "https://www.youtube.com/watch?v=a_-1"
                )
            ),
        ),
        (
            "<iframe src='//www.youtube-nocookie.com/embed/a1' title='A film'></iframe>",
            link("https://www.youtube.com/watch?v=a1", "A film"),
        ),
        (
            "<iframe src='https://player.vimeo.com/video/12?h=a'></iframe>",
            link("https://vimeo.com/12", "https://vimeo.com/12"),
        ),
        (
            "<embed src='https://b.c/d.swf'>",
            link("https://b.c/d.swf", "https://b.c/d.swf"),
        ),
        (
            "<object data='https://b.c/d.pdf'><p>a</p></object>",
            link("https://b.c/d.pdf", "https://b.c/d.pdf"),
        ),
    ] {
        assert_eq!(article_html(html), shown, "{html}");
        assert_idempotent(html);
    }
}

#[test]
fn urls_of_other_hosts_that_are_disguised_as_paths_are_not_loaded() {
    for source in [
        "//b.c/a",
        "/\\b.c/a",
        "/&#x2F;b.c/a",
        "/&sol;b.c/a",
        "\t//b.c/a",
        "/\n/b.c/a",
        "a.png",
        "&#47;/b.c/a",
    ] {
        for tag in ["img", "audio", "video"] {
            let html = article_html(&format!("<{tag} src=\"{source}\"></{tag}>"));
            assert!(
                !html.contains(" src=\"//") && !html.contains("src=\"/\\"),
                "{html}"
            );
            assert_idempotent(&format!("<{tag} src=\"{source}\"></{tag}>"));
        }
    }
}

#[test]
fn element_ids_that_pages_use_themselves_are_removed_from_texts() {
    for id in [
        "content",
        "comments",
        "comment-7",
        "replies-title",
        "respond",
        "form-errors",
        "con&#116;ent",
        "a b",
    ] {
        assert_eq!(
            article_html(&format!("<p id=\"{id}\">a</p>")),
            "<p>a</p>",
            "{id}"
        );
        assert_eq!(article_html(&format!("<a id=\"{id}\">a</a>")), "a", "{id}");
    }
}

#[test]
fn comment_html_is_reduced_to_allowed_elements() {
    let rel = "rel=\"nofollow ugc noopener\"";
    for (html, shown) in [
        (
            "<p>a <b>b</b> <abbr title=\"d\">c</abbr></p>",
            "<p>a <b>b</b> <abbr title=\"d\">c</abbr></p>".to_owned(),
        ),
        (
            "<a href='https://b.c' title=d>a</a>",
            format!("<a href=\"https://b.c\" {rel}>a</a>"),
        ),
        (
            "<a href='https://old.example/tea'>a</a>",
            format!("<a href=\"/articles/tea\" {rel}>a</a>"),
        ),
        (
            "<a href='mailto:a@b.c'>a</a> <a href='b'>c</a> <a id=d>e</a>",
            "a c e".to_owned(),
        ),
        (
            "<img src='https://old.example/files/a.png' alt=b>",
            format!("<a href=\"/media/a.png\" {rel}>b</a>"),
        ),
        ("<h1>a</h1><p id=b>c</p>", "<p>a</p><p>c</p>".to_owned()),
        (
            "<strike>a</strike><table><tr><td>b</td><td>c</td></tr></table>",
            "<s>a</s><p>b c </p> ".to_owned(),
        ),
    ] {
        assert_eq!(comment_html(html), shown, "{html}");
        assert_idempotent(html);
    }
}

#[test]
fn an_unclosed_element_is_not_closed_by_the_end_tag_of_another() {
    for (html, shown) in [
        ("<div><font>a</div>b", "<div>a</div>b"),
        ("<div><h1>a</div>b", "<div><h2>a</h2></div>b"),
        (
            "<p><span>a<p><a href=/b>c</p>d",
            "<p>a</p><p><a href=\"/b\">c</a></p>d",
        ),
        (
            "<ul><li><font>a<li>b</ul>c",
            "<ul><li>a</li><li>b</li></ul>c",
        ),
        (
            "<audio src=\"/a\"><font></audio>b",
            "<audio src=\"/a\" controls=\"\"></audio>b",
        ),
        (
            "<video src=/a>b",
            "<video src=\"/a\" controls=\"\"></video>b",
        ),
    ] {
        assert_eq!(article_html(html), shown, "{html}");
        assert_idempotent(html);
    }
}

#[test]
fn html_nesting_is_limited_to_64_levels() {
    let html = article_html(&format!(
        "{}a{}b",
        "<div>".repeat(100_000),
        "</div>".repeat(100_000)
    ));
    assert_eq!(html.matches("<div>").count(), 64);
    assert!(html.ends_with("</div>b"));
    let list = "<li>a".repeat(1000);
    assert_eq!(
        article_html(&format!("<ul>{list}</ul>"))
            .matches("<li>")
            .count(),
        1000
    );
    assert_eq!(
        article_html(&"<p><font>a".repeat(1000))
            .matches("<p>")
            .count(),
        1000
    );
}

#[test]
fn long_text_is_unchanged() {
    for words in [
        "a&amp;b ".repeat(3000),
        "«".repeat(9000),
        "&lt;".repeat(5000),
    ] {
        assert_eq!(article_html(&words), words);
    }
}

#[test]
fn extracted_text_has_a_line_for_each_block_element() {
    for (html, words) in [
        ("<p>a <b>b</b>c<br>\nd</p>\n<p>e</p>", "a bc d\ne"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        (
            "<figure><img src=\"/a\" alt=\"a &quot;b&quot;\"><figcaption>c &amp;lt; &lt;d&gt;</figcaption></figure>",
            "a \"b\"\nc &lt; <d>",
        ),
        ("<pre><code>a\n  b</code></pre>", "a\nb"),
        (
            "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>",
            "a b\nc",
        ),
        ("a&nbsp;b", "a\u{a0}b"),
    ] {
        assert_eq!(html_to_text(html), words, "{html}");
    }
}

#[test]
fn sanitizing_malformed_tables_is_idempotent() {
    for html in [
        "<dd>a<table><dd>b",
        "<a id=\"c\"><table><iframe src=\"/a\">",
        "<table><td>a<tr><p>b</td></div>c</table>",
        "<b><dt><blockquote><dt>",
        "<h1><s><h2></s>",
        "<h1><abbr><frame><h1>a",
        "<pre>\0\na",
    ] {
        assert_idempotent(html);
    }
}

#[test]
fn sanitizing_the_samples_is_idempotent() {
    for name in ["theme-unit-test", "block-editor-test"] {
        let path = format!("{}/../shared/wxr/{name}.xml", env!("CARGO_MANIFEST_DIR"));
        let Ok(export) = fs::read_to_string(&path) else {
            eprintln!("NOT TESTED: {path} is not here");
            continue;
        };
        for part in export.split("<![CDATA[").skip(1) {
            assert_idempotent(
                part.split("]]>")
                    .next()
                    .expect("splitting yields a first part"),
            );
        }
    }
}

/// Generates HTML that is often malformed.
fn malformed_html() -> impl Strategy<Value = String> {
    let names = "(a|abbr|b|i|s|u|p|div|h1|h2|pre|code|ul|ol|li|dl|dt|dd|table|caption|tbody|thead|tr|td|th|blockquote|figure|figcaption|details|summary|section|font|center|button|select|option|object|svg|math|mi|template|noscript|video|audio|source|img|iframe|form|span|nobr|title|textarea|script|style|xmp|plaintext|br|hr|input|address|marquee|ruby|rt|rp|rb|bdo|bdi|body|html|head|frameset|frame|image|col|colgroup)";
    let attributes = "( (href|src|id|alt|title|name|rel|class|poster|data|dir|lang|align|style|value|cite)=(rtl|center|en|7|has-text-align-right|\"text-align:left\"|\"(/a|/media/b|https://b\\.c/d\\?e&f|//g|javascript:h|content|x&amp;y|&sol;/z|https://old\\.example/files/q|mailto:a@b\\.c| )\"|'h'|#k|\"))";
    let start = format!("<{names}{attributes}{{0,2}}/?>");
    let end = format!("</{names}>");
    let token = prop_oneof![
        5 => string_regex(&start).expect("a regular expression"),
        3 => string_regex(&end).expect("a regular expression"),
        2 => "[a-c \n]{1,4}",
        1 => "(<|>|&|&amp;|&lt;|&nbsp;|\"|'|<!--|-->|<!|<\\?|\\]\\]>|<!\\[CDATA\\[|\u{a0}|\u{0}|\r|é|&#10;|&copy)",
    ];
    proptest::collection::vec(token, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn sanitizing_malformed_html_is_idempotent(html in malformed_html()) {
        assert_output_stable(&html);
    }

    #[test]
    fn sanitizing_any_text_is_idempotent(html in "\\PC{0,60}|[<>a-c/!'\"=& \\-]{0,60}") {
        assert_output_stable(&html);
    }

    #[test]
    fn no_element_loads_from_another_site(html in malformed_html()) {
        let html = article_html(&html);
        for token in tokenize(&html) {
            let HtmlToken::Tag(tag) = token else { continue };
            for name in ["src", "poster", "data", "srcset"] {
                let own = tag.find_attribute(name).is_none_or(is_site_path);
                prop_assert!(own, "{}", html);
            }
        }
    }
}

#[test]
fn every_element_id_in_the_templates_is_reserved() {
    let templates = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates");
    for folder in ["", "articles", "comments"] {
        let files = fs::read_dir(templates.join(folder)).expect("a folder");
        for file in files.map(|file| file.expect("a file").path()) {
            // The editor's page shows no text but in its form.
            let is_page = file.is_file() && !file.ends_with("editor.html");
            let text =
                is_page.then(|| fs::read_to_string(&file).expect("the template file is read"));
            let text = text.unwrap_or_default();
            for id in text
                .split(" id=\"")
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
            {
                assert!(
                    id.contains('{') || !is_id_allowed(id),
                    "{id} in {}",
                    file.display()
                );
            }
        }
    }
}
