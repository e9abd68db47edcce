//! Tests of the check that every page opened by any test is valid HTML.

use crate::support::markup::list_faults;

fn page(inside: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><title>T</title></head><body><main>{inside}</main></body></html>"
    )
}

#[test]
fn valid_markup_has_no_faults() {
    let valid = page(
        "<p id=\"a\">Words <a href=\"/\">link</a>.</p><ul><li><p>One</p><ul><li>Two</li></ul></li></ul>
         <form action=\"/\"><label for=\"b\">B</label><input id=\"b\" aria-describedby=\"a\"><button>Go</button></form>
         <link itemprop=\"parentItem\" href=\"/\"><data class=\"u-url\" value=\"/\"></data><table><tbody><tr><td>x</td></tr></tbody></table>",
    );
    assert_eq!(list_faults(&valid), Vec::<String>::new());
}

#[test]
fn each_kind_of_invalid_markup_is_found() {
    for invalid in [
        "<link class=\"u-url\" href=\"/\">",
        "<link rel=\"icon\" href=\"/\">",
        "<meta name=\"x\" content=\"y\">",
        "<p id=\"a\"></p><p id=\"a\"></p>",
        "<p id=\"a b\"></p>",
        "<label for=\"nothing\">L</label>",
        "<p aria-describedby=\"nothing\">x</p>",
        "<span><div>x</div></span>",
        "<p><div>x</div></p>",
        "<p>x",
        "<b><i>x</b></i>",
        "<div>x</span></div>",
        "<a href=\"/\"><button>x</button></a>",
        "<ul><ul><li>x</li></ul></ul>",
        "<ol><p>x</p></ol>",
        "<table><p>x</p></table>",
        "<img src=\"/a.png\">",
        "<font>x</font>",
        "<table><tbody><tr><td valign=\"top\">x</td></tr></tbody></table>",
        "<p title=\"a\" title=\"b\">x</p>",
        "<p>a\u{1}b</p>",
        "<p>a\0b</p>",
        "<textarea wrap=\"off\"></textarea>",
    ] {
        let faults = list_faults(&page(invalid));
        // An end tag of `p` may be left out; that alone is no fault.
        assert_eq!(
            faults.is_empty(),
            invalid == "<p>x",
            "{invalid}: {faults:?}"
        );
    }
    assert!(!list_faults("<p>no doctype</p>").is_empty());
}
