//! Allowlists with which ammonia sanitizes the HTML that comrak writes.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

/// Kind of author of a text. It decides which elements and links the text may contain.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum TrustLevel {
    Editor,
    #[default]
    Reader,
}

pub(super) static COMMENT_SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut allowed = allow_only(&[
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "strong",
        "ul",
    ]);
    allowed
        .tag_attributes(attribute_map(&[
            ("a", &["href", "title"]),
            ("ol", &["start"]),
            ("pre", &["data-language"]),
        ]))
        .set_tag_attribute_value("pre", "tabindex", "0")
        .url_schemes(HashSet::from(["http", "https"]))
        .url_relative(UrlRelative::Deny)
        // Links in comments must not be worth anything to spammers in search results.
        .link_rel(Some("nofollow ugc noopener"));
    allowed
});

pub(super) static ARTICLE_SANITIZER: LazyLock<Builder<'static>> =
    LazyLock::new(build_article_sanitizer);

pub(super) fn build_article_sanitizer() -> Builder<'static> {
    let mut allowed = allow_only(&[
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "img",
        "li",
        "ol",
        "p",
        "pre",
        "section",
        "strong",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ]);
    let mut classes = attribute_map(&FOOTNOTE_CLASSES);
    for cell in ["td", "th"] {
        classes.insert(cell, HashSet::from(ALIGNMENT_CLASSES));
    }
    allowed
        .tag_attributes(attribute_map(&[
            ("a", &["href", "id", "rel", "title"]),
            ("h2", &["id"]),
            ("h3", &["id"]),
            ("h4", &["id"]),
            ("h5", &["id"]),
            ("h6", &["id"]),
            ("img", &["src", "alt", "title"]),
            ("li", &["id"]),
            ("ol", &["start"]),
            ("pre", &["data-language"]),
        ]))
        .allowed_classes(classes)
        .set_tag_attribute_value("img", "loading", "lazy")
        // A code block that scrolls must be reachable with the keyboard.
        .set_tag_attribute_value("pre", "tabindex", "0")
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::PassThrough)
        // Otherwise ammonia would set `rel` on all links. `write_opening_link` sets it on external ones.
        .link_rel(None);
    allowed
}

/// Elements and the classes that they may have for footnotes.
pub(super) const FOOTNOTE_CLASSES: [(&str, &[&str]); 3] = [
    ("a", &["footnote-backref"]),
    ("section", &["footnotes"]),
    ("sup", &["footnote-ref"]),
];

/// Classes of aligned text. static/reading.css has a rule for each.
pub(super) const ALIGNMENT_CLASSES: [&str; 3] = ["align-center", "align-left", "align-right"];

pub(super) fn allow_only(tags: &[&'static str]) -> Builder<'static> {
    let mut allowed = Builder::empty();
    allowed.tags(tags.iter().copied().collect());
    allowed
}

pub(super) type AttributeMap = HashMap<&'static str, HashSet<&'static str>>;

pub(super) fn attribute_map(names: &[(&'static str, &[&'static str])]) -> AttributeMap {
    names
        .iter()
        .map(|(tag, names)| (*tag, names.iter().copied().collect()))
        .collect()
}

/// Longest text node that is passed to ammonia, in bytes. Longer text is divided by HTML comments, which ammonia removes
/// again.
// html5ever 0.40 needs quadratic time to write a long node full of `&`, `«` or `°`.
pub(super) const TEXT_CHUNK_BYTES: usize = 4096;
