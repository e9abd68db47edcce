//! The elements, attributes and element ids that are allowed in the HTML of articles and comments.

use std::borrow::Cow;
use std::collections::HashSet;

use ammonia::{Builder, UrlRelative};

use super::super::sanitizer::{
    ALIGNMENT_CLASSES, AttributeMap, FOOTNOTE_CLASSES, TrustLevel, allow_only, attribute_map,
};
use super::super::urls;
use super::alignment::ALIGNED_ELEMENTS;

/// Name of an allowed element, and the names of its allowed attributes.
type AllowedElement = (&'static str, &'static [&'static str]);

// Sorted by name: `allowed_attributes` does a binary search.
const ARTICLE_ELEMENTS: &[AllowedElement] = &[
    ("a", &["href", "id", "rel", "title"]),
    ("abbr", &["title"]),
    ("address", &[]),
    ("audio", &["src", "controls"]),
    ("b", &[]),
    ("bdi", &[]),
    ("bdo", &[]),
    ("blockquote", &["cite"]),
    ("br", &[]),
    ("caption", &[]),
    ("cite", &[]),
    ("code", &[]),
    ("dd", &[]),
    ("del", &["cite", "datetime"]),
    ("details", &["open"]),
    ("dfn", &["title"]),
    ("div", &[]),
    ("dl", &[]),
    ("dt", &[]),
    ("em", &[]),
    ("figcaption", &[]),
    ("figure", &[]),
    ("h2", &["id"]),
    ("h3", &["id"]),
    ("h4", &["id"]),
    ("h5", &["id"]),
    ("h6", &["id"]),
    ("hr", &[]),
    ("i", &[]),
    (
        "img",
        &["src", "alt", "title", "width", "height", "loading"],
    ),
    ("ins", &["cite", "datetime"]),
    ("kbd", &[]),
    ("li", &["id", "value"]),
    ("mark", &[]),
    ("ol", &["start", "reversed", "type"]),
    ("p", &["id"]),
    ("pre", &[]),
    ("q", &["cite"]),
    ("rp", &[]),
    ("rt", &[]),
    ("ruby", &[]),
    ("s", &[]),
    ("samp", &[]),
    ("section", &[]),
    ("small", &[]),
    ("span", &[]),
    ("strong", &[]),
    ("sub", &[]),
    ("summary", &[]),
    ("sup", &[]),
    ("table", &[]),
    ("tbody", &[]),
    ("td", &["colspan", "rowspan"]),
    ("tfoot", &[]),
    ("th", &["abbr", "colspan", "rowspan", "scope"]),
    ("thead", &[]),
    ("time", &["datetime"]),
    ("tr", &[]),
    ("u", &[]),
    ("ul", &[]),
    ("var", &[]),
    ("video", &["src", "controls", "poster", "width", "height"]),
];

// Sorted by name: `allowed_attributes` does a binary search.
const COMMENT_ELEMENTS: &[AllowedElement] = &[
    ("a", &["href"]),
    ("abbr", &["title"]),
    ("b", &[]),
    ("bdi", &[]),
    ("bdo", &[]),
    ("blockquote", &[]),
    ("br", &[]),
    ("cite", &[]),
    ("code", &[]),
    ("del", &[]),
    ("em", &[]),
    ("hr", &[]),
    ("i", &[]),
    ("ins", &[]),
    ("kbd", &[]),
    ("li", &["value"]),
    ("ol", &["start", "reversed", "type"]),
    ("p", &[]),
    ("pre", &[]),
    ("q", &[]),
    ("rp", &[]),
    ("rt", &[]),
    ("ruby", &[]),
    ("s", &[]),
    ("samp", &[]),
    ("small", &[]),
    ("span", &[]),
    ("strong", &[]),
    ("sub", &[]),
    ("sup", &[]),
    ("u", &[]),
    ("ul", &[]),
    ("var", &[]),
];

/// Attributes that every element may have: the direction and the language of its text.
const GLOBAL_ATTRIBUTES: [&str; 2] = ["dir", "lang"];

/// Longest language tag that is kept, in bytes (RFC 5646 §4.4.1).
const MAX_LANGUAGE_TAG_BYTES: usize = 35;

/// Element ids that the site's own templates use, and that texts must not use. Ids of comments begin with `comment-` and
/// are checked separately.
const RESERVED_IDS: [&str; 22] = [
    "author",
    "comment",
    "commentform",
    "comments",
    "confirm",
    "content",
    "email",
    "email-notes",
    "form-errors",
    "notify_all",
    "notify_replies",
    "preview",
    "q",
    "remember",
    "replies-title",
    "reply-title",
    "respond",
    "submit",
    "subscribe-hint",
    "topic",
    "unsent-text",
    "url",
];

pub(super) fn build_article_sanitizer() -> Builder<'static> {
    let mut allowed = allow_only(&element_names(ARTICLE_ELEMENTS));
    allowed
        .tag_attributes(attribute_map(ARTICLE_ELEMENTS))
        .generic_attributes(HashSet::from(GLOBAL_ATTRIBUTES))
        .set_tag_attribute_value("img", "loading", "lazy")
        .allowed_classes(article_classes())
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::PassThrough)
        // Otherwise ammonia would set `rel` on all links. `rewrite_link` sets it where it is needed.
        .link_rel(None)
        .attribute_filter(|tag, name, value| {
            let may_stay = match (tag, name) {
                // A page loads nothing from other sites, which would learn who reads it.
                (_, "src" | "poster") => urls::is_site_path(value),
                ("a", "rel") => value == "noopener",
                _ => is_value_allowed(name, value),
            };
            may_stay.then_some(Cow::Borrowed(value))
        });
    allowed
}

