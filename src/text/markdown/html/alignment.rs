//! Keeps the alignment of text as a class, since the pages' security policy forbids `style` attributes.

use super::super::sanitizer::ALIGNMENT_CLASSES;

/// Elements whose alignment is kept.
pub(super) const ALIGNED_ELEMENTS: [&str; 20] = [
    "blockquote",
    "caption",
    "dd",
    "div",
    "dt",
    "figcaption",
    "figure",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "ol",
    "p",
    "section",
    "summary",
    "td",
    "th",
    "ul",
];

/// Returns the class for an element that is aligned by a class of WordPress or of this site, by a style, or by an `align`
/// attribute. A class comes first, since its style sheet is newer than the others.
pub(super) fn alignment_class(
    class: Option<&str>,
    style: Option<&str>,
    align: Option<&str>,
) -> Option<&'static str> {
    let classes = class.unwrap_or_default().split_ascii_whitespace();
    let by_class = classes
        .filter_map(|class| {
            let side = class.strip_prefix("has-text-");
            find_class(side.unwrap_or(class).strip_prefix("align-")?)
        })
        .next_back();
    let declarations = style.unwrap_or_default().split(';');
    let by_style = declarations
        .filter_map(|declaration| {
            let (property, value) = declaration.split_once(':')?;
            let value = value.split('!').next()?;
            find_class(value).filter(|_| property.trim().eq_ignore_ascii_case("text-align"))
        })
        .next_back();
    by_class.or(by_style).or_else(|| find_class(align?))
}

/// Returns the class for a side, such as `center`.
fn find_class(side: &str) -> Option<&'static str> {
    let side = side.trim();
    ALIGNMENT_CLASSES
        .into_iter()
        .find(|class| class["align-".len()..].eq_ignore_ascii_case(side))
}
