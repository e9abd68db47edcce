//! The elements, attributes and element ids that are allowed in the HTML of articles and comments.

use std::borrow::Cow;
use std::collections::HashSet;

use ammonia::{Builder, UrlRelative};

use super::super::sanitizer::{FOOTNOTE_CLASSES, TrustLevel, allow_only, attribute_map};
use super::super::urls;

/// Name of an allowed element, and the names of its allowed attributes.
type AllowedElement = (&'static str, &'static [&'static str]);

// Sorted by name: `allowed_attributes` does a binary search.
const ARTICLE_ELEMENTS: &[AllowedElement] = &[
    ("a", &["href", "id", "rel", "title"]),
    ("abbr", &["title"]),
    ("address", &[]),
    ("audio", &["src", "controls"]),
    ("b", &[]),
    ("blockquote", &[]),
    ("br", &[]),
    ("caption", &[]),
    ("cite", &[]),
    ("code", &[]),
    ("dd", &[]),
    ("del", &[]),
    ("details", &[]),
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
    ("ins", &[]),
    ("kbd", &[]),
    ("li", &["id"]),
    ("mark", &[]),
    ("ol", &["start", "reversed", "type"]),
    ("p", &["id"]),
    ("pre", &[]),
    ("q", &[]),
    ("s", &[]),
    ("samp", &[]),
    ("section", &[]),
    ("small", &[]),
    ("strong", &[]),
    ("sub", &[]),
    ("summary", &[]),
    ("sup", &[]),
    ("table", &[]),
    ("tbody", &[]),
    ("td", &["align", "colspan", "rowspan"]),
    ("tfoot", &[]),
    ("th", &["align", "colspan", "rowspan"]),
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
    ("blockquote", &[]),
    ("br", &[]),
    ("cite", &[]),
    ("code", &[]),
    ("del", &[]),
    ("em", &[]),
    ("hr", &[]),
    ("i", &[]),
    ("ins", &[]),
    ("li", &[]),
    ("ol", &["start"]),
    ("p", &[]),
    ("pre", &[]),
    ("q", &[]),
    ("s", &[]),
    ("strong", &[]),
    ("sub", &[]),
    ("sup", &[]),
    ("ul", &[]),
];

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
        .set_tag_attribute_value("img", "loading", "lazy")
        .allowed_classes(attribute_map(&FOOTNOTE_CLASSES))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::PassThrough)
        // Otherwise ammonia would set `rel` on all links. `rewrite_link` sets it where it is needed.
        .link_rel(None)
        .attribute_filter(|tag, name, value| {
            let may_stay = match (tag, name) {
                // A page loads nothing from other sites, which would learn who reads it.
                (_, "src" | "poster") => urls::is_site_path(value),
                (_, "id") => is_id_allowed(value),
                ("a", "rel") => value == "noopener",
                _ => true,
            };
            may_stay.then_some(Cow::Borrowed(value))
        });
    allowed
}

pub(super) fn build_comment_sanitizer() -> Builder<'static> {
    let mut allowed = allow_only(&element_names(COMMENT_ELEMENTS));
    allowed
        .tag_attributes(attribute_map(COMMENT_ELEMENTS))
        .url_schemes(HashSet::from(["http", "https"]))
        // A URL of an imported site may be mapped to a path on this one.
        .url_relative(UrlRelative::PassThrough)
        // Links in comments must not be worth anything to spammers in search results.
        .link_rel(Some("nofollow ugc noopener"))
        .attribute_filter(|_, name, value| {
            let may_stay = name != "href" || is_link_allowed(value, TrustLevel::Reader);
            may_stay.then_some(Cow::Borrowed(value))
        });
    allowed
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

/// Returns whether tags with this name that have no attributes can be passed to ammonia unchanged.
pub(super) fn is_passed_through(name: &str, trust: TrustLevel) -> bool {
    allowed_attributes(name, trust).is_some() && !matches!(name, "a" | "audio" | "img" | "video")
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