pub(super) fn build_comment_sanitizer() -> Builder<'static> {
    let mut allowed = allow_only(&element_names(COMMENT_ELEMENTS));
    allowed
        .tag_attributes(attribute_map(COMMENT_ELEMENTS))
        .generic_attributes(HashSet::from(GLOBAL_ATTRIBUTES))
        .url_schemes(HashSet::from(["http", "https"]))
        // A URL of an imported site may be mapped to a path on this one.
        .url_relative(UrlRelative::PassThrough)
        // Links in comments must not be worth anything to spammers in search results.
        .link_rel(Some("nofollow ugc noopener"))
        .attribute_filter(|_, name, value| {
            let may_stay = match name {
                "href" => is_link_allowed(value, TrustLevel::Reader),
                _ => is_value_allowed(name, value),
            };
            may_stay.then_some(Cow::Borrowed(value))
        });
    allowed
}

/// Returns the classes that each element of an article may have.
fn article_classes() -> AttributeMap {
    let mut classes = attribute_map(&FOOTNOTE_CLASSES);
    for element in ALIGNED_ELEMENTS {
        classes
            .entry(element)
            .or_default()
            .extend(ALIGNMENT_CLASSES);
    }
    classes
}

fn element_names(allowed: &[AllowedElement]) -> Vec<&'static str> {
    allowed.iter().map(|(name, _)| *name).collect()
}

/// Returns the allowed attributes of an element, or `None` if the element is not allowed.
pub(super) fn allowed_attributes(name: &str, trust: TrustLevel) -> Option<&'static [&'static str]> {
    let allowed = match trust {
        TrustLevel::Editor => ARTICLE_ELEMENTS,
        TrustLevel::Reader => COMMENT_ELEMENTS,
    };
    let place = allowed
        .binary_search_by_key(&name, |(name, _)| *name)
        .ok()?;
    Some(allowed[place].1)
}

/// Returns whether an element may have this attribute with this value.
pub(super) fn is_attribute_allowed(
    element: &str,
    name: &str,
    value: &str,
    trust: TrustLevel,
) -> bool {
    let own = allowed_attributes(element, trust).unwrap_or_default();
    (own.contains(&name) || GLOBAL_ATTRIBUTES.contains(&name)) && is_value_allowed(name, value)
}

/// Returns whether an attribute of any element may have this value.
fn is_value_allowed(name: &str, value: &str) -> bool {
    match name {
        "id" => is_id_allowed(value),
        "dir" => ["ltr", "rtl", "auto"]
            .iter()
            .any(|direction| value.eq_ignore_ascii_case(direction)),
        "lang" => {
            (1..=MAX_LANGUAGE_TAG_BYTES).contains(&value.len())
                && value
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        }
        "scope" => ["col", "colgroup", "row", "rowgroup"].contains(&value),
        "start" | "value" => value.parse::<i32>().is_ok(),
        "cite" => urls::is_link_allowed(value, TrustLevel::Reader),
        _ => true,
    }
}

/// Returns whether tags with this name that have no attributes can be passed to ammonia unchanged.
pub(super) fn is_passed_through(name: &str, trust: TrustLevel) -> bool {
    allowed_attributes(name, trust).is_some()
        && !needs_attributes(name)
        && !matches!(name, "a" | "audio" | "img" | "video")
}

/// Returns whether an element without attributes means nothing.
pub(super) fn needs_attributes(name: &str) -> bool {
    matches!(name, "bdo" | "span")
}

pub(super) fn is_link_allowed(url: &str, trust: TrustLevel) -> bool {
    urls::is_link_allowed(url, trust)
        || (urls::is_site_path(url) && urls::is_link_allowed(url, TrustLevel::Editor))
}

/// Returns whether an element in a text may have this id. The id must differ from those of the page and contain no
/// characters that need decoding.
pub(in crate::text::markdown) fn is_id_allowed(id: &str) -> bool {
    let odd =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '&' | '"' | '\'' | '<' | '>');
    !id.is_empty()
        && id.len() <= 200
        && !id.contains(odd)
        && !RESERVED_IDS.contains(&id)
        && !id.starts_with("comment-")
}
