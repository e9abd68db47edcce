use proptest::prelude::*;

use super::*;

fn article_html(raw: &str) -> String {
    convert_article(raw, &pictures()).html.trim_end().to_owned()
}

fn comment_html(raw: &str) -> String {
    convert_comment(raw).trim_end().to_owned()
}

fn pictures() -> Vec<Attachment> {
    let picture = |id: i64, is_attached| Attachment {
        id,
        url: format!("/{id}.jpg"),
        alt: format!("{id} \"it\""),
        caption: if id == 2 {
            "Two".to_owned()
        } else {
            String::new()
        },
        is_attached,
    };
    let paper = Attachment {
        id: 9,
        url: "/9.pdf".to_owned(),
        is_attached: true,
        ..Attachment::default()
    };
    vec![picture(1, true), picture(2, true), picture(3, false), paper]
}

fn shown(number: i64) -> String {
    let caption = if number == 2 {
        "<figcaption>Two</figcaption>"
    } else {
        ""
    };
    format!(
        "<figure><img src=\"/{number}.jpg\" alt=\"{number} &quot;it&quot;\">{caption}</figure>\n"
    )
}

fn link(url: &str) -> String {
    format!("<p><a href=\"{url}\">{url}</a></p>")
}

#[test]
fn lines_become_paragraphs() {
    for (raw, html) in [
        ("a\n\nb", "<p>a</p>\n<p>b</p>"),
        ("a\nb", "<p>a<br>\nb</p>"),
        ("a\r\nb\r\rc", "<p>a<br>\nb</p>\n<p>c</p>"),
        ("a  \n  b", "<p>a<br>\nb</p>"),
        ("a<br>\nb<br />c", "<p>a<br>\nb<br>\nc</p>"),
        ("a<br><br>b", "<p>a</p>\n<p>b</p>"),
        ("\n\na\n \t\n\n\nb\n", "<p>a</p>\n<p>b</p>"),
        ("", ""),
        ("\n \n", ""),
        ("a\n\n&nbsp;\n\nb", "<p>a</p>\n<p>b</p>"),
        ("<em>a\nb</em> c", "<p><em>a<br>\nb</em> c</p>"),
        ("<em>a</em> <b>b</b>", "<p><em>a</em> <b>b</b></p>"),
        ("<a\nhref='b'\n>c</a>", "<p><a\nhref='b'\n>c</a></p>"),
        ("1 < 2", "<p>1 &lt; 2</p>"),
    ] {
        assert_eq!(article_html(raw), html, "{raw:?}");
    }
}

#[test]
fn block_elements_stay_outside_paragraphs() {
    for (raw, html) in [
        ("a\n<h2>b</h2>\nc", "<p>a</p>\n<h2>b</h2>\n<p>c</p>"),
        (
            "<p>a</p>\n\n<p class=\"b\">c\nd</p>",
            "<p>a</p>\n<p class=\"b\">c<br>\nd</p>",
        ),
        ("<p>a\n\nb</p>", "<p>a</p>\n<p>b</p>"),
        ("<p></p>a<p> &nbsp; </p>", "<p>a</p>"),
        ("<p>a<p>b", "<p>a</p>\n<p>b</p>"),
        (
            "<ul>\n<li>a\n</li>\n\n<li>b</li></ul>",
            "<ul><li>a</li>\n<li>b</li>\n</ul>",
        ),
        ("<ul><li>a<li>b</ul>c", "<ul><li>a<li>b</ul>\n<p>c</p>"),
        ("<div>a</div>b", "<div>a</div>\n<p>b</p>"),
        ("<div>a\n\nb</div>", "<div><p>a</p>\n<p>b</p>\n</div>"),
        ("<li>a\nb</li>", "<li>a<br>\nb</li>"),
        (
            "<blockquote>a\n\nb</blockquote>",
            "<blockquote><p>a</p>\n<p>b</p>\n</blockquote>",
        ),
        (
            "<table>\n<tr>\n<td>a</td>\n</tr>\n</table>",
            "<table><tr><td>a</td>\n</tr>\n</table>",
        ),
        ("a\n<hr />\nb", "<p>a</p>\n<hr />\n<p>b</p>"),
        (
            "<pre>a\n\n<b>b</b>\n</pre>\nc",
            "<pre>a\n\n<b>b</b>\n</pre><p>c</p>",
        ),
        (
            "<script>\n\na\n</script>\nb",
            "<p><script>\n\na\n</script>b</p>",
        ),
        ("<h2>a\n\nb</h2>", "<h2>a<br>\nb</h2>"),
        ("<a href='b'><h2>c</h2></a>", "<a href='b'><h2>c</h2>\n</a>"),
        ("a<!--more-->b<!-- c -->d", "<p>a</p>\n<p>bd</p>"),
    ] {
        assert_eq!(article_html(raw), html, "{raw:?}");
    }
}

