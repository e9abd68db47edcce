//! Sanitizes HTML that was imported or that an editor has written. A preprocessing step comes first, then ammonia.
//!
//! Preprocessing its own output changes nothing, provided that `map_url` returns `None` for URLs that it has produced.
//! Files of other sites become links, because a page must not load anything from third parties.

mod absolute_urls;
mod alignment;
mod allowlist;
mod attribute_value;
mod blocks;
mod characters;
mod direction;
mod element_kinds;
mod list_number;
mod nesting;
mod rewrite;
mod shorten;
mod text;

#[cfg(test)]
mod attribute_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod text_tests;

use std::sync::LazyLock;

use ammonia::Builder;

use super::sanitizer::TrustLevel;
use allowlist::{build_article_sanitizer, build_comment_sanitizer, is_passed_through};

pub(super) use absolute_urls::{absolutize_paths, absolutize_urls};
pub(super) use allowlist::is_id_allowed;
pub(super) use direction::{add_directions, direction};
pub use rewrite::UrlMapper;
pub(super) use shorten::shorten;
pub(super) use text::{html_to_text, to_plain_text};

/// Highest number of passes for sanitizing an article. Sanitizing is repeated until the HTML no longer changes, because
/// one pass is not always enough for malformed HTML. In tests with random tags it was enough for all but one in 100,000
/// inputs.
const MAX_SANITIZE_PASSES: usize = 3;

pub(super) fn sanitize_article(html: &str, map_url: UrlMapper<'_>) -> String {
    static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(build_article_sanitizer);
    let sanitize = |html: &str| {
        let clean = SANITIZER
            .clean(&preprocess(html, TrustLevel::Editor, map_url))
            .to_string();
        // An empty paragraph remains where all content was removed, or where an end tag had no start tag.
        if clean.contains("<p></p>") {
            clean.replace("<p></p>", "")
        } else {
            clean
        }
    };
    let mut html = sanitize(html);
    for _ in 1..MAX_SANITIZE_PASSES {
        let again = sanitize(&html);
        if again == html {
            break;
        }
        html = again;
    }
    html
}

pub(super) fn sanitize_comment(html: &str, map_url: UrlMapper<'_>) -> String {
    static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(build_comment_sanitizer);
    // One pass is enough: no element allowed in comments is moved by the parser because of its surroundings.
    SANITIZER
        .clean(&preprocess(html, TrustLevel::Reader, map_url))
        .to_string()
}

/// Limits nesting, rewrites URLs, and replaces elements that are not allowed. The result still has to be sanitized.
fn preprocess(html: &str, trust: TrustLevel, map_url: UrlMapper<'_>) -> String {
    let normalized = nesting::normalize_nesting(html, &|name| is_passed_through(name, trust));
    if normalized.is_plain {
        return normalized.html;
    }
    rewrite::rewrite(&normalized.html, trust, map_url)
}
