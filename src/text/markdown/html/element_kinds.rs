//! Classifies HTML elements by their names.

use super::super::sanitizer::TrustLevel;

pub(super) fn is_table_part(name: &str) -> bool {
    matches!(
        name,
        "caption" | "colgroup" | "tbody" | "td" | "tfoot" | "th" | "thead" | "tr"
    )
}

pub(super) fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// Returns whether the element shows its text as it is typed. `listing` becomes `pre`.
pub(super) fn is_preformatted(name: &str) -> bool {
    matches!(name, "listing" | "pre")
}

/// Returns whether the element cannot stand in a line of text (HTML standard, section 3.2.5.2.5).
pub(super) fn is_flow(name: &str) -> bool {
    name == "hr" || !(is_inline(name) || is_void(name) || is_table_part(name) || name == "a")
}

pub(super) fn is_transparent_to_items(name: &str) -> bool {
    is_inline(name) || matches!(name, "a" | "address" | "div" | "p")
}

/// Returns whether this is a void element (without an end tag) that the sanitizer keeps or replaces.
pub(super) fn is_void(name: &str) -> bool {
    matches!(name, "br" | "embed" | "hr" | "img" | "source" | "wbr")
}

/// Returns whether this is a void element (without an end tag) that shows nothing. lol_html does not treat all of these
/// as void.
pub(super) fn is_invisible_void(name: &str) -> bool {
    [
        "area", "base", "basefont", "bgsound", "col", "frame", "image", "input", "keygen", "link",
        "meta", "param", "track",
    ]
    .contains(&name)
}

pub(super) fn is_inline(name: &str) -> bool {
    [
        "abbr", "acronym", "audio", "b", "bdi", "bdo", "big", "button", "cite", "code", "data",
        "del", "dfn", "em", "font", "i", "iframe", "ins", "kbd", "label", "map", "mark", "nobr",
        "object", "output", "picture", "q", "rp", "rt", "ruby", "s", "samp", "select", "small",
        "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "video",
    ]
    .contains(&name)
}

/// Returns the name of the allowed element that is closest in meaning to this element. Other names are returned
/// unchanged.
pub(super) fn replacement_name(name: &str, trust: TrustLevel) -> &str {
    match name {
        "strike" => "s",
        "acronym" => "abbr",
        "tt" => "code",
        "dir" | "menu" => "ul",
        // The title of the page is its only `h1`.
        "h1" if trust == TrustLevel::Editor => "h2",
        "address" | "caption" | "dd" | "dt" | "figcaption" | "h1" | "h2" | "h3" | "h4" | "h5"
        | "h6" | "summary" | "tr"
            if trust == TrustLevel::Reader =>
        {
            "p"
        }
        "article" | "aside" | "center" | "fieldset" | "footer" | "form" | "header" | "hgroup"
        | "legend" | "main" | "nav" => "div",
        "listing" => "pre",
        _ => name,
    }
}

/// Returns whether the text of the element must be followed by a space when the element's tags are removed.
pub(super) fn is_spaced(name: &str) -> bool {
    is_heading(name)
        || matches!(
            name,
            "address"
                | "article"
                | "aside"
                | "caption"
                | "center"
                | "dd"
                | "details"
                | "div"
                | "dl"
                | "dt"
                | "figcaption"
                | "figure"
                | "footer"
                | "form"
                | "header"
                | "legend"
                | "main"
                | "nav"
                | "option"
                | "section"
                | "summary"
                | "table"
                | "td"
                | "th"
                | "tr"
        )
}
