//! Tests of the attributes and elements with a meaning that imported texts keep.

use super::*;

fn article(html: &str) -> String {
    let once = sanitize_article(html, &|_| None);
    assert_eq!(sanitize_article(&once, &|_| None), once, "{html}");
    once
}

fn comment(html: &str) -> String {
    let once = sanitize_comment(html, &|_| None);
    assert_eq!(sanitize_comment(&once, &|_| None), once, "{html}");
    once
}

#[test]
fn elements_and_attributes_with_a_meaning_are_kept() {
    for html in [
        "<p dir=\"rtl\" lang=\"ar\">مرحبا <span dir=\"ltr\" lang=\"en-GB\">tea</span></p>",
        "<h2 lang=\"uk\">a</h2><blockquote dir=\"auto\"><p>b</p></blockquote>",
        "<p><bdi>a</bdi> <bdo dir=\"rtl\">b</bdo> <em lang=\"la\">c</em></p>",
        "<p><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp>字<rt>ji</rt></ruby></p>",
        "<ol start=\"3\" reversed=\"\" type=\"i\"><li value=\"9\">a</li><li>b</li></ol>",
        "<ol start=\"-1\"><li value=\"-5\">a</li></ol>",
        "<p><abbr title=\"b\">a</abbr> <dfn title=\"c\">d</dfn> <time datetime=\"2026-03-14\">e</time></p>",
        "<p><del datetime=\"2026-03-14\" cite=\"https://b.c/d\">a</del> <ins datetime=\"2026\">b</ins></p>",
        "<p>H<sub>2</sub>O m<sup>2</sup> <kbd>c</kbd> <samp>d</samp> <var>e</var> <small>f</small> <u>g</u> <mark>h</mark></p>",
        "<dl><dt>a</dt><dd>b</dd></dl>",
        "<details open=\"\"><summary>a</summary><p>b</p></details>",
        "<table><caption>a</caption><thead><tr><th scope=\"col\" colspan=\"2\">b</th></tr></thead><tbody><tr><th scope=\"row\" rowspan=\"2\">c</th><td>d</td></tr></tbody></table>",
        "<blockquote cite=\"https://b.c/d\"><p><q cite=\"https://b.c/e\">a</q></p></blockquote>",
    ] {
        assert_eq!(article(html), html);
    }
    for html in [
        "<p dir=\"rtl\" lang=\"ar\">مرحبا <span dir=\"ltr\" lang=\"en-GB\">tea</span></p>",
        "<p><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby> <kbd>a</kbd> <u>b</u></p>",
        "<ol start=\"3\" reversed=\"\" type=\"a\"><li value=\"9\">a</li></ol>",
    ] {
        assert_eq!(comment(html), html);
    }
}

#[test]
fn elements_and_attributes_without_a_meaning_are_removed() {
    for (html, shown) in [
        ("<p dir=\"up\" lang=\"a b\" title=\"c\">a</p>", "<p>a</p>"),
        ("<p lang=\"\" dir>a</p>", "<p>a</p>"),
        ("<span>a</span><span class=\"b\"> c</span>", "a c"),
        ("<span dir=\"up\">a</span> <bdo>b</bdo>", "a b"),
        (
            "<span lang=\"en\"><span>a</span></span>",
            "<span lang=\"en\">a</span>",
        ),
        (
            "<ol start=\"x\"><li value=\"9e9\">a</li></ol>",
            "<ol><li>a</li></ol>",
        ),
        ("<q cite=\"javascript:a\">b</q>", "<q>b</q>"),
        (
            "<table><tbody><tr><th scope=\"x\">a</th></tr></tbody></table>",
            "<table><tbody><tr><th>a</th></tr></tbody></table>",
        ),
        ("<tt>a</tt>", "<code>a</code>"),
    ] {
        assert_eq!(article(html), shown, "{html}");
    }
}

#[test]
fn a_reading_without_end_tags_is_kept() {
    assert_eq!(
        article("<ruby>漢<rt>kan字<rt>ji</ruby>a"),
        "<ruby>漢<rt>kan字</rt><rt>ji</rt></ruby>a"
    );
    assert_eq!(
        article("<ruby><rb>漢</rb><rp>(<rt>kan<rp>)</ruby>a"),
        "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>a"
    );
}

#[test]
fn aligned_text_stays_aligned() {
    for (html, shown) in [
        (
            "<p class=\"big has-text-align-center\">a</p>",
            "<p class=\"align-center\">a</p>",
        ),
        (
            "<p style=\"color: red; text-align:center\">a</p>",
            "<p class=\"align-center\">a</p>",
        ),
        (
            "<h3 style=\"TEXT-ALIGN: Right !important;\">a</h3>",
            "<h3 class=\"align-right\">a</h3>",
        ),
        ("<p align=\"right\">a</p>", "<p class=\"align-right\">a</p>"),
        (
            "<center>a</center><center class=\"x\"><p>b</p></center>",
            "<div class=\"align-center\">a</div><div class=\"align-center\"><p>b</p></div>",
        ),
        (
            "<table><tbody><tr><td class=\"has-text-align-right\" data-align=\"right\">a</td><td align=\"center\">b</td></tr></tbody></table>",
            "<table><tbody><tr><td class=\"align-right\">a</td><td class=\"align-center\">b</td></tr></tbody></table>",
        ),
        (
            "<p align=\"left\" style=\"text-align: start\">a</p>",
            "<p class=\"align-left\">a</p>",
        ),
        (
            "<p style=\"text-align: justify\" align=\"middle\">a</p>",
            "<p>a</p>",
        ),
        ("<p class=\"align-centers footnotes\">a</p>", "<p>a</p>"),
    ] {
        assert_eq!(article(html), shown, "{html}");
    }
    assert_eq!(
        comment("<p align=\"right\" class=\"align-right\">a</p>"),
        "<p>a</p>"
    );
}