#[test]
fn a_caption_shortcode_becomes_a_figure() {
    let figure = "<figure><img src=\"a\"><figcaption>b</figcaption></figure>";
    for (raw, html) in [
        ("[caption id=\"c\" width=\"3\"]<img src=\"a\"> b[/caption]", figure.to_owned()),
        ("[wp_caption caption=\"b\"]<img src=\"a\">[/wp_caption]", figure.to_owned()),
        ("[caption caption=&quot;b&quot;]<img src=\"a\">[/caption]", figure.to_owned()),
        ("<p>[caption]<img src=\"a\"> b[/caption]</p>", figure.to_owned()),
        ("c [caption]<img src=\"a\">b[/caption] d", format!("<p>c</p>\n{figure}\n<p>d</p>")),
        (
            "[caption]<a href='c'><img src=\"a\"></a> b <a href='d'>e</a>[/caption]",
            "<figure><a href='c'><img src=\"a\"></a><figcaption>b <a href='d'>e</a></figcaption></figure>".to_owned(),
        ),
        ("[caption]<img src=\"a\">[/caption]", "<figure><img src=\"a\"></figure>".to_owned()),
    ] {
        assert_eq!(article_html(raw), html, "{raw}");
    }
}

#[test]
fn a_gallery_shortcode_shows_its_pictures() {
    for (raw, numbers) in [
        ("[gallery]", vec![1, 2]),
        ("[gallery ids=\"3,1\"]", vec![3, 1]),
        ("[gallery include='2, 3' columns=2]", vec![2, 3]),
        ("[gallery exclude=\"1\"]", vec![2]),
        ("[gallery ids=”3,7″]", vec![3]),
    ] {
        let html: String = numbers.into_iter().map(shown).collect();
        assert_eq!(article_html(raw), html.trim_end(), "{raw}");
    }
}

#[test]
fn the_attachments_that_a_text_shows_are_found() {
    let found = find_needed_attachments(
        "[gallery ids=\"3,1\"] [gallery include=3] [[gallery ids=8]] <code>[gallery ids=9]</code>",
    );
    assert_eq!(
        found,
        NeededAttachments {
            ids: vec![1, 3],
            all_attached: false
        }
    );
    assert_eq!(
        find_needed_attachments("[gallery columns=2]"),
        NeededAttachments {
            ids: vec![],
            all_attached: true
        }
    );
    assert_eq!(find_needed_attachments("a"), NeededAttachments::default());
}

#[test]
fn video_and_audio_shortcodes_become_links_and_players() {
    let page = "https://www.youtube.com/watch?v=a_1";
    for (raw, html) in [
        (
            "[embed width=3]https://b.c/d[/embed]",
            link("https://b.c/d"),
        ),
        (
            "a\nhttps://b.c/d\nc",
            format!("<p>a</p>\n{}\n<p>c</p>", link("https://b.c/d")),
        ),
        ("a https://b.c/d\n", "<p>a https://b.c/d</p>".to_owned()),
        ("<p>https://b.c/d</p>", link("https://b.c/d")),
        ("[youtube https://www.youtube.com/watch?v=a_1]", link(page)),
        ("[youtube=https://www.youtube.com/watch?v=a_1]", link(page)),
        ("[youtube a_1]", link(page)),
        ("[youtube]a_1[/youtube]", link(page)),
        ("[vimeo 12]", link("https://vimeo.com/12")),
        (
            "[video mp4=\"/a.mp4\" poster=/b.jpg][/video]",
            "<figure><video controls src=\"/a.mp4\" poster=\"/b.jpg\"></video></figure>".to_owned(),
        ),
        (
            "[audio src=“/a.mp3” /]",
            "<figure><audio controls src=\"/a.mp3\"></audio></figure>".to_owned(),
        ),
        (
            "[audio http://b.c/d.mp3|titles=e]",
            "<figure><audio controls src=\"http://b.c/d.mp3\"></audio></figure>".to_owned(),
        ),
    ] {
        assert_eq!(article_html(raw), html, "{raw}");
    }
}

#[test]
fn code_is_escaped_without_escaping_existing_entities_again() {
    assert_eq!(
        article_html("[sourcecode language=\"html\"]\n<b>\n\n&lt;i&gt; && &amp;\n[/sourcecode]"),
        "<pre><code>&lt;b&gt;\n\n&lt;i&gt; &amp;&amp; &amp;</code></pre>"
    );
}

#[test]
fn an_unknown_shortcode_stays_in_the_text_and_is_reported() {
    let converted = convert_article(
        "a [box color=\"b\"]c[/box] [sic] [[gallery]] [1] [contact-form-7] [audio]",
        &[],
    );
    assert_eq!(
        converted.html,
        "<p>a [box color=\"b\"]c[/box] [sic] [gallery] [1] [contact-form-7] [audio]</p>\n"
    );
    assert_eq!(
        converted.unknown_shortcodes,
        ["box", "contact-form-7", "audio"]
    );
}

