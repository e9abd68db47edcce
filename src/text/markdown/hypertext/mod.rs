//! HTML that was written as HTML, imported or typed by an editor: what it may hold, and how it is readied before ammonia
//! has the last word.
//!
//! Readying twice changes nothing, as long as `moved` leaves alone where it has led. No page asks a third party for
//! anything, so what another site would have to serve becomes a link.

mod addresses;
mod bounds;
mod elements;
mod words;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

use super::{By, FOOTNOTES, attributes, nothing_but, tree};

pub(super) use words::words;

/// Where an address in the text leads on this site; `None` leaves it as it is.
pub type Moved<'a> = &'a dyn Fn(&str) -> Option<String>;

/// An element, and the attributes that it may have.
type Allowed = (&'static str, &'static [&'static str]);

const IN_ARTICLES: &[Allowed] = &[
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

const IN_COMMENTS: &[Allowed] = &[
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

/// Ids that a page has of its own; those of its comments begin with `comment-`.
const PAGE_IDS: [&str; 22] = [
    "author",
    "comment",
    "commentform",
    "comments",
    "content",
    "email",
    "email-notes",
    "kept",
    "mistakes",
    "preview",
    "q",
    "remember",
    "replies-title",
    "reply-title",
    "respond",
    "submit",
    "sure",
    "tell-hint",
    "tell_answers",
    "tell_everything",
    "topic",
    "url",
];

/// How often an article is cleaned at most, until that changes nothing. Once is enough for all but one in a hundred
/// thousand heaps of random tags; what they come to depends on what a browser makes of them.
const MOST_CLEANINGS: usize = 3;

/// An article's HTML, made safe.
pub(super) fn article(html: &str, moved: Moved<'_>) -> String {
    static ALLOWED: LazyLock<Builder<'static>> = LazyLock::new(allowed);
    let cleaned = |html: &str| {
        let clean = ALLOWED.clean(&readied(html, By::Editor, moved)).to_string();
        // What a paragraph held may be gone, or it ended where none had begun.
        if clean.contains("<p></p>") {
            clean.replace("<p></p>", "")
        } else {
            clean
        }
    };
    let mut html = cleaned(html);
    for _ in 1..MOST_CLEANINGS {
        let again = cleaned(&html);
        if again == html {
            break;
        }
        html = again;
    }
    html
}

/// A comment's HTML, made safe. It holds nothing whose place depends on what stands around it, so once is enough.
pub(super) fn comment(html: &str, moved: Moved<'_>) -> String {
    static ALLOWED: LazyLock<Builder<'static>> = LazyLock::new(allowed_in_comments);
    ALLOWED
        .clean(&readied(html, By::Stranger, moved))
        .to_string()
}

/// The HTML with its addresses moved, and without what we do not show; not safe yet.
pub(super) fn readied(html: &str, by: By, moved: Moved<'_>) -> String {
    let bounded = bounds::bounded(html, &|name| stays(name, by));
    if bounded.is_plain {
        return bounded.html;
    }
    elements::rewritten(&bounded.html, by, moved)
}

/// What may stand in an article.
pub(super) fn allowed() -> Builder<'static> {
    let mut allowed = nothing_but(&names(IN_ARTICLES));
    allowed
        .tag_attributes(attributes(IN_ARTICLES))
        .set_tag_attribute_value("img", "loading", "lazy")
        .allowed_classes(attributes(&FOOTNOTES))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .attribute_filter(|tag, name, value| {
            let may_stay = match (tag, name) {
                (_, "src" | "poster") => tree::is_our_own(value),
                (_, "id") => is_free_id(value),
                ("a", "rel") => value == "noopener",
                _ => true,
            };
            may_stay.then_some(Cow::Borrowed(value))
        });
    allowed
}

/// What may stand in a comment.
pub(super) fn allowed_in_comments() -> Builder<'static> {
    let mut allowed = nothing_but(&names(IN_COMMENTS));
    allowed
        .tag_attributes(attributes(IN_COMMENTS))
        .url_schemes(HashSet::from(["http", "https"]))
        // A link to the old site may lead to this one now.
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("nofollow ugc noopener"))
        .attribute_filter(|_, name, value| {
            let may_stay = name != "href" || may_link(value, By::Stranger);
            may_stay.then_some(Cow::Borrowed(value))
        });
    allowed
}

fn names(allowed: &[Allowed]) -> Vec<&'static str> {
    allowed.iter().map(|(name, _)| *name).collect()
}

/// The attributes that an element may have, if it may stand at all.
fn may_have(name: &str, by: By) -> Option<&'static [&'static str]> {
    let allowed = match by {
        By::Editor => IN_ARTICLES,
        By::Stranger => IN_COMMENTS,
    };
    let place = allowed
        .binary_search_by_key(&name, |(name, _)| *name)
        .ok()?;
    Some(allowed[place].1)
}

/// Whether the tags of this name, without attributes, may go to ammonia as they are.
fn stays(name: &str, by: By) -> bool {
    may_have(name, by).is_some() && !matches!(name, "a" | "audio" | "img" | "video")
}

fn may_link(address: &str, by: By) -> bool {
    tree::may_link(address, by)
        || (tree::is_our_own(address) && tree::may_link(address, By::Editor))
}

/// Whether an author's id means nothing else on the page. Written so that HTML reads it as it stands.
fn is_free_id(id: &str) -> bool {
    let odd =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '&' | '"' | '\'' | '<' | '>');
    !id.is_empty()
        && id.len() <= 200
        && !id.contains(odd)
        && !PAGE_IDS.contains(&id)
        && !id.starts_with("comment-")
}
