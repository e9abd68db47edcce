//! Checks of HTML against the standard: what the parser reports, and rules on elements that a parser does not know.

use std::collections::BTreeSet;

use scraper::{ElementRef, Html, Selector};

/// Values of `rel` with which a `link` may be in the body (HTML standard, "body-ok").
const BODY_OK: [&str; 7] = [
    "dns-prefetch",
    "modulepreload",
    "pingback",
    "preconnect",
    "prefetch",
    "preload",
    "stylesheet",
];
/// Elements whose content is phrasing content only.
const PHRASING_PARENTS: &str = "p, h1, h2, h3, h4, h5, h6, span, bdi, strong, em, b, i, del, code, time, label, button, data, small, summary > span, pre";
/// Elements that are no phrasing content.
const FLOW_ONLY: &str = "address, article, aside, blockquote, details, dialog, div, dl, fieldset, figure, footer, form, h1, h2, h3, h4, h5, h6, header, hr, main, nav, ol, p, pre, search, section, table, ul";
const INTERACTIVE: &str =
    "a[href], button, input:not([type=hidden]), select, textarea, details, label, iframe";
const OBSOLETE: &str = "acronym, basefont, big, center, dir, font, frame, frameset, isindex, marquee, nobr, strike, tt, [align], [bgcolor], [border], td[width], [valign], a[name], textarea[wrap=off]";

const INCOMPLETE: &str =
    "img:not([alt]), img:not([src]), a:not([href])[rel], html:not([lang]), textarea[value]";
/// Attributes whose values are ids of other elements.
const REFERENCES: [&str; 6] = [
    "for",
    "aria-labelledby",
    "aria-describedby",
    "aria-controls",
    "list",
    "form",
];

/// Returns one sentence for each violation.
pub fn list_faults(html: &str) -> Vec<String> {
    let document = Html::parse_document(html);
    let mut faults: Vec<String> = document
        .errors
        .iter()
        .map(|error| format!("parse error: {error}"))
        .collect();
    let is_forbidden = |c: &char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{C}');
    if let Some(c) = html.chars().find(is_forbidden) {
        faults.push(format!("forbidden character {c:?}"));
    }
    check_references(&document, &mut faults);
    check_links(&document, &mut faults);
    check_nesting(&document, &mut faults);
    for element in select(&document, OBSOLETE) {
        faults.push(format!("obsolete: {}", opening_tag(element)));
    }
    for element in select(&document, INCOMPLETE) {
        faults.push(format!("incomplete: {}", opening_tag(element)));
    }
    for name in ["title", "main"] {
        let count = select(&document, &format!("html > * > {name}")).count();
        if count != 1 {
            faults.push(format!("{count} elements {name}"));
        }
    }
    faults
}

fn check_references(document: &Html, faults: &mut Vec<String>) {
    let ids = collect_ids(document, faults);
    for name in REFERENCES {
        for element in select(document, &format!("[{name}]")) {
            let references = element.attr(name).unwrap_or_default().split_whitespace();
            for id in references.filter(|id| !ids.contains(*id)) {
                faults.push(format!("{name}=\"{id}\" names no element"));
            }
        }
    }
}

fn check_links(document: &Html, faults: &mut Vec<String>) {
    for link in select(document, "body link, body meta") {
        let rel = link.attr("rel").unwrap_or_default();
        let is_allowed = link.attr("itemprop").is_some()
            || (!rel.is_empty() && rel.split_whitespace().all(|rel| BODY_OK.contains(&rel)));
        if !is_allowed {
            faults.push(format!("in the body: {}", opening_tag(link)));
        }
    }
    for link in select(document, "head link:not([rel], [itemprop])") {
        faults.push(format!("without rel or itemprop: {}", opening_tag(link)));
    }
}

fn check_nesting(document: &Html, faults: &mut Vec<String>) {
    for (outer, inner) in [
        (PHRASING_PARENTS, FLOW_ONLY),
        ("a[href], button", INTERACTIVE),
        ("form", "form"),
        ("label", "label"),
    ] {
        let inside = selector(inner);
        for parent in select(document, outer) {
            for child in parent.select(&inside) {
                faults.push(format!("{} in {}", opening_tag(child), opening_tag(parent)));
            }
        }
    }
    for children in [
        "ul > :not(li, script, template)",
        "ol > :not(li, script, template)",
        "dl > :not(dt, dd, div, script, template)",
    ] {
        for child in select(document, children) {
            faults.push(format!("{} in a list", opening_tag(child)));
        }
    }
}

fn collect_ids(document: &Html, faults: &mut Vec<String>) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for element in select(document, "[id]") {
        let id = element.attr("id").unwrap_or_default();
        if id.is_empty() || id.contains(char::is_whitespace) {
            faults.push(format!("no valid id: {}", opening_tag(element)));
        }
        if !ids.insert(id.to_owned()) {
            faults.push(format!("a second element with the id {id}"));
        }
    }
    ids
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("{css}: {error}"))
}

fn select<'a>(document: &'a Html, css: &str) -> impl Iterator<Item = ElementRef<'a>> {
    let found: Vec<_> = document.select(&selector(css)).collect();
    found.into_iter()
}

fn opening_tag(element: ElementRef<'_>) -> String {
    let html = element.html();
    let end = html.find('>').map_or(html.len(), |end| end + 1);
    html[..end].to_owned()
}