#[test]
fn comments_of_the_block_editor_are_removed() {
    let raw = "<!-- wp:paragraph {\"align\":\"left\"} -->\n<p>a\nb</p>\n<!-- /wp:paragraph -->\n\n\
        <!-- wp:latest-posts {\"a\":1} /-->\n\n<!-- wp:core/archives /-->\n\
        <!-- wp:shortcode -->\n[gallery ids=\"2\"]\n<!-- /wp:shortcode -->\n\
        <!-- wp:more -->\n<!--more-->\n<!-- /wp:more -->\n\
        <!-- wp:paragraph -->\n<p></p>\n<!-- /wp:paragraph -->\n\
        <!-- wp:embed {\"url\":\"https://b.c/d\"} -->\n<figure class=\"e\"><div class=\"f\">\nhttps://b.c/d\n</div></figure>\n<!-- /wp:embed -->";
    let converted = convert_article(raw, &pictures());
    let html = format!(
        "<p>a\nb</p>\n{}\n\n<figure class=\"e\"><div class=\"f\">\n{}</div></figure>",
        shown(2),
        link("https://b.c/d")
    );
    assert_eq!(converted.html.trim(), html);
    assert_eq!(converted.removed_blocks, ["latest-posts", "archives"]);
    assert_eq!(converted.unknown_shortcodes, [""; 0]);
}

#[test]
fn urls_in_a_comment_become_links() {
    let a = "<a href=\"https://b.org/d\">https://b.org/d</a>";
    for (raw, html) in [
        ("a https://b.org/d, e", format!("<p>a {a}, e</p>")),
        ("(https://b.org/d)\n\nf", format!("<p>({a})</p>\n<p>f</p>")),
        (
            "&lt;https://b.org/d&gt; \"https://b.org/d\"",
            format!("<p>&lt;{a}&gt; \"{a}\"</p>"),
        ),
        (
            "https://b.org/?d=1&amp;e=2",
            "<p><a href=\"https://b.org/?d=1&amp;e=2\">https://b.org/?d=1&amp;e=2</a></p>"
                .to_owned(),
        ),
        (
            "<a href=\"https://b.org\">https://b.org</a>",
            "<p><a href=\"https://b.org\">https://b.org</a></p>".to_owned(),
        ),
        (
            "<code>https://b.org</code>",
            "<p><code>https://b.org</code></p>".to_owned(),
        ),
        (
            "a@b.org www.b.org ftp://b.org :-) <3",
            "<p>a@b.org www.b.org ftp://b.org :-) &lt;3</p>".to_owned(),
        ),
    ] {
        assert_eq!(comment_html(raw), html, "{raw}");
    }
}

#[test]
fn deeply_nested_text_is_converted_without_a_stack_overflow() {
    for text in [
        "<div>",
        "<blockquote>",
        "<a b=\"",
        "[",
        "[[",
        "[caption]",
        "<",
        "<!--",
        "<!-- wp:a -->",
    ] {
        let text = text.repeat(100_000);
        convert_article(&text, &[]);
        find_needed_attachments(&text);
        convert_comment(&text);
    }
}

/// Generates texts with many shortcodes, HTML tags and comments of the block editor.
fn wordpress() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-c \n\r]{1,4}",
        "</?(p|div|li|td|blockquote|pre|code|a|b|br|img|h2|svg|script|video)( [a-c]=(\"|'|x|\"y\"))?/?>",
        "\\[/?\\[?(caption|gallery|code|video|embed|youtube|audio|box)( (ids|caption|src|a)=(\"|“|&quot;|1))?/?\\]?\\]",
        "<!-- /?(wp:(a|embed|shortcode|spacer|more)|more)( \\{\"url\":\"https://a\\.b\"\\})? /?-->",
        "(<|<!-- wp:|-->|&nbsp;|https://a\\.b/c|\"|é|“|\\[|\\])",
    ];
    proptest::collection::vec(piece, 0..20).prop_map(|tokenize| tokenize.concat())
}

proptest! {
    #[test]
    fn converting_any_text_never_panics(raw in "\\PC{0,80}|(?s).{0,40}") {
        convert_article(&raw, &pictures());
        find_needed_attachments(&raw);
        convert_comment(&raw);
    }

    #[test]
    fn converted_text_has_no_block_editor_comments_or_empty_paragraphs(raw in wordpress()) {
        let has_blocks = raw.contains("<!-- wp:");
        let html = article_html(&raw);
        prop_assert!(!html.contains("<!-- wp:"), "{}", html);
        prop_assert!(has_blocks || !html.contains("<p></p>"), "{}", html);
        convert_comment(&raw);
    }
}
